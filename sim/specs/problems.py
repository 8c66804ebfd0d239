"""What pydantic found wrong, in the words of a scenario or experiment file.

The descriptions, bounds and names that a message quotes are those of the JSON Schema that editors use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.errors import did_you_mean
from sim.specs.draft import Finding, Key
from sim.specs.scenario.schema import REFERENCE, structure

NEEDED = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "array": "a list",
    "object": "a table",
    "boolean": "true or false",
}
LONGEST = 60  # characters of a text that a message quotes
LONGEST_NUMBER = 10_000  # bits of a whole number that a message quotes


def findings_of(error: ValidationError, schema: Mapping[str, Any] | None = None) -> Iterator[Finding]:
    """Everything that pydantic found wrong: the key, what was got and what is allowed.

    Parameters
    ----------
    error : raised when the whole of a file was validated.
    schema : JSON Schema of that file; a scenario's by default.
    """
    schema = structure() if schema is None else schema
    for detail in error.errors(include_url=False):
        if not _is_echo(detail):
            yield _finding(detail, schema)


def _is_echo(detail: ErrorDetails) -> bool:
    """Whether a list is called too short only because items of it, each told by itself, are not valid."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _finding(detail: ErrorDetails, schema: Mapping[str, Any]) -> Finding:
    node, key = _node(schema, detail["loc"])
    got = detail["input"]
    match detail["type"]:
        case "name" | "edit":
            return Finding(key, detail["msg"], detail["ctx"]["fix"])
        case "extra_forbidden":
            names = _node(schema, detail["loc"][:-1])[0]["properties"]
            fix = did_you_mean(str(key[-1]), names, f"Allowed are {', '.join(names)}.")
            return Finding(key, "unknown key.", fix)
        case "missing":
            return Finding(key, "missing.", _give(node))
        case "union_tag_not_found":
            return Finding((*key, node["discriminator"]["propertyName"]), "missing.", _one_of(node))
        case "union_tag_invalid":
            name, tag = node["discriminator"]["propertyName"], detail["ctx"]["tag"]
            return Finding(
                (*key, name), f"got {_described(tag)}.", did_you_mean(tag, map(str, _tags(node)), _one_of(node))
            )
        case "literal_error":
            choices = [f'"{choice}"' for choice in node["enum"]]
            fix = did_you_mean(got, node["enum"]) if isinstance(got, str) else ""
            return Finding(key, f"got {_described(got)}; allowed are {', '.join(choices)}.", fix)
        case "greater_than_equal" | "less_than_equal":
            return Finding(key, f"got {_described(got)}; allowed is {_range(node)}.")
        case "finite_number":
            return Finding(key, f"got {got}; a finite number is needed.")
        case "too_short" | "too_long":
            return Finding(key, f"got {_count(len(got))}; {_allowed_count(node)}.")
        case "string_too_short":
            return Finding(key, "is empty.", _give(node))
        case _:
            return Finding(key, f"got {_described(got)}; {_needed(schema, node)} is needed.")


OF_KEY = "[key]"
"""What pydantic adds to the location of a key of a table that is wrong itself."""


def _node(schema: Mapping[str, Any], location: Key) -> tuple[Mapping[str, Any], Key]:
    """The part of the schema at a location, with what it refers to written out, and the key as users write it.

    Of a table that is one of several kinds pydantic's location names the kind, which is no key of the file.
    """
    node = _written_out(schema, schema)
    key: Key = ()
    for part in location:
        if part == OF_KEY:
            continue
        tags = _tags(node)
        if part in tags:
            node = _written_out(schema, {"$ref": tags[part]})
            continue
        key = (*key, part)
        named = node.get("properties", {})
        inner = node.get("items", {}) if isinstance(part, int) else named.get(part, node.get("additionalProperties"))
        node = _written_out(schema, inner if isinstance(inner, Mapping) else {})
    return node, key


def _tags(node: Mapping[str, Any]) -> Mapping[str | int, str]:
    """The kinds that a table may be of, and where each is described."""
    tags: Mapping[str | int, str] = node.get("discriminator", {}).get("mapping", {})
    return tags


def _one_of(node: Mapping[str, Any]) -> str:
    return f"Give one of {', '.join(map(str, _tags(node)))}."


def _written_out(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    return {**schema["$defs"][node["$ref"].removeprefix(REFERENCE)], **node}


def _needed(schema: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    if node.get("format") == "date":
        return "a date such as 2022-03-02"
    if node.get("type") == "array" and "properties" in _written_out(schema, node["items"]):
        return "a list of tables"
    return NEEDED.get(node.get("type", ""), "another value")


def _range(node: Mapping[str, Any]) -> str:
    low, high = ("formatMinimum", "formatMaximum") if node.get("format") == "date" else ("minimum", "maximum")
    return f"{node[low]} to {node[high]}"


def _allowed_count(node: Mapping[str, Any]) -> str:
    low, high = node.get("minItems", 0), node.get("maxItems")
    if high is None:
        return f"at least {low} is needed"
    return f"exactly {low} are needed" if low == high else f"allowed are {low} to {high}"


def _count(number: int) -> str:
    return "an empty list" if number == 0 else f"{number} value{'s' if number > 1 else ''}"


def _described(got: object) -> str:
    match got:
        case bool():
            return f"{str(got).lower()} (true or false)"
        case str():
            return f"{json.dumps(_shortened(got), ensure_ascii=False)} (text)"
        case datetime():
            return f"{got} (a date with a time)"
        case int() if got.bit_length() > LONGEST_NUMBER:  # which Python may refuse to write
            return "a number of very many digits"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return _shortened(f"{got}")


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _give(node: Mapping[str, Any]) -> str:
    description: str = node.get("description", "")
    return f"Give {description[0].lower()}{description[1:]}" if description else ""
