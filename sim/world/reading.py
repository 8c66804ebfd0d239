"""Reading a world from its folder, with every problem of every file reported at once.

The format is documented in docs/data.md. Required: ``world.toml``, ``members.csv``, ``ties.csv`` (or ``.csv.gz``).
Optional: ``sanctions.csv``, ``rollcalls.csv``, ``resolutions.csv``, ``ideal_points.csv``, ``assembly_votes.csv``
(or ``.csv.gz``), ``fills.csv``.
"""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np

from sim.errors import InputError, Problem, did_you_mean, input_error
from sim.world.world import (
    ATTRIBUTES,
    ROLL_CALL_VOTES,
    TIE_KINDS,
    AssemblyVotes,
    Fill,
    FloatArray,
    Group,
    RollCall,
    Sanction,
    World,
)

BREADTHS = ("targeted", "sectoral", "comprehensive")
SYMMETRIC = ("border", "pact", "agreement")
UNLISTED_AGREEMENT = 0.5
"""Agreement of a pair that the file does not list: as often with as against."""
BOUNDS = {
    "latitude": (-90.0, 90.0),
    "longitude": (-180.0, 180.0),
    "population": (1.0, 1e11),
    "gdp_usd": (0.0, 1e16),
    "income_usd": (1.0, 1e7),
}
STEMS = ("world", "members", "ties", "sanctions", "rollcalls", "resolutions", "ideal_points", "assembly_votes")
"""Files that the model reads; the others of a world's folder are for people."""
ASSEMBLY_CODES = {"N": 0, "X": 1, "A": 2, "Y": 3, "": -1}

Row = dict[str, str]


def shipped_worlds() -> tuple[str, ...]:
    """Names of the worlds that come with the program."""
    data = Path(str(files("sim"))) / "data"
    return tuple(sorted(path.parent.name for path in data.glob("*/world.toml")))


def load_world(reference: str | Path, folder: Path | None = None) -> World:
    """The world of a shipped name or of a folder; read once and kept.

    Parameters
    ----------
    reference : name of a shipped world, or path of a folder.
    folder : where a relative path starts; the current folder by default.

    Raises
    ------
    InputError : there is no such world, or its files have problems (all of them are listed).
    """
    if str(reference) in shipped_worlds():
        return _load(Path(str(files("sim"))) / "data" / str(reference))
    path = (folder or Path()) / reference
    if not path.is_dir():
        names = shipped_worlds()
        fix = did_you_mean(str(reference), names, f"Shipped worlds: {', '.join(names)}; or give a folder.")
        raise input_error("world", "", f"'{reference}' is neither a shipped world nor a folder.", fix)
    return _load(path.resolve())


def world_hashes(world: World) -> dict[str, str]:
    """SHA-256 of every file the model reads of a world, by file name."""
    paths = sorted(path for path in world.folder.iterdir() if path.name.split(".")[0] in STEMS)
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


@cache
def _load(folder: Path) -> World:
    return _Reader(folder).world()


