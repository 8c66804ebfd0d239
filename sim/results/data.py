"""Results as rows and columns for other programs: spreadsheets, R, Stata, pandas.

Every column has a name that these programs accept (letters, digits and underscores, at most 32 of them), a label, a
unit and a meaning. A column in which every value is missing is left out, because Stata cannot read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from sim.results.described import Result
from sim.results.series import make_series
from sim.results.tables import Table

LONGEST_NAME = 32
"""Letters of a name that Stata accepts."""
OF_STATA = """
aggregate array boolean break byte case catch class colvector complex const continue default delegate delete do double
else eltypedef end enum explicit export external float for friend function global goto if in inline int local long NULL
pragma protected quad rowvector short strL typedef typename using virtual with _all _b _coef _cons _n _N _pi _pred _rc
_se _skip
"""
OF_R = "repeat while next TRUE FALSE Inf NaN NA"
RESERVED = frozenset(f"{OF_STATA} {OF_R}".split())
"""Names that mean something else in Stata or in R."""
ENDS = ("low", "high")
"""Names of the ends of an interval."""


class DataColumn(NamedTuple):
    """A column: its name, and what it holds."""

    name: str
    label: str
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class DataTable:
    """Rows of one kind.

    Parameters
    ----------
    name : a word for it: the end of a file's name, the name of a sheet.
    title : what the rows are, for people.
    rows : plain values, one for each column; None where there is none.
    """

    name: str
    title: str
    columns: tuple[DataColumn, ...]
    rows: tuple[tuple[object, ...], ...]

    def records(self) -> list[dict[str, object]]:
        """The rows, each with the names of the columns."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def lengthen(self, name: str, title: str, keys: Sequence[str]) -> DataTable:
        """The same as one long table: a row for each number, next to the columns that say what it is of.

        Parameters
        ----------
        keys : names of the columns that are kept; the other columns that hold numbers become rows.
        """
        kept = [place for place, column in enumerate(self.columns) if column.name in keys]
        rest = [(place, column) for place, column in enumerate(self.columns) if column.name not in keys]
        rows = [
            (*(row[place] for place in kept), column.name, column.label, column.unit, row[at])
            for row in self.rows
            for at, column in rest
            if isinstance(row[at], int | float)
        ]
        columns = (
            *(self.columns[place] for place in kept),
            DataColumn("quantity", "quantity", "", "name of the column that it has in the wide table"),
            DataColumn("label", "label", "", "what people call it"),
            DataColumn("unit", "unit", "", "what it is counted in"),
            DataColumn("value", "value", "", "the number"),
        )
        return DataTable(name, title, columns, tuple(rows))


class _Cell(NamedTuple):
    """A value within a row: the path to it, and what is known of it."""

    path: tuple[str, ...]
    labels: tuple[str, ...]
    unit: str
    meaning: str
    value: object


def collect_data(
    name: str, title: str, rows: Iterable[Result | Sequence[Result]], kind: type[Result] | None = None
) -> DataTable:
    """Results of one kind as rows, each of one result or of several next to each other.

    What is within a result gets a column of its own, under the names that lead to it. Lists of results are left out.

    Parameters
    ----------
    kind : of the rows; where there are none, its fields are the columns.
    """
    found: dict[tuple[str, ...], _Cell] = {}
    read: list[dict[tuple[str, ...], object]] = []
    for row in rows:
        cells = [cell for part in ([row] if isinstance(row, Result) else row) for cell in _cells(part)]
        for cell in cells:
            found.setdefault(cell.path, cell)
        read.append({cell.path: cell.value for cell in cells})
    if not read and kind is not None:
        fields = kind.model_fields.items()
        empty = [DataColumn(key, str(field.title), "", field.description or "") for key, field in fields]
        return DataTable(name, title, tuple(empty), ())
    used = [cell for path, cell in found.items() if any(one.get(path) is not None for one in read)]
    names = name_columns(["_".join(cell.path) for cell in used])
    columns = [
        DataColumn(safe, ", ".join(cell.labels), cell.unit, cell.meaning)
        for safe, cell in zip(names, used, strict=True)
    ]
    return DataTable(name, title, tuple(columns), tuple(tuple(one.get(cell.path) for cell in used) for one in read))


def collect_data_of_records(name: str, title: str, records: Sequence[Mapping[str, object]]) -> DataTable:
    """Plain rows under keys of their own, which become the labels of the columns."""
    keys = [
        key
        for key in dict.fromkeys(key for record in records for key in record)
        if any(record.get(key) is not None for record in records)
    ]
    columns = [DataColumn(safe, key) for safe, key in zip(name_columns(keys), keys, strict=True)]
    return DataTable(name, title, tuple(columns), tuple(tuple(_plain(one.get(key)) for key in keys) for one in records))


