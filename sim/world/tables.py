"""The tables of a world's folder, read cell by cell, with everything wrong with them collected."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

from sim.arrays import FloatArray
from sim.errors import InputError, Problem, suggest_nearest
from sim.files.reading import UnreadableError, read_text
from sim.world.names import hint_for_code

LISTED_PER_FILE = 50
"""Problems of one file that are listed one by one; the rest are counted."""

LINE = re.compile(r"line (\d+)(?:, )?(.*)")
LINES_NAMED = 3
"""Lines of one problem that are named; the others are counted."""

FOR_PEOPLE = ("source", "note")
"""Columns that any table may have, and that only people read."""


class Row:
    """A row of a table: its cells by column, and what is noted where one of them is wrong."""

    __slots__ = ("_cells", "_file", "_folder", "line")

    def __init__(self, folder: Folder, file: str, line: int, cells: dict[str, str]) -> None:
        self._folder, self._file, self.line, self._cells = folder, file, line, cells

    def __getitem__(self, column: str) -> str:
        return self._cells[column]

    def problem(self, column: str, message: str, fix: str = "") -> None:
        """Note something wrong with a cell, or with the whole row where the column is empty."""
        self._folder.problem(self._file, f"line {self.line}, {column}" if column else f"line {self.line}", message, fix)

    def number(self, column: str, low: float, high: float) -> float:
        """The number in a cell, or `low` with a problem noted."""
        text = self[column]
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if low <= value <= high:
            return value
        fix = "Fill it by a rule and say so in fills.csv." if text.strip() == "" else ""
        self.problem(column, f"got {_got(text)}; allowed is {low:g} to {high:g}.", fix)
        return low

    def day(self, column: str, read: Callable[[str], date] = date.fromisoformat) -> date:
        """The date in a cell, or the earliest there is with a problem noted.

        Parameters
        ----------
        read : returns the day that a text means; raises `ValueError` where it means none.
        """
        try:
            return read(self[column])
        except ValueError:
            self.problem(column, day_problem(self[column]))
            return date.min

    def has_word(self, column: str, allowed: Collection[str]) -> bool:
        """Whether a cell holds one of the allowed words; notes a problem where not."""
        if self[column] in allowed:
            return True
        self.problem(column, word_problem(self[column], allowed))
        return False

    def has_member(self, column: str, members: Mapping[str, int]) -> bool:
        """Whether a cell names a member; notes a problem where not, once for each file and name.

        Nothing is noted where no members could be read at all.
        """
        iso3 = self[column]
        if iso3 in members:
            return True
        if members and (self._file, iso3) not in self._folder.strangers:
            self._folder.strangers.add((self._file, iso3))
            self.problem(column, member_problem(iso3), hint_for_code(iso3, members))
        return False


@dataclass(frozen=True)
class CsvTable:
    """A table as read: the name of its file, its columns, and its rows."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    def check_texts(self, *columns: str) -> None:
        """Note every cell of some columns that holds no text."""
        for row in self.rows:
            for column in columns:
                if not row[column].strip():
                    row.problem(column, "got blank; a text is needed.")

    def check_unique(self, *columns: str) -> None:
        """Note every row that repeats what an earlier one has in some columns."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row[column] for column in columns)
            first = seen.setdefault(key, row.line)
            if first != row.line:
                row.problem("", f"{', '.join(key)}: already on line {first}.")


class Folder:
    """A folder of tables: what is in its files, and what is wrong with them.

    Parameters
    ----------
    shown : what a problem has before the name of a file; the folder's own name by default.
    """

    def __init__(self, path: Path, shown: str | None = None) -> None:
        self.path, self._shown = path, f"{path.name}/" if shown is None else shown
        self.problems: list[Problem] = []
        self.strangers: set[tuple[str, str]] = set()
        """Files, and names in them that are not members', each noted already."""
        self.unused: dict[str, tuple[str, ...]] = {}
        """Columns of files read that nothing uses."""

    def problem(self, file: str, key: str, message: str, fix: str = "") -> None:
        """Note something wrong with a file."""
        self.problems.append(Problem(f"{self._shown}{file}", key, message, fix))

    def raise_problems(self) -> None:
        """Raise what was noted.

        Raises
        ------
        InputError : there are problems; of each file the first `LISTED_PER_FILE`, and how many more.
        """
        listed: list[Problem] = []
        counts: Counter[str] = Counter()
        for problem in _merged(self.problems):
            counts[problem.where] += 1
            if counts[problem.where] <= LISTED_PER_FILE:
                listed.append(problem)
        listed += [
            Problem(where, "", f"and {count - LISTED_PER_FILE} more problems.")
            for where, count in counts.items()
            if count > LISTED_PER_FILE
        ]
        if listed:
            raise InputError(listed)

    def table(
        self, stem: str, columns: Sequence[str], is_required: bool = True, optional: Sequence[str] = ()
    ) -> CsvTable:
        """The table ``stem.csv``, or ``stem.csv.gz``; without rows, and with problems noted, where it is unusable.

        Parameters
        ----------
        columns : those it must have; others are kept too.
        optional : those that it may have. Any other that is not for people alone is noted as unused.
        """
        name = self.find(stem, columns, is_required)
        return CsvTable(f"{stem}.csv") if name is None else self.read(name, columns, optional)

    def find(self, stem: str, columns: Sequence[str], is_required: bool = True) -> str | None:
        """The name of the file that holds a table; None if there is none, with a problem noted where it is required."""
        name = next((name for name in (f"{stem}.csv", f"{stem}.csv.gz") if (self.path / name).is_file()), None)
        if name is None and is_required:
            self.problem(f"{stem}.csv", "", "missing.", f"Give a table with the columns {', '.join(columns)}.")
        return name

    def check_header(
        self, name: str, header: Sequence[str], columns: Sequence[str], optional: Sequence[str] = ()
    ) -> bool:
        """Whether a header has all the columns, and none twice; notes every problem, and columns that are unused."""
        is_usable = True
        if extra := [column for column in header if column not in (*columns, *optional, *FOR_PEOPLE)]:
            self.unused[name] = tuple(extra)
        for column in columns:
            if column not in header:
                self.problem(name, column, "missing column.", suggest_nearest(column, set(header) - set(columns)))
                is_usable = False
        for column, count in Counter(header).items():
            if count > 1:
                self.problem(name, column, f"{count} columns of this name.")
                is_usable = False
        return is_usable

    def read(self, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> CsvTable:
        """The table in a file of this name; as for `table`."""
        try:
            reader = csv.reader(io.StringIO(read_text(self.path / name), newline=""), strict=True)
            header = next(reader, [])
            lines = [(reader.line_num, cells) for cells in reader if cells]
        except UnreadableError as error:
            self.problem(name, "", str(error))
            return CsvTable(name)
        except csv.Error as error:
            self.problem(name, "", f"cannot be read: {error}.")
            return CsvTable(name)
        if not header:
            self.problem(name, "", "is empty.", f"Give a table with the columns {', '.join(columns)}.")
            return CsvTable(name)
        is_usable = self.check_header(name, header, columns, optional)
        for line, cells in lines:
            if len(cells) != len(header):
                self.problem(name, f"line {line}", f"{len(cells)} cells; the header has {len(header)}.")
                is_usable = False
        rows = [Row(self, name, line, dict(zip(header, cells))) for line, cells in lines] if is_usable else []
        return CsvTable(name, tuple(header), tuple(rows))


def _merged(problems: Sequence[Problem]) -> list[Problem]:
    """Problems of which those that are the same but for the line are one, with the first of their lines."""
    lines: dict[Problem, list[str]] = {}
    for problem in problems:
        found = LINE.fullmatch(problem.key)
        line, column = found.groups() if found else ("", problem.key)
        lines.setdefault(replace(problem, key=column), []).append(line)
    return [replace(problem, key=_place(own, problem.key)) for problem, own in lines.items()]


def _place(lines: Sequence[str], column: str) -> str:
    """Where a problem is: its lines, of which the first are named, and its column."""
    if not lines[0]:
        return column
    word, more = "line" if len(lines) == 1 else "lines", len(lines) - LINES_NAMED
    shown = ", ".join(lines[:LINES_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f"{word} {shown}, {column}" if column else f"{word} {shown}"


def shares(rows: Sequence[Row], column: str) -> FloatArray:
    """A long column of numbers in [0, 1]; cell by cell only where something is wrong."""
    try:
        values = np.array([row[column] for row in rows], dtype=np.float64)
    except ValueError:
        values = np.full(len(rows), np.nan)
    if not ((values >= 0) & (values <= 1)).all():
        values = np.array([row.number(column, 0, 1) for row in rows])
    return values


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table that comes with the program, unchecked."""
    return list(csv.DictReader(io.StringIO(read_text(path), newline="")))


def hash_world_files(folder: Path, stems: Sequence[str]) -> dict[str, str]:
    """SHA-256 of the files of a folder that have one of these names, by file name."""
    paths = sorted(path for path in folder.iterdir() if path.name.split(".")[0] in stems)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


def word_problem(text: str, allowed: Iterable[str]) -> str:
    """Say that a text is not one of the allowed words."""
    return f"got {_got(text)}; allowed are {', '.join(word or 'blank' for word in allowed)}."


def member_problem(text: str) -> str:
    """Say that a text is not the code of a member."""
    return f"{_got(text)} is not a member of this world."


def day_problem(text: str) -> str:
    """Say that a text is not a date."""
    return f"got {_got(text)}; a date like 2022-03-02 is needed."


def _got(text: str) -> str:
    if not text.strip():
        return "blank"
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}...'"
