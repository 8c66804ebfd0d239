"""Progress of long work: a bar in a terminal, a plain line now and then in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.text import Text

from sim.cli.output import say

SECONDS_BETWEEN_LINES = 5.0
"""Seconds between lines in a log. The first line comes after the same time, so that quick work prints none."""
SECONDS_OF_SILENCE = 60.0
"""Most seconds without a line in a log, however slow the work is."""
SECONDS_OF_RATE = 600.0
"""The rate is that of the last ten minutes."""


@contextmanager
def progress(
    things: str, total: int | None = None, *, clock: Callable[[], float] = monotonic, beat: float = SECONDS_OF_SILENCE
) -> Iterator[Callable[..., None]]:
    """Show on stderr how much of some long work is done, how fast it goes, and how long the rest takes.

    Parameters
    ----------
    things : what is counted, such as "runs".
    total : how many there will be, where that is known.
    clock : gives the time in seconds.
    beat : seconds after which a log gets a line though nothing more is done.

    Yields
    ------
    What to call with the number done, and with the total where it was not known before.
    """
    errors = Console(stderr=True)
    columns = (BarColumn(), _Words())
    bar = Progress(
        *columns,
        console=errors,
        transient=True,
        disable=not errors.is_interactive,
        speed_estimate_period=SECONDS_OF_RATE,
        get_time=clock,
    )
    last, ended = clock(), Event()
    with bar:
        task = bar.add_task(things, total=total)

        def report(done: int, total: int | None = None) -> None:
            nonlocal last
            bar.update(task, completed=done, total=total)
            if bar.disable and clock() - last >= SECONDS_BETWEEN_LINES:
                last = clock()
                say(word_progress(bar.tasks[0]))

        def show_life() -> None:
            nonlocal last
            while not ended.wait(beat):
                if clock() - last >= beat:
                    last = clock()
                    elapsed = timedelta(seconds=round(bar.tasks[0].elapsed or 0))
                    say(f"{word_progress(bar.tasks[0])}; {elapsed} so far")

        if bar.disable:
            Thread(target=show_life, daemon=True).start()
        try:
            yield report
        finally:
            ended.set()


class _Words(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(word_progress(task))


def word_progress(task: Task) -> str:
    """The progress of a task, such as "1,200 of 5,000 runs, 340 a second, 0:00:12 left"."""
    of = "" if task.total is None else f" of {task.total:,.0f}"
    parts = [f"{task.completed:,.0f}{of} {task.description}"]
    if task.speed:
        parts.append(f"{task.speed:,.0f} a second" if task.speed >= 1 else f"{60 * task.speed:.2g} a minute")
    if task.time_remaining is not None:
        parts.append(f"{timedelta(seconds=task.time_remaining)} left")
    return ", ".join(parts)
