"""The points of a table design: a CSV file with dotted keys in its first row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from pydantic_core import PydanticCustomError

from sim.errors import InputError, Problem, make_input_error
from sim.files.reading import UnreadableError, read_text
from sim.limits import MOST_POINTS
from sim.specs.files import show_path
from sim.specs.overrides import read_value
from sim.specs.values import to_plain


def read_point_table(path: Path) -> Mapping[str, tuple[object, ...]]:
    """Read the columns of a table of points. A cell is a TOML value; anything else is text.

    Parameters
    ----------
    path : the CSV file.

    Raises
    ------
    InputError
        With every row that is wrong, or because the file cannot be read.
    """
    where = show_path(path)
    try:
        reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader if row]
    except UnreadableError as error:
        raise make_input_error(where, "", str(error)) from error
    except csv.Error as error:
        raise make_input_error(where, "", f"is not valid CSV: {error}.") from error
    if len(rows) < 2:
        raise make_input_error(
            where, "", "holds no points.", "Give dotted keys in the first row and a point in each further row."
        )
    if len(rows) - 1 > MOST_POINTS:
        raise make_input_error(where, "", f"holds {len(rows) - 1:,} points; at most {MOST_POINTS:,} are allowed.")
    names = [name.strip() for name in rows[0][1]]
    problems = _header_problems(names, where)
    columns: list[list[object]] = [[] for _ in names]
    for line, row in rows[1:]:
        if len(row) != len(names):
            message = f"has {len(row)} cells, but the first row has {len(names)}."
            problems.append(Problem(where, f"line {line}", message))
            continue
        for name, cell, column in zip(names, row, columns, strict=True):
            if not cell.strip():
                problems.append(Problem(where, f"line {line}", f'"{name}" is empty.', "Give a value in every cell."))
                continue
            try:
                column.append(to_plain(read_value(cell.strip())))
            except PydanticCustomError as error:
                problems.append(Problem(where, f"line {line}", f'"{name}" {error.message()}'))
    if problems:
        raise InputError(problems)
    return {name: tuple(column) for name, column in zip(names, columns, strict=True)}


def _header_problems(names: list[str], where: str) -> list[Problem]:
    problems = []
    for number, name in enumerate(names):
        if not name:
            problems.append(Problem(where, "line 1", f"column {number + 1} has no name.", "Give a dotted key."))
        elif name in names[:number]:
            problems.append(Problem(where, "line 1", f'"{name}" is the name of two columns.'))
    return problems
