"""Several scenarios, each run with its base and kept in a folder of its own below one folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from sim.case import prepare_with_base
from sim.errors import InputError, Problem, make_input_error
from sim.files.writing import write_json
from sim.results.scenarios import FolderOfScenarios
from sim.runner.executors import Executor
from sim.runner.folder.writing import make_folder
from sim.runner.identity import check_program
from sim.runner.plan import OnProgress, ignore_progress
from sim.runner.sweep import keep_run
from sim.specs import Scenario

SCENARIOS = "scenarios.json"
"""The file that lists the scenarios of a folder."""


@dataclass(frozen=True)
class NamedScenario:
    """A scenario that is run with others.

    Parameters
    ----------
    name : name of its folder, and of the scenario in messages and tables.
    base : what it is compared with, if anything.
    """

    name: str
    spec: Scenario
    base: Scenario | None = None

    @property
    def runs(self) -> int:
        """Number of runs, with those of the base."""
        return self.spec.replicates * (1 if self.base is None else 2)


@dataclass(frozen=True)
class KeptScenario:
    """A scenario that was run, or why it could not be.

    Parameters
    ----------
    dropped : damaged files that were found, and whose runs were made again.
    problems : what was wrong; none where it was run.
    """

    name: str
    dropped: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def check_scenarios(named: Sequence[NamedScenario]) -> list[NamedScenario]:
    """Prepare every scenario without running it; a base that one cannot be compared with is left out.

    Raises
    ------
    InputError : some cannot be prepared; every problem of all of them is listed, under their names.
    """
    found: list[NamedScenario] = []
    problems: list[Problem] = []
    for one in named:
        try:
            _, base = prepare_with_base(one.spec, one.base)
        except InputError as error:
            problems += [replace(problem, where=f"{one.name}: {problem.where}") for problem in error.problems]
        else:
            found.append(one if base is not None else replace(one, base=None))
    if problems:
        raise InputError(problems)
    return found


def keep_scenarios(
    named: Sequence[NamedScenario],
    folder: Path,
    engine: str,
    executor: Executor,
    kept: list[KeptScenario],
    on_progress: OnProgress = ignore_progress,
) -> None:
    """Run scenarios, or the rest of them, each into a folder of its name; workers run one scenario each at a time.

    Parameters
    ----------
    folder : new, empty, or with some of these scenarios; others in it remain.
    kept : receives every scenario as soon as it is done, so that an interrupt loses none.

    Raises
    ------
    InputError : the folder holds something else or cannot be written to.
    WorkersLostError : the workers died; the same call resumes.
    OSError : the disk is full or cannot be written to; the same call resumes.
    """
    _claim_folder(folder, [one.name for one in named])
    total, done = sum(one.runs for one in named), 0
    runs = {one.name: one.runs for one in named}
    program = executor.check_workers()

    def watch(within: int, _: int) -> None:
        on_progress(done + within, total)

    on_progress(0, total)
    keep = partial(_keep, folder=folder, engine=engine, program=program, watch=ignore_progress if program else watch)
    with closing(executor.results(keep, named)) as finished:
        for one in finished:
            kept.append(one)
            done += runs[one.name]
            on_progress(done, total)


def _keep(one: NamedScenario, *, folder: Path, engine: str, program: str, watch: OnProgress) -> KeptScenario:
    """Run one scenario into its folder; what is wrong with it is its result, so that the others continue."""
    try:
        if program:
            check_program(program)
        case, base = prepare_with_base(one.spec, one.base)
        done = keep_run(case, folder / one.name, engine, base=base, on_progress=watch)
    except InputError as error:
        return KeptScenario(one.name, problems=error.problems)
    return KeptScenario(one.name, done.dropped)


def _claim_folder(folder: Path, names: Sequence[str]) -> None:
    """Note the scenarios in their folder; those of earlier calls that are not among them remain, after them."""
    make_folder(folder)
    if not (folder / SCENARIOS).is_file() and any(folder.iterdir()):
        message = "is not empty and holds no scenarios."
        raise make_input_error("--out", str(folder), message, "Give a new folder, or one of an earlier run of several.")
    before = list_scenarios(folder) if (folder / SCENARIOS).is_file() else []
    write_json(folder / SCENARIOS, FolderOfScenarios(scenarios=list(dict.fromkeys([*names, *before]))).document())


def list_scenarios(folder: Path) -> list[str]:
    """Names of the scenarios in a folder of several.

    Raises
    ------
    InputError : the file that lists them cannot be read.
    """
    path = folder / SCENARIOS
    try:
        return FolderOfScenarios.model_validate_json(path.read_bytes()).scenarios
    except (OSError, ValidationError):
        raise make_input_error(str(path), "", "cannot be read.", "Give another folder.") from None
