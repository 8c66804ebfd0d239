"""What pydantic found wrong, in the words of a scenario, experiment or goal file.

Messages quote the descriptions, bounds and names of the JSON Schema that editors use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.errors import suggest_nearest
from sim.rules.parameters import describe_unit
from sim.specs.draft import Finding, Key, join_key
from sim.specs.scenario.schema import REFERENCE, make_scenario_structure
from sim.specs.suggestions import is_similar, list_tables, suggest_key, write_suggestion

NEEDED = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "array": "a list",
    "object": "a table",
    "boolean": "true or false",
}
TABLES = "a list of tables"
CHECKED_LATER = "The other keys of this table are checked once its kind is known."
LONGEST = 60  # characters of a text that a message quotes
LONGEST_NUMBER = 10_000  # bits of a whole number that a message quotes
SUGGESTIONS_KEPT = 2**14  # a design is tried several times, with the same keys


def collect_findings(error: ValidationError, schema: Mapping[str, Any] | None = None) -> Iterator[Finding]:
    """Everything that pydantic found wrong: the key, what is given and what is allowed.

    Parameters
    ----------
    error : raised by validating a whole file.
    schema : JSON Schema of that file; a scenario's by default.
    """
    schema = make_scenario_structure() if schema is None else schema
    details = error.errors(include_url=False)
    unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
    for detail in details:
        if not _is_echo(detail) and not _is_misspelt(detail, unknown, schema):
            yield _finding(detail, schema)


def _is_echo(detail: ErrorDetails) -> bool:
    """Whether a list counts as too short only because some of its items, reported by themselves, are not valid."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _is_misspelt(detail: ErrorDetails, unknown: Sequence[ErrorDetails], schema: Mapping[str, Any]) -> bool:
    """Whether a key is missing because it is misspelt: an unknown key of its table is reported, and suggests it."""
    if detail["type"] != "missing":
        return False
    table, name = detail["loc"][:-1], str(detail["loc"][-1])
    return any(
        other["loc"][:-1] == table
        and is_similar(str(other["loc"][-1]), name)
        and _suggest(other, schema) == write_suggestion([name])
        for other in unknown
    )


def _finding(detail: ErrorDetails, schema: Mapping[str, Any]) -> Finding:
    node, key = _node(schema, detail["loc"])
    got = detail["input"]
    match detail["type"]:
        case "name" | "edit":
            return Finding(key, detail["msg"], detail["ctx"]["fix"]())
        case "extra_forbidden":
            fix = _suggest(detail, schema) or f"The keys are {', '.join(_siblings(detail, schema))}."
            return Finding(key, "there is no such key.", fix)
        case "missing":
            return Finding(key, "is missing.", _give(node))
        case "union_tag_not_found":
            fix = f"{_one_of(node)} {CHECKED_LATER}"
            return Finding((*key, node["discriminator"]["propertyName"]), "is missing.", fix)
        case "union_tag_invalid":
            name, tag = node["discriminator"]["propertyName"], detail["ctx"]["tag"]
            fix = f"{suggest_nearest(tag, map(str, _tags(node)), _one_of(node))} {CHECKED_LATER}"
            return Finding((*key, name), f"{_describe(tag)} is not one of the kinds.", fix)
        case "literal_error":
            choices = [f'"{choice}"' for choice in node["enum"]]
            fix = suggest_nearest(got, node["enum"]) if isinstance(got, str) else ""
            return Finding(key, f"{_describe(got)} is not one of {', '.join(choices)}.", fix)
        case "greater_than_equal" | "less_than_equal":
            return Finding(key, f"{_describe(got)} is outside the range {_range(node)}.")
        case "finite_number":
            return Finding(key, f"{got} is given where a finite number is needed.")
        case "too_short" | "too_long":
            return Finding(key, f"{_count(len(got))} given where {_allowed_count(node)}.")
        case "string_too_short":
            return Finding(key, "is empty.", _give(node))
        case "string_unicode":  # the path of a folder or a file
            return Finding(key, f"{_describe(got)} is no text in UTF-8.", "Rename the folder or the file.")
        case _:
            needed = _needed(schema, node)
            fix = _explain_list(key, got, schema) if needed == TABLES and isinstance(got, dict) else ""
            return Finding(key, f"{_describe(got)} is given where {needed} is needed.", fix)


