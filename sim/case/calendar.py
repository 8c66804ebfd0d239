"""The calendar: events and votes in date order, month by month, and how much of a month something is in force."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sim.results.showing import Shown
from sim.specs import Event, Months, Scenario

DAYS_PER_MONTH = 365.25 / 12
FORCES_KEPT = 2**12
"""How many months of things that come into force are kept: what-ifs seldom change the calendar."""


@dataclass(frozen=True, repr=False)
class Month(Shown):
    """A month and what happens in it.

    Parameters
    ----------
    name : year and month, such as 2022-03; the occasion that its draws are keyed by.
    items : events, and votes as their index in the scenario, in date order; on one day events come first.
    """

    name: str
    first: date
    last: date
    items: tuple[Event | int, ...]


def calendar(spec: Scenario, months: Months) -> tuple[Month, ...]:
    """The months of a scenario; events from before the first take effect at its beginning."""
    dated: list[tuple[date, Event | int]] = [(event.date, event) for event in spec.event]
    dated += [(vote.date, index) for index, vote in enumerate(spec.vote)]
    dated.sort(key=lambda item: item[0])  # stable: events come before the votes of their day
    found: list[Month] = []
    for first, last in _months(months.start, months.end):
        begin = date.min if not found else first
        items = tuple(item for day, item in dated if begin <= day <= last)
        found.append(Month(f"{first:%Y-%m}", first, last, items))
    return tuple(found)


def _months(start: date, end: date) -> Iterator[tuple[date, date]]:
    first = start.replace(day=1)
    while first <= end:
        last = first.replace(day=monthrange(first.year, first.month)[1])
        yield first, last
        first = last + timedelta(days=1)


def compute_daily_force(month: Month, since: date, phase_months: int = 0) -> tuple[float, ...]:
    """How far something dated has come into force on each day of a month, in [0, 1].

    It is in force from its date on or, with a phase, comes into force evenly over so many months.
    """
    return _compute_force((month.last - month.first).days + 1, (month.first - since).days + 1, phase_months)


@lru_cache(FORCES_KEPT)
def _compute_force(days: int, age: int, phase_months: int) -> tuple[float, ...]:
    """The same for a number of days, from an age in days on."""
    length = max(phase_months * DAYS_PER_MONTH, 1.0)
    return tuple(min(max((age + day) / length, 0.0), 1.0) for day in range(days))


def select_in_force(month: Month, since: date) -> float:
    """Part of a month's days on which something dated is in force, in [0, 1]."""
    daily = compute_daily_force(month, since)
    return sum(daily) / len(daily)
