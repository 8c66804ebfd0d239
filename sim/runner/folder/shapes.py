"""Whether the tables of a finished folder have the columns and rows that its manifest and its points call for.

A hash says that a table has not changed since the manifest was written; who writes a folder by hand can write the hash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.folder import Manifest, RunManifest
from sim.rules.choice import ACTIONS
from sim.runner.folder.files import MEMBERS, POINTS, TALLIES, VOTES
from sim.runner.folder.reading import FinishedTables, count_rows_by_point, open_table, read_parquet_columns
from sim.runner.folder.schemas import OF_OUTPUT, TALLY_SCHEMA, make_points_schema
from sim.runner.folder.tables import ROWS_PER_GROUP

SCHEMAS = {TALLIES: TALLY_SCHEMA} | {name: schema for tables in OF_OUTPUT.values() for name, schema in tables.items()}


def find_misshapen_tables(manifest: Manifest, folder: Path) -> list[str]:
    """Find the tables that cannot be those of a manifest, whatever their hash; a folder without points has only one."""
    opened = {name: _open(folder / name) for name in manifest.tables}
    wrong = [name for name, file in opened.items() if file is None or not _has_columns(name, file)]
    if wrong or not _has_points(manifest, folder):
        return wrong or [POINTS]
    return list(_find_of_other_length(folder, {name: file for name, file in opened.items() if file is not None}))


def _open(path: Path) -> pq.ParquetFile | None:
    try:
        return open_table(path)
    except (OSError, pa.ArrowException):
        return None


def _has_columns(name: str, file: pq.ParquetFile) -> bool:
    if name != POINTS:
        return name not in SCHEMAS or bool(file.schema_arrow.equals(SCHEMAS[name]))
    found = {field.name: field.type for field in file.schema_arrow}
    return all(found.get(field.name) == field.type for field in make_points_schema({}))


def _has_points(manifest: Manifest, folder: Path) -> bool:
    """Whether every point has its rows, and no row more runs than the manifest says; a kept run has no errors."""
    rows = [*read_parquet_columns(folder / POINTS, "point", "resolution", "replicates", "error")]
    numbers = [point for point, *_ in rows]
    if list(dict.fromkeys(numbers)) != list(range(manifest.points)) or numbers != sorted(numbers):
        return False
    if isinstance(manifest, RunManifest) and any(error is not None for *_, error in rows):
        return False
    return all(
        error is not None or (resolution is not None and replicates in range(1, manifest.replicates + 1))
        for _, resolution, replicates, error in rows
    )


def _find_of_other_length(folder: Path, opened: dict[str, pq.ParquetFile]) -> Iterator[str]:
    """The tables that have other rows than those of the points."""
    points = [*read_parquet_columns(folder / POINTS, "point", "replicates", "error")]
    runs = sum(replicates for _, replicates, error in points if error is None)
    of_runs = [name for name in (TALLIES, VOTES) if name in opened and not _has_rows(opened[name], runs)]
    yield from of_runs
    if MEMBERS in opened and TALLIES not in of_runs:
        tables = FinishedTables(folder)
        expected: Counter[int] = Counter()
        for point, votes in tables.votes.items():
            expected[point] = sum(int(tables.tallies(vote, 0, 1)[0, : len(ACTIONS)].sum()) for vote in votes)
        if count_rows_by_point(opened[MEMBERS]) != expected or not _has_rows(opened[MEMBERS], sum(expected.values())):
            yield MEMBERS


def _has_rows(file: pq.ParquetFile, rows: int) -> bool:
    """Whether a table has so many rows, in groups of the size in which they are read."""
    metadata = file.metadata
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    return sum(sizes) == rows and all(size == ROWS_PER_GROUP for size in sizes[:-1])
