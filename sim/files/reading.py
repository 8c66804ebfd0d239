"""Files are read whole, if they are regular files within a limit; a packed file counts by what it holds."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from pathlib import Path

from sim.limits import LARGEST_TABLE, MEGABYTE

PACKED = b"\x1f\x8b"
"""What a gzip file begins with."""


class UnreadableError(ValueError):
    """A file cannot be read; the message says why, and how to go on, as the end of a sentence about the file."""


def is_file(path: Path) -> bool:
    """Whether a regular file, and no folder, device or pipe, is at a path, whatever text a user wrote for it."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a path, or with a null byte in it
        return False


def read_bytes(path: Path, most: int = LARGEST_TABLE) -> bytes:
    """The bytes of a file, unpacked where it is a gzip file.

    Parameters
    ----------
    most : the largest number of bytes, before and after unpacking.

    Raises
    ------
    UnreadableError : there is no such file, it is no regular file or is too large, or it is damaged.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe; copy what it holds to a file"
            raise UnreadableError(f"cannot be read: it is {kind}.")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}.") from None
    except UnreadableError:
        raise
    except ValueError:  # a null byte in the path
        raise UnreadableError("cannot be read: there is no such path.") from None
    if data.startswith(PACKED) and len(data) <= most:
        data = _unpack(data, most)
    if len(data) > most:
        limit = f"at most {most // MEGABYTE} megabytes are read"
        raise UnreadableError(f"is too large: {limit}. Leave out what is not needed, or split it.")
    return data


def read_text(path: Path, most: int = LARGEST_TABLE) -> str:
    """The text of a file in UTF-8; the mark that Windows puts before it is left out.

    Raises
    ------
    UnreadableError : as for `read_bytes`, or it is not UTF-8 text.
    """
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is not UTF-8 text (byte {error.start + 1}). Save it in UTF-8.") from None


def _unpack(data: bytes, most: int) -> bytes:
    """What a gzip file holds, or one byte more than the limit."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"cannot be read: {error}.") from None
