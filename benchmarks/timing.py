"""Timing several things in one run, in turns, so that a busy moment of the machine hits all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(works: Mapping[str, Work], repetitions: int) -> dict[str, list[float]]:
    """Wall times of each work, taken in turns after one call of each that does not count."""
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            times[name].append(seconds(work))
    return times


def medians(works: Mapping[str, Work], repetitions: int) -> dict[str, float]:
    """Median wall time of each work."""
    return {name: median(times) for name, times in in_turns(works, repetitions).items()}


def quantile(times: Sequence[float], share: float) -> float:
    """The time that this share of the times does not exceed."""
    return sorted(times)[min(int(share * len(times)), len(times) - 1)]


def ratio(name: str, above: Sequence[float], below: Sequence[float]) -> dict[str, float]:
    """Ratios of figures taken in the same turn: their median under the name, and the lowest and the highest."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    return {name: median(ratios), f"{name}_low": min(ratios), f"{name}_high": max(ratios)}
