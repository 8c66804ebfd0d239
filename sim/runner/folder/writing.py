"""A folder of results: written during the run, which may stop at any moment and is resumed by the same command.

During the run, finished batches are in ``batches/``. At the end the tables are written from them in one canonical
order, the manifest is written next to them, and the batches are removed. ``plan.json`` says what the folder is to
contain.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import platform
import shutil
import time
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from sim.errors import InputError, make_input_error
from sim.files.reading import UnreadableError, read_bytes
from sim.files.writing import UNFINISHED, refuse_links, write_json
from sim.results.folder import Contents, Document, Execution, FolderIdentity, FolderPlan, Hashes
from sim.rules.parameters import defaults
from sim.runner.batch import Batch, BatchResult, split_replicates, summarise_months
from sim.runner.executors import Executor
from sim.runner.folder.files import EXECUTION, MANIFEST, NAMES, PLAN, POINTS
from sim.runner.folder.manifest import (
    KINDS,
    SCHEMA_VERSION,
    find_changed_tables,
    hash_document,
    hash_files,
    read_manifest,
)
from sim.runner.folder.reading import FinishedTables, VoteRows, read_parquet_columns
from sim.runner.folder.shapes import find_misshapen_tables
from sim.runner.folder.store import Store
from sim.runner.folder.tables import write_tables
from sim.runner.identity import describe_difference, identity, provenance
from sim.runner.months import WATCHED
from sim.runner.plan import OnProgress, RunPlan, execute, ignore_progress, list_batches
from sim.runner.result import ReplicatesInMemory, VoteResult
from sim.specs import Scenario, fit_path, load_scenario_world
from sim.specs.worlds import hash_term_files
from sim.world import World
from sim.world.energy import hash_energy
from sim.world.loading import hash_world

BATCHES, LOCK = "batches", ".lock"


@dataclass(frozen=True)
class Keeping:
    """What is kept in a folder.

    Parameters
    ----------
    contents : its entry in the manifest.
    specs : its scenarios, by their names.
    identified_by : the document that two folders share where they differ only in their number of replicates.
    """

    contents: Contents
    specs: Mapping[str, Scenario]
    identified_by: Document = field(repr=False)


@dataclass(frozen=True)
class FinishedFolder:
    """A finished folder, with the numbers of what was run.

    Parameters
    ----------
    points : number of points.
    replicates : most replicates of a point.
    failed : number of points that ended with an error.
    runs : number of runs made by this call, over all points.
    dropped : damaged files that were found, and whose runs were made again.
    """

    folder: Path
    points: int
    replicates: int
    failed: int
    runs: int
    dropped: tuple[str, ...] = ()


def keep(
    plan: RunPlan,
    kept: Keeping,
    folder: Path,
    executor: Executor,
    *,
    retries_failed: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> FinishedFolder:
    """Run a plan, or the rest of it, and write its tables.

    Parameters
    ----------
    folder : new, empty, or with the same plan: with fewer replicates, unfinished, or finished.
    retries_failed : whether points that failed before are run again.

    Raises
    ------
    InputError : the folder holds something else, comes from another program, is being written to, cannot be written to,
        or holds a link.
    WorkersLostError : the workers died; the same call resumes.
    OSError : the disk is full or cannot be written to; the same call resumes.
    """
    _check_folder(folder)
    make_folder(folder)
    refuse_links(folder)
    with _lock(folder):
        for leftover in folder.glob(f"*{UNFINISHED}"):
            leftover.unlink()
        return _Folder(plan, kept, folder, executor).finish(retries_failed, on_progress)


def make_folder(folder: Path) -> None:
    """Make a folder, unless it exists.

    Raises
    ------
    InputError : the folder cannot be made or cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from None
    if not os.access(folder, os.W_OK):
        raise make_input_error("--out", str(folder), "cannot be written to.", "Give another folder.")


def _unusable(folder: Path, error: OSError) -> InputError:
    return make_input_error("--out", str(folder), f"cannot be made: {error.strerror}.", "Give another folder.")


def _check_folder(folder: Path) -> None:
    """Refuse a folder that holds something that is not a result."""
    try:
        is_there = folder.exists()
    except OSError as error:
        raise _unusable(folder, error) from None
    if folder.is_dir():
        names = {path.name for path in folder.iterdir() if not path.name.endswith(UNFINISHED)} - {LOCK}
        if names and PLAN not in names:
            raise make_input_error("--out", str(folder), "is not empty and holds no result.", "Give a new folder.")
    elif is_there:
        raise make_input_error("--out", str(folder), "is a file.", "Give a folder.")


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout:
        message = "another run or sweep is writing to this folder."
        raise make_input_error("--out", str(folder), message, "Wait for it, or give another folder.") from None


