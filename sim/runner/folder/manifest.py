"""The manifest of a kept run or a finished sweep, read back: whole, and with the tables that it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import InputError, Problem, input_error
from sim.runner.folder.tables import ALWAYS

SCHEMA_VERSION = 2
MANIFEST, EXECUTION = "manifest.json", "execution.json"
"""What a repetition needs; and what may differ between repetitions."""
Count = Annotated[int, Field(ge=1)]
Hashes = Mapping[str, str]
TableName = Annotated[str, Field(pattern=r"^\w+\.parquet$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Program(_Part):
    name: str
    version: str
    commit: str | None
    hash: str


class _Kept(_Part):
    schema_version: int
    program: _Program
    packages: Mapping[str, str]
    python: str
    processor_features: list[str]
    engine: str
    replicates: Count
    points: Count
    defaults: Mapping[str, float]
    worlds: Mapping[str, Hashes]
    fits: Mapping[str, str | None]
    tables: Mapping[TableName, str]


class _Run(_Kept):
    scenario: dict[str, Any]
    scenario_hash: str
    base: dict[str, Any] | None
    parameters: Mapping[str, float]
    seed: int
    member_class: Mapping[str, str] | None


class _Sweep(_Kept):
    experiment: dict[str, Any]
    experiment_hash: str
    scenarios: Mapping[str, dict[str, Any]]


KINDS: Mapping[str, type[_Kept]] = {"run": _Run, "sweep": _Sweep}


def document_hash(document: Mapping[str, object]) -> str:
    """SHA-256 of a document in canonical JSON."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def hashes(paths: Iterable[Path], folder: Path) -> dict[str, str]:
    """SHA-256 of files, by their path below a folder."""
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            found[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def read_manifest(folder: Path, kind: str | None = None) -> dict[str, Any]:
    """The manifest of a kept run or sweep.

    Parameters
    ----------
    kind : ``run`` or ``sweep`` where only one will do.

    Raises
    ------
    InputError : there is none, it cannot be read, is damaged, or is of another kind or version.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        fix = "Give a folder that 'sim run --out' or 'sim sweep' finished."
        raise input_error(str(folder), "", f"holds no {MANIFEST}.", fix) from None
    except (OSError, ValueError, RecursionError) as error:
        raise input_error(str(path), "", f"cannot be read: {error}.") from None
    found = manifest.get("kind") if isinstance(manifest, dict) else None
    if not isinstance(found, str) or found not in KINDS:
        raise input_error(str(path), "", "is not the manifest of a run or a sweep.")
    if kind is not None and found != kind:
        raise input_error(str(folder), "", f"holds a {found}; a {kind} is needed.")
    _check(manifest, found, str(path))
    return manifest


def _check(manifest: Mapping[str, Any], kind: str, where: str) -> None:
    """Refuse a manifest that is damaged, or of another version."""
    version = manifest.get("schema_version")
    if type(version) is int and version != SCHEMA_VERSION:
        message = f"got {version}; this program reads {SCHEMA_VERSION}."
        fix = "Make the result again, or read it with the version that is named in it."
        raise input_error(where, "schema_version", message, fix)
    try:
        KINDS[kind].model_validate(manifest)
    except ValidationError as error:
        wrong = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_url=False))
        raise InputError(Problem(where, key, "is missing or damaged.") for key in wrong) from None
    missing = [name for name in ALWAYS if name not in manifest["tables"]]
    if missing:
        raise InputError(Problem(where, "tables", f"is damaged: it does not name {name}.") for name in missing)
    what = "scenario" if kind == "run" else "experiment"
    if manifest[f"{what}_hash"] != document_hash(manifest[what]):
        raise input_error(where, f"{what}_hash", f"does not belong to the {what} that the manifest holds.")


def changed_tables(manifest: Mapping[str, Any], folder: Path) -> list[str]:
    """Names of the tables that are missing, or not as they were when the manifest was written."""
    expected: Mapping[str, str] = manifest["tables"]
    now = hashes([folder / name for name in expected if (folder / name).is_file()], folder)
    return [name for name, before in expected.items() if now.get(name) != before]
