"""Files that are written whole or not at all, and never through a link."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sim.errors import InputError, Problem, make_input_error

UNFINISHED = ".unfinished"
"""The end of a file's name while it is being written."""


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that gets its name once it is on the disk, and is removed after an error.

    The file is always new: a link at the path is replaced, and the file that it points to is not changed.

    Raises
    ------
    OSError : the disk is full or cannot be written to.
    """
    unfinished = path.with_name(f"{secrets.token_hex(8)}{UNFINISHED}")
    try:
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""
    with write_whole(path) as file:
        file.write(text.encode(errors="replace"))  # a name of a file may be no text


def write_json(path: Path, document: object) -> None:
    """Write a document as indented JSON, whole or not at all."""
    write_text(path, json.dumps(document, indent=2) + "\n")


def check_target(option: str, path: Path | None) -> None:
    """Refuse a file that could not be written, before anything is computed for it.

    Parameters
    ----------
    option : the option that names it, for the message.

    Raises
    ------
    InputError : its folder does not exist or cannot be written to, its name is too long, or something else is there.
    """
    if path is None:
        return
    try:
        if not path.parent.is_dir():
            raise make_input_error(
                option, "", f"the folder of '{path}' does not exist.", "Make it, or give another file."
            )
        if path.is_dir():
            raise make_input_error(option, "", f"'{path}' is a folder.", "Give a file.")
        if path.exists() and not path.is_file():
            raise make_input_error(option, "", f"'{path}' is a device or a pipe.", "Give a file.")
    except OSError as error:
        raise make_input_error(
            option, "", f"'{path}' cannot be written: {error.strerror}.", "Give another file."
        ) from None
    if not os.access(path.parent, os.W_OK):
        raise make_input_error(option, "", f"the folder of '{path}' cannot be written to.", "Give a file elsewhere.")


def refuse_links(folder: Path) -> None:
    """Refuse a folder with links in it, because files could be written elsewhere.

    Raises
    ------
    InputError : the folder holds links; each is named.
    """
    links = [entry.path for entry in os.scandir(folder) if entry.is_symlink()]
    if links:
        message = "is a symbolic link, which a folder of results must not hold."
        raise InputError(Problem(path, "", message, "Remove it, or give another folder.") for path in sorted(links))