@dataclass
class _Folder:
    """A folder while it is locked."""

    plan: RunPlan
    kept: Keeping
    folder: Path
    executor: Executor

    def finish(self, retries_failed: bool, on_progress: OnProgress) -> FinishedFolder:
        started = time.monotonic()
        plan, folder = self.plan, self.folder
        worlds = [load_scenario_world(spec) for spec in self._specs()]
        about = self._describe({world.name: hash_data(world, self._specs()) for world in worlds})
        asked = plan.survey.replicates
        before = self._compare_plan(about)
        if before is not None and any(old > new for old, new in zip(before, asked, strict=True)):
            message = f"is to hold {max(before)} runs of each point, and only {plan.replicates} are requested."
            raise make_input_error("--out", str(folder), message, "Request as many or more, or give another folder.")
        damaged: list[str] = []
        if (folder / MANIFEST).is_file():
            # Batches next to a manifest remain from a killed process; the tables hold everything.
            shutil.rmtree(folder / BATCHES, ignore_errors=True)
            if self._is_enough(before == asked, retries_failed):
                return self._finished(0)
            damaged = self._reopen()
        write_json(folder / PLAN, FolderPlan(identity=about, replicates=asked).document())
        store = Store(folder / BATCHES)
        store.dropped += damaged
        if retries_failed:
            store.forget(list(store.errors))
        self._forget_short_months(store)
        failed: dict[int, int] = {}
        for batch in store.errors:
            failed[batch.point] = min(batch.first, failed.get(batch.point, batch.first))
        runs = execute(
            plan, list_batches(plan, store.places, failed), self.executor, partial(self._add, store), on_progress
        )
        self._write(store, about, time.monotonic() - started, runs)
        return self._finished(runs, tuple(store.dropped))

    def _add(self, store: Store, results: Sequence[BatchResult]) -> None:
        replicates = self.plan.survey.replicates
        store.add([summarise_months(result, replicates[result.batch.point]) for result in results])

    def _specs(self) -> list[Scenario]:
        """Of the scenarios that read the same files, one."""
        return [*(self.plan.survey.specs or self.kept.specs.values())]

    def _reopen(self) -> list[str]:
        """Prepare a finished folder for more: turn its tables into batches, or return the names of damaged tables."""
        damaged = _damaged_tables(self.folder)
        if not damaged:
            _restore(self.folder, Store(self.folder / BATCHES))
        (self.folder / MANIFEST).unlink()
        return damaged

    def _is_enough(self, is_same_size: bool, retries_failed: bool) -> bool:
        """Whether the folder is finished and undamaged, and nothing more is requested."""
        if not is_same_size or _damaged_tables(self.folder):
            return False
        return not (retries_failed and self._finished(0).failed)

    def _forget_short_months(self, store: Store) -> None:
        """Forget the first replicates of points whose months come from fewer replicates than are watched now."""
        survey, watched = self.plan.survey, dict[int, list[Batch]]()
        for batch in store.places if "months" in self.plan.outputs else ():
            if batch.first < WATCHED and survey.has_months[batch.point]:
                watched.setdefault(batch.point, []).append(batch)
        for point, own in watched.items():
            is_short = max(batch.first + batch.count for batch in own) < min(WATCHED, survey.replicates[point])
            if is_short and any(result.months is not None for result in store.read(own)):
                store.forget(own)

    def _describe(self, worlds: dict[str, Hashes]) -> FolderIdentity:
        scenarios = {name: _without_replicates(spec.document()) for name, spec in self.kept.specs.items()}
        return FolderIdentity(
            kind=self.kept.contents.kind,
            asked=hash_document(_without_replicates(self.kept.identified_by)),
            scenarios=hash_document(scenarios),
            engine=self.plan.engine,
            outputs=list(self.plan.outputs),
            worlds=worlds,
            defaults=hash_document(defaults()),
            fits=hash_document(self._fits()),
            program=identity(),
        )

    def _fits(self) -> dict[str, str | None]:
        return {name: fit_hash(spec) for name, spec in self.kept.specs.items()}

    def _compare_plan(self, about: FolderIdentity) -> list[int] | None:
        """Replicates per point that the folder was to contain; None for a new folder.

        Raises
        ------
        InputError : the folder holds something else, or its plan cannot be read.
        """
        path = self.folder / PLAN
        if not path.is_file():
            return None
        try:
            before = FolderPlan.model_validate_json(read_bytes(path))
        except (UnreadableError, ValidationError):
            raise make_input_error(str(path), "", "cannot be read.", "Give another folder.") from None
        differing = [key for key, value in about if getattr(before.identity, key) != value]
        if differing:
            raise self._refusal(differing[0], before.identity, about)
        if len(before.replicates) != len(self.plan.points):
            message = f"is damaged: it holds {len(before.replicates)} numbers for {len(self.plan.points)} points."
            raise make_input_error(str(path), "replicates", message, "Give another folder.")
        return before.replicates

    def _refusal(self, key: str, before: FolderIdentity, about: FolderIdentity) -> InputError:
        if key == "program":
            message = f"was begun by another program: {describe_difference(about.program, before.program)}."
            fix = "Give a new folder, or continue with the program that began it."
            return make_input_error("--out", str(self.folder), message, fix)
        others = {
            "kind": f"a {before.kind}, not a {about.kind}",
            "engine": "results of the other engine",
            "worlds": "results of other data",
            "defaults": "results of other defaults",
            "fits": "results of another parameter file",
        }
        what = others.get(key, f"another {about.kind}")
        return make_input_error("--out", str(self.folder), f"holds {what}.", "Give another folder.")

    def _write(
        self,
        store: Store,
        about: FolderIdentity,
        seconds: float,
        runs: int,
    ) -> None:
        plan, folder = self.plan, self.folder
        outputs = [*plan.outputs, *(["votes"] if plan.keeps_actions and "votes" not in plan.outputs else [])]
        if not any(plan.survey.has_months):
            outputs = [name for name in outputs if name != "months"]
        write_tables(folder, store, plan, outputs)
        traces = {str(batch): trace for batch, (_, trace) in store.errors.items() if trace}
        execution = Execution(
            finished=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 3),
            runs=runs,
            machine=platform.machine(),
            system=platform.platform(),
            tracebacks=traces,
        )
        write_json(folder / EXECUTION, execution.document())
        manifest = KINDS[about.kind](
            **dict(self.kept.contents),
            **dict(provenance()),
            schema_version=SCHEMA_VERSION,
            engine=plan.engine,
            replicates=plan.replicates,
            points=len(plan.points),
            defaults=defaults(),
            worlds=about.worlds,
            fits=self._fits(),
            tables=hash_files([folder / name for name in NAMES if (folder / name).is_file()], folder),
        )
        write_json(folder / MANIFEST, manifest.document())
        shutil.rmtree(folder / BATCHES)

    def _finished(self, runs: int, dropped: tuple[str, ...] = ()) -> FinishedFolder:
        failed = {point for point, error in read_parquet_columns(self.folder / POINTS, "point", "error") if error}
        return FinishedFolder(self.folder, len(self.plan.points), self.plan.replicates, len(failed), runs, dropped)


