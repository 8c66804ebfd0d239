"""What the commands of what-if questions print with ``--json``: their keys, read off small documents made here."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from sim.cli.commands import compare, explain, reach, sensitivity
from tools.manual.documents import keys_of
from tools.manual.meanings import key_table, meanings

GOAL = """
scenario = "harbour-blockade"
replicates = 20
[goal]
probability = 0.85
[goal.count]
action = "support"
at_least = 4
[[lever]]
kind = "number"
key = "vote.target_threat"
from = 0.0
to = 1.0
step = 1.0
cost = 5.0
[[lever]]
kind = "pledge"
members = ["GUL", "FER"]
action = "support"
cost = 1.0
"""
SAMPLES = {"morris": 5, "saltelli": 4}
"""Kinds of design that have indices, and samples enough to tell regions apart."""
SAME = "votes[].base."
"""Where the keys stand that a comparison and a run share."""


def parts() -> Iterator[str]:
    """The parts of the page, in the order of the commands."""
    meant = meanings()
    with tempfile.TemporaryDirectory() as scratch:
        yield "## `sim compare --json`"
        found = keys_of(_printed(compare.command, ["es-11-1-april-threat"], replicates=20))
        shared = {f"compared[].{key}": told for key, told in meant["run"].items() if key.startswith(SAME)}
        yield key_table(found, {**shared, **meant["compare"]})
        yield "## `sim explain --json`"
        yield (
            "Utilities are in units of the logit noise, means over the replicates; terms add up to them. Where one is "
            "larger by 1, its action is 2.7 times as likely."
        )
        yield key_table(keys_of(_explained()), meant["explain"])
        yield "With `--all`:"
        found = keys_of(_printed(explain.command, "harbour-blockade", everyone=True, replicates=20))
        yield key_table(found, meant["explain_all"])
        yield "## `sim reach --json`"
        yield "Of `as_it_stands`, `surest` and each of `frontier` the same is told as of `best`."
        goal = Path(scratch) / "goal.toml"
        goal.write_text(GOAL, encoding="utf-8")
        yield key_table(_once(keys_of(_printed(reach.command, str(goal)))), meant["reach"])
        yield "## `sim sensitivity --json`"
        by_kind = {kind: keys_of(_sensitivity(kind, Path(scratch) / kind)) for kind in SAMPLES}
        common = set.intersection(*map(set, by_kind.values()))
        yield key_table({key: kind for key, kind in by_kind["morris"].items() if key in common}, meant["sensitivity"])
        for kind, keys in by_kind.items():
            yield f"Every lever also has, of a design of kind `{kind}`:"
            yield key_table({key: told for key, told in keys.items() if key not in common}, meant[kind])


def _printed(command: Callable[..., int], *arguments: object, **options: object) -> Any:
    """The document that a command prints."""
    with redirect_stdout(io.StringIO()) as printed, redirect_stderr(io.StringIO()):
        command(*arguments, **options, as_json=True)
    return json.loads(printed.getvalue())


def _explained() -> Any:
    """An explanation with all that one can have: months and drawn parameters; and levers, which are quick without."""
    ends = ["months.end=2022-04-30"]
    found = _printed(
        explain.command,
        "2022-2023",
        "IND",
        along="vote.0.severity",
        levers=False,
        replicates=20,
        uncertain=True,
        set_=ends,
    )
    return {**found, "levers": _printed(explain.command, "harbour-blockade", "ELM", replicates=20)["levers"]}


def _once(keys: Mapping[str, str]) -> dict[str, str]:
    """The keys of a reached goal, those of a combination at `best` alone, and refused where others differ."""
    best = {key.removeprefix("best."): kind for key, kind in keys.items() if key.startswith("best.")}
    for head in ("as_it_stands.", "surest.", "frontier[]."):
        own = {key.removeprefix(head) for key in keys if key.startswith(head)}
        if own != set(best):
            raise ValueError(f"{head} has other keys than best: {sorted(own ^ set(best))}")
    return {key: kind for key, kind in keys.items() if not key.startswith(("as_it_stands.", "surest.", "frontier[]."))}


def _sensitivity(kind: str, folder: Path) -> Any:
    design = [f"design.kind={kind}", f"design.samples={SAMPLES[kind]}"]
    return _printed(
        sensitivity.command,
        "where-threats-work",
        folder,
        event="oppose>20",
        output=["support"],
        replicates=3,
        set_=design,
    )
