"""What ``sim run`` does with several scenarios: each is kept in a folder of its own, and one table shows them all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from sim.cli.cases import read_with_base
from sim.cli.exports import Exports
from sim.cli.output import (
    DONE,
    FAILED,
    INTERRUPTED,
    WRONG_INPUT,
    console,
    print_json,
    print_lines,
    print_table,
    say,
)
from sim.cli.progress import progress
from sim.cli.running import open_executor
from sim.errors import InputError, Problem
from sim.results.scenarios import ScenariosSummary
from sim.runner.executors import WorkersLostError
from sim.runner.folder.kept import read_run
from sim.runner.result import RunResult
from sim.runner.several import KeptScenario, NamedScenario, check_scenarios, keep_scenarios
from sim.specs.listing import name_references
from sim.summaries.scenarios import (
    answer_scenarios,
    make_scenarios_data,
    make_scenarios_tables,
    summarise_scenarios,
)


def run_several(
    references: Sequence[str],
    assigned: Sequence[str],
    settings: Sequence[str],
    engine: str,
    out: Path | None,
    workers: int,
    exports: Exports,
    *,
    as_json: bool,
) -> int:
    """Read, run and print several scenarios; the exit status."""
    named = _read(references, assigned, settings)
    with _name_folder(out) as folder:
        status, found = _run(named, folder, engine, workers, is_kept=out is not None)
    if found.scenarios:
        exports.write(lambda: make_scenarios_tables(found), lambda: make_scenarios_data(found))
    if as_json:
        print_json(found.document())
    elif found.scenarios:
        _print(console(), found)
    if out is not None and found.scenarios:
        say(f"kept in {out}, a folder for each; 'sim report {out}' makes a page of them")
    return status


def _read(references: Sequence[str], assigned: Sequence[str], settings: Sequence[str]) -> list[NamedScenario]:
    """Read and prepare several scenarios, each with its base.

    Raises
    ------
    InputError : some are not valid; every problem of all of them is listed, and nothing is run.
    """
    named: list[NamedScenario] = []
    problems: list[Problem] = []
    for name, reference in zip(name_references(references), references, strict=True):
        try:
            named.append(NamedScenario(name, *read_with_base(reference, assigned, settings)))
        except InputError as error:
            problems += error.problems
    try:
        checked = check_scenarios(named)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return checked


@contextmanager
def _name_folder(out: Path | None) -> Iterator[Path]:
    """The folder where scenarios are kept: the one that was asked for, or one that is removed in the end."""
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="sim-run-") as folder:
        yield Path(folder) / "runs"


def _run(
    named: Sequence[NamedScenario], folder: Path, engine: str, workers: int, *, is_kept: bool
) -> tuple[int, ScenariosSummary]:
    """Run several scenarios; the exit status, and the summary of those that are done.

    Parameters
    ----------
    is_kept : whether the folder remains, so that the same command can go on after it was stopped.
    """
    kept: list[KeptScenario] = []
    status = DONE
    with open_executor(workers) as executor, progress("runs") as report:
        try:
            keep_scenarios(named, folder, engine, executor, kept, report)
        except KeyboardInterrupt:
            status = INTERRUPTED
            say(f"interrupted: {len(kept)} of {len(named)} scenarios are done{_go_on(folder, is_kept)}")
        except (WorkersLostError, MemoryError, OSError) as error:
            status = FAILED
            say(f"stopped: {error or type(error).__name__}{_go_on(folder, is_kept)}")
    for one in kept:
        for problem in one.problems:
            say(f"{one.name}: {problem}")
        for name in one.dropped:
            say(f"{one.name}: {name} was damaged or half written; its runs were made again")
    done = {one.name for one in kept if not one.problems}
    if status == DONE and len(done) < len(named):
        rest = "; the others are done" if done else ""
        say(f"{len(named) - len(done)} of {len(named)} scenarios were not run{rest}")
        status = WRONG_INPUT
    return status, summarise_scenarios(_read_results(folder, [one.name for one in named if one.name in done]))


def _read_results(folder: Path, names: Iterable[str]) -> Iterator[tuple[str, RunResult]]:
    """The runs of scenarios that are done, one after another."""
    for name in names:
        yield name, read_run(folder / name).result


def _go_on(folder: Path, is_kept: bool) -> str:
    return f"; what is finished is kept in {folder}, and the same command goes on from there" if is_kept else ""


def _print(screen: Console, found: ScenariosSummary) -> None:
    """Print what several scenarios came to, and their tables."""
    print_lines(screen, answer_scenarios(found))
    for made in make_scenarios_tables(found):
        screen.print()
        print_table(screen, made)
