"""A document put together from a file, the file that it starts from, and overrides.

Each part remembers where it came from, so that a problem is reported where the user can fix it:
the base's file, the what-if's own file, or the ``--set`` of the command line.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sim.errors import InputError, Problem
from sim.limits import MOST_PROBLEMS

Key = tuple[str | int, ...]

TABLES = ("parameters", "roles", "leanings", "expected", "months")  # merged with those of the base, key by key
LISTS = ("pledge", "change", "term", "event")  # appended to those of the base


def join_key(key: Key) -> str:
    """A key as users write it: ``vote.0.severity``; a part with dots of its own is in quotes."""
    return ".".join(f'"{part}"' if isinstance(part, str) and "." in part else str(part) for part in key)


def shorten_key(name: str) -> str:
    """A key without the 0 that may be left out where a list holds one table: ``vote.severity``."""
    parts = name.split(".")
    return ".".join(part for number, part in enumerate(parts) if not (number == 1 and part == "0"))


class Finding(NamedTuple):
    """Something wrong in a document, before it is known where this part came from."""

    key: Key
    message: str
    fix: str = ""


@dataclass(frozen=True)
class PartOrigin:
    """Where a part of a document came from.

    Parameters
    ----------
    where : file name, or option of the command line.
    key : the part's key there.
    folder : folder that relative paths in it start from.
    """

    where: str
    key: Key
    folder: Path


@dataclass
class _Part:
    """A part of a document: its origin, where that is not the origin of what holds it, and its own parts."""

    origin: PartOrigin | None = None
    inner: dict[str | int, _Part] = field(default_factory=dict)


class Draft:
    """A document under construction, with the origin of its parts and what went wrong so far.

    Parameters
    ----------
    where : file that the document is read from, for the messages.
    folder : folder that relative paths in it start from.
    """

    def __init__(self, where: str, folder: Path) -> None:
        self.document: dict[str, object] = {}
        self.base: str | None = None
        self._problems: dict[Problem, None] = {}
        self._origins = _Part(PartOrigin(where, (), folder))

    @property
    def problems(self) -> list[Problem]:
        """What went wrong so far."""
        return list(self._problems)

    def origin(self, key: Key) -> PartOrigin:
        """Where the part under `key` came from: the origin of the smallest recorded part that holds it."""
        part, found, rest = self._origins, self._origins.origin, key
        for length, name in enumerate(key, start=1):
            if (inner := part.inner.get(name)) is None:
                break
            part = inner
            if part.origin is not None:
                found, rest = part.origin, key[length:]
        assert found is not None  # the whole document has one
        return PartOrigin(found.where, found.key + rest, found.folder)

    def locate(self, finding: Finding) -> Problem:
        """The problem of a finding, at the place that the part came from."""
        origin = self.origin(finding.key)
        return Problem(origin.where, join_key(origin.key), finding.message, finding.fix)

    def note(self, finding: Finding) -> None:
        """Keep a finding as a problem."""
        self.keep([self.locate(finding)])

    def keep(self, problems: Iterable[Problem]) -> None:
        """Keep problems that have their place already, each once.

        Raises
        ------
        InputError : there are as many as a message lists; the rest is not looked for.
        """
        for problem in problems:
            self._problems[problem] = None
            if len(self._problems) == MOST_PROBLEMS:
                raise InputError(self.problems)

    def merge(self, own: Mapping[str, object], where: str, folder: Path) -> None:
        """Merge a document into what is there: keys replace, tables merge, edits are appended."""
        self._origins.origin = PartOrigin(where, (), folder)
        for name, value in copy.deepcopy(dict(own)).items():
            present = self.document.get(name)
            if name in TABLES and isinstance(present, dict) and isinstance(value, dict):
                for inner, item in value.items():
                    present[inner] = item
                    self.mark((name, inner), PartOrigin(where, (name, inner), folder))
            elif name in LISTS and isinstance(present, list) and isinstance(value, list):
                for index, item in enumerate(value):
                    self.mark((name, len(present)), PartOrigin(where, (name, index), folder))
                    present.append(item)
            else:
                self.document[name] = value
                self.mark((name,), PartOrigin(where, (name,), folder))

    def mark(self, key: Key, origin: PartOrigin) -> None:
        """Record the origin of a part just replaced, and forget the origins of what was inside it."""
        part = self._origins
        for name in key[:-1]:
            part = part.inner.setdefault(name, _Part())
        part.inner[key[-1]] = _Part(origin)
