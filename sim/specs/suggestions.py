"""Which key of a file was meant by one that does not exist: a similar name in the same table, or in another one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sim.limits import LONGEST_COMPARED
from sim.rules.parameters import load_registry

SIMILAR = 0.6
MOST_SUGGESTED = 3


def suggest_key(name: str, siblings: Sequence[str], tables: Mapping[str, Mapping[str, Any]]) -> str:
    """``Did you mean 'vote.0.severity'?`` for the keys whose last part is most like a name; empty where none is.

    Parameters
    ----------
    name : the last part of the key that does not exist.
    siblings : the keys of its table; of equally similar names, these are meant.
    tables : the properties of each table of the file, by the path of the table.

    Examples
    --------
    >>> suggest_key("severty", ["event"], {"vote.0": {"severity": {}}})
    "Did you mean 'vote.0.severity'?"
    """
    if len(name) > LONGEST_COMPARED:
        return ""
    own = {part: [part] for part in siblings}
    others: dict[str, list[str]] = {}
    for table, properties in tables.items():
        for part in properties:
            others.setdefault(part, []).append(f"{table}.{part}")
    matcher = difflib.SequenceMatcher(b=name.casefold())
    best, paths = 0.0, [""]
    for part, found in chain(own.items(), others.items()):
        matcher.set_seq1(part.casefold())
        if matcher.real_quick_ratio() >= SIMILAR and matcher.quick_ratio() >= SIMILAR and matcher.ratio() > best:
            best, paths = matcher.ratio(), found  # the other two are upper bounds of it, and quicker
    if best < SIMILAR:
        return ""
    return write_suggestion(paths)


def write_suggestion(paths: Sequence[str]) -> str:
    """The question whether one of some keys was meant.

    Examples
    --------
    >>> write_suggestion(["severity", "topic"])
    "Did you mean 'severity' or 'topic'?"
    """
    return f"Did you mean {' or '.join(map(repr, paths[:MOST_SUGGESTED]))}?"


def is_similar(name: str, part: str) -> bool:
    """Whether a name is so much like a key that the key may be meant."""
    if len(name) > LONGEST_COMPARED:
        return False
    return bool(difflib.get_close_matches(part.casefold(), [name.casefold()], cutoff=SIMILAR))


def list_tables(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables of a scenario file, and the first of each list of tables, with the properties of each."""
    for name, node in schema["properties"].items():
        found = [node, *node.get("anyOf", ()), node.get("items", {})]
        references = [one["$ref"].rpartition("/")[2] for one in found if "$ref" in one]
        for reference in references:
            path = f"{name}.0" if "items" in node else name
            yield path, schema["$defs"][reference].get("properties", {})
    yield "parameters", load_registry()
