"""Overrides: ``key=value`` from the command line, and a file's ``[set]`` table of the same keys.

Both change a document after it has been merged with its base: ``parameters.enforcement``, ``vote.severity``
(where there is one vote; else ``vote.0.severity``), ``change.0.multiply``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import Problem
from sim.files.reading import UnreadableError
from sim.files.toml import parse_toml
from sim.specs.draft import Draft, Key, PartOrigin, join_key

ARRAYS: tuple[Key, ...] = (
    ("vote",),
    ("pledge",),
    ("change",),
    ("term",),
    ("event",),
)  # keys that hold a list of tables
FIRST_READ = ("base", "fit", "set")  # keys that are read before any override applies


class NowhereError(Exception):
    """A key does not exist in a document; the message says why."""


def override(draft: Draft, text: str) -> None:
    """Apply one ``key=value`` of the command line, and note in the draft what is wrong with it.

    Parameters
    ----------
    draft : the document to change.
    text : dotted key, "=", and a TOML value; anything that is not a TOML value counts as text.
    """
    name, value = split_key_and_value(draft, text)
    if name:
        path = tuple(
            part for quoted in split_path(name) for part in quoted.split(".")
        )  # no key of a scenario contains dots
        _assign(draft, path, value, PartOrigin(name_override(text), (), Path.cwd()))


def name_override(text: str) -> str:
    """The name of a ``key=value`` of the command line in messages."""
    return f"--set {text}"


def split_key_and_value(draft: Draft, text: str) -> tuple[str, object]:
    """The two sides of a ``key=value``. Where there is no key, it is empty and the problem is noted in the draft."""
    name, equals, value = text.partition("=")
    if equals and name.strip():
        return name.strip(), read_value(value.strip())
    draft.keep([Problem(name_override(text), "", "has no key and value; write KEY=VALUE.")])
    return "", None


def split_path(name: str) -> tuple[str, ...]:
    """The parts of a dotted key of the command line; a part in quotes, as in TOML, may contain dots."""
    try:
        table: object = parse_toml(f"{name} = 0")
    except UnreadableError:
        return tuple(name.split("."))
    path: tuple[str, ...] = ()
    while isinstance(table, Mapping) and len(table) == 1:
        ((part, table),) = table.items()
        path = (*path, part)
    return path if table == 0 and path else tuple(name.split("."))


def apply_set(draft: Draft, table: Mapping[str, object], where: str, folder: Path) -> None:
    """Apply a file's ``[set]`` table, and note in the draft what is wrong with it.

    Parameters
    ----------
    draft : the document to change.
    table : dotted key to value.
    where : file that holds the table.
    folder : folder that relative paths in it start from.
    """
    for name, value in table.items():
        _assign(draft, tuple(name.split(".")), copy.deepcopy(value), PartOrigin(where, ("set",), folder))


def read_value(text: str) -> object:
    """Read a TOML value; text that is not one is returned unchanged.

    Parameters
    ----------
    text : the part after the "=" of an override, or the cell of a table.
    """
    try:
        parsed = parse_toml(f"value = {text}")
    except UnreadableError:
        return text
    return parsed["value"] if parsed.keys() == {"value"} else text


def _assign(draft: Draft, name: tuple[str, ...], value: object, source: PartOrigin) -> None:
    for path, leaf in list_leaves(name, value):
        try:
            key = complete_key(draft.document, path)
        except NowhereError as nowhere:
            draft.keep([Problem(source.where, join_key((*source.key, *path)), str(nowhere))])
        else:
            new = _put(draft.document, key, leaf)
            draft.mark(key[:new], replace(source, key=(*source.key, *key[:new])))


def list_leaves(name: str | tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """List what a value sets, key by key. A table sets each of its keys: ``vote.severity = 1`` is the same in quotes.

    An empty table is a value: it empties what was there.

    Parameters
    ----------
    name : dotted key of the value, or the parts of the key.
    """
    path = tuple(name.split(".")) if isinstance(name, str) else name
    if isinstance(value, Mapping) and value:
        for inner, item in value.items():
            yield from list_leaves((*path, *inner.split(".")), item)
    else:
        yield path, value


def complete_key(document: Mapping[str, object], path: Sequence[str]) -> Key:
    """Complete a key in a document: indices become numbers, and the 0 that ``vote.severity`` leaves out is added.

    Raises
    ------
    NowhereError : the key does not exist, or does not say which of several tables it means.
    """
    if path[0] in FIRST_READ:
        raise NowhereError("cannot be set, because it is read before anything is set. Write it in a file with a base.")
    key: Key = ()
    holder: object = document
    for number, part in enumerate(path, start=1):
        if isinstance(holder, list) and not part.isdecimal() and len(holder) == 1:
            key, holder = (*key, 0), holder[0]
        if isinstance(holder, list):
            index = _index(holder, key, part, path[number:])
            key, holder = (*key, index), holder[index]
        elif isinstance(holder, dict):
            key = (*key, part)
            holder = holder.get(part, [] if key in ARRAYS else {})
        else:
            raise NowhereError(f"{join_key(key)} holds a single value, so there is no '{part}' in it.")
    return key


def _index(items: Sequence[object], key: Key, part: str, rest: Sequence[str]) -> int:
    index = int(part) if part.isdecimal() and len(part) <= len(str(len(items))) else len(items)
    if index < len(items) and str(index) == part:  # 00 is no index
        return index
    name = join_key(key)
    if not items:
        raise NowhereError(f"there is no {name} in this scenario.")
    if part.isdecimal():
        raise NowhereError(f"there is no {name}.{part}; the last one is {name}.{len(items) - 1}.")
    raise NowhereError(f"{name} is a list of {len(items)}; say which one, such as {join_key((*key, 0, part, *rest))}.")


def _put(document: dict[str, Any], key: Key, value: object) -> int:
    """Put a value under a key, with the tables that lead to it; return the length of the first new key."""
    holder: Any = document
    new = len(key)
    for length, part in enumerate(key[:-1], start=1):
        if isinstance(holder, dict) and part not in holder:
            holder[part] = {}
            new = min(new, length)
        holder = holder[part]
    holder[key[-1]] = value
    return new
