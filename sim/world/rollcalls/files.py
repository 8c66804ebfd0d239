"""Roll calls in the project's own format, a CSV file with the columns resolution, date, iso3 and vote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from sim.arrays import IntArray
from sim.files.reading import is_file
from sim.files.spreadsheet import write_csv
from sim.world.reading import ROLL_CALL_COLUMNS, collect_votes
from sim.world.tables import Folder
from sim.world.world import RollCall, World

IMPORT = "'sim rollcalls import FILE --out OUT' reads other layouts."


@dataclass(frozen=True)
class Observed:
    """A roll call of a file: action codes (N,), -1 where not recorded."""

    resolution: str
    date: date
    votes: IntArray


def read_rollcalls(path: Path, world: World) -> list[Observed]:
    """Roll calls from a file in the project's own format.

    Raises
    ------
    InputError : the file cannot be read, or has problems (all are listed).
    """
    return _read(path, world.index)


@cache
def load_rollcalls(path: Path, iso3: tuple[str, ...]) -> tuple[Observed, ...]:
    """The same, of a file that is read once for members in this order, and kept."""
    return tuple(_read(path, {code: number for number, code in enumerate(iso3)}))


def _read(path: Path, index: Mapping[str, int]) -> list[Observed]:
    folder = Folder(path.parent, shown=str(path).removesuffix(path.name))
    table = folder.read(path.name, ROLL_CALL_COLUMNS)
    votes = collect_votes(table, index)
    dates: dict[str, date] = {}
    for row in table.rows:
        day = row.day("date")
        first = dates.setdefault(row["resolution"], day)
        if day != first:
            row.problem("date", f"got '{row['date']}'; the rows above have {first}.")
    if not table.rows and not folder.problems:
        folder.problem(table.file, "", "holds no votes.")
    if folder.problems and is_file(path):
        folder.problem(table.file, "", "is not in the format of roll calls.", IMPORT)
    folder.raise_problems()
    return [Observed(resolution, dates[resolution], codes) for resolution, codes in votes.items()]


def parse_rollcalls(world: World) -> list[Observed]:
    """The roll calls of a world."""
    return [Observed(call.resolution, call.date, call.votes) for call in world.record]


def write_rollcalls(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write votes in the project's own format, a row for each member and resolution."""
    write_csv(path, ROLL_CALL_COLUMNS, rows)


def join_rollcalls(world: World, calls: Sequence[Observed], target: str, topic: str) -> World:
    """The world with more roll calls, about a target and on a topic; its own of a resolution come first.

    A dated world knows those before its day alone.
    """
    own = {call.resolution for call in world.record}
    more = [
        RollCall(
            resolution=call.resolution,
            date=call.date,
            title=call.resolution,
            target=target,
            topic=topic,
            votes=call.votes,
        )
        for call in calls
        if call.resolution not in own and (not world.is_dated or call.date <= world.date)
    ]
    return replace(world, rollcalls=tuple(sorted((*world.rollcalls, *more), key=lambda call: call.date)))
