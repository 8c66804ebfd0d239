"""The store of an unfinished folder: one file with a checksum per finished task, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from sim.files.writing import UNFINISHED, refuse_links, write_whole
from sim.results.described import Result
from sim.runner.batch import Batch, BatchResult
from sim.runner.months import Band, MonthsResult, MonthsSamples, MonthsSummary
from sim.runner.result import ReplicatesInMemory, VoteResult

NAME = re.compile(r"batches-([0-9]{6,})\.npz")
MOST_OPEN = 4
"""Files that are kept in memory while batches are read: the batches of a point may alternate between a few files."""
Arrays = Mapping[str, np.ndarray]


class DamageError(ValueError):
    """A file has changed since it was written."""


class Store:
    """A folder of finished batches. Opening it removes damaged and half-written files, so that their batches run again.

    Parameters
    ----------
    folder : folder of the store; it is made where it does not exist.

    Attributes
    ----------
    places : every batch in the store, with the number of the file that holds it.
    errors : batches that failed, with the error and its traceback.
    dropped : names of the damaged or half-written files that were removed.

    Raises
    ------
    InputError : there is a link in the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        refuse_links(folder)
        self.places: dict[Batch, int] = {}
        self.errors: dict[Batch, tuple[str, str]] = {}
        self.dropped: list[str] = []
        self._next = 0
        self._open: OrderedDict[int, dict[Batch, BatchResult]] = OrderedDict()
        for path in sorted(folder.glob("*.npz")):
            try:
                number, results = _number(path), read_batches(path)
            except DamageError:
                self._drop(path)
            else:
                self._next = number + 1
                self._note(number, results)
        for path in sorted(folder.glob(f"*{UNFINISHED}")):
            self._drop(path)

    def _drop(self, path: Path) -> None:
        self.dropped.append(path.name)
        path.unlink()

    def _path(self, number: int) -> Path:
        return self.folder / f"batches-{number:06d}.npz"

    def _note(self, number: int, results: Sequence[BatchResult]) -> None:
        """Note the file of results; earlier results of the same batches no longer count."""
        for result in results:
            self.places[result.batch] = number
            self.errors.pop(result.batch, None)
            if result.error:
                self.errors[result.batch] = (result.error, result.trace)

    def add(self, results: Sequence[BatchResult]) -> None:
        """Keep the results of a task; they are on the disk when this returns.

        Raises
        ------
        OSError : the disk is full or cannot be written to; no half-written file remains.
        """
        packed = _pack(results)
        with write_whole(self._path(self._next)) as file:
            file.write(packed)
        self._note(self._next, results)
        self._next += 1

    def forget(self, batches: Sequence[Batch]) -> None:
        """Forget batches, so that they are run again."""
        for batch in batches:
            self.places.pop(batch, None)
            self.errors.pop(batch, None)

    def read(self, batches: Sequence[Batch]) -> Iterator[BatchResult]:
        """The results of batches, in the order given; a file is opened once for batches that follow one another.

        Raises
        ------
        OSError : a file can no longer be read.
        """
        for batch in batches:
            number = self.places[batch]
            if number not in self._open:
                try:
                    self._open[number] = {result.batch: result for result in read_batches(self._path(number))}
                except DamageError as error:  # it was valid when this sweep began
                    raise OSError(str(error)) from error
                while len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(number)
            yield self._open[number][batch]


def _number(path: Path) -> int:
    named = NAME.fullmatch(path.name)
    if named is None:
        raise DamageError(f"{path} is not the name of a file of batches")
    return int(named[1])


class _Vote(Result):
    """A vote, whose arrays are next to the header."""

    resolution: str
    date: date


class _Months(Result):
    """The months, whose arrays are next to the header: one per series, and one per vote."""

    months: tuple[str, ...]
    members: tuple[str, ...]
    totals: tuple[str, ...]
    watched: int
    is_summary: bool
    votes: int


class _Entry(Result):
    """The entry of a batch in the header of a file."""

    batch: Batch
    error: str
    trace: str
    votes: tuple[_Vote, ...]
    months: _Months | None


