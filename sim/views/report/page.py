"""A page in one HTML file: what stands on it, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATE = "page.html.j2"
AS_SHORT = -1
MOST_OPEN = 40
"""Rows of a table up to which it stands open; a longer one is folded."""
LONGEST_LINE = 24
"""Letters of a text in a table up to which it stays on one line."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    digits : decimals of its numbers, `AS_SHORT` for as many as they need; None where it holds text.
    unit : what is written after each number.
    """

    name: str
    digits: int | None = None
    unit: str = ""


@dataclass(frozen=True)
class Cell:
    """What is written in a table, and what it is sorted by."""

    text: str
    key: str


@dataclass(frozen=True)
class Table:
    """A table whose columns sort.

    Parameters
    ----------
    marked : places of the rows that are shaded.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    marked: frozenset[int] = frozenset()

    @property
    def is_folded(self) -> bool:
        """Whether it is so long that only its title is seen until it is opened."""
        return len(self.rows) > MOST_OPEN

    @property
    def looks(self) -> tuple[str, ...]:
        """The class of the cells of each column: a number, a long text, or empty for what stays on one line."""
        longest = [max((len(row[place].text) for row in self.rows), default=0) for place in range(len(self.columns))]
        return tuple(
            "number" if column.digits is not None else "long" if length > LONGEST_LINE else ""
            for column, length in zip(self.columns, longest, strict=True)
        )


@dataclass(frozen=True)
class Picture:
    """A drawing: SVG text, what it says in words, and whether it is too wide for a phone and scrolls in itself."""

    svg: str
    text: str
    is_wide: bool = False


@dataclass(frozen=True)
class Section:
    """A part of a page."""

    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Page:
    """Everything on a page.

    Parameters
    ----------
    answer : the answer to the question, in a sentence or a few.
    facts : what is told in a line below.
    commands : how to repeat it.
    document : the scenario or experiment as it was run, as JSON.
    """

    title: str
    question: str
    answer: str
    facts: str
    sections: tuple[Section, ...]
    provenance: Mapping[str, str]
    commands: tuple[str, ...]
    document: str
    hashes: Mapping[str, str] = field(default_factory=dict)


def table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    note: str = "",
    marked: frozenset[int] = frozenset(),
) -> Table:
    """A table from plain values; None is written as a dash and sorts first."""
    made = tuple(tuple(_cell(value, column) for value, column in zip(row, columns, strict=True)) for row in rows)
    return Table(title=title, columns=tuple(columns), rows=made, note=note, marked=marked)


def _cell(value: object, column: Column) -> Cell:
    if value is None:
        return Cell("–", "-1e99" if column.digits is not None else "")
    if column.digits is None:
        return Cell(str(value), str(value).casefold())
    number = float(str(value))
    text = f"{number:.4g}" if column.digits == AS_SHORT else f"{number:,.{column.digits}f}"
    return Cell(text + column.unit, repr(number))


def _unbroken(text: str) -> str:
    """A text whose numbers stay on a line with their per cent."""
    return text.replace(" %", "\u00a0%")


def _breakable(name: str) -> Markup:
    """The name of a column, as HTML that may go on in the next line within a dotted key, not before a per cent."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"[._]", r"\g<0><wbr>", str(escape(_unbroken(name)))))


def written(page: Page) -> str:
    """The page as HTML that needs nothing but itself."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(unbroken=_unbroken, breakable=_breakable)
    source = files("sim.views.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(source).render(page=page)
