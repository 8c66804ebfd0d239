"""The parts of an unfinished sweep: one checked file per finished chunk, written whole or not at all."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from sim.runner.units import Unit, UnitResult

DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


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
        for path in sorted(folder.iterdir()):
            try:
                results = list(read_part(path))
                self._next = max(self._next, int(path.stem.removeprefix("part-")) + 1)
            except DAMAGE:
                self.dropped.append(path.name)
                path.unlink()
            else:
                self._note(path, results)

    def _note(self, path: Path, results: Sequence[UnitResult]) -> None:
        for result in results:
            self.places[result.unit] = path
            if result.error:
                self.errors[result.unit] = (result.error, result.trace)

    def add(self, results: Sequence[UnitResult]) -> None:
        """Keep the results of a chunk: on the disk, whole, before this returns.

        Raises
        ------
        OSError : the disk is full, or cannot be written to; nothing half written is left.
        """
        path = self.folder / f"part-{self._next:06d}.npz"
        unfinished = path.with_suffix(".unfinished")
        try:
            with open(unfinished, "wb") as file:
                write_part(file, results)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        self._next += 1
        self._note(path, results)

    def forget(self, units: Sequence[Unit]) -> None:
        """Leave units out, so that they are run again."""
        for unit in units:
            self.places.pop(unit, None)
            self.errors.pop(unit, None)

    def read(self, units: Sequence[Unit]) -> Iterator[UnitResult]:
        """The results of units, in the order given; each file is opened once for units that stand together."""
        opened: tuple[Path, dict[Unit, UnitResult]] | None = None
        for unit in units:
            path = self.places[unit]
            if opened is None or opened[0] != path:
                opened = (path, {result.unit: result for result in read_part(path)})
            yield opened[1][unit]


def write_part(file: object, results: Sequence[UnitResult]) -> None:
    """Write results to an open file: a zip of arrays, every one with a checksum."""
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
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read_part(path: Path) -> Iterator[UnitResult]:
    """The results in a part.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error : the file is damaged.
    """
    with np.load(path, allow_pickle=False) as arrays:
        for number, entry in enumerate(json.loads(arrays["header"].tobytes())):
            yield UnitResult(
                Unit(entry["point"], entry["first"], entry["count"]),
                arrays[f"{number}.tallies"],
                arrays[f"{number}.is_settled"],
                arrays[f"{number}.counts"],
                arrays[f"{number}.actions"] if f"{number}.actions" in arrays.files else None,
                entry["error"],
                entry["trace"],
            )
