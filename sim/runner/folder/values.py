"""Whether the rows in the tables of a finished folder are possible: who writes a table by hand can write anything.

What is possible may still be invented. Checked is that there are as many rows as the points call for, that each belongs
to the run, vote and member of its place, and that its numbers add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.arrays import FloatArray, IntArray
from sim.results.series import list_series
from sim.rules.choice import ACTIONS
from sim.runner.folder.files import MEMBERS, MONTHS, POINTS, SIDED, TALLIES, VOTES
from sim.runner.folder.reading import read_parquet
from sim.runner.folder.tables import ROWS_PER_GROUP
from sim.runner.months import SIDES

ROUNDING = 1e-6
"""How far means, in members, and shares may be from what is possible."""


@dataclass(frozen=True)
class _Votes:
    """The votes that the table of points names, in the order of all tables: their point, runs and members (V,)."""

    point: IntArray
    resolution: pa.ChunkedArray
    replicates: IntArray
    size: IntArray

    def of(self, points: set[int]) -> _Votes:
        """The votes of some points."""
        own = np.isin(self.point, [*points])
        return _Votes(self.point[own], self.resolution.filter(pa.array(own)), self.replicates[own], self.size[own])

    def are_in(self, rows: pa.Table, vote: IntArray) -> bool:
        """Whether rows name the point and the resolution of their vote."""
        is_named = pc.all(pc.equal(rows["resolution"], self.resolution.take(pa.array(vote)))).as_py()
        return bool(is_named) and bool((rows["point"].to_numpy() == self.point[vote]).all())


Check = Callable[[pa.Table, _Votes, IntArray, IntArray], bool]
"""Whether rows are possible, given the vote of each and its place among the rows of that vote."""


def find_impossible_tables(folder: Path, opened: Mapping[str, pq.ParquetFile]) -> Iterator[str]:
    """Find the tables, of the right columns, whose rows cannot be those of any result."""
    points = read_parquet(folder / POINTS)
    points = points.filter(pc.is_null(points["error"])).drop_columns("error")
    if not _are_points(points):
        yield POINTS
        return
    votes = _Votes(
        point=points["point"].to_numpy(),
        resolution=points["resolution"],
        replicates=points["replicates"].to_numpy(),
        size=np.rint(_sizes(points)).astype(np.int64),
    )
    with_months: set[int] = set()
    if MONTHS in opened:
        for point, rows in _points_of_months(opened[MONTHS]):
            if point in with_months or not _are_months(rows, votes.size[votes.point == point]):
                yield MONTHS
                return
            with_months.add(point)
    for name, file in opened.items():
        if name in CHECKS and not _is_possible(name, file, votes.of(with_months) if name == SIDED else votes):
            yield name


def _is_possible(name: str, file: pq.ParquetFile, votes: _Votes) -> bool:
    """Whether each row of a table belongs to its vote; tables have a row per run or per member of a vote."""
    lengths = votes.size if name in (MEMBERS, SIDED) else votes.replicates
    ends = np.cumsum(lengths)
    if not _has_rows(file, int(lengths.sum())):
        return False
    for first, rows in _groups(file):
        number = np.arange(first, first + len(rows))
        vote = np.searchsorted(ends, number, side="right")
        if not (_are_whole(rows) and votes.are_in(rows, vote)):
            return False
        if not CHECKS[name](rows, votes, vote, number - (ends - lengths)[vote]):
            return False
    return True


def _has_rows(file: pq.ParquetFile, rows: int) -> bool:
    """Whether a table has so many rows, in groups of the size in which they are read."""
    metadata = file.metadata
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    return sum(sizes) == rows and all(size == ROWS_PER_GROUP for size in sizes[:-1])


def _points_of_months(file: pq.ParquetFile) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each point, which may be in several groups; a point comes twice if others are between its rows."""
    waiting: list[pa.Table] = []
    for _, rows in _groups(file):
        number = rows["point"].to_numpy()
        starts = np.unique([0, *(np.flatnonzero(np.diff(number)) + 1), len(rows)]).tolist()
        for start, end in pairwise(starts):
            if waiting and waiting[0]["point"][0].as_py() != number[start]:
                yield waiting[0]["point"][0].as_py(), pa.concat_tables(waiting)
                waiting = []
            waiting.append(rows.slice(start, end - start))
    if waiting:
        yield waiting[0]["point"][0].as_py(), pa.concat_tables(waiting)


