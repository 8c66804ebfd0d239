"""A page in one HTML file: what it holds, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from sim.results.tables import Cell, Table

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATE = "page.html.j2"
MOST_OPEN = 40
"""Rows up to which a table is open; a longer one is folded."""
MOST_SENTENCES = 2
"""Sentences that a page begins with; the others are details."""
LONGEST_LINE = 24
"""Letters up to which a text in a table stays on one line."""


@dataclass(frozen=True)
class Picture:
    """A drawing: SVG text, its description in words, and whether it is too wide for a phone and scrolls."""

    svg: str
    text: str
    is_wide: bool = False


@dataclass(frozen=True)
class ReportSection:
    """A part of a page.

    Parameters
    ----------
    first : the tables that carry it, before its pictures.
    tables : the others, after them.
    """

    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    first: tuple[Table, ...] = ()


@dataclass(frozen=True)
class ReportPage:
    """Everything on a page.

    Parameters
    ----------
    answer : the answer to the question, in two sentences at most.
    picture : the one that carries the answer, next to it.
    facts : a line below the answer: runs, seed, world.
    details : what else there is to say of it, in paragraphs.
    commands : how to repeat it.
    document : the scenario or experiment as it was run, as JSON.
    """

    title: str
    question: str
    answer: tuple[str, ...]
    picture: Picture
    facts: str
    sections: tuple[ReportSection, ...]
    provenance: Mapping[str, str]
    commands: tuple[str, ...]
    document: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()


def _is_folded(table: Table) -> bool:
    """Whether a table is so long that only its title is shown until it is opened."""
    return len(table.rows) > MOST_OPEN


def _looks(table: Table, cells: list[list[Cell]]) -> list[str]:
    """The class of the cells of each column: a number, a long text, or empty for what stays on one line."""
    longest = [max((len(row[place].text) for row in cells), default=0) for place in range(len(table.columns))]
    return [
        "number" if column.kind.is_number else "long" if length > LONGEST_LINE else ""
        for column, length in zip(table.columns, longest, strict=True)
    ]


def _unbroken(text: str) -> str:
    """A text in which a number stays on one line with its per cent sign."""
    return text.replace(" %", "\u00a0%")


def _breakable(name: str) -> Markup:
    """The name of a column as HTML, where a line may break within a dotted key but not before a per cent sign."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"[._]", r"\g<0><wbr>", str(escape(_unbroken(name)))))


def _quote(family: str) -> str:
    """A family of fonts as style sheets name it."""
    return f'"{family}"' if " " in family else family


def render_page(page: ReportPage) -> str:
    """The page as HTML that needs no other file."""
    import jinja2
    from markupsafe import Markup

    from sim.views.svg import FAMILIES

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(unbroken=_unbroken, breakable=_breakable, looks=_looks, is_folded=_is_folded)
    source = files("sim.views.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    families = Markup(", ".join(map(_quote, FAMILIES)))
    return environment.from_string(source).render(page=page, families=families)
