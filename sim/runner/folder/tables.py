"""Writing the tables of a result: a few Parquet files, whose bytes do not depend on how they were made.

Batches are read in one canonical order and rows are written in groups of a fixed size. So the use of memory is
constant, and the tables do not depend on tasks, workers or interruptions. `sim.runner.folder.schemas` declares their
columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue

from sim.arrays import BoolArray, IntArray
from sim.files.writing import write_whole
from sim.results.intervals import LEVELS
from sim.results.parts import ByAction, Statistics
from sim.results.sweep import SweptPoint
from sim.rules.choice import ACTIONS
from sim.runner.batch import Batch, BatchResult, RunPoint
from sim.runner.folder.files import MEMBERS, MONTHS, POINTS, SIDED, TALLIES, VOTES
from sim.runner.folder.schemas import OF_OUTPUT, STATISTICS, TALLY_SCHEMA, make_points_schema
from sim.runner.folder.store import Store
from sim.runner.months import SIDES, MonthsResult, list_month_columns, merge_months

ROWS_PER_GROUP = 100_000
ColumnValues = dict[str, Sequence[object] | np.ndarray]
"""Rows of a table, by column."""


class _Stream:
    """Rows that are written to a Parquet file in groups of a fixed size."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self.writer = writer
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def add(self, columns: ColumnValues) -> None:
        self.add_table(pa.table(columns, schema=self.writer.schema))

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
    """Open a stream to a file that is written whole or not at all."""
    with write_whole(path) as file:
        writer = pq.ParquetWriter(file, schema, compression="zstd")
        try:
            stream = _Stream(writer)
            yield stream
            stream.finish()
        finally:
            with suppress(OSError):  # of a full disk, which has been raised already
                writer.close()


@dataclass
class _Summary:
    """Frequencies of the tallies of one point and vote, from which all statistics are computed."""

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

    def tallies(self) -> ByAction[Statistics]:
        """Mean, median and 90 % interval per action, as `numpy.quantile` gives them."""
        return ByAction[Statistics](**{action: self._statistics(code) for code, action in enumerate(ACTIONS)})

    def _statistics(self, code: int) -> Statistics:
        counts = self.frequencies[code]
        low, high = LEVELS
        return Statistics(
            mean=float(counts @ np.arange(self.size + 1)) / self.replicates,
            median=_quantile(counts, 0.5),
            p05=_quantile(counts, low),
            p95=_quantile(counts, high),
        )


def _quantile(counts: IntArray, level: float) -> float:
    """The quantile of values 0, 1, ... that occur `counts` times each, linear between order statistics."""
    cumulated = np.cumsum(counts)
    position = level * (cumulated[-1] - 1)
    below = np.floor(position)
    low, high = (int(np.searchsorted(cumulated, rank, side="right")) for rank in (below, np.ceil(position)))
    return float(low + (position - below) * (high - low))


def write_tables(
    folder: Path, store: Store, points: Sequence[RunPoint], codes: Mapping[int, Sequence[str]], outputs: Sequence[str]
) -> None:
    """Write the tables of a result from its store.

    Parameters
    ----------
    codes : ISO3 codes of the world of each point.
    outputs : what is written in addition to points and tallies: ``members``, ``votes``, ``months``.
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
    point: RunPoint,
    store: Store,
    batches: Sequence[Batch],
    codes: Mapping[int, Sequence[str]],
    streams: Mapping[str, _Stream],
) -> list[SweptPoint]:
    """Write the rows of a point, and return its rows in the table of points."""
    errors = [store.errors[batch][0] for batch in batches if batch in store.errors]
    error = point.error or (errors[0] if errors else "")
    if error or not batches or point.spec is None:
        return [_make_row(point, error=error)]
    iso3, rows = codes[point.number], []
    for place, vote in enumerate(point.spec.vote):
        summary = _write_vote(point.number, place, vote.resolution, store.read(batches), iso3, streams)
        rows.append(_make_row(point, vote.resolution, summary))
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
    """Write the rows of one vote of one point, batch by batch."""
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
        own: ColumnValues = {
            "point": [number] * len(codes),
            "resolution": [resolution] * len(codes),
            "iso3": list(codes),
        }
        streams[MEMBERS].add(own | {action: counts[:, code] for code, action in enumerate(ACTIONS)})
    return summary


def _replicate_columns(number: int, resolution: str, batch: Batch) -> ColumnValues:
    return {
        "point": np.full(batch.count, number, dtype=np.int32),
        "resolution": [resolution] * batch.count,
        "replicate": np.arange(batch.first, batch.first + batch.count, dtype=np.int32),
    }


def _write_months(point: RunPoint, months: MonthsResult, codes: Sequence[str], streams: Mapping[str, _Stream]) -> None:
    columns = list_month_columns(months, codes)
    rows = len(columns["mean"])
    streams[MONTHS].add({"point": [point.number] * rows, "replicates": [months.watched] * rows, **columns})
    for vote, shares in zip(point.spec.vote if point.spec else (), months.sides, strict=True):
        size = len(codes)
        own: ColumnValues = {
            "point": [point.number] * size,
            "resolution": [vote.resolution] * size,
            "iso3": list(codes),
        }
        streams[SIDED].add(own | dict(zip(SIDES, shares, strict=True)))


def _make_row(
    point: RunPoint, resolution: str | None = None, summary: _Summary | None = None, error: str = ""
) -> SweptPoint:
    return SweptPoint(
        point=point.number,
        values=point.values,
        resolution=resolution,
        seed=None if point.spec is None else point.spec.seed,
        replicates=0 if summary is None else summary.replicates,
        error=error or None,
        settled=None if summary is None else summary.settled / summary.replicates,
        tallies=None if summary is None else summary.tallies(),
    )


def _points(points: Sequence[RunPoint], rows: Sequence[SweptPoint]) -> pa.Table:
    """The table of points. A factor's column holds numbers where all its values are numbers, otherwise text."""
    names = dict.fromkeys(name for point in points for name in point.values)
    factors = {name: _factor_column([row.values.get(name) for row in rows]) for name in names}
    columns = dict(factors)
    for name in ("point", "resolution", "seed", "replicates", "error", "settled"):
        columns[name] = [getattr(row, name) for row in rows]
    for action, statistic in product(ACTIONS, STATISTICS):
        found = [None if row.tallies is None else getattr(row.tallies.of(action), statistic) for row in rows]
        columns[f"{action}_{statistic}"] = found
    return pa.table(columns, schema=make_points_schema({name: values.type for name, values in factors.items()}))


def _factor_column(values: Sequence[JsonValue]) -> pa.Array:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values if value is not None):
        return pa.array(values, pa.float64())
    return pa.array([v if isinstance(v, str) else json.dumps(v) for v in values], pa.string())
