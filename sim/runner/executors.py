"""Where chunks of a sweep are run: in this process, in several, or on a Dask cluster.

An executor maps a function over tasks and yields results as they come, in any order, with few tasks in hand at a time.
The caller hands one in; results do not depend on which.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol, Self, TypeVar

from sim.errors import input_error

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_HAND_PER_WORKER = 2
"""Tasks handed out ahead, so that no worker waits; results are kept by the caller as soon as they come."""


class WorkersLostError(RuntimeError):
    """The workers died or cannot be reached; what was finished is kept."""


class Executor(Protocol):
    """Runs a function on every task."""

    def results(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Generator[Result]:
        """Results in the order in which they are ready.

        Raises
        ------
        WorkersLostError : workers died, or cannot be reached any more.
        """
        ...


class InProcess:
    """One task after the other, here."""

    def results(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Generator[Result]:
        """Results in the order of the tasks."""
        yield from map(function, tasks)


class Processes:
    """Several processes on this machine.

    Parameters
    ----------
    workers : how many, 1 or more.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def results(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Generator[Result]:
        """Results in the order in which they are ready."""
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=_become_worker)
        queue = iter(tasks)
        try:
            with _interrupts_held():
                running: set[Future[Result]] = {
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
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)


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
            raise input_error("--scheduler", "", "a cluster needs dask.distributed.", fix) from None
        try:
            get_address_host_port(address)  # a client that is given nonsense ends with noise, and late
            self.client: Any = Client(address, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            message = f"no Dask scheduler answers at '{address}' ({type(error).__name__})."
            raise input_error("--scheduler", "", message, "Start one with 'dask scheduler'.") from None

    def results(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Generator[Result]:
        """Results in the order in which they are ready; a task whose worker dies is run again elsewhere."""
        from distributed import CancelledError, KilledWorker, as_completed

        in_hand: set[Any] = set()

        def submitted(task: Task) -> Any:
            future = self.client.submit(function, task, pure=False)
            in_hand.add(future)
            return future

        queue = iter(tasks)
        try:
            threads = max(sum(self.client.nthreads().values()), 1)
            first = [submitted(task) for task in islice(queue, IN_HAND_PER_WORKER * threads)]
            running = as_completed(first, loop=self.client.loop)
            for future in running:
                yield future.result()
                in_hand.discard(future)
                future.release()
                for task in islice(queue, 1):
                    running.add(submitted(task))
        except (KilledWorker, CancelledError, ImportError, OSError) as error:
            raise WorkersLostError(f"the cluster gave up a chunk: {error or type(error).__name__}") from error
        finally:
            for future in in_hand:
                future.release()

    def close(self) -> None:
        """Leave the cluster; it goes on."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _become_worker() -> None:
    """Leave interrupts to the parent and the other cores to the other workers, and end when the parent is killed."""
    from multiprocessing import parent_process

    import numpy  # noqa: F401 - only a library that is loaded can be limited
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(1)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep an interrupt for later; processes started meanwhile are deaf to it from their first moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
