"""The parts of an unfinished sweep: one checked file per finished chunk, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from sim.runner.units import Unit, UnitResult
from sim.runner.whole import UNFINISHED, whole

NAME = re.compile(r"part-([0-9]{6,})\.npz")
MOST_OPEN = 4
"""Files kept in memory while units are read: points of a sweep that was added to alternate between a few."""


class DamageError(ValueError):
    """A file is not as it was written."""


class Parts:
    """A folder of parts. Opening it drops damaged files and leftovers, so that what they held is run again.

    Parameters
    ----------
    folder : made if it is not there.

    Attributes
    ----------
    places : every unit on hand, with the file that holds it.
    errors : units that failed, with the error and its trace.
    dropped : names of the files that were damaged or half written, and removed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.places: dict[Unit, Path] = {}
        self.errors: dict[Unit, tuple[str, str]] = {}
        self.dropped: list[str] = []
        self._next = 0
        self._open: OrderedDict[Path, dict[Unit, UnitResult]] = OrderedDict()
        for path in sorted(folder.glob("*.npz")):
            try:
                number, results = _number(path), read_part(path)
            except DamageError:
                self._drop(path)
            else:
                self._next = number + 1
                self._note(path, results)
        for path in sorted(folder.glob(f"*{UNFINISHED}")):
            self._drop(path)

    def _drop(self, path: Path) -> None:
        self.dropped.append(path.name)
        path.unlink()

    def _note(self, path: Path, results: Sequence[UnitResult]) -> None:
        """Know where results lie; what stood for the same units before no longer counts."""
        for result in results:
            self.places[result.unit] = path
            self.errors.pop(result.unit, None)
            if result.error:
                self.errors[result.unit] = (result.error, result.trace)

    def add(self, results: Sequence[UnitResult]) -> None:
        """Keep the results of a chunk: on the disk, whole, before this returns.

        Raises
        ------
        OSError : the disk is full, or cannot be written to; nothing half written is left.
        """
        path = self.folder / f"part-{self._next:06d}.npz"
        with whole(path) as unfinished:
            unfinished.write_bytes(_packed(results))
        self._next += 1
        self._note(path, results)

    def forget(self, units: Sequence[Unit]) -> None:
        """Leave units out, so that they are run again."""
        for unit in units:
            self.places.pop(unit, None)
            self.errors.pop(unit, None)

    def read(self, units: Sequence[Unit]) -> Iterator[UnitResult]:
        """The results of units, in the order given; a file is opened once for units that stand together.

        Raises
        ------
        OSError : a file cannot be read any more.
        """
        for unit in units:
            path = self.places[unit]
            if path not in self._open:
                try:
                    self._open[path] = {result.unit: result for result in read_part(path)}
                except DamageError as error:  # it was sound when this sweep began
                    raise OSError(str(error)) from error
                while len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(path)
            yield self._open[path][unit]


def _number(path: Path) -> int:
    named = NAME.fullmatch(path.name)
    if named is None:
        raise DamageError(f"{path} is not the name of a part")
    return int(named[1])


def _packed(results: Sequence[UnitResult]) -> bytes:
    """A zip of arrays, and a checksum of all of it."""
    header = [{**asdict(result.unit), "error": result.error, "trace": result.trace} for result in results]
    arrays: dict[str, np.ndarray] = {"header": np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)}
    for number, result in enumerate(results):
        arrays |= {
            f"{number}.tallies": result.tallies,
            f"{number}.is_settled": result.is_settled,
            f"{number}.counts": result.counts,
        }
        if result.actions is not None:
            arrays[f"{number}.actions"] = result.actions
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue() + hashlib.sha256(packed.getbuffer()).digest()


def read_part(path: Path) -> list[UnitResult]:
    """The results in a part.

    Raises
    ------
    DamageError : the file is not as it was written.
    """
    size = hashlib.sha256().digest_size
    content = path.read_bytes()
    if hashlib.sha256(content[:-size]).digest() != content[-size:]:
        raise DamageError(f"{path} is damaged")
    with np.load(io.BytesIO(content[:-size]), allow_pickle=False) as arrays:
        return [
            UnitResult(
                Unit(entry["point"], entry["first"], entry["count"]),
                arrays[f"{number}.tallies"],
                arrays[f"{number}.is_settled"],
                arrays[f"{number}.counts"],
                arrays[f"{number}.actions"] if f"{number}.actions" in arrays.files else None,
                entry["error"],
                entry["trace"],
            )
            for number, entry in enumerate(json.loads(arrays["header"].tobytes()))
        ]
