"""The JSON Schema of an experiment file, from which editors complete keys, explain them and mark mistakes."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from sim.rules.parameters import load_registry
from sim.specs.experiment.design import SAMPLED, STEPPED
from sim.specs.experiment.spec import Experiment
from sim.specs.scenario.schema import REFERENCE, make_schema
from sim.specs.scenario.spec import Scenario

OWN = ("base", "seed", "replicates")
"""Keys of a scenario that the experiment itself sets, so that no factor may."""


@cache
def make_experiment_structure() -> dict[str, Any]:
    """The schema of an experiment file, with any factors; it is shared, so do not change it."""
    return make_schema(Experiment)


def make_experiment_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an experiment file, with the parameters that a design may vary."""
    schema = copy.deepcopy(make_experiment_structure())
    settable = "|".join(name for name in Scenario.model_fields if name not in OWN)
    schema["properties"]["set"] |= {"patternProperties": {rf"^({settable})(\.|$)": {}}, "additionalProperties": False}
    definitions = schema["$defs"]
    design, factor = definitions["Design"], {"$ref": f"{REFERENCE}Factor"}
    design["properties"]["over"] |= {
        "properties": {
            f"parameters.{name}": {"description": f"{parameter.meaning} ({parameter.unit})", **factor}
            for name, parameter in load_registry().items()
        },
        "patternProperties": {rf"^({settable})(\.|$)": factor},
        "additionalProperties": False,
    }
    is_range = {"properties": {"values": False}, "required": ["from", "to"]}
    is_values = {"properties": {"from": False, "to": False, "steps": False}, "required": ["values"]}
    definitions["Factor"]["oneOf"] = [is_range, is_values]
    steps_needed = {
        "properties": {
            "over": {"additionalProperties": {"if": {"required": ["from"]}, "then": {"required": ["steps"]}}}
        }
    }
    design["allOf"] = [
        _if_kind(STEPPED, {"required": ["over"], **steps_needed}),
        _if_kind(SAMPLED, {"required": ["samples"], "anyOf": [{"required": ["over"]}, {"required": ["priors"]}]}),
    ]
    return {"$schema": GenerateJsonSchema.schema_dialect} | schema


def _if_kind(kinds: tuple[str, ...], then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {"kind": {"enum": list(kinds)}}}, "then": then}
