"""``sim run``: run a scenario and print the split, the observed one next to it, and the members it gets wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.case import Case
from sim.cli.cases import prepare_with_base
from sim.cli.months import print_months_tables
from sim.cli.output import (
    INTERRUPTED,
    AsJson,
    Engine,
    Overrides,
    Seed,
    Uncertain,
    console,
    print_heading,
    print_json,
    print_lines,
    print_table,
    run_settings,
    say,
)
from sim.cli.progress import progress
from sim.cli.running import Workers, finish_folder, open_executor
from sim.limits import MOST_REPLICATES
from sim.results.run import VoteSummary
from sim.runner.batch import check_engine
from sim.runner.folder.kept import read_run
from sim.runner.result import RunResult
from sim.runner.run import run_case
from sim.runner.sweep import keep_run
from sim.summaries.months_tables import answer_months
from sim.summaries.sentences import answer_vote, judge_expectation
from sim.summaries.summary import list_misses, summarise_run
from sim.summaries.tables import misses_table, movers_table, tally_table
from sim.views.frame import save, write_day
from sim.views.kinds import check_picture
from sim.views.pictures.chamber import draw_chambers
from sim.whatif.doubt import doubt_of

LONGEST_LIST, MOST_MOVERS = 40, 15


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    replicates: Annotated[
        int | None, typer.Option(help="Runs with random numbers of their own.", min=1, max=MOST_REPLICATES)
    ] = None,
    seed: Seed = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    engine: Engine = "ensemble",
    out: Annotated[
        Path | None, typer.Option(help="Folder to keep the result in; the same command resumes it, or adds runs.")
    ] = None,
    workers: Workers = 1,
    plot: Annotated[Path | None, typer.Option(help="Picture of the votes to write: .png, .svg or .pdf.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run a scenario and print who votes how, with the uncertainty, and the observed vote next to it."""
    check_engine(engine, "--engine")
    case, base = prepare_with_base(scenario, set_ or [], run_settings(replicates, seed, uncertain))
    if plot is not None:
        check_picture("--plot", plot)
    status, result = _run(case, base, engine, out, workers)
    if result is None:
        return status
    result = doubt_of(result)
    if plot is not None:
        save(draw_chambers(result), plot)
        say(f"picture in {plot}")
    if as_json:
        print_json(summarise_run(result).document())
    else:
        _print(result)
    if result.is_interrupted:
        say(f"interrupted: {result.replicates} of {case.spec.replicates} runs are done")
    return status


def _run(case: Case, base: Case | None, engine: str, out: Path | None, workers: int) -> tuple[int, RunResult | None]:
    """Run in memory, or in the folder where the result is kept; the exit status, and the result if there is one."""
    with open_executor(workers) as executor, progress("runs") as report:
        if out is None:
            result = run_case(case, engine=engine, base=base, executor=executor, on_progress=report)
            return INTERRUPTED if result.is_interrupted else 0, result
        status, done = finish_folder(
            out, lambda: keep_run(case, out, engine, base=base, executor=executor, on_progress=report)
        )
    if done is None:
        return status, None
    say(f"kept in {out}; 'sim rerun {out}' repeats it")
    return status, read_run(out).result


def _print(result: RunResult) -> None:
    screen, document = console(), summarise_run(result)
    print_heading(screen, document.scenario, f"\n{document.question}")
    for vote in document.votes:
        screen.print()
        print_lines(screen, [f"{vote.resolution}, {write_day(vote.date)}", *answer_vote(vote)])
        if vote.base is not None:
            print_lines(screen, judge_expectation(vote.base))
    if document.months is not None:
        print_lines(screen, ["", " ".join(answer_months(document.months))])
    for number, vote in enumerate(document.votes):
        screen.print()
        _print_tables(screen, result, number, vote)
    if document.months is not None:
        print_months_tables(screen, document.months)


def _print_tables(screen: Console, result: RunResult, number: int, vote: VoteSummary) -> None:
    print_table(screen, tally_table(vote, result.replicates))
    if vote.base is not None:
        if vote.base.moved:
            screen.print()
            print_table(screen, movers_table(vote.resolution, vote.base.moved), MOST_MOVERS)
        return
    misses = list_misses(result, number)
    if misses:
        screen.print()
        print_table(screen, misses_table(misses), LONGEST_LIST)
