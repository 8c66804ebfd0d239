"""The keys of scenario, experiment and goal files, from the descriptions that editors and messages show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.specs.experiment.schema import make_experiment_structure
from sim.specs.goal.schema import make_goal_structure
from sim.specs.scenario.schema import REFERENCE, make_scenario_structure
from tools.manual.markdown import code, number, page, table

Schema = Mapping[str, Any]
PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "table"}

BOUNDLESS = 2**53
"""From here on a bound is that of the number's format, and is not printed."""


def pages() -> dict[str, str]:
    """The three pages, by the name of their file."""
    return {
        "scenario.md": page(
            "Scenario files",
            "A scenario is a TOML file. Unknown keys are errors, and `sim check` reports the mistakes of a file "
            "together; where the `kind` of a table is wrong, its other keys are checked once that is mended. A file "
            "with a `base` may leave out whatever the base has; `[set]` then overrides keys by their dotted names, as "
            "`--set` does on the command line. `sim schema` prints the same as a JSON Schema, for editors.",
            *_sections(make_scenario_structure(), "The file itself"),
        ),
        "experiment.md": page(
            "Experiment files",
            "An experiment names a scenario and a design: which keys vary, and how. `sim sweep` and `sim sensitivity` "
            "run it; `sim schema --experiment` prints its JSON Schema. See [experiments](../experiments.md).",
            *_sections(make_experiment_structure(), "The file itself"),
        ),
        "goal.md": page(
            "Goal files",
            "A goal says what outcome is wanted, in what share of runs, and which levers may be moved at what cost. "
            "`sim reach` searches for the cheapest way; `sim schema --goal` prints its JSON Schema. "
            "See [how to write one](../reach.md).",
            *_sections(make_goal_structure(), "The file itself"),
        ),
    }


def _sections(schema: Schema, title: str) -> Iterator[str]:
    """The keys of the file, then those of each table in it, in their order."""
    yield f"## {title}"
    yield _table(schema)
    for name, path in _tables(schema):
        definition = schema["$defs"][name]
        yield f"## {code(path)}"
        yield _describe(definition)
        yield _table(definition)
    for key, entry in schema["properties"].items():
        if "oneOf" in entry.get("items", {}):
            yield from _kinds(schema, key, [_definition(option)[0] for option in entry["items"]["oneOf"]])


def _kinds(schema: Schema, key: str, names: Sequence[str | None]) -> Iterator[str]:
    """A list of tables of several kinds: the keys that all have, then those of each kind."""
    tables = [schema["$defs"][name] for name in names if name is not None]
    shared = [name for name in tables[0]["properties"] if all(name in one["properties"] for one in tables)]
    kinds = [one["properties"]["kind"]["const"] for one in tables]
    every = {"kind": {"enum": kinds, "description": tables[0]["properties"]["kind"]["description"]}}
    every |= {name: tables[0]["properties"][name] for name in shared if name != "kind"}
    required = [name for name in every if all(name in one["required"] for one in tables)]
    yield f"## {code(f'[[{key}]]')}"
    yield "Each has these keys, and those of its kind:"
    yield _table({"properties": every, "required": required})
    for kind, one in zip(kinds, tables, strict=True):
        yield f"### {code(f'kind = {json.dumps(kind)}')}"
        yield _describe(one)
        own = {name: entry for name, entry in one["properties"].items() if name not in shared}
        if own:
            yield _table({"properties": own, "required": one.get("required", ())})


def _describe(definition: Schema) -> str:
    return str(definition.get("description", "")).split("\n\n")[0]


def _tables(schema: Schema) -> Iterator[tuple[str, str]]:
    """Each table that a file may hold, with its place in the file."""
    seen = set()
    waiting: list[tuple[Schema, str]] = [(schema, "")]
    while waiting:
        holder, prefix = waiting.pop(0)
        for key, entry in holder.get("properties", {}).items():
            name, is_list, is_mapping = _definition(entry)
            if name is None or name in seen or schema["$defs"][name].get("type") != "object":
                continue
            seen.add(name)
            dotted = f"{prefix}{key}" + (".KEY" if is_mapping else "")
            yield name, f"[[{dotted}]]" if is_list else f"[{dotted}]"
            waiting.append((schema["$defs"][name], f"{dotted}."))


def _definition(entry: Schema) -> tuple[str | None, bool, bool]:
    """The table that an entry refers to, whether it is a list of them, and whether a table of them by name."""
    if "$ref" in entry:
        return str(entry["$ref"]).removeprefix(REFERENCE), False, False
    for part, is_list in (("items", True), ("additionalProperties", False)):
        below = entry.get(part)
        if isinstance(below, Mapping) and "$ref" in below:
            return str(below["$ref"]).removeprefix(REFERENCE), is_list, not is_list
    return None, False, False


def _table(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        [code(key), _value(entry, key in required), str(entry.get("description", ""))]
        for key, entry in schema["properties"].items()
    ]
    return table(["key", "value", "meaning"], rows)


def _value(entry: Schema, is_required: bool) -> str:
    """The kind of value of a key, whether it is required, and its default."""
    said = [_type(entry), *_bounds(entry)]
    if is_required:
        said.append("required")
    elif entry.get("default") not in (None, "", [], {}):
        said.append(f"default {_toml(entry['default'])}")
    return "; ".join(said)


def _type(entry: Schema) -> str:
    name, is_list, is_mapping = _definition(entry)
    if name is not None:
        return "list of tables" if is_list else "table of tables" if is_mapping else "table"
    if "enum" in entry:
        return ", ".join(_toml(value) for value in entry["enum"])
    if entry.get("format") == "date":
        return "date"
    if "oneOf" in entry.get("items", {}):
        return "list of tables"
    if entry.get("type") == "array":
        return f"list of {_plural(_type(entry.get('items', {})))}"
    if "anyOf" in entry:
        return " or ".join(_type(option) for option in entry["anyOf"])
    return PLAIN.get(str(entry.get("type")), "any value")


def _plural(word: str) -> str:
    return word if "`" in word else {"any value": "values", "date": "dates"}.get(word, f"{word}s")


def _bounds(entry: Schema) -> Iterator[str]:
    low, high = entry.get("minimum"), entry.get("maximum")
    high = None if high is not None and high >= BOUNDLESS else high
    if low is not None and high is not None:
        yield f"{number(low)} to {number(high)}"
    elif low is not None:
        yield f"at least {number(low)}"
    if "formatMinimum" in entry:
        yield f"{entry['formatMinimum']} to {entry['formatMaximum']}"
    fewest, most = entry.get("minItems"), entry.get("maxItems")
    if fewest is not None and fewest == most:
        yield f"{fewest} of them"
    elif most is not None:
        yield f"{fewest or 0} to {most}"
    elif fewest is not None:
        yield f"at least {fewest}"


def _toml(value: object) -> str:
    match value:
        case bool():
            return code(str(value).lower())
        case str() | list():
            return code(json.dumps(value))
        case _:
            return code(value)
