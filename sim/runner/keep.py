"""Keeping a run in a folder, with all that is needed to repeat it exactly.

``tallies.parquet`` has a row per vote and replicate, ``members.parquet`` a row per vote and member with counts,
``months.parquet`` the series of its months where it has any, ``manifest.json`` everything that a repetition needs,
``execution.json`` what may differ between repetitions.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from sim.case import Case
from sim.errors import input_error
from sim.rules.choice import ACTIONS
from sim.runner.months import month_columns
from sim.runner.run import RunResult
from sim.runner.whole import whole
from sim.specs import Scenario, fit_path
from sim.world import World
from sim.world.energy import energy_hashes
from sim.world.reading import world_hashes

SCHEMA_VERSION = 1
MANIFEST, EXECUTION = "manifest.json", "execution.json"
TABLES = ("tallies.parquet", "members.parquet")
MONTHS = "months.parquet"
"""A row per month, series and member, where the scenario has months; the series of the whole have no member."""
PACKAGES = ("mesa", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


def keep(result: RunResult, folder: Path, seconds: float) -> None:
    """Write a run to a new or empty folder.

    Raises
    ------
    InputError : the folder holds something already, or cannot be written to.
    """
    check_folder(folder)
    write_tables(result, folder)
    manifest = manifest_of(result.case, result.replicates, result.engine, folder)
    manifest["base"] = None if result.base is None else result.base.case.spec.document()
    write_json(folder / EXECUTION, _execution(result, seconds))
    write_json(folder / MANIFEST, manifest)


def check_folder(folder: Path) -> None:
    """Make the folder, or refuse it if it is not empty, before anything is run for it.

    Raises
    ------
    InputError : it holds something, or cannot be made or written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise input_error("--out", str(folder), "exists and is not an empty folder.", "Give a new one.")
    make_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there.

    Raises
    ------
    InputError : it cannot be made, or cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise input_error("--out", str(folder), f"cannot be made: {error.strerror}.", "Give another folder.") from None
    if not os.access(folder, os.W_OK):
        raise input_error("--out", str(folder), "cannot be written to.", "Give another folder.")


def write_tables(result: RunResult, folder: Path) -> None:
    """Write the tables of a run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    world = result.case.world
    tallies: dict[str, list[object]] = {"resolution": [], "replicate": [], **{a: [] for a in ACTIONS}, "is_settled": []}
    members: dict[str, list[object]] = {"resolution": [], "iso3": [], **{a: [] for a in ACTIONS}}
    for vote in result.votes:
        tallies["resolution"] += [vote.resolution] * result.replicates
        tallies["replicate"] += range(result.replicates)
        tallies["is_settled"] += vote.is_settled.tolist()
        members["resolution"] += [vote.resolution] * world.size
        members["iso3"] += world.iso3
        for code, action in enumerate(ACTIONS):
            tallies[action] += vote.tallies[:, code].tolist()
            members[action] += vote.counts[:, code].tolist()
    for name, columns in zip(TABLES, (tallies, members), strict=True):
        pq.write_table(pa.table(columns), folder / name, compression="zstd")
    if result.months is not None:
        pq.write_table(
            pa.table(month_columns(result.months, result.case.world.iso3)), folder / MONTHS, compression="zstd"
        )


def manifest_of(case: Case, replicates: int, engine: str, folder: Path) -> dict[str, object]:
    """What a repetition needs, and the hashes to compare it by."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "run",
        **provenance(),
        "scenario": case.spec.document(),
        "scenario_hash": document_hash(case.spec.document()),
        "parameters": dict(case.parameters),
        "world": {"name": case.world.name, "files": data_hashes(case.world, [case.spec])},
        "fit": fit_hash(case.spec),
        "seed": case.spec.seed,
        "replicates": replicates,
        "engine": engine,
        "tables": hashes([folder / name for name in (*TABLES, MONTHS) if (folder / name).is_file()], folder),
    }


def data_hashes(world: World, specs: Iterable[Scenario]) -> dict[str, str]:
    """SHA-256 of every data file that scenarios in a world read, by file name; months read more than votes."""
    has_months = any(spec.months is not None for spec in specs)
    return world_hashes(world) | (energy_hashes(world) if has_months else {})


def fit_hash(spec: Scenario) -> str | None:
    """SHA-256 of the parameter file that a scenario reads, if it reads one."""
    path = fit_path(spec)
    return None if path is None else hashlib.sha256(path.read_bytes()).hexdigest()


def provenance() -> dict[str, object]:
    """What the bytes of a result may depend on besides its inputs: versions and processor features."""
    return {
        "program": {"name": "alignment-sim", "version": program_version(), "commit": _commit()},
        "packages": {name: _package_version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "processor_features": processor_features(),
    }


def document_hash(document: Mapping[str, object]) -> str:
    """SHA-256 of a document in canonical JSON."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def processor_features() -> list[str]:
    """Vector instructions that NumPy found, on which the last bit of exp may depend."""
    from numpy.lib.introspect import opt_func_info

    found = opt_func_info(func_name="^exp$").get("exp", {})
    return sorted({str(target.get("current", "")) for target in found.values()})


def program_version() -> str:
    """Version of the installed distribution."""
    return _package_version("alignment-sim")


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str | None:
    """Commit of the checkout the program runs from, if it is one."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    found = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def hashes(paths: Iterable[Path], folder: Path) -> dict[str, str]:
    """SHA-256 of files, by their path below a folder."""
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            found[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _execution(result: RunResult, seconds: float) -> dict[str, object]:
    return {
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "machine": platform.machine(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "is_interrupted": result.is_interrupted,
    }


def write_json(path: Path, document: Mapping[str, object]) -> None:
    """Write a document as indented JSON, whole or not at all."""
    with whole(path) as unfinished:
        unfinished.write_text(json.dumps(document, indent=2, default=_plain) + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} has no JSON form")
