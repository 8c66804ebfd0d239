"""Repeating a kept run or sweep exactly, and saying what differs."""

from __future__ import annotations

from pathlib import Path

from sim.errors import input_error
from sim.results.folder import RunManifest
from sim.runner.folder.kept import restore_cases, restore_experiment
from sim.runner.folder.manifest import find_changed_tables, hash_files, read_manifest
from sim.runner.sweep import keep_run, keep_sweep


def repeat(folder: Path, into: Path) -> list[str]:
    """Run a kept run or sweep again, write its tables to `into`, and name what differs (nothing if it matched).

    Raises
    ------
    InputError : `folder` holds nothing that was kept, its manifest is damaged, data or defaults have changed, or the
        run has members of a class of its user's.
    """
    manifest = read_manifest(folder)
    if isinstance(manifest, RunManifest):
        if manifest.member_class is not None:
            message = f"the run has members of the class {manifest.member_class.name}, which is not at hand here."
            fix = "Run it again from Python, with member_class, to a new folder."
            raise input_error(str(folder), "", message, fix)
        case, base = restore_cases(manifest, folder)
        keep_run(case, into, manifest.engine, base=base)
    else:
        keep_sweep(restore_experiment(manifest, folder), into)
    expected = manifest.tables
    again = hash_files([into / name for name in expected if (into / name).is_file()], into)
    changed = find_changed_tables(manifest, folder)
    return [name for name in expected if name in changed or again.get(name) != expected[name]]