def _siblings(detail: ErrorDetails, schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of the table in which there is an unknown one."""
    return tuple(_node(schema, detail["loc"][:-1])[0]["properties"])


def _suggest(detail: ErrorDetails, schema: Mapping[str, Any]) -> str:
    """Which key was probably meant by an unknown one; empty where none is similar."""
    return _suggest_among(str(detail["loc"][-1]), _siblings(detail, schema))


@lru_cache(SUGGESTIONS_KEPT)
def _suggest_among(name: str, siblings: tuple[str, ...]) -> str:
    return suggest_key(name, siblings, dict(list_tables(make_scenario_structure())))


def _explain_list(key: Key, got: Mapping[str, object], schema: Mapping[str, Any]) -> str:
    """How to write a list of tables, or change one key of a table of the base."""
    name = join_key(key)
    fix = f"Write [[{name}]]"
    if not got or "base" not in schema["properties"]:
        return f"{fix}."
    return f'{fix}; to change one key of the base\'s, write "{name}.0.{next(iter(got))}" = ... under [set].'


OF_KEY = "[key]"
"""What pydantic adds to the location of a key of a table that is itself wrong."""


def _node(schema: Mapping[str, Any], location: Key) -> tuple[Mapping[str, Any], Key]:
    """The part of the schema at a location, with its reference resolved, and the key as users write it.

    For a table that is one of several kinds, pydantic's location names the kind, which is not a key of the file.
    """
    node = _follow_reference(schema, schema)
    key: Key = ()
    for part in location:
        if part == OF_KEY:
            continue
        tags = _tags(node)
        if part in tags:
            node = _follow_reference(schema, {"$ref": tags[part]})
            continue
        key = (*key, part)
        named = node.get("properties", {})
        inner = node.get("items", {}) if isinstance(part, int) else named.get(part, node.get("additionalProperties"))
        node = _follow_reference(schema, inner if isinstance(inner, Mapping) else {})
    return node, key


def _tags(node: Mapping[str, Any]) -> Mapping[str | int, str]:
    """The kinds that a table may be, and the reference to the schema of each."""
    tags: Mapping[str | int, str] = node.get("discriminator", {}).get("mapping", {})
    return tags


def _one_of(node: Mapping[str, Any]) -> str:
    return f"Give one of {', '.join(map(str, _tags(node)))}."


def _follow_reference(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    return {**schema["$defs"][node["$ref"].removeprefix(REFERENCE)], **node}


def _needed(schema: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    if node.get("format") == "date":
        return "a date such as 2022-03-02"
    if node.get("type") == "array" and "properties" in _follow_reference(schema, node.get("items", {})):
        return TABLES
    if node.get("type") == "array" and "prefixItems" in node:
        return f"a list of {len(node['prefixItems'])}"
    return NEEDED.get(node.get("type", ""), "another value")


def _range(node: Mapping[str, Any]) -> str:
    low, high = ("formatMinimum", "formatMaximum") if node.get("format") == "date" else ("minimum", "maximum")
    unit = f" ({describe_unit(node['unit'])})" if "unit" in node else ""
    return f"{node[low]} to {node[high]}{unit}"


def _allowed_count(node: Mapping[str, Any]) -> str:
    low, high = node.get("minItems", 0), node.get("maxItems")
    if high is None:
        return f"at least {low} is needed"
    return f"exactly {low} are needed" if low == high else f"{low} to {high} are allowed"


def _count(number: int) -> str:
    return "an empty list is" if number == 0 else "1 value is" if number == 1 else f"{number} values are"


def _describe(got: object) -> str:
    match got:
        case bool():
            return f"{str(got).lower()} (true or false)"
        case str():
            return f"{json.dumps(_shorten(got), ensure_ascii=False)} (text)"
        case datetime():
            return f"{got} (a date with a time)"
        case int() if got.bit_length() > LONGEST_NUMBER:  # Python may refuse to write these
            return "a number of very many digits"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return _shorten(f"{got}")


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _give(node: Mapping[str, Any]) -> str:
    description: str = node.get("description", "")
    return f"Give {description[0].lower()}{description[1:]}" if description else ""
