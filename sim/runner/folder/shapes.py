"""Whether the tables of a finished folder have the columns and rows that its manifest and its points call for.

A hash says that a table has not changed since the manifest was written; who writes a folder by hand can write the hash.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sim.results.folder import Manifest, RunManifest
from sim.runner.folder.files import POINTS, TALLIES
from sim.runner.folder.reading import open_table, read_parquet_columns
from sim.runner.folder.schemas import OF_OUTPUT, TALLY_SCHEMA, make_points_schema
from sim.runner.folder.values import find_impossible_tables

SCHEMAS = {TALLIES: TALLY_SCHEMA} | {name: schema for tables in OF_OUTPUT.values() for name, schema in tables.items()}


def find_misshapen_tables(manifest: Manifest, folder: Path) -> list[str]:
    """Find the tables that cannot be those of a manifest, whatever their hash; a folder without points has only one."""
    opened = {name: _open(folder / name) for name in manifest.tables}
    wrong = [name for name, file in opened.items() if file is None or not _has_columns(name, file)]
    if wrong or not _has_points(manifest, folder):
        return wrong or [POINTS]
    return list(find_impossible_tables(folder, {name: file for name, file in opened.items() if file is not None}))


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
