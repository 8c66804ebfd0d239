"""What reaches a terminal: no letter that it cannot write, no control sequence of a user's text, no failing stream."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from io import TextIOWrapper

PLAIN = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
}
"""Signs and what is written in their place."""
HANDLER = "plain"


def write_plainly(text: str) -> str:
    """A text in ASCII: known signs in another form, letters without their accents, a question mark for the rest.

    Examples
    --------
    >>> write_plainly("Côte d'Ivoire: \N{MINUS SIGN}1.5")
    "Cote d'Ivoire: -1.5"
    """
    signs = "".join(PLAIN.get(letter, letter) for letter in text)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", signs) if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode("ascii")


def replace_closed() -> None:
    """Write to nowhere what a program without stdout or stderr prints."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def abandon_failing() -> None:
    """Write to nowhere what a stream could not write, so that it does not fail again when the program ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return write_plainly(error.object[error.start : error.end]), error.end


def replace_unwritable() -> None:
    """Let stdout and stderr write in plain ASCII what their encoding does not have."""
    codecs.register_error(HANDLER, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def can_write(text: str) -> bool:
    """Whether the encoding of stdout has all letters of a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
