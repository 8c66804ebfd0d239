"""What commands that run something share: where it runs, and what they print when it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.output import DONE, FAILED, INTERRUPTED, describe_failure, say
from sim.errors import make_input_error
from sim.runner.executors import DaskCluster, Executor, InProcess, Processes, WorkersLostError
from sim.runner.folder.files import PLAN, POINTS

if TYPE_CHECKING:
    from sim.runner.folder.writing import FinishedFolder

Workers = Annotated[int, typer.Option(help="Processes on this machine.", min=1)]
Scheduler = Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")]


@contextmanager
def open_executor(workers: int, scheduler: str | None = None) -> Iterator[Executor]:
    """Open the executor on which a command's work is run.

    Raises
    ------
    InputError : both were asked for, or no scheduler answers.
    """
    if scheduler is None:
        yield InProcess() if workers == 1 else Processes(workers)
        return
    if workers > 1:
        raise make_input_error("--workers", "", "cannot be combined with --scheduler.", "Give one of them.")
    with DaskCluster(scheduler) as cluster:
        yield cluster


def finish_folder(folder: Path, work: Callable[[], FinishedFolder]) -> tuple[int, FinishedFolder | None]:
    """Do work whose result is kept in a folder; the exit status, and the finished result unless it was stopped."""
    try:
        done = work()
    except KeyboardInterrupt:
        say(f"interrupted; {_describe_rest(folder)}")
        return INTERRUPTED, None
    except (WorkersLostError, MemoryError, OSError) as error:
        say(f"stopped: {describe_failure(error)}")
        say(_describe_rest(folder))
        return FAILED, None
    for name in done.dropped:
        say(f"{name} was damaged or half written; its runs were made again")
    if done.failed:
        say(f"{done.failed} of {done.points} points failed; {POINTS} has the errors, --retry-failed runs them again")
    return (FAILED, None) if done.failed == done.points else (DONE, done)


def _describe_rest(folder: Path) -> str:
    """What is in a folder of stopped work, in words."""
    if not (folder / PLAN).is_file():
        return "nothing is finished yet, and the same command starts again"
    return f"what is finished is kept in {folder}, and the same command goes on from there"
