"""TOML documents, parsed in a time that their length bounds."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from typing import Any

from sim.files.reading import UnreadableError
from sim.limits import DEEPEST, MOST_KEYS

PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
LONG_KEY = re.compile(rf"(?<![\w-])(?:{PART}\.[ \t]*+){{{DEEPEST}}}")
"""A dotted key of more parts than are read: the parser takes a time that grows with their square."""


def parse_toml(text: str) -> dict[str, Any]:
    """The document in a TOML text.

    Raises
    ------
    UnreadableError : it is not TOML, or beyond a limit; the message says which and where.
    """
    found = LONG_KEY.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableError(f"has a key of more than {DEEPEST} parts (line {line}). Write fewer dots.")
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise UnreadableError(TOO_DEEP) from None
    except ValueError as error:  # also a number of more digits than Python reads
        raise UnreadableError(f"is not valid TOML: {error}.") from None
    _check_size(document)
    return document


TOO_DEEP = f"is nested too deeply: at most {DEEPEST} tables and lists may be inside one another."


def _check_size(document: dict[str, Any]) -> None:
    keys, depth = 0, 0
    holders: list[dict[str, Any] | list[Any]] = [document]
    while holders:
        keys += sum(len(holder) for holder in holders if isinstance(holder, dict))
        depth += 1
        if keys > MOST_KEYS:
            raise UnreadableError(f"has more than {MOST_KEYS:,} keys, the most that are read. Split it.")
        if depth > DEEPEST:
            raise UnreadableError(TOO_DEEP)
        items = (holder.values() if isinstance(holder, dict) else holder for holder in holders)
        holders = [item for item in chain.from_iterable(items) if isinstance(item, dict | list)]