def collect_data_of_tables(tables: Sequence[Table]) -> list[DataTable]:
    """Tables for people as rows; where there are several, they are numbered."""
    return [collect_data_of_table(f"table-{number}", shown) for number, shown in enumerate(tables, 1)]


def collect_data_of_table(name: str, shown: Table) -> DataTable:
    """A table for people as rows, under names that are made of its headings."""
    labels = [column.label for column in shown.columns]
    used = [place for place in range(len(labels)) if any(row[place] is not None for row in shown.rows)]
    names = name_columns([labels[place] for place in used])
    columns = [DataColumn(safe, labels[place]) for safe, place in zip(names, used, strict=True)]
    return DataTable(
        name, shown.title, tuple(columns), tuple(tuple(_plain(row[place]) for place in used) for row in shown.rows)
    )


def _cells(result: Result) -> Iterator[_Cell]:
    for name, field in type(result).model_fields.items():
        yield from _within(
            getattr(result, name), _Cell((field.alias or name,), (str(field.title),), "", "", None), field
        )


def _within(value: Any, at: _Cell, field: FieldInfo) -> Iterator[_Cell]:
    """The plain values within a value.

    Parameters
    ----------
    at : where the value is, with the unit and the meaning of what it is in.
    """
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    here = at._replace(
        unit=str(extra.get("unit", "")) or at.unit,
        meaning=": ".join(filter(None, [at.meaning, field.description])),
    )
    if isinstance(value, Result):
        yield from _parts(value, here)
    elif isinstance(value, Mapping):
        yield from _entries(value, here, str(extra.get("named", "")))
    elif isinstance(value, tuple) and len(value) == len(ENDS) and all(isinstance(one, float) for one in value):
        for end, one in zip(ENDS, value, strict=True):
            yield _Cell((*here.path, end), (*here.labels, end), here.unit, here.meaning, one)
    elif isinstance(value, list | tuple):
        if all(not isinstance(one, Result) for one in value):
            yield here._replace(value=", ".join(map(str, value)) or None)
    else:
        yield here._replace(value=_plain(value))


def _parts(value: Result, here: _Cell) -> Iterator[_Cell]:
    """The plain values of a result within another one; a unit that it gives is that of its numbers."""
    fields = dict(type(value).model_fields)
    unit = str(getattr(value, "unit", here.unit))
    for name, inner in fields.items():
        if name != "unit":
            label = str(inner.title)
            labels = here.labels if label == here.labels[-1] else (*here.labels, label)
            below = here._replace(path=(*here.path, inner.alias or name), labels=labels, unit=unit)
            yield from _within(getattr(value, name), below, inner)


def _entries(value: Mapping[str, Any], here: _Cell, named: str) -> Iterator[_Cell]:
    """The plain values of a table; a factor stands for itself, and a series has a label."""
    for key, one in value.items():
        if named == "FACTOR":
            below = here._replace(path=(key,), labels=(key,))
        else:
            label = make_series(key).label if named == "SERIES" else key
            below = here._replace(path=(*here.path, key), labels=(*here.labels, label))
        yield from _within(one, below, FieldInfo())


def _plain(value: object) -> object:
    """A value as all of these programs hold it: a number, a text, or nothing."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, int | float | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def name_columns(keys: Iterable[str]) -> list[str]:
    """Names for columns that Stata and R accept, all different: a long one loses its first words, then its end.

    Examples
    --------
    >>> name_columns(["vote.target_threat", "if", "parameters.dependence_of_the_whole_economy"])
    ['vote_target_threat', 'if_', 'dependence_of_the_whole_economy']
    """
    found: list[str] = []
    for key in keys:
        words = re.sub(r"\W+", "_", key, flags=re.ASCII).strip("_").removeprefix("parameters_") or "column"
        while len(words) > LONGEST_NAME and "_" in words[-LONGEST_NAME:]:
            words = words.split("_", 1)[1]
        whole = f"c{words}" if words[0].isdigit() else words
        whole = (f"{whole}_" if whole in RESERVED else whole)[:LONGEST_NAME]
        name, number, taken = whole, 2, {one.casefold() for one in found}
        while name.casefold() in taken:
            end = f"_{number}"
            name, number = f"{whole[: LONGEST_NAME - len(end)]}{end}", number + 1
        found.append(name)
    return found
