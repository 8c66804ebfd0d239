"""Reading a kept run or sweep back, as it was, without running it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.case import prepare
from sim.errors import InputError, Problem, input_error
from sim.rules.choice import ACTIONS
from sim.runner.keep import MANIFEST, TABLES
from sim.runner.manifest import changed_tables, read_manifest
from sim.runner.repeat import check_run_inputs, check_sweep_inputs
from sim.runner.run import RunResult, VoteResult, run
from sim.specs import Experiment, Scenario, experiment_from, scenario_from


@dataclass(frozen=True)
class KeptRun:
    """A run as a folder holds it.

    Parameters
    ----------
    result : with the change against its base, and the months; a run that has one of them is run again and compared.
    """

    folder: Path
    manifest: Mapping[str, Any]
    result: RunResult


@dataclass(frozen=True)
class KeptSweep:
    """A finished sweep as a folder holds it."""

    folder: Path
    manifest: Mapping[str, Any]
    experiment: Experiment


def read_run(folder: Path) -> KeptRun:
    """A kept run.

    Raises
    ------
    InputError : the folder holds none, it is damaged, or data or defaults have changed since.
    """
    manifest = _manifest(folder, "run")
    spec = scenario_from(manifest["scenario"], str(folder / MANIFEST), folder)
    case = prepare(spec)
    check_run_inputs(manifest, case, folder)
    votes = _votes(folder, spec, manifest["replicates"])
    base = manifest["base"]
    if base is None and case.plan is None:
        return KeptRun(folder, manifest, RunResult(case, manifest["engine"], votes))
    before = None if base is None else prepare(scenario_from(base, str(folder / MANIFEST), folder))
    again = replace(run(case, manifest["replicates"], base=before), engine=manifest["engine"])
    if any((new.counts != old.counts).any() for new, old in zip(again.votes, votes, strict=True)):
        message = "the run repeats otherwise than it was kept, so its base and its months cannot be shown."
        raise input_error(str(folder), "", message, f"'sim rerun {folder}' says what differs.")
    return KeptRun(folder, manifest, again)


def read_sweep(folder: Path) -> KeptSweep:
    """A finished sweep.

    Raises
    ------
    InputError : the folder holds none, it is damaged, or data or defaults have changed since.
    """
    manifest = _manifest(folder, "sweep")
    experiment = experiment_from(manifest["experiment"], str(folder / MANIFEST), folder, bases=manifest["scenarios"])
    check_sweep_inputs(manifest, experiment, folder)
    return KeptSweep(folder, manifest, experiment)


def kind_of(folder: Path) -> str:
    """What a folder holds: ``run`` or ``sweep``.

    Raises
    ------
    InputError : neither.
    """
    return str(read_manifest(folder)["kind"])


def _manifest(folder: Path, kind: str) -> Mapping[str, Any]:
    """The manifest, with the tables beside it found to be those that it names."""
    manifest = read_manifest(folder, kind)
    wrong = changed_tables(manifest, folder)
    if wrong:
        raise InputError(
            Problem(str(folder / name), "", "is missing or was changed since it was kept.") for name in wrong
        )
    return manifest


def _votes(folder: Path, spec: Scenario, replicates: int) -> tuple[VoteResult, ...]:
    import pyarrow.parquet as pq

    tallies, members = (pq.read_table(folder / name) for name in TABLES)
    found = []
    size = len(members) // len(spec.vote)
    for number, vote in enumerate(spec.vote):
        own, who = tallies.slice(number * replicates, replicates), members.slice(number * size, size)
        counted, counts = (
            np.stack([table[action].to_numpy() for action in ACTIONS], axis=1).astype(np.int64) for table in (own, who)
        )
        found.append(VoteResult(vote.resolution, vote.date, counted, counts, own["is_settled"].to_numpy()))
    return tuple(found)
