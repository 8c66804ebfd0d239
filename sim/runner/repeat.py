"""Repeating a kept run or sweep exactly, and telling what differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.case import Case, prepare
from sim.errors import InputError, Problem, input_error
from sim.rules.parameters import defaults
from sim.runner.keep import MANIFEST, data_hashes, fit_hash, hashes, write_tables
from sim.runner.manifest import changed_tables, read_manifest
from sim.runner.run import ENGINES, run
from sim.runner.sweep import sweep
from sim.specs import Experiment, experiment_from, scenario_from
from sim.world import load_world


def repeat(folder: Path, into: Path) -> list[str]:
    """Run a kept run or sweep again, write its tables to `into`, and name what differs (nothing if it matched).

    Raises
    ------
    InputError : `folder` holds nothing that was kept, its manifest is damaged, or data or defaults have changed.
    """
    manifest = read_manifest(folder)
    {"run": _repeat_run, "sweep": _repeat_sweep}[manifest["kind"]](manifest, folder, into)
    expected: Mapping[str, str] = manifest["tables"]
    again = hashes([into / name for name in expected], into)
    changed = changed_tables(manifest, folder)
    return [name for name in expected if name in changed or again[name] != expected[name]]


def _repeat_run(manifest: Mapping[str, Any], folder: Path, into: Path) -> None:
    case = prepare(scenario_from(manifest["scenario"], str(folder / MANIFEST), folder))
    check_run_inputs(manifest, case, folder)
    write_tables(run(case, manifest["replicates"], manifest["engine"]), into)


def check_run_inputs(manifest: Mapping[str, Any], case: Case, folder: Path) -> None:
    """Refuse a kept run whose data or parameters are no longer what they were.

    Raises
    ------
    InputError : with everything that has changed, or is damaged.
    """
    _check_data(
        {case.world.name: manifest["world"]["files"]},
        {case.world.name: data_hashes(case.world, [case.spec])},
        folder,
    )
    _check_fit(manifest["fit"], fit_hash(case.spec), folder)
    _check_values("parameters", manifest["parameters"], case.parameters, folder)
    if manifest["engine"] not in ENGINES:
        raise input_error(str(folder / MANIFEST), "engine", "is damaged.")


def _repeat_sweep(manifest: Mapping[str, Any], folder: Path, into: Path) -> None:
    where = str(folder / MANIFEST)
    experiment = experiment_from(manifest["experiment"], where, folder, bases=manifest["scenarios"])
    check_sweep_inputs(manifest, experiment, folder)
    sweep(experiment, into)


def check_sweep_inputs(manifest: Mapping[str, Any], experiment: Experiment, folder: Path) -> None:
    """Refuse a finished sweep whose data or defaults are no longer what they were.

    Raises
    ------
    InputError : with everything that has changed.
    """
    worlds = [load_world(base.world) for base in experiment.bases.values()]
    _check_data(
        manifest["worlds"], {world.name: data_hashes(world, experiment.bases.values()) for world in worlds}, folder
    )
    fits = {name: fit_hash(base) for name, base in experiment.bases.items()}
    _check_fit(manifest["fits"], fits, folder)
    _check_values("defaults", manifest["defaults"], defaults(), folder)


def _check_data(before: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    changed = [
        f"{world}.{name}"
        for world, files in now.items()
        for name in sorted({*files, *before.get(world, {})})
        if files.get(name) != before.get(world, {}).get(name)
    ]
    if changed:
        where = str(folder / MANIFEST)
        raise InputError(Problem(where, name, "this data file has changed since.") for name in changed)


def _check_fit(before: object, now: object, folder: Path) -> None:
    if before != now:
        raise input_error(str(folder / MANIFEST), "fit", "the parameter file has changed since.")


def _check_values(key: str, before: object, now: Mapping[str, float], folder: Path) -> None:
    if dict(now) != before:
        message = "the registry's defaults have changed since."
        raise input_error(str(folder / MANIFEST), key, message, "Use the version that is named in it.")
