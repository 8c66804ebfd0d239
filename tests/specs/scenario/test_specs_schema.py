"""The JSON Schema of scenario files: editors check what the reader checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import pytest
from support.harbours import valid

from sim.rules.parameters import load_registry
from sim.specs import Event, Scenario, make_scenario_schema


def tables(node: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that describes a table."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from tables(inner)


def as_json(document: dict[str, Any]) -> Any:
    return json.loads(json.dumps(document, default=str))


def test_every_table_is_closed_and_every_key_is_described() -> None:
    found = list(tables(make_scenario_schema()))
    sections = ["Scenario", "NamedRoles", "Vote", "Pledge", "Change", "OwnTerm", "Expected", "Months"]
    sections += ["parameters", "leanings", "series", "set"]
    assert len(found) == len(sections) + len(get_args(get_args(Event)[0]))
    for table in found:
        is_open = table.get("description", "").startswith(("Groups that lean", "Which way series"))
        assert is_open or table["additionalProperties"] is False
        assert all(entry["description"] for entry in table.get("properties", {}).values())


def test_the_keys_are_those_of_a_scenario_and_set() -> None:
    assert make_scenario_schema()["properties"].keys() == {*Scenario.model_fields, "set"}


def test_parameters_are_those_of_the_registry_with_their_bounds() -> None:
    described = make_scenario_schema()["properties"]["parameters"]["properties"]
    assert described.keys() == load_registry().keys()
    for name, parameter in load_registry().items():
        entry = described[name]
        assert (entry["minimum"], entry["maximum"], entry["default"]) == (
            parameter.low,
            parameter.high,
            parameter.default,
        )
        assert entry["description"] == f"{parameter.meaning} ({parameter.unit})"


def test_nothing_is_required_of_a_file_with_a_base() -> None:
    schema = make_scenario_schema()
    assert "required" not in schema
    assert "required" not in schema["$defs"]["NamedRoles"]
    assert schema["if"] == {"required": ["base"]}
    assert "vote" in schema["else"]["required"]
    assert schema["else"]["properties"]["roles"] == {"required": ["target"]}


def test_the_schema_can_be_written_as_json_and_is_made_again() -> None:
    schema = make_scenario_schema()
    assert json.loads(json.dumps(schema)) == schema
    schema["properties"].clear()
    assert make_scenario_schema()["properties"]


@pytest.mark.parametrize(
    ("changes", "is_valid"),
    [
        ({}, True),
        ({"reasons": "because", "sources": ["one"]}, True),
        ({"set": {"vote.severity": 1, "seed": 3}}, True),
        ({"set": {"vot.severity": 1}}, False),
        ({"severity": 1}, False),
        ({"seed": -1}, False),
        ({"set": {}, "months": {"start": date(1900, 1, 1), "end": date(2199, 12, 31)}}, True),
        ({"months": {"start": date(1899, 12, 31), "end": date(2023, 6, 30)}}, False),
        ({"months": {"start": date(2022, 2, 1), "end": date(2200, 1, 1)}}, False),
        ({"parameters": {"enforcment": 0.5}}, False),
        ({"parameters": {"enforcement": 2}}, False),
        ({"roles": {"target": "RED"}}, True),
        ({"roles": {"senders": ["WHT"]}}, False),
        ({"leanings": {"Free Ports": 2}}, False),
        ({"base": "x", "roles": {"target": "RED"}}, True),
        ({"change": [{"members": ["RED"], "attribute": "isolation", "reason": "r"}]}, False),
        (
            {"change": [{"members": ["RED"], "attribute": "isolation", "reason": "r", "set": 1, "add": 1}]},
            False,
        ),
    ],
)
def test_an_editor_judges_as_the_reader_does(changes: dict[str, Any], is_valid: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(make_scenario_schema())
    assert validator.is_valid(as_json({**valid(), **changes})) is is_valid
    assert validator.is_valid({"base": "x", "title": "only a title"})
    assert not validator.is_valid({"title": "only a title"})
