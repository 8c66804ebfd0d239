"""A sweep: every design point of an experiment, stoppable at any moment, resumed by the same command.

A folder holds one sweep. While it runs, finished chunks lie in ``parts/``; at the end the tables are written from them
in one canonical order, the manifest beside them, and the parts go.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from sim.errors import InputError, input_error
from sim.rules.parameters import defaults
from sim.runner.designs import Point, points_of, spec_of
from sim.runner.executors import Executor, InProcess
from sim.runner.keep import (
    EXECUTION,
    MANIFEST,
    SCHEMA_VERSION,
    data_hashes,
    document_hash,
    fit_hash,
    hashes,
    make_folder,
    processor_features,
    program_version,
    provenance,
    write_json,
)
from sim.runner.manifest import changed_tables, read_manifest
from sim.runner.parts import Parts
from sim.runner.tables import MEMBERS, POINTS, TALLIES, VOTES, PlannedPoint, write_tables
from sim.runner.units import Unit, chunks_of, run_chunk, units_of
from sim.runner.unpack import unpack
from sim.runner.whole import UNFINISHED
from sim.specs import Experiment, Scenario
from sim.world import load_world

PLAN, PARTS, LOCK = "sweep.json", "parts", ".lock"


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: its folder, and what became of it.

    Parameters
    ----------
    points : design points.
    replicates : most replicates of a point.
    failed : points that ended with an error.
    runs : replicates run this time, over all points.
    dropped : damaged parts that were found and run again.
    """

    folder: Path
    points: int
    replicates: int
    failed: int
    runs: int
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """How far a sweep is, in runs."""

    done: int
    total: int


@dataclass(frozen=True)
class _Plan:
    points: tuple[PlannedPoint, ...]
    documents: Mapping[int, Mapping[str, object]]
    codes: Mapping[int, tuple[str, ...]]
    worlds: Mapping[str, Mapping[str, str]]

    @property
    def replicates(self) -> int:
        """Most replicates of a point."""
        return max(point.replicates for point in self.points)


def sweep(
    experiment: Experiment,
    folder: Path,
    executor: Executor | None = None,
    *,
    retries_failed: bool = False,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Sweep:
    """Run an experiment, or what is left of it, and write its tables.

    Parameters
    ----------
    folder : new, empty, or holding this experiment: with fewer replicates, unfinished, or finished.
    executor : where it runs; in this process by default.
    retries_failed : whether points that failed before are run again.

    Raises
    ------
    InputError : the folder holds something else, another program is writing to it, it cannot be written to, or no
        point can be run.
    WorkersLostError : the workers died; the same call resumes.
    OSError : the disk is full or cannot be written to; the same call resumes.
    """
    plan = _planned(experiment)
    _check_folder(folder)
    make_folder(folder)
    try:
        with FileLock(folder / LOCK, timeout=0):
            return _locked_sweep(experiment, plan, folder, executor or InProcess(), retries_failed, on_progress)
    except Timeout:
        message = "another sweep is writing to this folder."
        raise input_error("--out", str(folder), message, "Wait for it, or give another folder.") from None


def _locked_sweep(
    experiment: Experiment,
    plan: _Plan,
    folder: Path,
    executor: Executor,
    retries_failed: bool,
    on_progress: Callable[[Progress], None],
) -> Sweep:
    started = time.monotonic()
    identity = _identity(experiment, plan)
    asked = [point.replicates for point in plan.points]
    before = _same_experiment(identity, folder, len(asked))
    if before is not None and any(old > new for old, new in zip(before, asked, strict=True)):
        message = f"is to hold {max(before)} replicates of this experiment; {plan.replicates} were asked for."
        raise input_error("--out", str(folder), message, "Ask for as many or more, or give another folder.")
    damaged: list[str] = []
    if (folder / MANIFEST).is_file():
        # Parts beside a manifest are left over from a kill; the tables hold all there is.
        shutil.rmtree(folder / PARTS, ignore_errors=True)
        damaged = _damaged_tables(folder)
        if not damaged:
            failed = _count_failed(folder)
            if before == asked and not (retries_failed and failed):
                return Sweep(folder, len(plan.points), plan.replicates, failed, 0, ())
            unpack(folder, Parts(folder / PARTS))
        (folder / MANIFEST).unlink()
    write_json(folder / PLAN, identity | {"replicates": asked})
    parts = Parts(folder / PARTS)
    parts.dropped += damaged
    if retries_failed:
        parts.forget(list(parts.errors))
    units = _units_left(plan, parts)
    keeps_actions = "votes" in experiment.outputs
    done = 0
    total = sum(unit.count for unit in units)
    on_progress(Progress(0, total))
    with closing(executor.results(run_chunk, chunks_of(units, plan.documents, folder, keeps_actions))) as finished:
        for results in finished:
            parts.add(results)
            done += sum(result.unit.count for result in results)
            on_progress(Progress(done, total))
    _finish(experiment, plan, folder, parts, time.monotonic() - started, done)
    return Sweep(folder, len(plan.points), plan.replicates, _count_failed(folder), done, tuple(parts.dropped))


def _planned(experiment: Experiment) -> _Plan:
    """Read every point; those that cannot be read fail, unless all of them do."""
    points: list[PlannedPoint] = []
    documents: dict[int, Mapping[str, object]] = {}
    codes: dict[int, tuple[str, ...]] = {}
    worlds: dict[str, Mapping[str, str]] = {}
    first_error: InputError | None = None
    for point in points_of(experiment):
        try:
            spec = spec_of(experiment, point)
        except InputError as error:
            first_error = first_error or error
            points.append(_planned_point(point, None, "; ".join(str(problem) for problem in error.problems)))
            continue
        world = load_world(spec.world)
        points.append(_planned_point(point, spec, ""))
        documents[point.number] = spec.document()
        codes[point.number] = world.iso3
        if world.name not in worlds:
            worlds[world.name] = data_hashes(world, experiment.bases.values())
    if not documents and first_error is not None:
        raise first_error
    return _Plan(tuple(points), documents, codes, worlds)


def _planned_point(point: Point, spec: Scenario | None, error: str) -> PlannedPoint:
    resolutions = () if spec is None else tuple(vote.resolution for vote in spec.vote)
    seed, replicates = (None, 0) if spec is None else (spec.seed, spec.replicates)
    return PlannedPoint(point.number, point.values, resolutions, seed, replicates, error)


def _units_left(plan: _Plan, parts: Parts) -> list[Unit]:
    """What no part holds yet, in canonical order.

    A point that failed is run up to its first failure only, whose error is the one that counts.
    """
    covered: dict[int, list[Unit]] = {}
    for unit in parts.places:
        covered.setdefault(unit.point, []).append(unit)
    failures: dict[int, int] = {}
    for unit in parts.errors:
        failures[unit.point] = min(unit.first, failures.get(unit.point, unit.first))
    left: list[Unit] = []
    for point in plan.points:
        done, end = 0, failures.get(point.number, point.replicates)
        for unit in sorted(covered.get(point.number, []), key=lambda unit: unit.first):
            left += units_of(point.number, done, min(unit.first, end))
            done = unit.first + unit.count
        left += units_of(point.number, done, end)
    return left


def _finish(experiment: Experiment, plan: _Plan, folder: Path, parts: Parts, seconds: float, runs: int) -> None:
    write_tables(folder, parts, plan.points, plan.codes, experiment.outputs)
    names = [name for name in (POINTS, TALLIES, MEMBERS, VOTES) if (folder / name).is_file()]
    traces = {str(unit): trace for unit, (_, trace) in parts.errors.items() if trace}
    execution = {
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "runs": runs,
        "machine": platform.machine(),
        "system": platform.platform(),
        "tracebacks": traces,
    }
    write_json(folder / EXECUTION, execution)
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "kind": "sweep",
        **provenance(),
        "experiment": experiment.document(),
        "scenarios": {reference: base.document() for reference, base in experiment.bases.items()},
        "experiment_hash": document_hash(experiment.document()),
        "replicates": plan.replicates,
        "points": len(plan.points),
        "defaults": defaults(),
        "worlds": plan.worlds,
        "fits": _fits(experiment),
        "tables": hashes([folder / name for name in names], folder),
    }
    write_json(folder / MANIFEST, manifest)
    shutil.rmtree(folder / PARTS)


