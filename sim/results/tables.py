"""A table as it is shown to people: made once, then printed on the screen, set on a page, or written as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sim.results.wording import NOTHING, write_change_of_share, write_figure, write_number, write_share


class Kind(NamedTuple):
    """What a column holds: how a value is written, and whether it is a number."""

    write: Callable[[Any], str]
    is_number: bool = True


TEXT = Kind(str, is_number=False)
COUNT = Kind(write_number)
"""Members, runs, points: whole numbers."""
MEAN = Kind(lambda value: write_number(value, 1))
"""Means of members."""
CHANGE = Kind(lambda value: write_number(value, 1, is_signed=True))
"""Changes of means of members."""
SHARE = Kind(write_share)
CHANGE_OF_SHARE = Kind(write_change_of_share)
UTILITY = Kind(lambda value: write_number(value, 2, is_signed=True))
FIGURE = Kind(write_figure)
"""Numbers of any size."""


class Column(NamedTuple):
    """A column of a table: its heading, and what it holds."""

    label: str
    kind: Kind = TEXT


class Cell(NamedTuple):
    """What is shown in a place of a table, and what it is sorted by."""

    text: str
    key: str


@dataclass(frozen=True)
class Table:
    """A table for people.

    Parameters
    ----------
    rows : plain values, one for each column; None is written as a dash, and sorts first.
    note : a sentence below it.
    marked : places of the rows that are shaded.
    most : rows that a screen shows; None for all of them.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    note: str = ""
    marked: frozenset[int] = frozenset()
    most: int | None = None

    def on_screen(self, rows: int) -> Table:
        """The same table, of which a screen shows the first rows; a file has all of them."""
        return replace(self, most=rows)

    def cells(self) -> list[list[Cell]]:
        """Every row as it is shown."""
        return [
            [_cell(value, column.kind) for value, column in zip(row, self.columns, strict=True)] for row in self.rows
        ]

    def first(self, rows: int) -> Table:
        """The table with its first rows alone, and a note of how many are not listed."""
        left = len(self.rows) - rows
        if left <= 0:
            return self
        note = f"{left:,} more are not listed. {self.note}".strip()
        return replace(self, rows=self.rows[:rows], note=note)


def table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    note: str = "",
    marked: frozenset[int] = frozenset(),
) -> Table:
    """A table from rows of plain values."""
    return Table(title, tuple(columns), tuple(tuple(row) for row in rows), note, marked)


def _cell(value: object, kind: Kind) -> Cell:
    if value is None:
        return Cell(NOTHING, "-1e99" if kind.is_number else "")
    if kind.is_number:
        return Cell(kind.write(value), repr(float(str(value))))
    return Cell(kind.write(value), str(value).casefold())
