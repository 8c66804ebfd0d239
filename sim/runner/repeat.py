"""Repeating a kept run or sweep exactly, and telling what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.case import prepare
from sim.errors import InputError, Problem, input_error
from sim.rules.parameters import defaults
from sim.runner.keep import MANIFEST, SCHEMA_VERSION, data_hashes, document_hash, fit_hash, hashes, write_tables
from sim.runner.run import ENGINES, run
from sim.runner.sweep import sweep
from sim.specs import experiment_from, scenario_from
from sim.world import load_world

NEEDED: Mapping[str, Mapping[str, type]] = {
    "run": {
        "schema_version": int,
        "scenario": dict,
        "scenario_hash": str,
        "parameters": dict,
        "world": dict,
        "replicates": int,
        "engine": str,
        "tables": dict,
    },
    "sweep": {
        "schema_version": int,
        "experiment": dict,
        "experiment_hash": str,
        "scenarios": dict,
        "defaults": dict,
        "worlds": dict,
        "tables": dict,
    },
}
"""What a manifest has to hold, by its kind, and of which type."""


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
    kept = hashes([folder / name for name in expected if (folder / name).is_file()], folder)
    return [name for name in expected if not again[name] == expected[name] == kept.get(name)]


def _repeat_run(manifest: Mapping[str, Any], folder: Path, into: Path) -> None:
    case = prepare(scenario_from(manifest["scenario"], str(folder / MANIFEST), folder))
    _check_data(
        {case.world.name: manifest["world"].get("files", {})},
        {case.world.name: data_hashes(case.world, [case.spec])},
        folder,
    )
    _check_fit(manifest.get("fit"), fit_hash(case.spec), folder)
    _check_values("parameters", manifest["parameters"], case.parameters, folder)
    if manifest["engine"] not in ENGINES or manifest["replicates"] < 1:
        raise input_error(str(folder / MANIFEST), "engine, replicates", "are damaged.")
    write_tables(run(case, manifest["replicates"], manifest["engine"]), into)


def _repeat_sweep(manifest: Mapping[str, Any], folder: Path, into: Path) -> None:
    where = str(folder / MANIFEST)
    experiment = experiment_from(manifest["experiment"], where, folder, bases=manifest["scenarios"])
    worlds = [load_world(base.world) for base in experiment.bases.values()]
    _check_data(
        manifest["worlds"], {world.name: data_hashes(world, experiment.bases.values()) for world in worlds}, folder
    )
    fits = {name: fit_hash(base) for name, base in experiment.bases.items()}
    _check_fit(manifest.get("fits"), fits, folder)
    _check_values("defaults", manifest["defaults"], defaults(), folder)
    sweep(experiment, into)


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


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a kept run or sweep.

    Raises
    ------
    InputError : there is none, it cannot be read, or it is of another version.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        fix = "Give a folder that 'sim run --out' or 'sim sweep' finished."
        raise input_error(str(folder), "", f"holds no {MANIFEST}.", fix) from None
    except (OSError, ValueError) as error:
        raise input_error(str(path), "", f"cannot be read: {error}.") from None
    kind = manifest.get("kind") if isinstance(manifest, dict) else None
    if not isinstance(kind, str) or kind not in NEEDED:
        raise input_error(str(path), "", "is not the manifest of a run or a sweep.")
    wrong = [key for key, kept in NEEDED[kind].items() if not isinstance(manifest.get(key), kept)]
    if wrong:
        raise InputError(Problem(str(path), key, "is missing or damaged.") for key in wrong)
    told = "scenario" if kind == "run" else "experiment"
    if manifest[f"{told}_hash"] != document_hash(manifest[told]):
        raise input_error(str(path), f"{told}_hash", f"does not belong to the {told} that the manifest holds.")
    if manifest["schema_version"] != SCHEMA_VERSION:
        message = f"got {manifest['schema_version']!r}; this program reads {SCHEMA_VERSION}."
        raise input_error(str(path), "schema_version", message)
    return manifest