def _fits(experiment: Experiment) -> dict[str, str | None]:
    """Hash of the parameter file that each scenario reads, if it reads one."""
    return {reference: fit_hash(base) for reference, base in experiment.bases.items()}


def _identity(experiment: Experiment, plan: _Plan) -> dict[str, object]:
    """What makes two sweeps the same but for their number of replicates.

    The program and what it computes with belong to it: a folder never mixes what two versions made.
    """
    document = {key: value for key, value in experiment.document().items() if key != "replicates"}
    points = {
        str(number): {key: value for key, value in document.items() if key != "replicates"}
        for number, document in plan.documents.items()
    }
    return {
        "experiment": document_hash(document),
        "points": document_hash(points),
        "worlds": document_hash(plan.worlds),
        "defaults": document_hash(defaults()),
        "fits": document_hash(_fits(experiment)),
        "versions": {
            "alignment-sim": program_version(),
            "numpy": np.__version__,
            "processor_features": processor_features(),
        },
    }


def _same_experiment(identity: Mapping[str, object], folder: Path, points: int) -> list[int] | None:
    """Replicates per point that the folder was meant to hold, or None if it is new.

    Raises
    ------
    InputError : the folder holds another experiment, or what it was meant to hold cannot be read.
    """
    path = folder / PLAN
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        replicates = [int(count) for count in kept.pop("replicates")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise input_error(str(path), "", "cannot be read.", "Give another folder.") from None
    others = {
        "worlds": "other data",
        "defaults": "other defaults",
        "fits": "another parameter file",
        "versions": "other versions of the program or NumPy",
    }
    for key, value in identity.items():
        if kept.get(key) != value:
            what = others.get(key, "another experiment")
            raise input_error("--out", str(folder), f"holds a sweep of {what}.", "Give another folder.")
    if len(replicates) != points:
        message = f"is damaged: it holds {len(replicates)} numbers for {points} points."
        raise input_error(str(path), "replicates", message, "Give another folder.")
    return replicates


def _check_folder(folder: Path) -> None:
    """Refuse a folder that holds something that is not a sweep."""
    if folder.is_dir():
        names = {path.name for path in folder.iterdir()} - {LOCK, PLAN + UNFINISHED}
        if names and PLAN not in names:
            raise input_error("--out", str(folder), "holds something that is not a sweep.", "Give a new folder.")
    elif folder.exists():
        raise input_error("--out", str(folder), "is a file.", "Give a folder.")


def _errors(folder: Path) -> Sequence[str | None]:
    import pyarrow.parquet as pq

    table = pq.read_table(folder / POINTS, columns=["point", "error"]).to_pydict()
    return list(dict(zip(table["point"], table["error"], strict=True)).values())


def _count_failed(folder: Path) -> int:
    return sum(error is not None for error in _errors(folder))


def _damaged_tables(folder: Path) -> list[str]:
    """Names of the tables that are not as they were when the sweep was finished."""
    try:
        return changed_tables(read_manifest(folder, "sweep"), folder)
    except InputError:
        return [MANIFEST]