def hash_data(world: World, specs: Iterable[Scenario]) -> Hashes:
    """SHA-256 hashes of all data files that scenarios in a world read, by file name; months read more than votes."""
    specs = [*specs]
    has_months = any(spec.months is not None for spec in specs)
    named = [hash_term_files(spec) for spec in specs if load_scenario_world(spec).name == world.name]
    return hash_world(world) | (hash_energy(world) if has_months else {}) | dict(ChainMap(*named))


def fit_hash(spec: Scenario) -> str | None:
    """SHA-256 hash of the parameter file that a scenario reads; None where it reads none."""
    path = fit_path(spec)
    return None if path is None else hashlib.sha256(path.read_bytes()).hexdigest()


def _without_replicates(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "replicates"}


def _damaged_tables(folder: Path) -> list[str]:
    """Names of the tables that have changed since the folder was finished."""
    try:
        manifest = read_manifest(folder)
        return find_changed_tables(manifest, folder) or find_misshapen_tables(manifest, folder)
    except InputError:
        return [MANIFEST]


def _restore(folder: Path, store: Store) -> None:
    """Turn finished tables back into batches, so that more replicates can be added; failed points have no rows."""
    tables = FinishedTables(folder)
    for point, votes in tables.votes.items():
        months = tables.months(point)
        for batch in split_replicates(point, 0, votes[0].replicates, has_months=months is not None):
            found = [_restore_vote(tables, vote, batch) for vote in votes]
            store.add([BatchResult(batch, tuple(found), months if batch.first == 0 else None)])


def _restore_vote(tables: FinishedTables, vote: VoteRows, batch: Batch) -> VoteResult:
    counts = tables.counts(vote)
    return VoteResult(
        resolution=vote.resolution,
        date=dt.date.min,  # the scenario has it, and no table needs it
        each=ReplicatesInMemory(
            tallies=tables.tallies(vote, batch.first, batch.count),
            is_settled=tables.is_settled(vote, batch.first, batch.count),
        ),
        counts=counts
        if batch.first == 0
        else 0 * counts,  # counts are sums over replicates: the first batch holds them
        actions=tables.actions(vote, batch.first, batch.count),
    )
