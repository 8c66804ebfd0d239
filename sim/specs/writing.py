"""Plain data written as TOML, so that what a program put together is a file that a person can read and edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time


def toml_text(document: Mapping[str, object]) -> str:
    """A document as TOML that reads back to the same document.

    Parameters
    ----------
    document : text, numbers, true or false, dates, times, lists of these, tables, and lists of tables; no None.
    """
    return "\n".join(_lines(document, "")).strip("\n") + "\n"


def _lines(table: Mapping[str, object], prefix: str) -> list[str]:
    lines = [f"{_name(key)} = {value_text(value)}" for key, value in table.items() if not _is_table(value)]
    for key, value in table.items():
        name = f"{prefix}{_name(key)}"
        if isinstance(value, Mapping):
            lines += [f"\n[{name}]", *_lines(value, f"{name}.")]
        elif _is_table(value):
            for entry in value:  # type: ignore[attr-defined]
                lines += [f"\n[[{name}]]", *_lines(entry, f"{name}.")]
    return lines


def _is_table(value: object) -> bool:
    is_list_of_tables = isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping) or is_list_of_tables


def value_text(value: object) -> str:
    """A value as it stands behind the "=" of a line; a table within braces."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_name(key)} = {value_text(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(value_text, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _name(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else value_text(key)
