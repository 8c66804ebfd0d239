"""Where the files that come with the program are, and which file a reference names."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

import sim
from sim.errors import make_input_error, suggest_nearest
from sim.files.reading import is_file

ShippedKind = Literal["scenarios", "experiments", "goals"]

FOLDERS: dict[ShippedKind, str] = {"scenarios": "scenarios", "experiments": "experiments", "goals": "experiments/goals"}


def find_shipped_folder(kind: ShippedKind) -> Path:
    """The folder of the shipped files of one kind: in the package, or next to it in a checkout.

    Parameters
    ----------
    kind : which of the folders.
    """
    package = Path(str(files(sim)))
    inside = package / FOLDERS[kind]
    return inside if inside.is_dir() else package.parent / FOLDERS[kind]


def list_shipped_scenarios() -> tuple[str, ...]:
    """The names of the shipped scenarios, sorted."""
    return list_shipped_names("scenarios")


def list_shipped_names(kind: ShippedKind) -> tuple[str, ...]:
    """The names of the shipped files of one kind, sorted, without their ``.toml``."""
    return tuple(sorted(path.stem for path in find_shipped_folder(kind).glob("*.toml")))


def locate_file(reference: str | Path, kind: ShippedKind, folder: Path, where: str = "", key: str = "") -> Path:
    """Find the file that a reference names: a path where one exists, otherwise a shipped file of that name.

    Parameters
    ----------
    reference : path to a TOML file, or the name of a shipped one with or without ``.toml``.
    kind : what is looked for.
    folder : folder that relative paths start from.
    where, key : file and key that hold the reference, for the message; empty for the command line.

    Raises
    ------
    InputError
        If there is neither such a path nor such a name.
    """
    path = folder / reference
    name = str(reference).removesuffix(".toml")
    shipped = list_shipped_names(kind)
    if is_file(path) or (is_folder(path) and name not in shipped):
        return path
    if name in shipped:
        return find_shipped_folder(kind) / f"{name}.toml"
    fix = suggest_nearest(name, shipped, f"'sim list' shows the shipped {kind}.")
    message = f"there is no such file and no shipped {kind.removesuffix('s')} of that name."
    if _is_there(path):
        message, fix = "is a device or a pipe, which are not read.", "Copy what it holds to a file, and give that."
    if not where:
        raise make_input_error(str(reference), "", message, fix)
    raise make_input_error(where, key, f'"{reference}" is not found: {message}', fix)


def is_folder(path: Path) -> bool:
    """Whether a folder is at a path, whatever text a user wrote for it.

    Parameters
    ----------
    path : any path, even one that no file system accepts.
    """
    try:
        return path.is_dir()
    except (OSError, ValueError):  # too long for a path, or with a null byte in it
        return False


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
