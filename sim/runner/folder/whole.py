"""Files that are written whole or not at all, and never through a link."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sim.errors import InputError, Problem
from sim.results.described import Result

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
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_json(path: Path, result: Result) -> None:
    """Write a result as indented JSON, whole or not at all."""
    with write_whole(path) as file:
        file.write((json.dumps(result.document(), indent=2) + "\n").encode())


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
