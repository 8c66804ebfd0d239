"""``sim run``: run a scenario, print its tally beside the observed one, and the members it gets wrong."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.case import Case, prepare
from sim.cli.months import print_months
from sim.cli.output import AsJson, Overrides, Uncertain, console, print_json, progress, run_settings, say, table
from sim.errors import input_error
from sim.evaluation.summary import misses, summary
from sim.evaluation.tallies import REPORTED
from sim.runner.keep import check_folder, keep
from sim.runner.run import ENGINES, RunResult, run
from sim.specs import read_scenario
from sim.views.chamber import chamber_figure

LONGEST_LIST = 40
MOST_SHOWN_MOVED = 12
INTERRUPTED = 130
PICTURES = (".png", ".svg", ".pdf")
VISIBLE = 0.05
"""Movers below this share of the replicates are counted rather than listed."""


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    replicates: Annotated[
        int | None, typer.Option(help="Runs with random numbers of their own.", min=1, max=10_000_000)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Number that all random draws are keyed by.", min=0)] = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    engine: Annotated[
        str, typer.Option(help="ensemble (fast) or mesa (the agents); the votes are the same.")
    ] = "ensemble",
    out: Annotated[Path | None, typer.Option(help="New folder to keep the result in.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Picture of the chamber to write: .png, .svg or .pdf.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run a scenario and print who votes how, with the uncertainty and the observed vote beside it."""
    if engine not in ENGINES:
        raise input_error("--engine", "", f"got '{engine}'; allowed are {', '.join(ENGINES)}.")
    spec = read_scenario(scenario, [*(set_ or []), *run_settings(replicates, seed, uncertain)])
    case = prepare(spec)
    base = None
    compared = scenario if set_ else spec.base
    if compared is not None:
        base = prepare(read_scenario(compared, run_settings(spec.replicates, spec.seed, spec.parameter_uncertainty)))
        if not is_comparable(case, base):
            say("the what-if has other votes or another world than its base, so the two are not compared")
            base = None
    if out is not None:
        check_folder(out)
    if plot is not None:
        _check_picture(plot)
    started = time.monotonic()
    with progress(spec.replicates, "replicates") as report:
        result = run(case, spec.replicates, engine, base=base, on_progress=report)
    if out is not None:
        keep(result, out, time.monotonic() - started)
        say(f"kept in {out}; 'sim rerun {out}' repeats it")
    if plot is not None:
        chamber_figure(result).savefig(plot, dpi=160)
        say(f"picture in {plot}")
    if as_json:
        print_json(summary(result))
    else:
        _print(result)
    if result.is_interrupted:
        say(f"interrupted: {result.replicates} of {spec.replicates} replicates are done")
        return INTERRUPTED
    return 0


def is_comparable(case: Case, base: Case) -> bool:
    """Whether two cases vote on the same resolutions in the same world."""
    resolutions = [ballot.resolution for ballot in case.ballots]
    return case.world.iso3 == base.world.iso3 and resolutions == [ballot.resolution for ballot in base.ballots]


def _check_picture(plot: Path) -> None:
    """Refuse a picture that could not be written, before anything is run for it."""
    if plot.suffix not in PICTURES:
        raise input_error("--plot", "", f"got '{plot}'; its name has to end in {', '.join(PICTURES)}.")
    if not plot.parent.is_dir():
        raise input_error("--plot", "", f"the folder of '{plot}' does not exist.")
    if find_spec("matplotlib") is None:
        raise input_error("--plot", "", "pictures need Matplotlib.", "Install alignment-sim with the extra 'views'.")


def _print(result: RunResult) -> None:
    spec, screen = result.case.spec, console()
    screen.print(f"[bold]{spec.title}[/]\n{spec.question}")
    document = summary(result)
    for number, vote in enumerate(document["votes"]):  # type: ignore[arg-type, var-annotated]
        screen.print()
        _print_vote(screen, result, number, vote)
    if result.months is not None:
        print_months(screen, document["months"])  # type: ignore[arg-type]


