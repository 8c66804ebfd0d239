"""Values of many parts that are shown briefly: in a line where they are printed, as tables in a notebook."""

from __future__ import annotations

import dataclasses
import html
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePath

import numpy as np
from pydantic import BaseModel

from sim.results.tables import Column, Table, table

MOST_LETTERS = 200
"""Of the parts of a value in a line; further ones are left out."""
MOST_ROWS = 10
"""Of a table in a notebook."""
_texts = reprlib.Repr()
_texts.maxstring = 60


class Shown:
    """A value whose `repr` is one line, and which a notebook shows as a title and tables.

    By default both show its parts. A class that has more to show overrides `_line` and `_tables`. A dataclass needs
    ``repr=False``, or it writes a `repr` of its own.
    """

    def _line(self) -> str:
        """What it is, in a line, without the name of its class."""
        line = ""
        for name, value in _parts(self):
            part = f"{', ' if line else ''}{name}={write_brief(value)}"
            if len(line) + len(part) > MOST_LETTERS:
                return f"{line}, ..."
            line += part
        return line

    def _tables(self) -> Sequence[Table]:
        """What a notebook shows of it."""
        rows = [(_label(self, name), write_brief(value)) for name, value in _parts(self)]
        return [table("", [Column("part"), Column("value")], rows)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._line()})"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        tables = "".join(as_html(one.first(MOST_ROWS)) for one in self._tables())
        return f"<div><strong>{html.escape(repr(self))}</strong>{tables}</div>"


def write_brief(value: object) -> str:
    """A value of any kind in a few words: what is short as Python writes it, of the rest its type, name or size."""
    match value:
        case None | bool() | int() | float() | str() | np.number():
            return _texts.repr(value)
        case date():
            return value.isoformat()
        case PurePath():
            return _texts.repr(str(value))
        case np.ndarray():
            return f"<array {' x '.join(map(str, value.shape))}>"
        case Mapping():
            return f"<{_counted(len(value), 'entry', 'entries')}>"
        case list() | tuple() | set() | frozenset():
            return _write_items(value)
    name = getattr(value, "title", None) or getattr(value, "name", None)
    return f"<{type(value).__name__}{f' {_texts.repr(name)}' if isinstance(name, str) else ''}>"


def _write_items(values: Sequence[object] | set[object] | frozenset[object]) -> str:
    written = f"[{', '.join(write_brief(value) for value in values)}]" if len(values) <= 6 else ""
    return written if written and len(written) <= 80 else f"<{_counted(len(values), 'item', 'items')}>"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _parts(value: object) -> Iterator[tuple[str, object]]:
    """The fields of a dataclass or a model that hold something, by name."""
    if isinstance(value, BaseModel):
        names = list(type(value).model_fields)
    else:
        names = [field.name for field in dataclasses.fields(value) if field.repr]  # type: ignore[arg-type]
    for name in names:
        part = getattr(value, name)
        if part is not None and not (isinstance(part, str | tuple | Mapping) and not part):
            yield name, part


def _label(value: object, name: str) -> str:
    """What people call a field: its title in a model that gives one, else its name."""
    return (isinstance(value, BaseModel) and type(value).model_fields[name].title) or name


def as_html(shown: Table) -> str:
    """A table as HTML that needs no style sheet; all text in it is escaped."""
    sides = ["right" if column.kind.is_number else "left" for column in shown.columns]
    head = [_cell("th", column.label, side) for column, side in zip(shown.columns, sides, strict=True)]
    rows = [[_cell("td", cell.text, side) for cell, side in zip(row, sides, strict=True)] for row in shown.cells()]
    caption = f"<caption>{html.escape(shown.title)}</caption>" if shown.title else ""
    note = f"<p>{html.escape(shown.note)}</p>" if shown.note else ""
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table>{caption}<thead><tr>{''.join(head)}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(tag: str, text: str, side: str) -> str:
    return f'<{tag} style="text-align: {side}">{html.escape(text)}</{tag}>'
