"""The tables of a finished sweep: a few Parquet files, the same bytes however the sweep was run.

Units are read in one canonical order and rows leave in groups of a fixed size, so memory stays flat and neither
chunks nor workers nor interruptions show.
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
from numpy.typing import NDArray

from sim.arrays import BoolArray, IntArray
from sim.rules.choice import ACTIONS
from sim.runner.parts import Parts
from sim.runner.units import Unit, UnitResult
from sim.runner.whole import whole

ROWS_PER_GROUP = 100_000
POINTS, TALLIES, MEMBERS, VOTES = "points.parquet", "tallies.parquet", "members.parquet", "votes.parquet"


@dataclass(frozen=True)
class PlannedPoint:
    """A design point as the tables need it: its values, its votes, and the error if it could not even be read."""

    number: int
    values: Mapping[str, object]
    resolutions: tuple[str, ...]
    seed: int | None
    replicates: int
    error: str = ""


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
            joined = pa.concat_tables(self.waiting).combine_chunks()
            self.writer.write_table(joined.slice(0, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)
            self.waiting, self.rows = [joined.slice(ROWS_PER_GROUP)], self.rows - ROWS_PER_GROUP

    def finish(self) -> None:
        if self.rows:
            rows = pa.concat_tables(self.waiting).combine_chunks()
            self.writer.write_table(rows, row_group_size=ROWS_PER_GROUP)
        self.writer.close()


@contextmanager
def _stream(path: Path, schema: pa.Schema) -> Iterator[_Stream]:
    """A stream to a file that is written whole or not at all."""
    with whole(path) as unfinished:
        writer = pq.ParquetWriter(unfinished, schema, compression="zstd")
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
        *((action, pa.uint16()) for action in ACTIONS),
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


@dataclass
class _Summary:
    """Frequencies of the tallies of one point and vote, from which every statistic follows."""

    size: int
    frequencies: IntArray = field(init=False)
    settled: int = 0
    replicates: int = 0

    def __post_init__(self) -> None:
        self.frequencies = np.zeros((len(ACTIONS), self.size + 1), dtype=np.int64)

    def add(self, tallies: NDArray[np.uint16], is_settled: BoolArray) -> None:
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
    folder: Path, parts: Parts, plan: Sequence[PlannedPoint], codes: Mapping[int, Sequence[str]], outputs: Sequence[str]
) -> None:
    """Write the tables of a sweep from its parts.

    Parameters
    ----------
    codes : ISO3 codes of the world of each point.
    outputs : what is written besides points and tallies: ``members``, ``votes``.
    """
    schemas = {TALLIES: TALLY_SCHEMA}
    if "members" in outputs:
        schemas[MEMBERS] = MEMBER_SCHEMA
    if "votes" in outputs:
        schemas[VOTES] = VOTE_SCHEMA
    with ExitStack() as stack:
        streams = {name: stack.enter_context(_stream(folder / name, schema)) for name, schema in schemas.items()}
        points = _write_rows(parts, plan, codes, streams)
        with _stream(folder / POINTS, points.schema) as stream:
            stream.add_table(points)


def _write_rows(
    parts: Parts, plan: Sequence[PlannedPoint], codes: Mapping[int, Sequence[str]], streams: Mapping[str, _Stream]
) -> pa.Table:
    """Send the rows of all points on their way; the table of points comes back."""
    by_point: dict[int, list[Unit]] = {}
    for unit in sorted(parts.places, key=lambda unit: (unit.point, unit.first)):
        by_point.setdefault(unit.point, []).append(unit)
    rows: list[dict[str, object]] = []
    for point in plan:
        units = by_point.get(point.number, [])
        errors = [parts.errors[unit][0] for unit in units if unit in parts.errors]
        error = point.error or (errors[0] if errors else "")
        if error or not units:
            rows.append(_point_row(point, None, error, 0, {}))
            continue
        for vote, resolution in enumerate(point.resolutions):
            summary = _write_vote(point.number, vote, resolution, parts.read(units), codes[point.number], streams)
            rows.append(_point_row(point, resolution, "", summary.replicates, summary.row()))
    return _points(plan, rows)


def _write_vote(
    number: int,
    vote: int,
    resolution: str,
    results: Iterator[UnitResult],
    codes: Sequence[str],
    streams: Mapping[str, _Stream],
) -> _Summary:
    """Send the rows of one vote of one point on their way, unit by unit."""
    summary = _Summary(len(codes))
    counts = np.zeros((len(codes), len(ACTIONS)), dtype=np.int64)
    for result in results:
        if MEMBERS in streams:
            counts += result.counts[vote]
        summary.add(result.tallies[vote], result.is_settled[vote])
        _add_replicates(number, resolution, vote, result, streams)
    if MEMBERS in streams:
        own = {"point": [number] * len(codes), "resolution": [resolution] * len(codes), "iso3": list(codes)}
        streams[MEMBERS].add(own | {action: counts[:, code] for code, action in enumerate(ACTIONS)})
    return summary


def _add_replicates(
    number: int, resolution: str, vote: int, result: UnitResult, streams: Mapping[str, _Stream]
) -> None:
    count = result.unit.count
    key = {
        "point": np.full(count, number, dtype=np.int32),
        "resolution": [resolution] * count,
        "replicate": np.arange(result.unit.first, result.unit.first + count, dtype=np.int32),
    }
    tallies = {action: result.tallies[vote][:, code] for code, action in enumerate(ACTIONS)}
    streams[TALLIES].add(key | tallies | {"is_settled": result.is_settled[vote]})
    if VOTES in streams and result.actions is not None:
        streams[VOTES].add(key | {"actions": [row.tobytes() for row in result.actions[vote]]})


def _point_row(
    point: PlannedPoint, resolution: str | None, error: str, replicates: int, statistics: Mapping[str, float]
) -> dict[str, object]:
    return {
        "point": point.number,
        **point.values,
        "resolution": resolution,
        "seed": point.seed,
        "replicates": replicates,
        "error": error or None,
        **statistics,
    }


def _points(plan: Sequence[PlannedPoint], rows: Sequence[Mapping[str, object]]) -> pa.Table:
    statistics = ["settled", *(f"{a}_{s}" for a in ACTIONS for s in ("mean", "median", "p05", "p95"))]
    factors = list(dict.fromkeys(name for point in plan for name in point.values))
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
