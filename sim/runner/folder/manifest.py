"""Reading the manifest of a kept run or a finished sweep, and checking the tables that it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from sim.errors import InputError, Problem, make_input_error
from sim.files.reading import UnreadableError, is_file, read_bytes, read_text
from sim.results.folder import Execution, Manifest, RunManifest, SweepManifest
from sim.runner.folder.files import ALWAYS, EXECUTION, MANIFEST

SCHEMA_VERSION = 2
KINDS: Mapping[str, type[Manifest]] = {"run": RunManifest, "sweep": SweepManifest}
KeptManifest = TypeVar("KeptManifest", RunManifest, SweepManifest)


def hash_document(document: Mapping[str, object]) -> str:
    """SHA-256 hash of a document in canonical JSON."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def hash_files(paths: Iterable[Path], folder: Path) -> dict[str, str]:
    """SHA-256 hashes of files, by their path below a folder."""
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            found[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a kept run or sweep.

    Raises
    ------
    InputError : there is no manifest, or it cannot be read, is damaged, or has another version.
    """
    path = folder / MANIFEST
    try:
        document = json.loads(read_text(path))
    except UnreadableError as error:
        if is_file(path):
            raise make_input_error(str(path), "", str(error)) from None
        fix = "Give a folder that 'sim run --out' or 'sim sweep' finished."
        raise make_input_error(str(folder), "", f"holds no {MANIFEST}.", fix) from None
    except (ValueError, RecursionError) as error:
        raise make_input_error(str(path), "", f"is not valid JSON: {error}.") from None
    kind = document.get("kind") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise make_input_error(str(path), "", "is not the manifest of a run or a sweep.")
    version = document.get("schema_version")
    if type(version) is int and version != SCHEMA_VERSION:
        message = f"the version is {version}, and this program reads version {SCHEMA_VERSION}."
        fix = "Make the result again, or read it with the version of the program that the manifest names."
        raise make_input_error(str(path), "schema_version", message, fix)
    try:
        manifest = KINDS[kind].model_validate(document, strict=True)
    except ValidationError as error:
        wrong = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_url=False))
        raise InputError(Problem(str(path), key, "is missing or damaged.") for key in wrong) from None
    _check(manifest, str(path))
    return manifest


def read_manifest_of(folder: Path, wanted: type[KeptManifest]) -> KeptManifest:
    """Read the manifest of a folder of one kind.

    Raises
    ------
    InputError : as for `read_manifest`, or the folder is of the other kind.
    """
    manifest = read_manifest(folder)
    if not isinstance(manifest, wanted):
        needed = next(kind for kind, of in KINDS.items() if of is wanted)
        raise make_input_error(str(folder), "", f"holds a {manifest.kind} where a {needed} is needed.")
    return manifest


def _check(manifest: Manifest, where: str) -> None:
    """Refuse a manifest that names too few tables, or whose hash does not match its document."""
    missing = [name for name in ALWAYS if name not in manifest.tables]
    if missing:
        raise InputError(Problem(where, "tables", f"is damaged: it does not name {name}.") for name in missing)
    if isinstance(manifest, RunManifest):
        what, document, expected = "scenario", manifest.scenario, manifest.scenario_hash
    else:
        what, document, expected = "experiment", manifest.experiment, manifest.experiment_hash
    if expected != hash_document(document):
        raise make_input_error(
            where, f"{what}_hash", f"does not match the {what} in the manifest, so the manifest is damaged."
        )


def read_execution(folder: Path) -> Execution | None:
    """Read how a kept run or sweep was made; None where the file is missing or damaged, as nothing depends on it."""
    try:
        return Execution.model_validate_json(read_bytes(folder / EXECUTION))
    except (UnreadableError, ValidationError):
        return None


def find_changed_tables(manifest: Manifest, folder: Path) -> list[str]:
    """Find the tables that are missing or have changed since the manifest was written."""
    now = hash_files([folder / name for name in manifest.tables if (folder / name).is_file()], folder)
    return [name for name, before in manifest.tables.items() if now.get(name) != before]
