"""TOML files: reading them, and how messages show where they are."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sim.errors import input_error


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError
        If it cannot be read, is not UTF-8 text or is not TOML; the message gives the line.
    """
    where = show_path(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))  # Windows editors put a mark before the text
    except OSError as error:
        raise input_error(where, "", f"cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise input_error(where, "", f"is not UTF-8 text (byte {error.start + 1}).") from error
    except ValueError as error:  # also a number of more digits than Python reads
        raise input_error(where, "", f"is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise input_error(where, "", "is nested too deeply.") from error


def show_path(path: Path) -> str:
    """A path as messages show it: relative to the working folder where it is inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
