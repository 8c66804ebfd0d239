"""Writing the tables of a result: a few Parquet files, whose bytes do not depend on how they were made.

Batches are read in one canonical order and rows are written in groups of a fixed size. So the use of memory is
constant, and the tables do not depend on tasks, workers or interruptions. `sim.runner.folder.schemas` declares their
columns.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from functools import lru_cache
from itertools import product
from operator import attrgetter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue

from sim.files.writing import write_whole
from sim.results.sweep import SweptPoint
from sim.rules.choice import ACTIONS
from sim.runner.batch import Batch, BatchResult, RunPoint
from sim.runner.folder.files import MEMBERS, MONTHS, POINTS, SIDED, TALLIES, VOTES
from sim.runner.folder.schemas import OF_OUTPUT, STATISTICS, TALLY_SCHEMA, make_points_schema
from sim.runner.folder.store import Store
from sim.runner.frequencies import Frequencies
from sim.runner.months import SIDES, MonthsResult, list_month_columns, merge_months
from sim.runner.plan import RunPlan
from sim.world.loading import load_world

ROWS_PER_GROUP = 100_000
MOST_WAITING = 100
"""Pieces of a table that wait to be written: each takes kilobytes, however few its rows."""
MOST_ROWS = 1000
"""Rows of the table of points that wait to be written: each takes five kilobytes."""
ColumnValues = dict[str, Sequence[object] | np.ndarray | pa.Array]
"""Rows of a table, by column."""


class _Stream:
    """Rows that are written to a Parquet file in groups of a fixed size."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self.writer = writer
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def add(self, columns: ColumnValues) -> None:
        self.waiting.append(pa.table(columns, schema=self.writer.schema))
        self.rows += self.waiting[-1].num_rows
        if self.rows < ROWS_PER_GROUP and len(self.waiting) < MOST_WAITING:
            return
        whole = self._take_waiting()
        while self.rows >= ROWS_PER_GROUP:
            self.writer.write_table(whole.slice(0, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)
            whole, self.rows = whole.slice(ROWS_PER_GROUP), self.rows - ROWS_PER_GROUP
        self.waiting = [whole]

    def _take_waiting(self) -> pa.Table:
        """Take what waits as one piece; the pieces it was copied from are not kept while it is written."""
        pieces, self.waiting = self.waiting, []
        return pa.concat_tables(pieces).combine_chunks()

    def finish(self) -> None:
        if self.rows:
            self.writer.write_table(self._take_waiting(), row_group_size=ROWS_PER_GROUP)
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


def write_tables(folder: Path, store: Store, plan: RunPlan, outputs: Sequence[str]) -> None:
    """Write the tables of a result from its store.

    Parameters
    ----------
    outputs : what is written in addition to points and tallies: ``members``, ``votes``, ``months``.
    """
    schemas = {TALLIES: TALLY_SCHEMA}
    for output, tables in OF_OUTPUT.items():
        if output in outputs:
            schemas |= tables
    is_numeric = plan.survey.is_numeric
    factors = {name: pa.float64() if numeric else pa.string() for name, numeric in is_numeric.items()}
    schemas[POINTS] = make_points_schema(factors)
    batches = sorted(store.places, key=lambda batch: (batch.point, batch.first))
    number_of = attrgetter("point")
    with ExitStack() as stack:
        streams = {name: stack.enter_context(_stream(folder / name, schema)) for name, schema in schemas.items()}
        rows: list[SweptPoint] = []
        for point in plan.points:
            first, end = (bisect_left(batches, number, key=number_of) for number in (point.number, point.number + 1))
            rows += _write_point(point, store, batches[first:end], streams)
            if len(rows) >= MOST_ROWS:
                streams[POINTS].add(_list_point_columns(rows, is_numeric))
                rows = []
        streams[POINTS].add(_list_point_columns(rows, is_numeric))


def _write_point(
    point: RunPoint,
    store: Store,
    batches: Sequence[Batch],
    streams: Mapping[str, _Stream],
) -> list[SweptPoint]:
    """Write the rows of a point, and return its rows in the table of points."""
    errors = [store.errors[batch][0] for batch in batches if batch in store.errors]
    error = point.error or (errors[0] if errors else "")
    if error or not batches or point.spec is None:
        return [_make_row(point, error=error)]
    iso3, rows = _list_members(point.spec.world, point.spec.vote[0].date), []
    for place, vote in enumerate(point.spec.vote):
        found = _write_vote(point.number, place, vote.resolution, store.read(batches), iso3, streams)
        rows.append(_make_row(point, vote.resolution, found))
    if MONTHS in streams:
        months = merge_months([result.months for result in store.read(batches) if result.months is not None])
        if months is not None:
            _write_months(point, months, iso3, streams)
    return rows


@lru_cache(maxsize=100)
def _list_members(world: str, day: date) -> Sequence[str]:
    """Codes of the members of a world on a day."""
    return load_world(world, at=day).iso3


def _write_vote(
    number: int,
    place: int,
    resolution: str,
    results: Iterator[BatchResult],
    codes: Sequence[str],
    streams: Mapping[str, _Stream],
) -> Frequencies:
    """Write the rows of one vote of one point, batch by batch."""
    found = Frequencies(len(codes))
    counts = np.zeros((len(codes), len(ACTIONS)), dtype=np.int64)
    for result in results:
        vote = result.votes[place]
        if MEMBERS in streams:
            counts += vote.counts
        found.add(vote.tallies, vote.is_settled)
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
    return found


def _replicate_columns(number: int, resolution: str, batch: Batch) -> ColumnValues:
    return {
        "point": np.full(batch.count, number, dtype=np.int32),
        "resolution": pa.repeat(resolution, batch.count),
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
    point: RunPoint, resolution: str | None = None, found: Frequencies | None = None, error: str = ""
) -> SweptPoint:
    return SweptPoint(
        point=point.number,
        values=point.values,
        resolution=resolution,
        seed=None if point.spec is None else point.spec.seed,
        replicates=0 if found is None else found.replicates,
        error=error or None,
        settled=None if found is None else found.settled_share,
        tallies=None if found is None else found.tallies,
    )


def _list_point_columns(rows: Sequence[SweptPoint], is_numeric: Mapping[str, bool]) -> ColumnValues:
    """Columns of the table of points. That of a factor holds numbers where all its values are, otherwise text."""
    columns: ColumnValues = {
        name: [_write_value(row.values.get(name), numeric) for row in rows] for name, numeric in is_numeric.items()
    }
    for name in ("point", "resolution", "seed", "replicates", "error", "settled"):
        columns[name] = [getattr(row, name) for row in rows]
    for action, statistic in product(ACTIONS, STATISTICS):
        found = [None if row.tallies is None else getattr(row.tallies.of(action), statistic) for row in rows]
        columns[f"{action}_{statistic}"] = found
    return columns


def _write_value(value: JsonValue, is_numeric: bool) -> JsonValue:
    return value if is_numeric or isinstance(value, str) else json.dumps(value)
