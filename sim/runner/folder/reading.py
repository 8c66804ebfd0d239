"""Reading the tables of a finished folder by row number, a limited number of rows at a time."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import DTypeLike, NDArray

from sim.arrays import ActionArray, BoolArray, IntArray
from sim.results.parts import ByAction, Statistics
from sim.results.sweep import SweptPoint
from sim.rules.choice import ACTIONS
from sim.runner.folder.files import MEMBERS, MONTHS, POINTS, SIDED, TALLIES, VOTES
from sim.runner.folder.schemas import STATISTICS, make_points_schema
from sim.runner.folder.tables import MOST_ROWS, ROWS_PER_GROUP
from sim.runner.months import SIDES, Band, MonthsSummary
from sim.runner.result import ReplicatesInMemory


def open_table(path: Path) -> pq.ParquetFile:
    """Open a Parquet file. The path is always a path: ``run:1`` is not an address."""
    return pq.ParquetFile(pa.OSFile(os.fsencode(path)))


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read all rows of a Parquet file."""
    return open_table(path).read(columns=columns)


def read_parquet_columns(path: Path, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Read the rows of a Parquet file as values of some columns, in the order of the columns."""
    table = read_parquet(path, list(columns))
    return zip(*(table[name].to_pylist() for name in columns), strict=True)


def count_rows_by_point(file: pq.ParquetFile) -> Counter[int]:
    """Count the rows of each point in a table, a group of rows at a time: there may be millions."""
    found: Counter[int] = Counter()
    for group in range(file.num_row_groups):
        points = file.read_row_group(group, columns=["point"])["point"].to_numpy()
        found.update(dict(zip(*(each.tolist() for each in np.unique(points, return_counts=True)), strict=True)))
    return found


def read_points(folder: Path) -> list[SweptPoint]:
    """Read the table of points of a finished folder."""
    return list(SweptPoints(folder))


@dataclass(frozen=True)
class SweptPoints:
    """The rows of the table of points of a finished folder, read again at each pass: there may be many."""

    folder: Path

    def __iter__(self) -> Iterator[SweptPoint]:
        file = open_table(self.folder / POINTS)
        names = [name for name in file.schema_arrow.names if name not in make_points_schema({}).names]
        for rows in file.iter_batches(MOST_ROWS, use_threads=False):
            for row in rows.to_pylist():
                yield SweptPoint(
                    point=row["point"],
                    values={name: row[name] for name in names},
                    resolution=row["resolution"],
                    seed=row["seed"],
                    replicates=row["replicates"],
                    error=row["error"],
                    settled=row["settled"],
                    tallies=None if row["resolution"] is None else _tallies_of(row),
                )


def _tallies_of(row: Mapping[str, float]) -> ByAction[Statistics]:
    return ByAction[Statistics](
        **{action: Statistics(**{name: row[f"{action}_{name}"] for name in STATISTICS}) for action in ACTIONS}
    )


@dataclass(frozen=True)
class VoteRows:
    """The place of the rows of one vote of one point.

    Parameters
    ----------
    start : first row of the vote in the tables of replicates.
    members : rows of the vote in the table of members; empty where there is no such table.
    """

    point: int
    resolution: str
    replicates: int
    start: int
    members: range


class FinishedTables:
    """The tables of a finished folder.

    Parameters
    ----------
    folder : folder of the tables.

    Attributes
    ----------
    votes : the rows of the votes of every point that did not fail, in the order of the tables.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rows = [
            (point, resolution, replicates)
            for point, resolution, replicates, error in read_parquet_columns(
                folder / POINTS, "point", "resolution", "replicates", "error"
            )
            if error is None
        ]
        count = Counter(point for point, _, _ in rows)
        kept = max(count.values(), default=1) + 1  # readers of a point alternate between its votes
        self._tallies = _Rows(folder / TALLIES, [*ACTIONS, "is_settled"], kept)
        self._members = _Rows(folder / MEMBERS, ACTIONS, kept) if (folder / MEMBERS).is_file() else None
        self._votes = _Rows(folder / VOTES, ["actions"], kept) if (folder / VOTES).is_file() else None
        sizes = Counter() if self._members is None else count_rows_by_point(self._members.file)
        self.votes: dict[int, list[VoteRows]] = {}
        start = first = 0
        for point, resolution, replicates in rows:
            size = sizes.get(point, 0) // count[point]
            vote = VoteRows(point, resolution, replicates, start, range(first, first + size))
            self.votes.setdefault(point, []).append(vote)
            start, first = start + vote.replicates, first + size

    def tallies(self, vote: VoteRows, first: int = 0, count: int | None = None) -> IntArray:
        """Members per action code, (R, 4), of `count` replicates from `first`; of all by default.

        They are whole numbers of 16 bits where twice the members fit into these: there may be millions of replicates.
        """
        rows = vote.replicates if count is None else count
        return self._tallies.by_action(vote.start + first, rows, np.int16)

    def is_settled(self, vote: VoteRows, first: int = 0, count: int | None = None) -> BoolArray:
        """Whether deliberation had settled, (R,)."""
        rows = vote.replicates if count is None else count
        return self._tallies.column("is_settled", vote.start + first, rows)

    def counts(self, vote: VoteRows) -> IntArray:
        """Number of replicates per member and action code, (N, 4); (0, 4) where members were not kept."""
        if self._members is None:
            return np.zeros((0, len(ACTIONS)), dtype=np.int64)
        return self._members.by_action(vote.members.start, len(vote.members))

    def actions(self, vote: VoteRows, first: int, count: int) -> ActionArray | None:
        """Action codes (R, N), or None where they were not kept."""
        if self._votes is None:
            return None
        rows = self._votes.slice(vote.start + first, count)["actions"].to_pylist()
        return np.frombuffer(b"".join(rows), dtype=np.int8).reshape(count, -1)

    def months(self, point: int) -> MonthsSummary | None:
        """The months of a point, or None where they were not kept."""
        if not (self.folder / MONTHS).is_file():
            return None
        rows = read_parquet(self.folder / MONTHS)
        rows = rows.filter(pc.equal(rows["point"], point))
        if not rows.num_rows:
            return None
        names = tuple(dict.fromkeys(rows["month"].to_pylist()))
        whole = rows.filter(pc.is_null(rows["iso3"]))
        members = rows.filter(pc.is_valid(rows["iso3"]))
        size = members.num_rows // len(dict.fromkeys(members["series"].to_pylist())) // len(names)
        sides = read_parquet(self.folder / SIDED)
        sides = sides.filter(pc.equal(sides["point"], point))
        return MonthsSummary(
            months=names,
            watched=rows["replicates"][0].as_py(),
            members=_bands(members, (len(names), size)),
            totals=_bands(whole, (len(names),)),
            sides=tuple(
                np.stack([sides[name].slice(first, size).to_numpy() for name in SIDES])
                for first in range(0, sides.num_rows, size)
            ),
        )


@dataclass(frozen=True)
class KeptReplicates:
    """What a finished folder holds of each replicate of a vote; read when it is asked for: there may be millions."""

    tables: FinishedTables
    rows: VoteRows

    def __len__(self) -> int:
        return self.rows.replicates

    def __reduce__(self) -> tuple[object, ...]:
        return ReplicatesInMemory, (self.tallies, self.is_settled)  # another process may not have the folder

    @cached_property
    def tallies(self) -> IntArray:
        """Members per action code, (R, 4)."""
        return self.tables.tallies(self.rows)

    @cached_property
    def is_settled(self) -> BoolArray:
        """Whether deliberation had settled after the last round, (R,)."""
        return self.tables.is_settled(self.rows)

    def pieces(self) -> Iterator[tuple[IntArray, BoolArray]]:
        """Both, of consecutive replicates, a group of rows at a time."""
        for first in range(0, len(self), ROWS_PER_GROUP):
            count = min(ROWS_PER_GROUP, len(self) - first)
            yield self.tables.tallies(self.rows, first, count), self.tables.is_settled(self.rows, first, count)


def _bands(rows: pa.Table, shape: tuple[int, ...]) -> dict[str, Band]:
    length = int(np.prod(shape))
    figures = [rows[name].to_numpy() for name in ("mean", "p05", "p95")]
    series = rows["series"].to_pylist()[::length]
    return {
        name: Band(*(values[place * length : (place + 1) * length].reshape(shape) for values in figures))
        for place, name in enumerate(series)
    }


class _Rows:
    """Rows of some columns of a Parquet file by their number; the groups that were read last stay in memory."""

    def __init__(self, path: Path, columns: Sequence[str], kept: int) -> None:
        self.file = open_table(path)
        read = partial(self.file.read_row_group, columns=columns, use_threads=False)
        self._group = lru_cache(maxsize=kept)(read)

    def slice(self, first: int, count: int) -> pa.Table:
        return pa.concat_tables(self._pieces(first, count)).combine_chunks()

    def by_action(self, first: int, count: int, smallest: DTypeLike = np.int64) -> IntArray:
        """The numbers (rows, 4) by action code, piece by piece: there may be millions of rows.

        Parameters
        ----------
        smallest : kind of the numbers; a wider one where twice the largest of them does not fit.
        """
        found: IntArray = np.empty((count, len(ACTIONS)), dtype=smallest)
        done = 0
        for piece in self._pieces(first, count):
            for code, action in enumerate(ACTIONS):
                values = piece[action].to_numpy()
                needed = np.min_scalar_type(-2 * int(values.max(initial=0)))
                found = found.astype(np.promote_types(found.dtype, needed), copy=False)
                found[done : done + len(piece), code] = values
            done += len(piece)
        return found

    def column(self, name: str, first: int, count: int) -> NDArray[Any]:
        """The values (rows,) of a column, piece by piece."""
        return np.concatenate([piece[name].to_numpy() for piece in self._pieces(first, count)])

    def _pieces(self, first: int, count: int) -> Iterator[pa.Table]:
        while True:
            within = first % ROWS_PER_GROUP
            length = min(count, ROWS_PER_GROUP - within)
            yield self._group(first // ROWS_PER_GROUP).slice(within, length)
            first, count = first + length, count - length
            if not count:
                return
