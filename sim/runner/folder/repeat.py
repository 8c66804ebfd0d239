"""Repeating a kept run or sweep exactly, and saying what differs."""

from __future__ import annotations

from pathlib import Path

from sim.errors import input_error
from sim.results.folder import RunManifest
from sim.runner.folder.kept import cases_of, experiment_of
from sim.runner.folder.manifest import changed_tables, hashes, read_manifest
from sim.runner.sweep import keep_run, sweep


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
        case, base = cases_of(manifest, folder)
        keep_run(case, into, manifest.engine, base=base)
    else:
        sweep(experiment_of(manifest, folder), into)
    expected = manifest.tables
    again = hashes([into / name for name in expected if (into / name).is_file()], into)
    changed = changed_tables(manifest, folder)
    return [name for name in expected if name in changed or again.get(name) != expected[name]]
