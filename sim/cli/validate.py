"""``sim validate``: score a scenario against roll calls, beside what simple rules would have said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, Overrides, console, print_json, table
from sim.evaluation.scores import Scores
from sim.specs import read_scenario
from sim.world import load_world


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    rollcalls: Annotated[
        Path | None, typer.Option(help="CSV with resolution, date, iso3, vote; the world's own roll calls by default.")
    ] = None,
    set_: Overrides = None,
    as_json: AsJson = False,
) -> int:
    """Score a scenario member by member against the votes that were cast."""
    from sim.evaluation.validation import read_rollcalls, validate  # SciPy is slow to load

    spec = read_scenario(scenario, set_ or [])
    calls = None if rollcalls is None else read_rollcalls(rollcalls, load_world(spec.world))
    found = validate(spec, calls)
    if as_json:
        print_json({"resolutions": [entry.document() for entry in found]})
        return 0
    screen = console()
    for entry in found:
        rows = [
            _row("the scenario, pinned to the counts", entry.pinned),
            _row("the scenario, declared", entry.declared),
        ]
        rows += [_row(name.replace("_", " "), scores) for name, scores in entry.baselines.items()]
        title = f"{entry.resolution}: {entry.n} members scored"
        screen.print(table(title, ["", "accuracy", "balanced", "RPS", "log loss"], rows))
    screen.print("accuracy: higher is better; RPS (0 to 1) and log loss: lower is better; absent counts with abstain")
    return 0


def _row(name: str, scores: Scores) -> list[str]:
    return [
        name,
        f"{scores.accuracy:.3f}",
        f"{scores.balanced_accuracy:.3f}",
        f"{scores.rps:.4f}",
        f"{scores.log_loss:.3f}",
    ]
