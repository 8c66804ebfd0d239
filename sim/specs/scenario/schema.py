"""The JSON Schema of a scenario file, from which editors complete keys, explain them and mark mistakes."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.rules.parameters import Parameter, load_registry
from sim.specs.draft import TABLES
from sim.specs.scenario.spec import Scenario
from sim.specs.section import Section

REFERENCE = "#/$defs/"


class _Generator(GenerateJsonSchema):
    """Pydantic's schema without null, which TOML does not have, and without titles made from names."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if described.get("default", ...) is None:
            del described["default"]
        return described


def make_schema(section: type[Section]) -> dict[str, Any]:
    """The schema of one kind of table of a file, as its class describes it."""
    return section.model_json_schema(schema_generator=_Generator)


@cache
def make_scenario_structure() -> dict[str, Any]:
    """The schema of a scenario file, with any parameters; it is shared, so do not change it."""
    schema = make_schema(Scenario)
    properties = schema["properties"]
    settable = "|".join(name for name in properties if name not in ("base", "fit"))
    properties["set"] = {
        "description": "What to set on top of the base, by dotted key: 'vote.severity' = 1.2.",
        "type": "object",
        "patternProperties": {rf"^({settable})(\.|$)": {}},
        "additionalProperties": False,
    }
    return schema


def make_scenario_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file, with the bounds and default of each parameter."""
    schema = copy.deepcopy(make_scenario_structure())
    schema["properties"]["parameters"] |= {
        "properties": {name: _number(parameter) for name, parameter in load_registry().items()},
        "additionalProperties": False,
    }
    return {"$schema": GenerateJsonSchema.schema_dialect} | _required_unless_based(schema)


def _number(parameter: Parameter) -> dict[str, Any]:
    return {
        "description": f"{parameter.meaning} ({parameter.unit})",
        "type": "integer" if parameter.is_count else "number",
        "minimum": parameter.low,
        "maximum": parameter.high,
        "default": parameter.default,
    }


def _required_unless_based(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a file with a base leave out any key, also in the tables that merge with those of the base."""
    merged = {}
    for name in TABLES:
        reference = schema["properties"][name].get("$ref")
        if reference is not None:
            definition = schema["$defs"][reference.removeprefix(REFERENCE)]
            merged[name] = {"required": definition.pop("required")}
    return schema | {
        "if": {"required": ["base"]},
        "else": {"required": schema.pop("required"), "properties": merged},
    }
