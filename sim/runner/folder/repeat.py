"""Repeating a kept run or sweep exactly, and reporting what differs."""

from __future__ import annotations

from pathlib import Path

from sim.errors import make_input_error
from sim.results.folder import RunManifest
from sim.runner.folder.kept import restore_cases, restore_experiment
from sim.runner.folder.manifest import find_changed_tables, hash_files, read_manifest
from sim.runner.sweep import keep_run, keep_sweep


def repeat(folder: Path, into: Path) -> list[str]:
    """Repeat a kept run or sweep, write its tables to `into`, and return the names of tables that differ.

    Raises
    ------
    InputError : `folder` holds no kept result, its manifest is damaged, data or defaults have changed, or the run has
        members of a class that its user wrote.
    """
    manifest = read_manifest(folder)
    if isinstance(manifest, RunManifest):
        if manifest.member_class is not None:
            message = (
                f"the run has members of the class {manifest.member_class.name}, which this command does not have."
            )
            fix = "Run it again from Python, with member_class, to a new folder."
            raise make_input_error(str(folder), "", message, fix)
        case, base = restore_cases(manifest, folder)
        keep_run(case, into, manifest.engine, base=base)
    else:
        keep_sweep(restore_experiment(manifest, folder), into)
    expected = manifest.tables
    again = hash_files([into / name for name in expected if (into / name).is_file()], into)
    changed = find_changed_tables(manifest, folder)
    return [name for name in expected if name in changed or again.get(name) != expected[name]]
