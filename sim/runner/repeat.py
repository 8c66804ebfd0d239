"""Repeating a kept run or sweep exactly, and telling what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.case import prepare
from sim.errors import InputError, Problem, input_error
from sim.rules.parameters import defaults
from sim.runner.keep import MANIFEST, SCHEMA_VERSION, hashes, write_tables
from sim.runner.run import run
from sim.runner.sweep import sweep
from sim.specs import experiment_from, scenario_from
from sim.world import load_world
from sim.world.reading import world_hashes

NEEDED = {
    "run": {"schema_version", "scenario", "parameters", "world", "replicates", "engine", "tables"},
    "sweep": {"schema_version", "experiment", "scenarios", "defaults", "worlds", "tables"},
}


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
    _check_data({case.world.name: manifest["world"]["files"]}, {case.world.name: world_hashes(case.world)}, folder)
    _check_values("parameters", manifest["parameters"], case.parameters, folder)
    write_tables(run(case, manifest["replicates"], manifest["engine"]), into)


def _repeat_sweep(manifest: Mapping[str, Any], folder: Path, into: Path) -> None:
    where = str(folder / MANIFEST)
    experiment = experiment_from(manifest["experiment"], where, folder, bases=manifest["scenarios"])
    worlds = [load_world(base.world) for base in experiment.bases.values()]
    _check_data(manifest["worlds"], {world.name: world_hashes(world) for world in worlds}, folder)
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
    if kind not in NEEDED or not manifest.keys() >= NEEDED[kind]:
        raise input_error(str(path), "", "is not the manifest of a run or a sweep.")
    if manifest["schema_version"] != SCHEMA_VERSION:
        message = f"got {manifest['schema_version']!r}; this program reads {SCHEMA_VERSION}."
        raise input_error(str(path), "schema_version", message)
    return manifest
