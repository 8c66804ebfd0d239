"""A document being put together from a file, the file it starts from, and overrides.

Each part remembers where it came from, so that a problem is told at the place the user can mend it:
the base's file, the what-if's own file, or the ``--set`` of the command line.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.errors import Problem

Key = tuple[str | int, ...]

TABLES = ("parameters", "roles", "leanings", "expected", "months")  # merged with the base's, key by key
LISTS = ("pledge", "change", "event")  # appended to the base's


def join_key(key: Key) -> str:
    """A key as users write it: ``vote.0.severity``; a part that holds dots itself stands in quotes."""
    return ".".join(f'"{part}"' if isinstance(part, str) and "." in part else str(part) for part in key)


def short_key(name: str) -> str:
    """A key without the 0 that may be left out where a list holds one table: ``vote.severity``."""
    parts = name.split(".")
    return ".".join(part for number, part in enumerate(parts) if not (number == 1 and part == "0"))


class Finding(NamedTuple):
    """Something wrong in a document, before it is known where that part of it came from."""

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


class Draft:
    """A document under construction, with the origin of its parts and what went wrong so far.

    Parameters
    ----------
    where : file the document is read from, for the messages.
    folder : folder that relative paths in it start from.
    """

    def __init__(self, where: str, folder: Path) -> None:
        self.document: dict[str, object] = {}
        self.base: str | None = None
        self.problems: list[Problem] = []
        self._origins: dict[Key, PartOrigin] = {(): PartOrigin(where, (), folder)}

    def origin(self, key: Key) -> PartOrigin:
        """Where the part under `key` came from: the origin of the smallest recorded part that holds it."""
        for length in range(len(key), 0, -1):
            if (found := self._origins.get(key[:length])) is not None:
                return PartOrigin(found.where, found.key + key[length:], found.folder)
        root = self._origins[()]
        return PartOrigin(root.where, key, root.folder)

    def locate(self, finding: Finding) -> Problem:
        """A finding told at the place its part came from."""
        origin = self.origin(finding.key)
        return Problem(origin.where, join_key(origin.key), finding.message, finding.fix)

    def note(self, finding: Finding) -> None:
        """Keep a finding as a problem."""
        self.keep([self.locate(finding)])

    def keep(self, problems: Iterable[Problem]) -> None:
        """Keep problems that are told already, each once."""
        self.problems += [problem for problem in dict.fromkeys(problems) if problem not in self.problems]

    def merge(self, own: Mapping[str, object], where: str, folder: Path) -> None:
        """Lay a document over what is there: its keys replace, its tables merge, its edits are appended."""
        self._origins[()] = PartOrigin(where, (), folder)
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
        """Record the origin of a part just replaced, and forget those of what stood inside it."""
        for inner in [known for known in self._origins if known[: len(key)] == key]:
            del self._origins[inner]
        self._origins[key] = origin
