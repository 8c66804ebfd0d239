"""``sim validate``: score a scenario against roll calls, beside what simple rules would have said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sim.cli.output import AsJson, Overrides, console, print_json, table
from sim.errors import input_error
from sim.specs import read_scenario
from sim.world import load_world

if TYPE_CHECKING:
    from sim.evaluation.scores import Scores
    from sim.evaluation.validation import Validation


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    rollcalls: Annotated[
        Path | None, typer.Option(help="CSV with resolution, date, iso3, vote; the world's own roll calls by default.")
    ] = None,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Count earlier roll calls of the file as known, too.")
    ] = False,
    set_: Overrides = None,
    as_json: AsJson = False,
) -> int:
    """Score a scenario member by member against the votes that were cast."""
    from sim.evaluation.rollcalls import read_rollcalls
    from sim.evaluation.validation import validate  # SciPy is slow to load

    spec = read_scenario(scenario, set_ or [])
    calls = None if rollcalls is None else read_rollcalls(rollcalls, load_world(spec.world))
    if rolling and rollcalls is None:
        raise input_error("--rolling", "", "needs a file of roll calls.", "Give one with --rollcalls FILE.")
    found = validate(spec, calls, is_rolling=rolling)
    if as_json:
        print_json({"resolutions": [entry.document() for entry in found]})
        return 0
    screen = console()
    for entry in found:
        screen.print(_table(entry))
        screen.print(f"likeliest action right: {_recall(entry)}")
    screen.print(
        "accuracy: higher is better; Brier (0 to 2), RPS (0 to 1), log loss: lower is better\n"
        "absent counts as abstain; intervals are over members; pinned: accuracy by rank, cut at the counts"
    )
    return 0


TOLD = {
    "in-sample": "model and rules were fitted to this very vote",
    "next-vote": "told from earlier votes",
    "earlier-vote": "parameters fitted to later votes",
}


def _table(entry: Validation) -> Table:
    rows = [
        ["pinned to the counts", *[""] * 5],
        _row("the model", entry.pinned),
        _spread(entry.pinned_intervals),
        *(_row(name.replace("_", " "), scores) for name, scores in entry.baselines_pinned.items()),
        ["as declared", *[""] * 5],
        _row("the model", entry.declared),
        _spread(entry.declared_intervals),
        *(_row(name.replace("_", " "), scores) for name, scores in entry.baselines.items()),
    ]
    title = f"{entry.resolution}: {entry.n} members scored; {TOLD[entry.mode]}"
    return table(title, ["", "accuracy", "balanced", "Brier", "RPS", "log loss"], rows)


def _row(name: str, scores: Scores) -> list[str]:
    return [
        f"  {name}",
        f"{scores.accuracy:.3f}",
        f"{scores.balanced_accuracy:.3f}",
        f"{scores.brier:.3f}",
        f"{scores.rps:.4f}",
        f"{scores.log_loss:.3f}",
    ]


def _spread(found: Mapping[str, tuple[float, float]]) -> list[str]:
    digits = {"accuracy": 3, "balanced_accuracy": 3, "brier": 3, "rps": 4, "log_loss": 3}
    return ["    90 % interval", *(f"{found[name][0]:.{n}f}-{found[name][1]:.{n}f}" for name, n in digits.items())]


def _recall(entry: Validation) -> str:
    return ", ".join(f"{name} {share[0]:.0%} of {share[1]}" for name, share in entry.recall.items() if share)
