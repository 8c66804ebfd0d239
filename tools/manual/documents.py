"""A JSON document as the list of its keys: what varies by action, rule, member or series is told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from sim.rules.adoption import RULES as MAJORITIES
from sim.scoring.baselines import RULES
from sim.scoring.scores import Scores
from sim.summaries.tallies import REPORTED

STATISTICS = frozenset({"mean", "median", "p05", "p95"})
SCORES = frozenset(field.name for field in fields(Scores))
NAMED = {
    "ACTION": frozenset(REPORTED),
    "MAJORITY": frozenset(MAJORITIES),
    "RULE": frozenset(RULES),
}
"""Keys that stand for one of a set of names."""
FREE = {
    "movers": "ISO3",
    "files": "FILE",
    "packages": "PACKAGE",
    "tables": "FILE",
    "parameters": "PARAMETER",
    "defaults": "PARAMETER",
    "totals": "SERIES",
    "units": "SERIES",
    "series": "SERIES",
    "months.base": "SERIES",
    "scenarios": "SCENARIO",
    "fits": "SCENARIO",
    "worlds": "WORLD",
    "figures": "USE",
    "scores.aid": "PART",
    "simulated_and_published": "ISO3",
    "lead": "SCORE",
    "worlds.WORLD": "FILE",
    "versions": "PACKAGE",
}
"""Tables whose keys are names of anything, by the end of the path to them."""
TEXTS = ("fit", "fits.SCENARIO", "program.commit")
"""Texts that are null in some places, so that one document does not tell their kind."""
WHOLE = ("scenario", "experiment", "SCENARIO", "wanted")
"""Tables that are documents of their own, described elsewhere."""

KEPT_BASE = "base"
"""A scenario that a manifest keeps whole beside the one that was run."""


def keys_of(document: object) -> dict[str, str]:
    """Path of each key to the kind of its value, in the order in which they stand; ``[]`` for each entry of a list."""
    found: dict[str, list[str]] = {}
    for path, kind in _walked(document, ""):
        found.setdefault(path, [])
        if kind not in found[path]:
            found[path].append(kind)
    told = {path: _told(kinds) for path, kinds in found.items()}
    listed = {path for path in told if any(other.startswith(f"{path}[].") for other in told)}
    told = {path: kind for path, kind in told.items() if path not in listed}  # lists that are empty here and there
    return told | {path: "text" for path in TEXTS if path in told}


def _told(kinds: list[str]) -> str:
    """The kinds of a value together; null, and lists that are empty, go without saying where there is more."""
    told = [kind for kind in kinds if kind != "null"]
    more = [kind for kind in told if kind != "list"] if any(kind.startswith("list of") for kind in told) else told
    return " or ".join(more) or "null"


def _walked(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping() if not value:
            yield path, "table"
        case Mapping() if set(value) <= STATISTICS and len(value) > 1:
            yield path, f"table: {', '.join(value)}"
        case Mapping() if set(value) == SCORES:
            yield path, "scores"
        case Mapping() if path == KEPT_BASE or path.rsplit(".", 1)[-1] in WHOLE:
            yield path, "table"
        case Mapping():
            for key, below in value.items():
                yield from _walked(below, f"{path}.{_name(path, key, value)}".removeprefix("."))
        case list() | tuple() if value and all(isinstance(item, Mapping) for item in value):
            for item in value:
                yield from _walked(item, f"{path}[]")
        case _:
            yield path, kind_of(value)


def _name(path: str, key: str, siblings: Iterable[str]) -> str:
    for end, name in FREE.items():
        if path == end or path.endswith(f".{end}"):
            return name
    return next((name for name, known in NAMED.items() if set(siblings) <= known), key)


def kind_of(value: object) -> str:
    """What a value is, in the words of the page."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list() | tuple() if value:
            return f"list of {kind_of(value[0])}s"
        case _:
            return "list"
