"""The tables of a world's folder, read cell by cell, with everything wrong with them collected."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

import numpy as np

from sim.arrays import FloatArray
from sim.errors import InputError, Problem, did_you_mean

TOLD_PER_FILE = 50
"""Problems of one file that are told one by one; the rest are counted."""

Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table as read: the name of its file, its columns, and its rows with the line each stands on."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[int, Row], ...] = ()


class Folder:
    """A world's folder: what its files say, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._strangers: set[tuple[str, str]] = set()

    def problem(self, file: str, key: str, message: str, fix: str = "") -> None:
        """Note something wrong with a file."""
        self.problems.append(Problem(f"{self.path.name}/{file}", key, message, fix))

    def raise_problems(self) -> None:
        """Raise what was noted.

        Raises
        ------
        InputError : there are problems; of each file the first `TOLD_PER_FILE`, and how many more.
        """
        told: list[Problem] = []
        counts: Counter[str] = Counter()
        for problem in self.problems:
            counts[problem.where] += 1
            if counts[problem.where] <= TOLD_PER_FILE:
                told.append(problem)
        told += [
            Problem(where, "", f"and {count - TOLD_PER_FILE} more problems.")
            for where, count in counts.items()
            if count > TOLD_PER_FILE
        ]
        if told:
            raise InputError(told)

    def table(self, stem: str, columns: Sequence[str], is_required: bool = True) -> Table:
        """The table ``stem.csv``, or ``stem.csv.gz``; without rows, and with problems noted, where it is unusable.

        Parameters
        ----------
        columns : those it must have; others are kept too.
        """
        name = next((name for name in (f"{stem}.csv", f"{stem}.csv.gz") if (self.path / name).is_file()), None)
        if name is None:
            if is_required:
                self.problem(f"{stem}.csv", "", "missing.", f"Give a table with the columns {', '.join(columns)}.")
            return Table(f"{stem}.csv")
        try:
            with _opened(self.path / name) as file:
                reader = csv.reader(file, strict=True)
                header = next(reader, [])
                lines = [(reader.line_num, cells) for cells in reader if cells]
        except UnicodeDecodeError:
            self.problem(name, "", "is not UTF-8 text.", "Save it as CSV in UTF-8.")
            return Table(name)
        except (OSError, EOFError, csv.Error, zlib.error) as error:
            self.problem(name, "", f"cannot be read: {error}.")
            return Table(name)
        if not header:
            self.problem(name, "", "is empty.", f"Give a table with the columns {', '.join(columns)}.")
            return Table(name)
        is_usable = True
        for column in columns:
            if column not in header:
                self.problem(name, column, "missing column.", did_you_mean(column, set(header) - set(columns)))
                is_usable = False
        for column, count in Counter(header).items():
            if count > 1:
                self.problem(name, column, f"{count} columns of this name.")
                is_usable = False
        for line, cells in lines:
            if len(cells) != len(header):
                self.problem(name, f"line {line}", f"{len(cells)} cells; the header has {len(header)}.")
                is_usable = False
        rows = [(line, dict(zip(header, cells))) for line, cells in lines] if is_usable else []
        return Table(name, tuple(header), tuple(rows))

    def number(self, file: str, line: int, column: str, text: str, low: float, high: float) -> float:
        """The number in a cell, or `low` with a problem noted."""
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if low <= value <= high:
            return value
        fix = "Fill it by a rule and say so in fills.csv." if text.strip() == "" else ""
        self.problem(file, f"line {line}, {column}", f"got {_got(text)}; allowed is {low:g} to {high:g}.", fix)
        return low

    def shares(self, file: str, column: str, lines: Sequence[int], cells: Sequence[str]) -> FloatArray:
        """A long column of numbers in [0, 1]; cell by cell only where something is wrong."""
        try:
            values = np.array(cells, dtype=np.float64)
        except ValueError:
            values = np.full(len(cells), np.nan)
        if not ((values >= 0) & (values <= 1)).all():
            values = np.array([self.number(file, line, column, cell, 0, 1) for line, cell in zip(lines, cells)])
        return values

    def date(self, file: str, line: int, text: str) -> date:
        """The date in a cell, or the earliest there is with a problem noted."""
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problem(file, f"line {line}, date", f"got {_got(text)}; a date like 2022-03-02 is needed.")
            return date.min

    def word(self, file: str, line: int, column: str, text: str, allowed: Iterable[str]) -> bool:
        """Whether a cell holds one of the allowed words; notes a problem where not."""
        if text in (words := tuple(allowed)):
            return True
        message = f"got {_got(text)}; allowed are {', '.join(word or 'blank' for word in words)}."
        self.problem(file, f"line {line}, {column}", message)
        return False

    def not_blank(self, table: Table, columns: Iterable[str]) -> None:
        """Note every cell of some columns that holds no text."""
        for line, row in table.rows:
            for column in columns:
                if not row[column].strip():
                    self.problem(table.file, f"line {line}, {column}", "got blank; a text is needed.")

    def once(self, table: Table, columns: Sequence[str]) -> None:
        """Note every row that repeats what an earlier one has in some columns."""
        seen: dict[tuple[str, ...], int] = {}
        for line, row in table.rows:
            key = tuple(row[column] for column in columns)
            first = seen.setdefault(key, line)
            if first != line:
                self.problem(table.file, f"line {line}", f"{', '.join(key)}: already on line {first}.")

    def member(self, file: str, line: int, column: str, iso3: str, members: Mapping[str, int]) -> bool:
        """Whether a cell names a member; notes a problem where not, once for each file and name.

        Nothing is noted where no member could be read at all.
        """
        if iso3 in members:
            return True
        if members and (file, iso3) not in self._strangers:
            self._strangers.add((file, iso3))
            fix = did_you_mean(iso3, members)
            self.problem(file, f"line {line}, {column}", f"{_got(iso3)} is not a member of this world.", fix)
        return False


def _opened(path: Path) -> TextIO:
    opener: Callable[..., TextIO] = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")  # Excel puts a mark before the text


def _got(text: str) -> str:
    if not text.strip():
        return "blank"
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}...'"
