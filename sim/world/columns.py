"""Long tables read by column: hundreds of thousands of rows, checked all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.errors import suggest_nearest
from sim.files.reading import UnreadableError, read_bytes
from sim.world.names import hint_for_code
from sim.world.tables import Folder, day_problem, member_problem, word_problem

Cells = NDArray[np.int32]
"""For each row, which of the different texts of a column it has."""
FIRST_LINE = 2
"""Line of the first row: the header is line 1."""


@dataclass(frozen=True)
class Columns:
    """A table by column: of each the different texts, and for each row which of them it has."""

    folder: Folder
    file: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    cells: dict[str, Cells] = field(default_factory=dict)

    def places(self, column: str, words: Sequence[str]) -> IntArray:
        """The place of each cell among the allowed words, (rows,); 0 with a problem noted where it is none of them."""
        index = {word: place for place, word in enumerate(words)}
        for number, text in enumerate(self.texts[column]):
            if text not in index:
                fix = suggest_nearest(text, [word for word in words if word])
                self._problem(column, number, word_problem(text, words), fix)
        return np.array([index.get(text, 0) for text in self.texts[column]], dtype=np.int64)[self.cells[column]]

    def members(self, column: str, index: Mapping[str, int]) -> IntArray:
        """The place of the member in each cell, (rows,); 0 with a problem noted where it is none."""
        for number, text in enumerate(self.texts[column]):
            if text not in index:
                self._problem(column, number, member_problem(text), hint_for_code(text, index))
        return np.array([index.get(text, 0) for text in self.texts[column]], dtype=np.int64)[self.cells[column]]

    def numbers(self, column: str, low: float, high: float, *, is_optional: bool = False) -> FloatArray:
        """The numbers of a column, (rows,); `low` with a problem noted where a cell is none within the bounds.

        Parameters
        ----------
        is_optional : whether cells may be blank, which gives NaN.
        """
        texts = self.texts[column]
        values = np.array([_number(text) for text in texts], dtype=np.float64)
        for number in np.flatnonzero(~((low <= values) & (values <= high))).tolist():
            if texts[number] or not is_optional:
                self._problem(column, number, f"got '{texts[number]}'; allowed is {low:g} to {high:g}.")
                values[number] = low
        return values[self.cells[column]]

    def whole_numbers(self, column: str, low: float, high: float) -> IntArray:
        """The same of whole numbers, (rows,); any other is noted too."""
        values = self.numbers(column, low, high)
        for number in np.unique(self.cells[column][values != np.floor(values)]).tolist():
            self._problem(column, number, f"got '{self.texts[column][number]}'; a whole number is needed.")
        return values.astype(np.int64)

    def days(self, column: str, read: Callable[[str], date] = date.fromisoformat) -> list[date]:
        """The day in each cell; the earliest there is, with a problem noted, where it has none.

        Parameters
        ----------
        read : returns the day that a text means; raises `ValueError` where it means none.
        """
        found = []
        for number, text in enumerate(self.texts[column]):
            try:
                found.append(read(text))
            except ValueError:
                self._problem(column, number, day_problem(text))
                found.append(date.min)
        return [found[cell] for cell in self.cells[column].tolist()]

    def check_unique(self, *columns: str) -> None:
        """Note the first row that repeats what an earlier one has in some columns."""
        key = np.zeros(len(self.cells[columns[0]]), dtype=np.int64)
        for column in columns:
            key = key * len(self.texts[column]) + self.cells[column]
        if are_different(key):  # which rows repeat is slower to find
            return
        first, place = np.unique(key, return_index=True, return_inverse=True)[1:]
        row = int(np.flatnonzero(first[place] < np.arange(len(key)))[0])
        text = ", ".join(self.texts[column][self.cells[column][row]] for column in columns)
        message = f"{text}: already on line {first[place[row]] + FIRST_LINE}."
        self.folder.problem(self.file, f"line {row + FIRST_LINE}", message)

    def _problem(self, column: str, number: int, message: str, fix: str = "") -> None:
        line = int(np.argmax(self.cells[column] == number)) + FIRST_LINE
        self.folder.problem(self.file, f"line {line}, {column}", message, fix)


@dataclass(frozen=True)
class PlainColumn:
    """A column whose cells are yet unchecked: the different texts, and for each row which of them it has."""

    texts: list[str]
    cells: Cells

    def places(self, words: Mapping[str, int]) -> IntArray:
        """The place of each cell among words, (rows,); -1 where it is none of them."""
        return np.array([words.get(text, -1) for text in self.texts], dtype=np.int64)[self.cells]

    def numbers(self) -> FloatArray:
        """The number in each cell, (rows,); NaN where it holds none."""
        return np.array([_number(text) for text in self.texts], dtype=np.float64)[self.cells]


def are_different(numbers: IntArray) -> bool:
    """Whether no number occurs twice; `np.unique` takes ten times as long."""
    ordered = np.sort(numbers)
    return bool((ordered[1:] != ordered[:-1]).all())


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def read_plain_columns(folder: Folder, stem: str, allowed: Sequence[str]) -> dict[str, PlainColumn] | None:
    """The columns of ``stem.csv``, or ``stem.csv.gz``; None, and nothing noted, where it is no table in UTF-8.

    Parameters
    ----------
    allowed : names that columns may have; with any other there is no result.
    """
    name = next((name for name in (f"{stem}.csv", f"{stem}.csv.gz") if (folder.path / name).is_file()), None)
    try:
        table = None if name is None else _read_texts(folder.path / name, allowed)
    except ValueError:
        return None
    if table is None or len(set(table.column_names)) < len(table.column_names) or set(table.column_names) - {*allowed}:
        return None
    return {column: PlainColumn(*_encoded(table, column)) for column in table.column_names}


def _read_texts(path: Path, columns: Sequence[str]) -> Any:
    """A table of which some columns are read as texts, whatever they hold; each different text is kept once.

    One thread and the system's memory: Arrow's own keeps 40 megabytes of a table of ties after it was read.
    """
    from pyarrow import BufferReader, csv, dictionary, int32, string, system_memory_pool  # slow to load

    as_texts = csv.ConvertOptions(
        column_types=dict.fromkeys(columns, dictionary(int32(), string())),
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
    )
    table = csv.read_csv(
        BufferReader(read_bytes(path)),
        read_options=csv.ReadOptions(use_threads=False),
        convert_options=as_texts,
        memory_pool=system_memory_pool(),
    )
    return table.rename_columns(table.column_names)  # names that are not UTF-8 are found here


def _encoded(table: Any, column: str) -> tuple[list[str], Cells]:
    """The different texts of a column, and for each row which of them it has."""
    from pyarrow import system_memory_pool

    pool = system_memory_pool()
    encoded = table.column(column).unify_dictionaries(memory_pool=pool).combine_chunks(memory_pool=pool)
    cells = np.from_dlpack(encoded.indices)  # to_numpy loads pandas
    return encoded.dictionary.to_pylist(), np.asarray(cells, dtype=np.int32)


def read_columns(folder: Folder, stem: str, columns: Sequence[str], is_required: bool = True) -> Columns:
    """The table ``stem.csv``, or ``stem.csv.gz``; without rows, and with problems noted, where it is of no use."""
    name = folder.find(stem, columns, is_required)
    empty = Columns(folder, name or f"{stem}.csv", {column: [] for column in columns})
    empty.cells.update({column: np.zeros(0, dtype=np.int32) for column in columns})
    if name is None:
        return empty
    try:
        table = _read_texts(folder.path / name, columns)
    except UnreadableError as error:
        folder.problem(name, "", str(error))
        return empty
    except ValueError as error:
        folder.problem(name, "", f"cannot be read: {str(error).splitlines()[0]}.", "Save it as CSV in UTF-8.")
        return empty
    if not folder.check_header(name, table.column_names, columns):
        return empty
    found = Columns(folder, name)
    for column in columns:
        found.texts[column], found.cells[column] = _encoded(table, column)
    return found
