"""``sim validate``: score a scenario against roll calls, beside what simple rules would have said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sim.cli.output import AsJson, Overrides, console, print_json, table
from sim.cli.progress import progress
from sim.cli.reading import read_scenario
from sim.errors import input_error
from sim.specs import Scenario
from sim.world import load_world
from sim.world.rollcalls.files import Observed, read_rollcalls

if TYPE_CHECKING:
    from sim.fitting.heldout import HeldOut
    from sim.scoring.scores import Scores
    from sim.scoring.verdict import Validation


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    rollcalls: Annotated[
        Path | None, typer.Option(help="CSV with resolution, date, iso3, vote; the world's own roll calls by default.")
    ] = None,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Count earlier roll calls of the file as known, too.")
    ] = False,
    mode: Annotated[
        str,
        typer.Option(
            help="as-it-stands; next-vote (parameters fitted again to earlier votes alone); "
            "held-out (members predicted by parameters fitted to the others)."
        ),
    ] = "as-it-stands",
    folds: Annotated[int, typer.Option(help="Parts that members are cut into, for held-out.", min=2, max=190)] = 20,
    fold_seeds: Annotated[int, typer.Option(help="How often they are cut anew, for held-out.", min=1, max=100)] = 3,
    set_: Overrides = None,
    as_json: AsJson = False,
) -> int:
    """Score a scenario member by member against the votes that were cast."""
    if mode not in MODES:
        raise input_error("--mode", "", f"got '{mode}'; allowed are {', '.join(MODES)}.")
    spec = read_scenario(scenario, set_ or [])
    if rolling and rollcalls is None:
        raise input_error("--rolling", "", "needs a file of roll calls.", "Give one with --rollcalls FILE.")
    if mode == "held-out" and rollcalls is not None:
        raise input_error("--mode", "", "held-out scores the world's own roll calls.", "Leave --rollcalls out.")
    calls = None if rollcalls is None else read_rollcalls(rollcalls, load_world(spec.world))
    screen = console()
    if mode == "held-out":
        held = _held_out(spec, folds, fold_seeds)
        documents = [entry.document() for entry in held]
        for entry in held if not as_json else ():
            _print(screen, entry.mean)
            _print_lead(screen, entry)
    else:
        found = _validated(spec, calls, mode, rolling)
        documents = [one.document() for one in found]
        for one in found if not as_json else ():
            _print(screen, one)
    if as_json:
        print_json({"resolutions": documents})
        return 0
    screen.print(
        "accuracy: higher is better; Brier (0 to 2), RPS (0 to 1), log loss: lower is better\n"
        "absent counts as abstain; intervals are over members; pinned: accuracy by rank, cut at the counts"
    )
    return 0


MODES = ("as-it-stands", "next-vote", "held-out")


def _validated(spec: Scenario, calls: Sequence[Observed] | None, mode: str, rolling: bool) -> list[Validation]:
    from sim.fitting.refitted import validate_refitted
    from sim.scoring.validation import validate  # SciPy is slow to load

    return (validate_refitted if mode == "next-vote" else validate)(spec, calls, is_rolling=rolling)


def _held_out(spec: Scenario, folds: int, fold_seeds: int) -> list[HeldOut]:
    from sim.fitting.heldout import held_out

    with progress("folds", folds * fold_seeds) as report:
        return held_out(spec, folds, fold_seeds, on_progress=report)


def _print(screen: Console, found: Validation) -> None:
    screen.print(_table(found))
    screen.print(f"likeliest action right: {_recall(found)}")


def _print_lead(screen: Console, entry: HeldOut) -> None:
    low, high = entry.spread()["rps"]
    screen.print(f"{entry.folds} folds, mean of {len(entry.by_cut)} cuts; declared RPS from {low:.4f} to {high:.4f}")
    for name, (mean, p05, p95) in entry.lead.items():
        rule = entry.best[name].replace("_", " ")
        screen.print(f"{WORDS[name]} less that of the best regression ({rule}): {mean:+.4f} ({p05:+.4f} to {p95:+.4f})")


WORDS = {"rps": "RPS", "log_loss": "log loss"}
TOLD = {
    "in-sample": "model and rules were fitted to this very vote",
    "next-vote": "told from earlier votes",
    "earlier-vote": "parameters fitted to later votes",
    "refitted": "fitted to earlier votes alone",
    "held-out": "members held out",
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
