"""Where tasks are run: in this process, in several, or on a Dask cluster.

An executor maps a function over tasks and yields results as they are ready, in any order, with few tasks in hand at a
time. The caller chooses it; results do not depend on the choice.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol, Self, TypeVar

from sim.arguments import check_whole_number
from sim.errors import InputError, Problem, make_input_error
from sim.runner.identity import describe_worker, identity

Job = TypeVar("Job")
Returned = TypeVar("Returned")

IN_HAND_PER_WORKER = 2
"""Tasks handed out in advance, so that no worker waits; the caller keeps results as soon as they are ready."""
SECONDS_FOR_WORKERS = 5
"""How long to wait for the first worker of a scheduler."""


class WorkersLostError(RuntimeError):
    """The workers died or cannot be reached; finished results are kept."""


class Executor(Protocol):
    """Runs a function on every task."""

    def check_workers(self) -> str:
        """The identity that the program of another process must have; empty text where tasks run in this process.

        Raises
        ------
        InputError : there are no workers, or some have another program; each is named.
        """
        ...

    def results(self, function: Callable[[Job], Returned], tasks: Iterable[Job]) -> Generator[Returned]:
        """Results in the order in which they are ready.

        Raises
        ------
        WorkersLostError : workers died or can no longer be reached.
        """
        ...


class InProcess:
    """One task after the other in this process."""

    def check_workers(self) -> str:
        """Nothing to check."""
        return ""

    def results(self, function: Callable[[Job], Returned], tasks: Iterable[Job]) -> Generator[Returned]:
        """Results in the order of the tasks."""
        yield from map(function, tasks)


class Processes:
    """Several processes on this machine. A script that uses them needs no main guard.

    Parameters
    ----------
    workers : how many, 1 or more.

    Raises
    ------
    InputError : `workers` is not such a number.
    """

    def __init__(self, workers: int) -> None:
        self.workers = check_whole_number(1).value("Processes", "workers", workers)

    def check_workers(self) -> str:
        """The identity of this program: its files may change while it runs."""
        return identity()

    def results(self, function: Callable[[Job], Returned], tasks: Iterable[Job]) -> Generator[Returned]:
        """Results in the order in which they are ready."""
        from loky import ProcessPoolExecutor
        from loky.process_executor import BrokenProcessPool

        pool = ProcessPoolExecutor(self.workers, initializer=_become_worker, initargs=(os.getpid(),))
        queue = iter(tasks)
        try:
            _start_trackers()
            with _hold_interrupts():
                running: set[Future[Returned]] = {
                    pool.submit(function, task) for task in islice(queue, IN_HAND_PER_WORKER * self.workers)
                }
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                running |= {pool.submit(function, task) for task in islice(queue, len(done))}
        except BrokenProcessPool as error:
            raise WorkersLostError("a worker process died") from error
        finally:
            pool.shutdown(wait=True, kill_workers=True)


class DaskCluster:
    """The workers of a Dask cluster, on this machine or on many. Close it, or use it in a ``with`` statement.

    Parameters
    ----------
    address : of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    InputError : ``dask.distributed`` is not installed, or nothing answers at the address.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
            from distributed.comm import get_address_host_port
        except ModuleNotFoundError:
            fix = "Install alignment-sim with the extra 'cluster'."
            raise make_input_error("--scheduler", "", "a cluster needs dask.distributed.", fix) from None
        self.address = address
        try:
            get_address_host_port(address)  # a client with an invalid address fails late and prints much
            self.client: Any = Client(address, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            message = f"no Dask scheduler answers at '{address}' ({type(error).__name__})."
            raise make_input_error("--scheduler", "", message, "Start one with 'dask scheduler'.") from None

    def check_workers(self) -> str:
        """The identity of this program, after checking that every worker has it."""
        try:
            self.client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
        except TimeoutError:
            message = f"the Dask scheduler at '{self.address}' has no workers."
            raise make_input_error(
                "--scheduler", "", message, f"Start some with 'dask worker {self.address}'."
            ) from None
        own, others = identity(), self.client.run(identity, on_error="return")
        wrong = [
            Problem(
                f"worker {name}", "", f"{describe_worker(own, other)}.", "Install the same versions there, or stop it."
            )
            for name, other in others.items()
            if other != own
        ]
        if wrong:
            raise InputError(wrong)
        return own

    def results(self, function: Callable[[Job], Returned], tasks: Iterable[Job]) -> Generator[Returned]:
        """Results in the order in which they are ready; a task whose worker dies is run again elsewhere."""
        from distributed import CancelledError, KilledWorker, as_completed

        in_hand: set[Any] = set()

        def submit(task: Job) -> Any:
            future = self.client.submit(function, task, pure=False)
            in_hand.add(future)
            return future

        queue = iter(tasks)
        try:
            threads = max(sum(self.client.nthreads().values()), 1)
            first = [submit(task) for task in islice(queue, IN_HAND_PER_WORKER * threads)]
            running = as_completed(first, loop=self.client.loop)
            for future in running:
                yield future.result()
                in_hand.discard(future)
                future.release()
                for task in islice(queue, 1):
                    running.add(submit(task))
        except (KilledWorker, CancelledError, ImportError, OSError) as error:
            raise WorkersLostError(f"the cluster gave up a task: {error or type(error).__name__}") from error
        finally:
            for future in in_hand:
                future.release()

    def close(self) -> None:
        """Leave the cluster, which continues to run."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _become_worker(parent: int) -> None:
    """Leave interrupts to the parent, use one core, and end when the parent is killed."""
    import numpy  # noqa: F401 - only a loaded library can be limited
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _start_trackers() -> None:
    """Start the trackers of shared resources before interrupts are held: their start lets interrupts through."""
    from multiprocessing import resource_tracker

    from loky.backend import resource_tracker as loky_tracker

    resource_tracker.ensure_running()
    loky_tracker.ensure_running()


@contextmanager
def _hold_interrupts() -> Iterator[None]:
    """Delay an interrupt; processes that are started meanwhile never receive it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