class _Header(Result):
    entries: tuple[_Entry, ...]


def _pack(results: Sequence[BatchResult]) -> bytes:
    """Pack results into a zip of arrays, followed by a checksum of it."""
    entries = []
    arrays: dict[str, np.ndarray] = {}
    for number, result in enumerate(results):
        for place, vote in enumerate(result.votes):
            own = {name: getattr(vote, name) for name in ("tallies", "counts", "is_settled", "actions")}
            arrays |= {f"{number}.{place}.{name}": _shrink(array) for name, array in own.items() if array is not None}
        if result.months is not None:
            arrays |= {f"{number}.months.{name}": array for name, array in _month_arrays(result.months).items()}
        votes = tuple(_Vote(resolution=vote.resolution, date=vote.date) for vote in result.votes)
        months = None if result.months is None else _describe_months(result.months)
        entries.append(_Entry(batch=result.batch, error=result.error, trace=result.trace, votes=votes, months=months))
    header = _Header(entries=tuple(entries)).model_dump_json()
    arrays["header"] = np.frombuffer(header.encode(), dtype=np.uint8)
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue() + hashlib.sha256(packed.getbuffer()).digest()


def _shrink(counts: np.ndarray) -> np.ndarray:
    """Counts, none below 0, in the smallest numbers that hold them: packing takes as long as there are bytes."""
    if counts.dtype != np.int64:
        return counts
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0))))


def read_batches(path: Path) -> list[BatchResult]:
    """Read the results in a file.

    Raises
    ------
    DamageError : the file has changed since it was written.
    """
    size = hashlib.sha256().digest_size
    content = path.read_bytes()
    if hashlib.sha256(content[:-size]).digest() != content[-size:]:
        raise DamageError(f"{path} is damaged")
    with np.load(io.BytesIO(content[:-size]), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    header = _Header.model_validate_json(arrays["header"].tobytes())
    return [_unpack(entry, arrays, str(number)) for number, entry in enumerate(header.entries)]


def _unpack(entry: _Entry, arrays: Arrays, key: str) -> BatchResult:
    votes = tuple(
        VoteResult(
            resolution=vote.resolution,
            date=vote.date,
            each=ReplicatesInMemory(arrays[f"{key}.{place}.tallies"], arrays[f"{key}.{place}.is_settled"]),
            counts=arrays[f"{key}.{place}.counts"],
            actions=arrays.get(f"{key}.{place}.actions"),
        )
        for place, vote in enumerate(entry.votes)
    )
    months = None if entry.months is None else _unpack_months(entry.months, arrays, f"{key}.months")
    return BatchResult(entry.batch, votes, months, entry.error, entry.trace)


def _describe_months(months: MonthsResult) -> _Months:
    return _Months(
        months=months.months,
        members=tuple(months.members),
        totals=tuple(months.totals),
        watched=months.watched,
        is_summary=isinstance(months, MonthsSummary),
        votes=len(_of_votes(months)),
    )


def _month_arrays(months: MonthsResult) -> Arrays:
    arrays = {f"vote.{place}": np.asarray(array) for place, array in enumerate(_of_votes(months))}
    for kind, series in (("members", months.members), ("totals", months.totals)):
        arrays |= {f"{kind}.{name}": np.asarray(values) for name, values in series.items()}
    return arrays


def _of_votes(months: MonthsResult) -> Sequence[np.ndarray]:
    return months.sides if isinstance(months, MonthsSummary) else months.actions


def _unpack_months(about: _Months, arrays: Arrays, key: str) -> MonthsResult:
    members = {name: arrays[f"{key}.members.{name}"] for name in about.members}
    totals = {name: arrays[f"{key}.totals.{name}"] for name in about.totals}
    of_votes = tuple(arrays[f"{key}.vote.{place}"] for place in range(about.votes))
    if not about.is_summary:
        return MonthsSamples(about.months, members, totals, of_votes)
    return MonthsSummary(
        months=about.months,
        watched=about.watched,
        members={name: Band(*values) for name, values in members.items()},
        totals={name: Band(*values) for name, values in totals.items()},
        sides=of_votes,
    )
