"""What is allowed in roll calls but seldom meant: few members, another day than known, a name that is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sim.errors import Problem
from sim.world.rollcalls.files import Observed
from sim.world.world import World

FEW = 0.25
"""Part of the members below which a roll call is reported as small."""
PLACEHOLDERS = frozenset(
    ["", "?", "-", "n/a", "na", "nan", "none", "null", "tbd", "todo", "unknown", "untitled", "resolution", "test", "x"]
)
"""Names that stand for no resolution."""


def find_doubts(
    where: str, calls: Sequence[Observed], world: World, votes: Mapping[str, date] | None = None
) -> Iterator[Problem]:
    """Find what is doubtful in roll calls.

    Parameters
    ----------
    where : the file, for messages.
    votes : days of the votes that they are compared with, by resolution, where there are some.
    """
    known = {call.resolution: call.date for call in world.record} | dict(votes or {})
    for call in calls:
        recorded = int((call.votes >= 0).sum())
        if recorded < FEW * world.size:
            message = f"holds the votes of {recorded} of {world.size} members; scores of so few say little."
            yield Problem(where, call.resolution, message)
        if call.resolution.strip().casefold() in PLACEHOLDERS:
            message = f"'{call.resolution}' is not the name of a resolution, so it matches no vote of a scenario."
            yield Problem(where, "resolution", message, "Give its name, such as A/RES/ES-11/1.")
        day = known.get(call.resolution)
        if day is not None and day != call.date:
            yield Problem(where, call.resolution, f"is dated {call.date}; the vote is known as of {day}.")
