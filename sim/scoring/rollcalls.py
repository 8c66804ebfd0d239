"""Roll calls that predictions meet: the world's own, or those of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sim.arrays import IntArray
from sim.world import World
from sim.world.reading import ROLL_CALL_COLUMNS, votes_in
from sim.world.tables import Folder


@dataclass(frozen=True)
class Observed:
    """A roll call to be scored against: action codes (N,), -1 where not recorded."""

    resolution: str
    date: date
    votes: IntArray


def shipped_rollcalls(world: World) -> list[Observed]:
    """The world's own roll calls."""
    return [Observed(call.resolution, call.date, call.votes) for call in world.record]


def read_rollcalls(path: Path, world: World) -> list[Observed]:
    """Roll calls from a CSV file with the columns resolution, date, iso3, vote.

    Raises
    ------
    InputError : the file cannot be read, or has problems (all are listed).
    """
    folder = Folder(path.parent, shown=str(path).removesuffix(path.name))
    table = folder.read(path.name, ROLL_CALL_COLUMNS)
    votes = votes_in(table, world.index)
    dates: dict[str, date] = {}
    for row in table.rows:
        day = row.day("date")
        first = dates.setdefault(row["resolution"], day)
        if day != first:
            row.problem("date", f"got '{row['date']}'; the rows above say {first}.")
    if not table.rows and not folder.problems:
        folder.problem(table.file, "", "holds no votes.")
    folder.raise_problems()
    return [Observed(resolution, dates[resolution], codes) for resolution, codes in votes.items()]
