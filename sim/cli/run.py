"""``sim run``: run a scenario, print its tally beside the observed one, and the members it gets wrong."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.cli.cases import case_and_base
from sim.cli.changes import print_expected, print_movers
from sim.cli.months import print_months
from sim.cli.output import (
    INTERRUPTED,
    AsJson,
    Engine,
    Overrides,
    Seed,
    Uncertain,
    check_engine,
    console,
    print_json,
    run_settings,
    say,
    table,
)
from sim.cli.progress import progress
from sim.results.summary import misses, summary
from sim.results.tallies import REPORTED, SPLIT
from sim.runner.keep import check_folder, keep
from sim.runner.run import RunResult, run
from sim.views.frame import save
from sim.views.kinds import check_picture
from sim.views.pictures.chamber import chamber_figure

LONGEST_LIST = 40


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    replicates: Annotated[
        int | None, typer.Option(help="Runs with random numbers of their own.", min=1, max=10_000_000)
    ] = None,
    seed: Seed = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    engine: Engine = "ensemble",
    out: Annotated[Path | None, typer.Option(help="New folder to keep the result in.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Picture of the chamber to write: .png, .svg or .pdf.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run a scenario and print who votes how, with the uncertainty and the observed vote beside it."""
    check_engine(engine)
    case, base = case_and_base(scenario, set_ or [], run_settings(replicates, seed, uncertain))
    spec = case.spec
    if out is not None:
        check_folder(out)
    if plot is not None:
        check_picture("--plot", plot)
    started = time.monotonic()
    with progress("runs", spec.replicates) as report:
        result = run(case, spec.replicates, engine, base=base, on_progress=report)
    if out is not None:
        keep(result, out, time.monotonic() - started)
        say(f"kept in {out}; 'sim rerun {out}' repeats it")
    if plot is not None:
        save(chamber_figure(result), plot)
        say(f"picture in {plot}")
    if as_json:
        print_json(summary(result))
    else:
        _print(result)
    if result.is_interrupted:
        say(f"interrupted: {result.replicates} of {spec.replicates} replicates are done")
        return INTERRUPTED
    return 0


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
    parts = [f"{split[name]:.0f}" for name in SPLIT]
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
    changes = ", ".join(f"{name} {base['change'][name]:+.1f}" for name in REPORTED)
    screen.print()
    screen.print(f"against '{base['scenario']}', same random numbers, mean change of members: {changes}")
    print_movers(screen, base["moved"])
    print_expected(screen, base["expected"])
