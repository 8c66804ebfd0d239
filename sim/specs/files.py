"""TOML files: reading them, and how messages show where they are."""

from __future__ import annotations

from pathlib import Path

from sim.errors import make_input_error
from sim.files.reading import UnreadableError, read_text
from sim.files.toml import parse_toml
from sim.limits import LARGEST_DOCUMENT


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError
        If it cannot be read, is not UTF-8 text, is not TOML or is beyond a limit; the message gives the line.
    """
    where = show_path(path)
    try:
        return parse_toml(read_text(path, LARGEST_DOCUMENT))
    except UnreadableError as error:
        raise make_input_error(where, "", str(error)) from error


def show_path(path: Path) -> str:
    """A path as messages show it: relative to the working folder where it is inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
