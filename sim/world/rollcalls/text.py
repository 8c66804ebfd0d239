"""The cells of a text file whose encoding and delimiter are not known.

Few encodings are in use for such files: UTF-8, UTF-16 and, where neither fits, Windows-1252. A mark or a test shows
which one it is; a statistical detector (charset-normalizer) would have to guess on short files.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sim.errors import make_input_error
from sim.files.reading import UnreadableError, read_bytes

MARKS = (
    (codecs.BOM_UTF8, "UTF-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16"),
)
"""What a file begins with, the name of its encoding, and what Python calls it."""
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLED = 200
"""Lines that the delimiter is found by."""
CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\r\f")


@dataclass(frozen=True)
class Grid:
    """The cells of a file: each row with the number of its line; blank rows are left out."""

    encoding: str
    delimiter: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_grid(path: Path) -> Grid:
    """The cells of a text file, without spaces around them.

    Raises
    ------
    InputError : the file cannot be read, or is not text in rows and columns.
    """
    encoding, text = _decoded(path)
    widest = max(DELIMITERS, key=lambda delimiter: _regularity(text, delimiter))
    try:
        rows = tuple(_rows(text, widest))
    except csv.Error as error:
        raise make_input_error(str(path), "", f"is not CSV: {error}.") from error
    return Grid(encoding, DELIMITERS[widest], rows)


def _decoded(path: Path) -> tuple[str, str]:
    """The name of the encoding, and the text."""
    try:
        data = read_bytes(path)
    except UnreadableError as error:
        raise make_input_error(str(path), "", str(error)) from error
    for name, codec in _encodings(data):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if not CONTROLS.intersection(text):
            return name, text
    kind = "is a workbook" if data.startswith(b"PK") else "is not text"
    raise make_input_error(str(path), "", f"{kind}.", "Save it as CSV.")


def _encodings(data: bytes) -> Iterator[tuple[str, str]]:
    marked = [(name, codec) for mark, name, codec in MARKS if data.startswith(mark)]
    if marked:
        yield from marked
    elif b"\0" in data[:4]:
        yield "UTF-16", "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    else:
        yield "UTF-8", "utf-8"
        yield "Windows-1252", "cp1252"


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    for cells in reader:
        bare = tuple(cell.strip() for cell in cells)
        if any(bare):
            yield reader.line_num, bare


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first rows have the most common number of cells, and that number; nothing where it is one."""
    try:
        widths = Counter(len(cells) for _, cells in islice(_rows(text, delimiter), SAMPLED))
    except csv.Error:
        return 0, 0
    width, count = max(((width, count) for width, count in widths.items() if width > 1), key=_count, default=(0, 0))
    return count, width


def _count(found: tuple[int, int]) -> int:
    return found[1]