def _print_vote(screen: Console, result: RunResult, number: int, vote: dict) -> None:  # type: ignore[type-arg]
    observed, tally = vote["observed"], vote["tally"]
    rows = [
        [
            name,
            f"{tally[name]['median']:.0f}",
            f"{tally[name]['p05']:.0f} to {tally[name]['p95']:.0f}",
            "-" if observed is None else str(observed[name]),
            f"{100 * vote['population_share'][name]:.0f} %",
        ]
        for name in REPORTED
    ]
    title = f"{vote['resolution']}, {vote['date']}: members, {result.replicates} replicates"
    screen.print(table(title, ["action", "median", "90 % interval", "observed", "of world population"], rows))
    split = vote["split"]["with_target"]
    parts = [f"{split[name]:.0f}" for name in ("support", "abstain", "oppose")]
    screen.print(f"split {'/'.join(parts)}; besides the target {vote['split']['without_target']['oppose']:.0f} oppose")
    if observed is not None:
        screen.print(
            f"observed {observed['support']}/{observed['abstain']}/{observed['oppose']}; "
            f"{100 * vote['near']:.0f} % of replicates are within 5 members of it on every action"
        )
    if vote["accuracy"] is not None:
        screen.print(f"{100 * vote['accuracy']:.1f} % of members have the observed vote as their likeliest")
    if vote["settled"] < 1:
        screen.print(f"{100 * (1 - vote['settled']):.1f} % of replicates had not settled after the last round")
    _print_misses(screen, misses(result, number))
    if vote["base"] is not None:
        _print_change(screen, vote["base"])


def _print_misses(screen: Console, wrong: list[dict[str, object]]) -> None:
    if not wrong:
        return
    rows = [
        [str(m["name"]), str(m["observed"]), str(m["likeliest"]), f"{100 * m['probability_of_observed']:.0f} %"]  # type: ignore[operator]
        for m in wrong[:LONGEST_LIST]
    ]
    screen.print()
    screen.print(
        table(
            f"The {len(wrong)} members it gets wrong",
            ["member", "observed", "likeliest", "probability of the observed"],
            rows,
            texts=3,
        )
    )
    if len(wrong) > LONGEST_LIST:
        screen.print(f"and {len(wrong) - LONGEST_LIST} more; --json has them all")


def _print_change(screen: Console, base: dict) -> None:  # type: ignore[type-arg]
    screen.print()
    moved = base["moved"]
    if not moved:
        screen.print(f"against '{base['scenario']}', same random numbers: [bold]nobody moves, in any replicate[/]")
        _print_expectation(screen, base["expected"])
        return
    changes = ", ".join(f"{name} {base['change'][name]:+.1f}" for name in REPORTED)
    screen.print(f"against '{base['scenario']}', same random numbers, mean change of members: {changes}")
    shown = [mover for mover in moved if mover["moved"] >= VISIBLE][:MOST_SHOWN_MOVED]
    rows = [[mover["name"], *(f"{100 * mover[key]:.0f} %" for key in ("moved", "towards", "away"))] for mover in shown]
    if rows:
        columns = ["member", "acts otherwise in", "nearer the senders in", "nearer the target in"]
        screen.print(table("Who moves, in per cent of replicates", columns, rows))
        screen.print("where the last two do not add up to the first, the rest is between abstaining and absence")
    rest = len(moved) - len(shown)
    if rest:
        screen.print(f"{rest} {'more members move' if shown else 'members move'} in some replicates; --json has them")
    _print_expectation(screen, base["expected"])


def _print_expectation(screen: Console, expected: dict | None) -> None:  # type: ignore[type-arg]
    if expected is None:
        return
    verdict = "as expected" if expected["is_as_expected"] else f"not as expected ({expected['support']})"
    screen.print(f"said beforehand: {expected['direction']}")
    screen.print(f"found: mean support {expected['found']}, [bold]{verdict}[/]")
    if expected["movers"]:
        listed = ", ".join(f"{iso3} {100 * share:.0f} %" for iso3, share in expected["movers"].items())
        often = sum(share >= VISIBLE for share in expected["movers"].values())
        of = f"{often} of {len(expected['movers'])} in at least {100 * VISIBLE:.0f} % of replicates"
        screen.print(f"expected movers, and how often they moved ({of}): {listed}")
