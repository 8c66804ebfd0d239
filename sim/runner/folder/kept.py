"""Reading a kept run or sweep back without running it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sim.case import Case, prepare
from sim.errors import InputError, Problem, make_input_error
from sim.results.folder import Manifest, RunManifest, SweepManifest
from sim.rules.parameters import defaults
from sim.runner.batch import SIZE, check_engine
from sim.runner.folder.files import MANIFEST
from sim.runner.folder.manifest import KeptManifest, find_changed_tables, read_manifest, read_manifest_of
from sim.runner.folder.reading import FinishedTables, KeptReplicates, VoteRows
from sim.runner.folder.shapes import find_misshapen_tables
from sim.runner.folder.writing import fit_hash, hash_data
from sim.runner.result import RunResult, VoteChange, VoteResult, compare_actions, merge_changes
from sim.specs import Experiment, Scenario, load_scenario_world, parse_experiment, parse_scenario


@dataclass(frozen=True)
class KeptRun:
    """A run from a folder, with its months and its base."""

    folder: Path
    manifest: RunManifest
    result: RunResult


@dataclass(frozen=True)
class KeptSweep:
    """A finished sweep from a folder."""

    folder: Path
    manifest: SweepManifest
    experiment: Experiment


def read_run(folder: Path) -> KeptRun:
    """Read a kept run.

    Raises
    ------
    InputError : the folder holds none or is damaged, or data or defaults have changed since.
    """
    manifest = _read_whole(folder, RunManifest)
    case, base = restore_cases(manifest, folder)
    tables, engine = FinishedTables(folder), manifest.engine
    result = RunResult(case, engine, _read_votes(tables, 0, case), tables.months(0))
    if base is not None:
        before = RunResult(base, engine, _read_votes(tables, 1, base), tables.months(1))
        result = replace(result, votes=_read_changes(tables, result, before), base=before)
    return KeptRun(folder, manifest, result)


def read_sweep(folder: Path) -> KeptSweep:
    """Read a finished sweep.

    Raises
    ------
    InputError : the folder holds none or is damaged, or data or defaults have changed since.
    """
    manifest = _read_whole(folder, SweepManifest)
    return KeptSweep(folder, manifest, restore_experiment(manifest, folder))


def read_kind(folder: Path) -> str:
    """The kind of result in a folder: ``run`` or ``sweep``.

    Raises
    ------
    InputError : the folder holds neither.
    """
    return read_manifest(folder).kind


def restore_cases(manifest: RunManifest, folder: Path) -> tuple[Case, Case | None]:
    """Restore the case of a kept run, and its base.

    Raises
    ------
    InputError : data, defaults or parameters have changed, or the manifest is damaged.
    """
    where = str(folder / MANIFEST)
    check_engine(manifest.engine, f"{where}: engine")
    documents = [manifest.scenario, *([] if manifest.base is None else [manifest.base])]
    specs = [parse_scenario({**one, "replicates": manifest.replicates}, where, folder) for one in documents]
    _check_inputs(manifest, dict(zip(("scenario", "base"), specs)), folder)
    case, *others = [prepare(spec) for spec in specs]
    _check_values("parameters", manifest.parameters, case.parameters, folder)
    return case, others[0] if others else None


def restore_experiment(manifest: SweepManifest, folder: Path) -> Experiment:
    """Restore the experiment of a kept sweep.

    Raises
    ------
    InputError : data or defaults have changed, or the manifest is damaged.
    """
    where = str(folder / MANIFEST)
    experiment = parse_experiment(manifest.experiment, where, folder, bases=manifest.scenarios)
    _check_inputs(manifest, experiment.bases, folder)
    return experiment


def _read_whole(folder: Path, wanted: type[KeptManifest]) -> KeptManifest:
    """Read the manifest, and check that the tables next to it are those that it names."""
    manifest = read_manifest_of(folder, wanted)
    wrong = find_changed_tables(manifest, folder) or find_misshapen_tables(manifest, folder)
    if wrong:
        raise InputError(
            Problem(str(folder / name), "", "is missing, or is not the table that was written.") for name in wrong
        )
    return manifest


def _read_votes(tables: FinishedTables, point: int, case: Case) -> tuple[VoteResult, ...]:
    return tuple(
        VoteResult(
            resolution=vote.resolution,
            date=vote.date,
            each=KeptReplicates(tables, rows),
            counts=tables.counts(rows),
        )
        for vote, rows in zip(case.spec.vote, tables.votes[point], strict=True)
    )


def _read_changes(tables: FinishedTables, result: RunResult, base: RunResult) -> tuple[VoteResult, ...]:
    """Compare the votes with those of the base, from the action of each member in each replicate."""
    pairs = zip(result.votes, tables.votes[0], tables.votes[1], strict=True)
    return tuple(replace(vote, change=_read_change(tables, own, other, result.case)) for vote, own, other in pairs)


def _read_change(tables: FinishedTables, own: VoteRows, base: VoteRows, case: Case) -> VoteChange:
    changes = []
    for first in range(0, own.replicates, SIZE):
        count = min(SIZE, own.replicates - first)
        actions, before = tables.actions(own, first, count), tables.actions(base, first, count)
        assert actions is not None
        assert before is not None
        changes.append(compare_actions(actions, before, case.world))
    return merge_changes(changes)


def _check_inputs(manifest: Manifest, specs: Mapping[str, Scenario], folder: Path) -> None:
    """Refuse a folder whose data, defaults or parameter files have changed."""
    worlds = [load_scenario_world(spec) for spec in specs.values()]
    now = {world.name: hash_data(world, [*specs.values()]) for world in worlds}
    changed = [
        f"{world}.{name}"
        for world, files in now.items()
        for name in sorted({*files, *manifest.worlds.get(world, {})})
        if files.get(name) != manifest.worlds.get(world, {}).get(name)
    ]
    where = str(folder / MANIFEST)
    if changed:
        raise InputError(
            Problem(where, name, "this data file has changed since the result was made.") for name in changed
        )
    if manifest.fits != {name: fit_hash(spec) for name, spec in specs.items()}:
        raise make_input_error(where, "fits", "the parameter file has changed since the result was made.")
    _check_values("defaults", manifest.defaults, defaults(), folder)


def _check_values(key: str, before: Mapping[str, float], now: Mapping[str, float], folder: Path) -> None:
    if dict(now) != before:
        message = "the registry's defaults have changed since the result was made."
        raise make_input_error(
            str(folder / MANIFEST), key, message, "Use the version of the program that the manifest names."
        )
