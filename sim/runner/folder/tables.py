"""The tables of a result: a few Parquet files, the same bytes however they were made.

Batches are read in one canonical order and rows leave in groups of a fixed size, so memory stays flat and neither
tasks nor workers nor interruptions show. This is the only place that says what the tables hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.arrays import BoolArray, IntArray
from sim.rules.choice import ACTIONS
from sim.runner.batch import Batch, BatchResult, Point
from sim.runner.folder.store import Store
from sim.runner.folder.whole import write_whole
from sim.runner.months import SIDES, MonthsResult, merge_months, month_columns

ROWS_PER_GROUP = 100_000
POINTS, TALLIES, MEMBERS, VOTES = "points.parquet", "tallies.parquet", "members.parquet", "votes.parquet"
MONTHS, SIDED = "months.parquet", "sides.parquet"
NAMES = (POINTS, TALLIES, MEMBERS, VOTES, MONTHS, SIDED)
ALWAYS = (POINTS, TALLIES)
"""Tables that are there whatever was asked for."""


class _Stream:
    """Rows on their way to a Parquet file, in groups of a fixed size."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self.writer = writer
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def add(self, columns: Mapping[str, Any]) -> None:
        self.add_table(pa.table(dict(columns), schema=self.writer.schema))

    def add_table(self, table: pa.Table) -> None:
        self.waiting.append(table)
        self.rows += table.num_rows
        while self.rows >= ROWS_PER_GROUP:
            whole = pa.concat_tables(self.waiting).combine_chunks()
            self.writer.write_table(whole.slice(0, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)
            self.waiting, self.rows = [whole.slice(ROWS_PER_GROUP)], self.rows - ROWS_PER_GROUP

    def finish(self) -> None:
        if self.rows:
            rows = pa.concat_tables(self.waiting).combine_chunks()
            self.writer.write_table(rows, row_group_size=ROWS_PER_GROUP)
        self.writer.close()


@contextmanager
def _stream(path: Path, schema: pa.Schema) -> Iterator[_Stream]:
    """A stream to a file that is written whole or not at all."""
    with write_whole(path) as file:
        writer = pq.ParquetWriter(file, schema, compression="zstd")
        try:
            stream = _Stream(writer)
            yield stream
            stream.finish()
        finally:
            with suppress(OSError):  # of a disk that is full, which has been raised already
                writer.close()


TALLY_SCHEMA = pa.schema(
    [
        ("point", pa.int32()),
        ("resolution", pa.string()),
        ("replicate", pa.int32()),
        *((action, pa.int32()) for action in ACTIONS),
        ("is_settled", pa.bool_()),
    ]
)
MEMBER_SCHEMA = pa.schema(
    [("point", pa.int32()), ("resolution", pa.string()), ("iso3", pa.string())]
    + [(action, pa.int32()) for action in ACTIONS]
)
VOTE_SCHEMA = pa.schema(
    [("point", pa.int32()), ("resolution", pa.string()), ("replicate", pa.int32()), ("actions", pa.binary())]
)
MONTH_SCHEMA = pa.schema(
    [("point", pa.int32()), ("replicates", pa.int32())]
    + [(name, pa.string()) for name in ("month", "series", "iso3")]
    + [(name, pa.float64()) for name in ("mean", "p05", "p95")]
)
SIDE_SCHEMA = pa.schema(
    [("point", pa.int32()), ("resolution", pa.string()), ("iso3", pa.string())]
    + [(name, pa.float64()) for name in SIDES]
)
OF_OUTPUT = {
    "members": {MEMBERS: MEMBER_SCHEMA},
    "votes": {VOTES: VOTE_SCHEMA},
    "months": {MONTHS: MONTH_SCHEMA, SIDED: SIDE_SCHEMA},
}
"""Tables that an output is written to."""


@dataclass
class _Summary:
    """Frequencies of the tallies of one point and vote, from which every statistic follows."""

    size: int
    frequencies: IntArray = field(init=False)
    settled: int = 0
    replicates: int = 0

    def __post_init__(self) -> None:
        self.frequencies = np.zeros((len(ACTIONS), self.size + 1), dtype=np.int64)

    def add(self, tallies: IntArray, is_settled: BoolArray) -> None:
        for code in range(len(ACTIONS)):
            self.frequencies[code] += np.bincount(tallies[:, code], minlength=self.size + 1)
        self.settled += int(is_settled.sum())
        self.replicates += len(tallies)

    def row(self) -> dict[str, float]:
        """Mean, median and 90 % interval per action, as `numpy.quantile` gives them."""
        found: dict[str, float] = {"settled": self.settled / self.replicates}
        for code, action in enumerate(ACTIONS):
            counts = self.frequencies[code]
            found[f"{action}_mean"] = float(counts @ np.arange(self.size + 1)) / self.replicates
            for name, level in (("median", 0.5), ("p05", 0.05), ("p95", 0.95)):
                found[f"{action}_{name}"] = _quantile(counts, level)
        return found


def _quantile(counts: IntArray, level: float) -> float:
    """The quantile of values 0, 1, ... that stand `counts` times each, linear between order statistics."""
    cumulated = np.cumsum(counts)
    position = level * (cumulated[-1] - 1)
    below = np.floor(position)
    low, high = (int(np.searchsorted(cumulated, rank, side="right")) for rank in (below, np.ceil(position)))
    return float(low + (position - below) * (high - low))


def write_tables(
    folder: Path, store: Store, points: Sequence[Point], codes: Mapping[int, Sequence[str]], outputs: Sequence[str]
) -> None:
    """Write the tables of a result from its store.

    Parameters
    ----------
    codes : ISO3 codes of the world of each point.
    outputs : what is written besides points and tallies: ``members``, ``votes``, ``months``.
    """
    schemas = {TALLIES: TALLY_SCHEMA}
    for output, tables in OF_OUTPUT.items():
        if output in outputs:
            schemas |= tables
    with ExitStack() as stack:
        streams = {name: stack.enter_context(_stream(folder / name, schema)) for name, schema in schemas.items()}
        by_point: dict[int, list[Batch]] = {}
        for batch in sorted(store.places, key=lambda batch: (batch.point, batch.first)):
            by_point.setdefault(batch.point, []).append(batch)
        rows = [
            row
            for point in points
            for row in _write_point(point, store, by_point.get(point.number, []), codes, streams)
        ]
        found = _points(points, rows)
        with _stream(folder / POINTS, found.schema) as stream:
            stream.add_table(found)


def _write_point(
    point: Point,
    store: Store,
    batches: Sequence[Batch],
    codes: Mapping[int, Sequence[str]],
    streams: Mapping[str, _Stream],
) -> list[dict[str, object]]:
    """Send the rows of a point on their way; its rows in the table of points come back."""
    errors = [store.errors[batch][0] for batch in batches if batch in store.errors]
    error = point.error or (errors[0] if errors else "")
    if error or not batches or point.spec is None:
        return [_point_row(point, None, error, 0, {})]
    iso3, rows = codes[point.number], []
    for place, vote in enumerate(point.spec.vote):
        summary = _write_vote(point.number, place, vote.resolution, store.read(batches), iso3, streams)
        rows.append(_point_row(point, vote.resolution, "", summary.replicates, summary.row()))
    if MONTHS in streams:
        months = merge_months([result.months for result in store.read(batches) if result.months is not None])
        if months is not None:
            _write_months(point, months, iso3, streams)
    return rows


def _write_vote(
    number: int,
    place: int,
    resolution: str,
    results: Iterator[BatchResult],
    codes: Sequence[str],
    streams: Mapping[str, _Stream],
) -> _Summary:
    """Send the rows of one vote of one point on their way, batch by batch."""
    summary = _Summary(len(codes))
    counts = np.zeros((len(codes), len(ACTIONS)), dtype=np.int64)
    for result in results:
        vote = result.votes[place]
        if MEMBERS in streams:
            counts += vote.counts
        summary.add(vote.tallies, vote.is_settled)
        key = _replicate_columns(number, resolution, result.batch)
        tallies = {action: vote.tallies[:, code] for code, action in enumerate(ACTIONS)}
        streams[TALLIES].add(key | tallies | {"is_settled": vote.is_settled})
        if VOTES in streams and vote.actions is not None:
            streams[VOTES].add(key | {"actions": [row.tobytes() for row in vote.actions]})
    if MEMBERS in streams:
        own = {"point": [number] * len(codes), "resolution": [resolution] * len(codes), "iso3": list(codes)}
        streams[MEMBERS].add(own | {action: counts[:, code] for code, action in enumerate(ACTIONS)})
    return summary


def _replicate_columns(number: int, resolution: str, batch: Batch) -> dict[str, Any]:
    return {
        "point": np.full(batch.count, number, dtype=np.int32),
        "resolution": [resolution] * batch.count,
        "replicate": np.arange(batch.first, batch.first + batch.count, dtype=np.int32),
    }


def _write_months(point: Point, months: MonthsResult, codes: Sequence[str], streams: Mapping[str, _Stream]) -> None:
    columns = month_columns(months, codes)
    rows = len(columns["mean"])
    streams[MONTHS].add({"point": [point.number] * rows, "replicates": [months.watched] * rows, **columns})
    for vote, shares in zip(point.spec.vote if point.spec else (), months.sides, strict=True):
        own = {"point": [point.number] * len(codes), "resolution": [vote.resolution] * len(codes), "iso3": list(codes)}
        streams[SIDED].add(own | dict(zip(SIDES, shares, strict=True)))


def _point_row(
    point: Point, resolution: str | None, error: str, replicates: int, statistics: Mapping[str, float]
) -> dict[str, object]:
    return {
        "point": point.number,
        **point.values,
        "resolution": resolution,
        "seed": None if point.spec is None else point.spec.seed,
        "replicates": replicates,
        "error": error or None,
        **statistics,
    }


def _points(points: Sequence[Point], rows: Sequence[Mapping[str, object]]) -> pa.Table:
    statistics = ["settled", *(f"{a}_{s}" for a in ACTIONS for s in ("mean", "median", "p05", "p95"))]
    factors = list(dict.fromkeys(name for point in points for name in point.values))
    columns: dict[str, pa.Array] = {"point": pa.array([row["point"] for row in rows], pa.int32())}
    for name in factors:
        values = [row.get(name) for row in rows]
        is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values if v is not None)
        columns[name] = (
            pa.array([None if v is None else float(v) for v in values], pa.float64())  # type: ignore[arg-type]
            if is_number
            else pa.array([v if isinstance(v, str) else json.dumps(v, default=str) for v in values], pa.string())
        )
    columns["resolution"] = pa.array([row["resolution"] for row in rows], pa.string())
    columns["seed"] = pa.array([row["seed"] for row in rows], pa.int64())
    columns["replicates"] = pa.array([row["replicates"] for row in rows], pa.int32())
    columns["error"] = pa.array([row["error"] for row in rows], pa.string())
    for name in statistics:
        columns[name] = pa.array([row.get(name) for row in rows], pa.float64())
    return pa.table(columns)
