"""Meanings of keys, columns and files, as ``meanings.toml`` gives them, beside what the program writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tools.manual.markdown import code, table

MEANINGS = Path(__file__).with_name("meanings.toml")


@cache
def meanings() -> Mapping[str, Any]:
    """All meanings, by the part of the page they belong to; shared, so not to be changed."""
    return tomllib.loads(MEANINGS.read_text(encoding="utf-8"))


def key_table(keys: Mapping[str, str], meanings: Mapping[str, str]) -> str:
    """A row per key of a document: its kind and what it means.

    Raises
    ------
    ValueError : a key has no meaning, or a meaning no key.
    """
    keys = {key: kind for key, kind in keys.items() if kind != "null" or key in meanings}
    check(keys, meanings)
    return table(["key", "value", "meaning"], [[code(key), kind, meanings[key]] for key, kind in keys.items()])


def check(found: Mapping[str, object], meanings: Mapping[str, str]) -> None:
    """Refuse meanings that do not match what there is.

    Raises
    ------
    ValueError : something has no meaning, or a meaning is of nothing.
    """
    missing, stale = [*(found.keys() - meanings.keys())], [*(meanings.keys() - found.keys())]
    if missing or stale:
        raise ValueError(f"{MEANINGS.name}: without a meaning: {sorted(missing)}; meaning of nothing: {sorted(stale)}")
