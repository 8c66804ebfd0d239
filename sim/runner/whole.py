"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"
"""What the name of a file ends with while it is being written."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what shall be a file: it takes its place once it is on the disk, and is gone after an error.

    Raises
    ------
    OSError : the disk is full, or cannot be written to.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        yield unfinished
        with open(unfinished, "rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
