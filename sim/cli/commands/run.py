"""``sim run``: run a scenario and print the split and the members it gets wrong, or several and print one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.case import Case
from sim.cli.cases import read_case
from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
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
from sim.errors import make_input_error
from sim.limits import MOST_REPLICATES
from sim.results.run import RunSummary
from sim.results.tables import Table
from sim.runner.batch import check_engine
from sim.runner.result import RunResult
from sim.runner.run import run_case
from sim.specs import list_references, list_shipped_scenarios
from sim.specs.listing import is_of_several
from sim.summaries.about_tables import answer_about
from sim.summaries.data import run_data
from sim.summaries.months_tables import NOBODY_TWO_FACED, answer_months
from sim.summaries.run_tables import run_tables
from sim.summaries.sentences import answer_basis, answer_expectation, answer_vote, judge_expectation
from sim.summaries.summary import summarise_run
from sim.views.frame import check_picture, save, write_day
from sim.whatif.doubt import measure_doubt


@with_exports
def command(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of shipped scenarios or TOML files; patterns such as 'es-11-*' and folders name several.",
            autocompletion=complete_names("scenarios"),
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Run every shipped scenario.")] = False,
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
    exports: Exports = NO_EXPORTS,
    plot: Annotated[
        Path | None, typer.Option(help="Picture of the votes of one scenario to write: .png, .svg or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Run a scenario and print who votes how, with the uncertainty, and the observed vote next to it.

    Several scenarios give one table: the split of each, the observed one, and the change against its base. With --out,
    each is kept in a folder of its name, and the same command goes on where it was stopped.
    """
    check_engine(engine, "--engine")
    given, settings = scenarios or [], run_settings(replicates, seed, uncertain)
    if everything == bool(given):
        raise make_input_error("sim run", "SCENARIO", "give either scenarios or --all.")
    if len(given) != 1 or is_of_several(given[0]):
        references = list_references(given) if given else list(list_shipped_scenarios())
        if plot is not None:
            fix = "Give --out, then 'sim report' makes a page with pictures."
            raise make_input_error("--plot", "", "is a picture of one scenario, and several are run.", fix)
        from sim.cli.several import run_several  # what a first answer does not need is loaded where it is used

        return run_several(references, set_ or [], settings, engine, out, workers, exports, as_json=as_json)
    case, base = read_case(given[0], set_ or [], settings)
    if plot is not None:
        check_picture("--plot", plot)
    status, result = _run(case, base, engine, out, workers)
    if result is None:
        return status
    result = measure_doubt(result)
    if plot is not None:
        from sim.views.pictures.chamber import draw_chambers

        save(draw_chambers(result), plot)
        say(f"picture in {plot}")
    document = summarise_run(result)
    tables = run_tables(result, document)
    exports.write(lambda: tables, lambda: run_data(document))
    if as_json:
        print_json(document.document())
    else:
        _print(document, tables)
    if result.is_interrupted:
        say(f"interrupted: {result.replicates} of {case.spec.replicates} runs are done")
    return status


def _run(case: Case, base: Case | None, engine: str, out: Path | None, workers: int) -> tuple[int, RunResult | None]:
    """Run in memory, or in the folder where the result is kept; the exit status, and the result if there is one."""
    with open_executor(workers) as executor, progress("runs") as report:
        if out is None:
            result = run_case(case, engine=engine, base=base, executor=executor, on_progress=report)
            return INTERRUPTED if result.is_interrupted else 0, result
        from sim.runner.folder.kept import read_run  # these load Parquet
        from sim.runner.sweep import keep_run

        status, done = finish_folder(
            out, lambda: keep_run(case, out, engine, base=base, executor=executor, on_progress=report)
        )
    if done is None:
        return status, None
    say(f"kept in {out}; 'sim rerun {out}' repeats it")
    return status, read_run(out).result


def _print(document: RunSummary, tables: Sequence[Table]) -> None:
    screen = console()
    print_heading(screen, document.scenario, f"\n{document.question}")
    changed = document.votes[0].base
    if changed is not None:
        print_lines(screen, answer_expectation(changed))
    if document.months is not None and document.months.about is not None:
        print_lines(screen, answer_about(document.months.about))
    for vote in document.votes:
        screen.print()
        print_lines(screen, [f"{vote.resolution}, {write_day(vote.date)}", *answer_vote(vote)])
        if vote.base is not None:
            print_lines(screen, judge_expectation(vote.base))
    basis = [] if changed is None else answer_basis(changed)
    if basis:
        print_lines(screen, ["", *basis])
    if document.months is not None:
        print_lines(screen, ["", " ".join(answer_months(document.months))])
    for one in tables:
        screen.print()
        print_table(screen, one)
    if document.months is not None and not document.months.two_faced:
        screen.print(f"\n{NOBODY_TWO_FACED}")
