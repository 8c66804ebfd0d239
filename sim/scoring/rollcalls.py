"""Roll calls that predictions meet: the world's own, or those of a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from sim.arrays import IntArray
from sim.errors import InputError, Problem, did_you_mean, input_error
from sim.world import ROLL_CALL_VOTES, World

COLUMNS = ("resolution", "date", "iso3", "vote")


@dataclass(frozen=True)
class Observed:
    """A roll call to be scored against: action codes (N,), -1 where not recorded."""

    resolution: str
    date: date
    votes: IntArray


def shipped_rollcalls(world: World) -> list[Observed]:
    """The world's own roll calls."""
    return [Observed(call.resolution, call.date, call.votes) for call in world.rollcalls]


def read_rollcalls(path: Path, world: World) -> list[Observed]:
    """Roll calls from a CSV file with the columns resolution, date, iso3, vote.

    Raises
    ------
    InputError : the file cannot be read, or has problems (all are listed).
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, header = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise input_error(str(path), "", f"cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    lacking = [column for column in COLUMNS if column not in header]
    if lacking:
        raise InputError(Problem(str(path), c, "missing column.", did_you_mean(c, header)) for c in lacking)
    problems: list[Problem] = []
    found: dict[str, Observed] = {}
    for line, row in enumerate(rows, start=2):
        where = f"line {line}"
        try:
            day = date.fromisoformat(row["date"] or "")
        except ValueError:
            problems.append(Problem(str(path), where, f"date: got '{row['date']}'; one like 2022-03-02 is needed."))
            continue
        if row["vote"] not in ROLL_CALL_VOTES:
            allowed = ", ".join(ROLL_CALL_VOTES)
            problems.append(Problem(str(path), where, f"vote: got '{row['vote']}'; allowed are {allowed}."))
        elif row["iso3"] not in world.index:
            fix = did_you_mean(row["iso3"] or "", world.iso3)
            problems.append(Problem(str(path), where, f"iso3: '{row['iso3']}' is not a member of the world.", fix))
        else:
            call = found.setdefault(row["resolution"], Observed(row["resolution"], day, np.full(world.size, -1)))
            if call.date != day:
                problems.append(Problem(str(path), where, f"date: {row['resolution']} was dated {call.date} before."))
            if call.votes[world.index[row["iso3"]]] >= 0:
                problems.append(Problem(str(path), where, f"iso3: {row['iso3']} stands twice for one resolution."))
            call.votes[world.index[row["iso3"]]] = ROLL_CALL_VOTES.index(row["vote"])
    if not rows:
        problems.append(Problem(str(path), "", "holds no votes."))
    if problems:
        raise InputError(problems)
    return list(found.values())
