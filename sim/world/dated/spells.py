"""What holds from a day to a day. A bare year counts from 1 January of the next, and to its own end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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


def parse_spell(row: Row) -> Spell:
    """The spell in the columns ``date_from`` and ``date_to`` of a row: a date, a year, or blank for an open end.

    A year alone does not give the day: what began in 2014 counts from 1 January 2015, and what ended in 2016 counts to
    31 December 2016.
    """
    first, last = row["date_from"], row["date_to"]
    begins = date.min if not first else date(int(first) + 1, 1, 1) if _is_year(first) else row.day("date_from")
    ends = date.max if not last else date(int(last), 12, 31) if _is_year(last) else row.day("date_to")
    return Spell(begins, ends)


def parse_day_known(row: Row, column: str) -> date:
    """The first day on which what a cell dates is known: its date, or 1 January after its year."""
    return date(int(row[column]) + 1, 1, 1) if _is_year(row[column]) else row.day(column)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal()
