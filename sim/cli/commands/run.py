"""``sim run``: run a scenario, print its tally beside the observed one, and the members it gets wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.case import Case
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
    console,
    print_json,
    run_settings,
    say,
    table,
)
from sim.cli.progress import progress
from sim.cli.running import Workers, finish_folder, open_executor
from sim.summaries.summary import misses, summary
from sim.summaries.tallies import REPORTED, SPLIT
from sim.runner.batch import check_engine
from sim.runner.folder.kept import read_run
from sim.runner.result import RunResult
from sim.runner.run import run
from sim.runner.sweep import keep_run
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
    out: Annotated[
        Path | None, typer.Option(help="Folder to keep the result in; the same command resumes it, or adds replicates.")
    ] = None,
    workers: Workers = 1,
    plot: Annotated[Path | None, typer.Option(help="Picture of the chamber to write: .png, .svg or .pdf.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run a scenario and print who votes how, with the uncertainty and the observed vote beside it."""
    check_engine(engine, "--engine")
    case, base = case_and_base(scenario, set_ or [], run_settings(replicates, seed, uncertain))
    if plot is not None:
        check_picture("--plot", plot)
    status, result = _run(case, base, engine, out, workers)
    if result is None:
        return status
    if plot is not None:
        save(chamber_figure(result), plot)
        say(f"picture in {plot}")
    if as_json:
        print_json(summary(result))
    else:
        _print(result)
    if result.is_interrupted:
        say(f"interrupted: {result.replicates} of {case.spec.replicates} replicates are done")
    return status


def _run(case: Case, base: Case | None, engine: str, out: Path | None, workers: int) -> tuple[int, RunResult | None]:
    """The run, in memory or read back from the folder where it is kept; the exit status, and what there is of it."""
    with open_executor(workers) as executor, progress("runs") as report:
        if out is None:
            result = run(case, engine=engine, base=base, executor=executor, on_progress=report)
            return INTERRUPTED if result.is_interrupted else 0, result
        status, done = finish_folder(
            out, lambda: keep_run(case, out, engine, base=base, executor=executor, on_progress=report)
        )
    if done is None:
        return status, None
    say(f"kept in {out}; 'sim rerun {out}' repeats it")
    return status, read_run(out).result


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
