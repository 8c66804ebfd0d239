"""Tables as CSV, which a spreadsheet opens without taking a text for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.files.writing import write_text

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet may run as a formula."""


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV under these columns; a cell for which a row has no value is left empty.

    Examples
    --------
    >>> print(as_csv(["name", "change"], [{"name": "=1+1", "change": "-0.5"}]), end="")
    name,change
    '=1+1,-0.5
    """
    lines = io.StringIO()
    writer = csv.DictWriter(lines, columns, lineterminator="\n")
    writer.writerow({column: _neutral(column) for column in columns})
    writer.writerows({key: _neutral(value) for key, value in row.items()} for row in rows)
    return lines.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV, whole or not at all; see `as_csv`."""
    write_text(path, as_csv(columns, rows))


def _neutral(value: object) -> object:
    """A value, with an apostrophe before a text that a spreadsheet would take for a formula."""
    if not isinstance(value, str) or not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