class _Reader:
    """Collects what the files say, and what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def problem(self, file: str, key: str, message: str, fix: str = "") -> None:
        self.problems.append(Problem(f"{self.folder.name}/{file}", key, message, fix))

    def rows(self, stem: str, columns: Sequence[str], is_required: bool = True) -> tuple[str, list[Row]]:
        """Name and rows of ``stem.csv`` or ``stem.csv.gz``; no rows, and a problem, where columns are missing."""
        for name in (f"{stem}.csv", f"{stem}.csv.gz"):
            path = self.folder / name
            if path.is_file():
                break
        else:
            if is_required:
                self.problem(f"{stem}.csv", "", "missing.", f"Give a table with the columns {', '.join(columns)}.")
            return f"{stem}.csv", []
        opener: Callable[..., Iterable[str]] = gzip.open if name.endswith(".gz") else open
        try:
            with opener(path, "rt", encoding="utf-8", newline="") as file:  # type: ignore[attr-defined]
                reader = csv.DictReader(file)
                rows, header = list(reader), list(reader.fieldnames or ())
        except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
            self.problem(name, "", f"cannot be read: {error}.")
            return name, []
        lacking = [column for column in columns if column not in header]
        for column in lacking:
            self.problem(name, column, "missing column.", did_you_mean(column, header))
        for number, row in enumerate(rows, start=2):
            if None in row or None in row.values():  # type: ignore[comparison-overlap]
                self.problem(name, f"line {number}", f"has not the {len(header)} cells of the header.")
                lacking = [*lacking, "cells"]
        return name, [] if lacking else rows

    def number(self, file: str, line: int, column: str, text: str, low: float, high: float) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if low <= value <= high:
            return value
        got = "blank" if text == "" else f"'{text}'"
        fix = "Fill it by a rule and say so in fills.csv." if text == "" else ""
        self.problem(file, f"line {line}, {column}", f"got {got}; allowed is {low:g} to {high:g}.", fix)
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
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problem(file, f"line {line}, date", f"got '{text}'; a date like 2022-03-02 is needed.")
            return date.min

    def is_member(self, file: str, line: int, column: str, iso3: str) -> bool:
        if iso3 in self.index:
            return True
        fix = did_you_mean(iso3, self.index)
        self.problem(file, f"line {line}, {column}", f"'{iso3}' is not a member of this world.", fix)
        return False

    def world(self) -> World:
        header = self.header()
        members_file, members = self.rows("members", ("iso3", "name", "region", *ATTRIBUTES))
        members.sort(key=lambda row: row["iso3"])
        codes = [row["iso3"] for row in members]
        for iso3 in sorted({iso3 for iso3 in codes if codes.count(iso3) > 1}):
            self.problem(members_file, iso3, "listed more than once.")
        self.index = {iso3: i for i, iso3 in enumerate(codes)}
        attributes = {
            name: np.array(
                [
                    self.number(members_file, line, name, row[name], *BOUNDS.get(name, (0.0, 1.0)))
                    for line, row in enumerate(members, start=2)
                ]
            )
            for name in ATTRIBUTES
        }
        if not members and not self.problems:
            self.problem(members_file, "", "no members.")
        groups = self.groups(header)
        coverage = self.coverage(header)
        ties, sanctions, rollcalls = self.ties(), self.sanctions(groups), self.rollcalls()
        ideal_points, assembly = self.ideal_points(), self.assembly(codes)
        _, fills = self.rows("fills", ("iso3", "quantity", "rule"), is_required=False)
        if self.problems:
            raise InputError(self.problems)
        for array in (*attributes.values(), *ties.values(), *ideal_points.values()):
            array.setflags(write=False)
        return World(
            name=self.folder.name,
            title=str(header["title"]),
            date=header["date"],  # type: ignore[arg-type]
            description=str(header.get("description", "")),
            folder=self.folder,
            iso3=tuple(codes),
            names=tuple(row["name"] for row in members),
            regions=tuple(row["region"] for row in members),
            attributes=attributes,
            groups=groups,
            ties=ties,
            coverage=coverage,
            currencies=header.get("currencies", {}),  # type: ignore[arg-type]
            sanctions=sanctions,
            rollcalls=rollcalls,
            ideal_points=ideal_points,
            assembly=assembly,
            fills=tuple(Fill(**row) for row in fills),
        )

    def header(self) -> dict[str, object]:
        path = self.folder / "world.toml"
        try:
            header = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise input_error(f"{self.folder.name}/world.toml", "", "missing.", "Give title and date.") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise input_error(f"{self.folder.name}/world.toml", "", f"cannot be read: {error}.") from None
        known = {"title": str, "date": date, "description": str, "coverage": dict, "currencies": dict, "group": list}
        for key, value in header.items():
            if key not in known:
                self.problem("world.toml", key, "unknown key.", did_you_mean(key, known))
            elif not isinstance(value, known[key]):
                self.problem("world.toml", key, f"got {value!r}; a {known[key].__name__} is needed.")
        for key in ("title", "date"):
            if key not in header:
                self.problem("world.toml", key, "missing.")
        if self.problems:
            raise InputError(self.problems)
        for issuer, value in header.get("currencies", {}).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                self.problem("world.toml", f"currencies.{issuer}", f"got {value!r}; allowed is 0 to 1.")
        return header

    def coverage(self, header: dict[str, object]) -> dict[str, tuple[str, ...]]:
        found = {}
        for kind, partners in header.get("coverage", {}).items():  # type: ignore[attr-defined]
            if kind not in TIE_KINDS:
                fix = did_you_mean(kind, TIE_KINDS)
                self.problem("world.toml", f"coverage.{kind}", "unknown kind of tie.", fix)
            elif not isinstance(partners, list) or not all(partner in self.index for partner in partners):
                self.problem("world.toml", f"coverage.{kind}", f"got {partners!r}; a list of members is needed.")
            else:
                found[kind] = tuple(partners)
        return found

    def groups(self, header: dict[str, object]) -> tuple[Group, ...]:
        found = []
        kinds = {"key": str, "name": str, "aliases": list, "is_organisation": bool, "members": list}
        for number, entry in enumerate(header.get("group", [])):  # type: ignore[arg-type, var-annotated]
            where = f"group.{number}"
            entry = {"aliases": [], "is_organisation": True, **entry}
            for key in kinds.keys() - entry.keys():
                self.problem("world.toml", f"{where}.{key}", "missing.")
            for key, value in entry.items():
                if key not in kinds:
                    self.problem("world.toml", f"{where}.{key}", "unknown key.", did_you_mean(key, kinds))
                elif not isinstance(value, kinds[key]):
                    self.problem("world.toml", f"{where}.{key}", f"got {value!r}; a {kinds[key].__name__} is needed.")
            if self.problems:
                continue
            for iso3 in entry["members"]:
                if iso3 not in self.index:
                    fix = did_you_mean(str(iso3), self.index)
                    self.problem("world.toml", f"{where}.members", f"'{iso3}' is not a member of this world.", fix)
            lists = {"aliases": tuple(entry["aliases"]), "members": tuple(entry["members"])}
            found.append(Group(**{**entry, **lists}))
        return tuple(found)

    def ties(self) -> dict[str, FloatArray]:
        file, rows = self.rows("ties", ("iso3", "partner"))
        n = len(self.index)
        ties = {kind: np.zeros((n, n)) for kind in TIE_KINDS}
        ties["agreement"][:] = UNLISTED_AGREEMENT
        given = [column for column in (rows[0] if rows else ()) if column not in ("iso3", "partner")]
        for column in given:
            if column not in TIE_KINDS:
                self.problem(file, column, "unknown kind of tie.", did_you_mean(column, TIE_KINDS))
        given = [column for column in given if column in TIE_KINDS]
        pairs = []
        for line, row in enumerate(rows, start=2):
            ends = [self.is_member(file, line, column, row[column]) for column in ("iso3", "partner")]
            if all(ends) and row["iso3"] == row["partner"]:
                self.problem(file, f"line {line}", f"{row['iso3']} has a tie with itself.")
            elif all(ends):
                pairs.append((line, self.index[row["iso3"]], self.index[row["partner"]]))
        first, second = np.array([pair[1:] for pair in pairs], dtype=np.int64).reshape(-1, 2).T
        for kind in given:
            cells = [rows[line - 2][kind] for line, _, _ in pairs]
            ties[kind][first, second] = self.shares(file, kind, [line for line, _, _ in pairs], cells)
        codes = list(self.index)
        for kind in SYMMETRIC:
            for i, j in np.argwhere(np.triu(ties[kind] != ties[kind].T))[:3]:
                self.problem(file, kind, f"{codes[i]} with {codes[j]} differs from {codes[j]} with {codes[i]}.")
        return ties

    def sanctions(self, groups: tuple[Group, ...]) -> tuple[Sanction, ...]:
        columns = ("iso3", "sender", "breadth", "secondary", "since", "instrument", "note")
        file, rows = self.rows("sanctions", columns, is_required=False)
        senders = {*self.index, *(group.key for group in groups), "UN"}
        for line, row in enumerate(rows, start=2):
            self.is_member(file, line, "iso3", row["iso3"])
            if row["sender"] not in senders:
                fix = did_you_mean(row["sender"], senders)
                self.problem(file, f"line {line}, sender", f"'{row['sender']}' is no member, group or UN.", fix)
            if row["breadth"] not in BREADTHS:
                allowed = ", ".join(BREADTHS)
                self.problem(file, f"line {line}, breadth", f"got '{row['breadth']}'; allowed are {allowed}.")
            if row["secondary"] not in ("0", "1"):
                self.problem(file, f"line {line}, secondary", f"got '{row['secondary']}'; allowed are 0 and 1.")
        return tuple(
            Sanction(
                row["iso3"],
                row["sender"],
                row["breadth"],
                row["secondary"] == "1",
                row["since"],
                row["instrument"],
                row["note"],
            )
            for row in rows
        )

    def rollcalls(self) -> tuple[RollCall, ...]:
        file, rows = self.rows("rollcalls", ("resolution", "date", "iso3", "vote"), is_required=False)
        index_file, entries = self.rows("resolutions", ("resolution", "date", "title", "target", "topic"), bool(rows))
        votes: dict[str, np.ndarray] = {}
        for line, row in enumerate(rows, start=2):
            codes = votes.setdefault(row["resolution"], np.full(len(self.index), -1, dtype=np.int64))
            if row["vote"] not in ROLL_CALL_VOTES:
                allowed = ", ".join(ROLL_CALL_VOTES)
                self.problem(file, f"line {line}, vote", f"got '{row['vote']}'; allowed are {allowed}.")
            elif self.is_member(file, line, "iso3", row["iso3"]):
                codes[self.index[row["iso3"]]] = ROLL_CALL_VOTES.index(row["vote"])
        known = {entry["resolution"] for entry in entries}
        for resolution in votes.keys() - known:
            self.problem(index_file, "resolution", f"'{resolution}' of {file} is missing.")
        calls = [
            RollCall(
                entry["resolution"],
                self.date(index_file, line, entry["date"]),
                entry["title"],
                entry["target"],
                entry["topic"],
                votes[entry["resolution"]],
            )
            for line, entry in enumerate(entries, start=2)
            if entry["resolution"] in votes
        ]
        return tuple(sorted(calls, key=lambda call: (call.date, call.resolution)))

    def ideal_points(self) -> dict[int, FloatArray]:
        file, rows = self.rows("ideal_points", ("iso3", "year", "ideal_point_all"), is_required=False)
        points: dict[int, FloatArray] = {}
        for line, row in enumerate(rows, start=2):
            year = int(self.number(file, line, "year", row["year"], 1945, 3000))
            if row["ideal_point_all"] and self.is_member(file, line, "iso3", row["iso3"]):
                values = points.setdefault(year, np.full(len(self.index), np.nan))
                value = self.number(file, line, "ideal_point_all", row["ideal_point_all"], -10, 10)
                values[self.index[row["iso3"]]] = value
        return points

    def assembly(self, codes: Sequence[str]) -> AssemblyVotes | None:
        file, rows = self.rows("assembly_votes", ("date", "resolution", *codes), is_required=False)
        if not rows:
            return None
        cells = [[ASSEMBLY_CODES.get(row[iso3]) for iso3 in codes] for row in rows]
        for line, (row, found) in enumerate(zip(rows, cells, strict=True), start=2):
            for i, iso3 in enumerate(codes):
                if found[i] is None:
                    self.problem(file, f"line {line}, {iso3}", f"got '{row[iso3]}'; allowed are Y, A, N, X or blank.")
        if self.problems:
            return None
        votes = np.array(cells, dtype=np.int64)
        dates = np.array([self.date(file, line, row["date"]) for line, row in enumerate(rows, start=2)], "datetime64[D]")
        return AssemblyVotes(dates, tuple(row["resolution"] for row in rows), votes)