def _are_months(rows: pa.Table, sizes: IntArray) -> bool:
    """Whether the rows of a point, in whose votes so many members vote, are series of the whole, then of members."""
    if not len(sizes) or not _are_whole(rows.drop_columns("iso3")) or rows["replicates"][0].as_py() < 1:
        return False
    months = list(dict.fromkeys(rows["month"].to_pylist()))
    start = rows["iso3"].null_count
    own = rows.slice(start)
    codes = own["iso3"].slice(0, int(sizes[0])).to_pylist()
    return (
        own["iso3"].null_count == 0
        and len(codes) == sizes[0]
        and codes == sorted(set(codes))
        and own["iso3"].to_pylist() == codes * (len(own) // len(codes))
        and _are_series(rows.slice(0, start), months, list_series(of_members=False))
        and _are_series(own, [month for month in months for _ in codes], list_series(of_members=True))
    )


def _are_series(rows: pa.Table, dates: list[str], known: Sequence[str]) -> bool:
    names = list(dict.fromkeys(rows["series"].to_pylist()))
    return (
        set(names) <= set(known)
        and rows["series"].to_pylist() == [name for name in names for _ in dates]
        and rows["month"].to_pylist() == dates * len(names)
    )


def _groups(file: pq.ParquetFile) -> Iterator[tuple[int, pa.Table]]:
    """The number of the first row of each group, and its rows."""
    first = 0
    for number in range(file.num_row_groups):
        rows = file.read_row_group(number)
        yield first, rows
        first += len(rows)


def _are_whole(rows: pa.Table) -> bool:
    return not any(column.null_count for column in rows.columns)


def _are_tallies(rows: pa.Table, votes: _Votes, vote: IntArray, place: IntArray) -> bool:
    return _are_runs(rows, place) and _add_up(rows, votes.size[vote])


def _are_members(rows: pa.Table, votes: _Votes, vote: IntArray, place: IntArray) -> bool:
    return _are_codes(rows, place) and _add_up(rows, votes.replicates[vote])


def _are_sides(rows: pa.Table, votes: _Votes, vote: IntArray, place: IntArray) -> bool:
    return _are_codes(rows, place) and all(_are_between(rows[name], 0, 1) for name in SIDES)


def _are_codes(rows: pa.Table, place: IntArray) -> bool:
    """Whether members are sorted by their codes, as everywhere."""
    codes = rows["iso3"].combine_chunks()
    grows = pc.greater(codes[1:], codes[:-1]).to_numpy(zero_copy_only=False)
    return bool((grows | (place[1:] == 0)).all())


def _are_actions(rows: pa.Table, votes: _Votes, vote: IntArray, place: IntArray) -> bool:
    known = bytes(range(len(ACTIONS)))
    texts: Sequence[bytes] = rows["actions"].to_pylist()
    are_long = all(len(text) == size for text, size in zip(texts, votes.size[vote].tolist(), strict=True))
    return _are_runs(rows, place) and are_long and not b"".join(texts).translate(None, known)


def _are_runs(rows: pa.Table, place: IntArray) -> bool:
    return bool((rows["replicate"].to_numpy() == place).all())


def _add_up(rows: pa.Table, to: IntArray) -> bool:
    """Whether the numbers of all actions are 0 or greater and add up to a number in each row."""
    numbers = np.stack([rows[action].to_numpy().astype(np.int64) for action in ACTIONS])
    return bool((numbers >= 0).all() and (numbers.sum(axis=0) == to).all())


def _are_points(points: pa.Table) -> bool:
    """Whether statistics are in the order of their levels, and the means of a vote add up to a number of members."""
    if not _are_whole(points) or not _are_between(points["settled"], 0, 1):
        return False
    sizes = _sizes(points)
    for action in ACTIONS:
        low, middle, high, mean = (points[f"{action}_{name}"].to_numpy() for name in ("p05", "median", "p95", "mean"))
        if not ((low >= 0) & (low <= middle) & (middle <= high) & (high <= sizes + ROUNDING)).all():
            return False
        if not ((mean >= 0) & (mean <= sizes + ROUNDING)).all():
            return False
    return bool((np.abs(sizes - np.rint(sizes)) <= ROUNDING).all())


def _sizes(points: pa.Table) -> FloatArray:
    """Number of members of each vote: the sum of the means over actions."""
    return np.sum([points[f"{action}_mean"].to_numpy() for action in ACTIONS], axis=0)


def _are_between(values: pa.ChunkedArray, low: float, high: float) -> bool:
    numbers = values.to_numpy()
    return bool(((numbers >= low - ROUNDING) & (numbers <= high + ROUNDING)).all())


CHECKS: Mapping[str, Check] = {
    TALLIES: _are_tallies,
    MEMBERS: _are_members,
    VOTES: _are_actions,
    SIDED: _are_sides,
}
