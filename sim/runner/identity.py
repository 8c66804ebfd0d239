"""The identity of this program: its code, data and libraries, and the provenance of a result."""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
import subprocess
import time
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.errors import make_input_error
from sim.results.folder import MemberClass, Program, Provenance

PACKAGES = ("mesa", "numpy", "pandas", "pyarrow", "pydantic", "scipy")
PACKAGE = Path(__file__).parents[1]
OUTSIDE = ("scenarios", "experiments")
"""Folders of a wheel with files to run. They are not part of the program: results keep copies of these files."""
_LOADED = time.time()


def read_program_version() -> str:
    """Version of the installed distribution."""
    return _package_version("alignment-sim")


def processor_features() -> list[str]:
    """Vector instructions that NumPy found; the last bit of exp may depend on them."""
    from numpy.lib.introspect import opt_func_info

    found = opt_func_info(func_name="^exp$").get("exp", {})
    return sorted({str(target.get("current", "")) for target in found.values()})


def provenance() -> Provenance:
    """Everything, other than its inputs, that the bytes of a result may depend on."""
    return Provenance(
        program=Program(name="alignment-sim", version=read_program_version(), commit=_commit(), hash=hash_program()),
        packages={name: _package_version(name) for name in PACKAGES},
        python=platform.python_version(),
        processor_features=processor_features(),
    )


@cache
def hash_program() -> str:
    """SHA-256 of the package's code and data.

    Raises
    ------
    InputError : a file has changed since the program was loaded, so that the running program differs from the files.
    """
    digest = hashlib.sha256()
    for path in sorted(_files(PACKAGE)):
        if path.stat().st_mtime > _LOADED:
            message = "has changed since the program was loaded."
            raise make_input_error(
                str(path), "", message, "Start again, so that all of the result comes from one program."
            )
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    found = []
    for path in folder.iterdir():
        if path.is_dir() and path.name != "__pycache__" and not (folder == PACKAGE and path.name in OUTSIDE):
            found += _files(path)
        elif path.is_file() and path.suffix != ".pyc":
            found.append(path)
    return found


def describe_class(of: type) -> MemberClass:
    """Describe a class by its name and a hash of its source, which distinguish results of two classes.

    Raises
    ------
    InputError : the source cannot be read.
    """
    try:
        source = inspect.getsource(of)
    except (OSError, TypeError):
        message = "has no source that can be read, so its results cannot be kept."
        raise make_input_error(of.__qualname__, "", message, "Define it in a file.") from None
    name = f"{of.__module__}.{of.__qualname__}"
    return MemberClass(name=name, hash=hashlib.sha256(source.encode()).hexdigest())


@cache
def identity() -> str:
    """The program and its libraries as canonical JSON; results may be combined where this is equal."""
    own = provenance()
    program = own.program.model_dump(include={"version", "hash"})
    return json.dumps(own.document() | {"program": program}, sort_keys=True)


def check_program(asked: str) -> None:
    """Refuse to work for another program than this one.

    Parameters
    ----------
    asked : the `identity` of the program that asks.

    Raises
    ------
    InputError : the two programs differ; the message says how.
    """
    if asked != identity():
        message = f"has another program than the one that asks: {describe_difference(asked, identity())}."
        fix = "Install the same versions everywhere, and start again."
        raise make_input_error(f"worker on {platform.node() or 'this machine'}", "", message, fix)


def describe_worker(own: str, other: object) -> str:
    """Describe how a worker's `identity` differs from that of this program."""
    if isinstance(other, str):
        return f"has another program than this one: {describe_difference(own, other)}"
    return f"cannot say which program it has: {type(other).__name__}: {other}"


def describe_difference(own: str, other: str) -> str:
    """Describe the differences of two identities, here and there."""
    try:
        here, there = _flatten(json.loads(own)), _flatten(json.loads(other))
    except (ValueError, RecursionError, AttributeError):
        return "its description cannot be read"
    return "; ".join(
        f"{name} is {here.get(name, 'not installed')} here and {there.get(name, 'not installed')} there"
        for name in dict.fromkeys([*here, *there])
        if here.get(name) != there.get(name)
    )


LABELS = {
    "version": "alignment-sim",
    "hash": "its code and data",
    "processor_features": "the set of processor features",
}


def _flatten(document: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            found |= _flatten(value)
        else:
            text = ", ".join(value) if isinstance(value, list) else str(value)
            found[LABELS.get(name, name)] = text[:12] if name == "hash" else text
    return found


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str | None:
    """Commit of the checkout that the program runs from; None outside a checkout."""
    root = PACKAGE.parent
    if not (root / ".git").exists():
        return None
    found = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None
