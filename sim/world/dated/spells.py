"""What holds from a day to a day. A bare year counts from 1 January of the next, and to its own end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from sim.world.columns import Columns
from sim.world.tables import Row


@dataclass(frozen=True)
class Spell:
    """The first and the last day on which something holds.

    Examples
    --------
    >>> Spell(date(2014, 7, 31), date.max).holds(date(2014, 7, 30))
    False
    """

    first: date
    last: date

    def holds(self, on: date) -> bool:
        """Whether the day is in the spell."""
        return self.first <= on <= self.last


def read_spell(row: Row) -> Spell:
    """The spell in the columns ``date_from`` and ``date_to`` of a row: a date, a year, or blank for an open end.

    A year alone does not give the day: what began in 2014 counts from 1 January 2015, and what ended in 2016 counts to
    31 December 2016.
    """
    return Spell(row.day("date_from", parse_first_day), row.day("date_to", parse_last_day))


def read_spells(table: Columns) -> Iterator[Spell]:
    """The same of every row of a table, in their order; spells of the same days are one."""
    return map(cache(Spell), table.days("date_from", parse_first_day), table.days("date_to", parse_last_day))


def parse_first_day(text: str) -> date:
    """The first day of a spell; `ValueError` where the text is none."""
    return parse_day_known(text) if text else date.min


def parse_last_day(text: str) -> date:
    """The last day of a spell; `ValueError` where the text is none."""
    if not text:
        return date.max
    return date(int(text), 12, 31) if _is_year(text) else date.fromisoformat(text)


def parse_day_known(text: str) -> date:
    """The first day on which what a text dates is known: its date, or 1 January after its year."""
    return date(int(text) + 1, 1, 1) if _is_year(text) else date.fromisoformat(text)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal()
