"""The world that a scenario is set in, as it was known before its first vote, with the roll calls of its files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from sim.specs.scenario.spec import Scenario
from sim.world import World, load_world
from sim.world.rollcalls.files import join_rollcalls, load_rollcalls


def load_scenario_world(spec: Scenario) -> World:
    """The world of a scenario; a dated world is as it was known before the first vote.

    The roll calls of the scenario's files count as being about its target and on the question of its last vote. Equal
    scenarios have the same world: files and worlds are read once.
    """
    day, last = spec.vote[0].date, spec.vote[-1]
    world = load_world(spec.world, at=day)
    if not spec.known_rollcalls:
        return world
    (target,) = world.resolve(spec.roles.target)
    return _load_with_rollcalls(spec.world, day, spec.known_rollcalls, target, last.topic or last.resolution)


def first_day(document: Mapping[str, object]) -> date:
    """The earliest date among the votes of an unchecked document; the latest possible date where none can be read."""
    votes = document.get("vote")
    days = [_day(vote.get("date")) for vote in votes if isinstance(vote, dict)] if isinstance(votes, list) else []
    return min((day for day in days if day is not None), default=date.max)


def hash_term_files(spec: Scenario) -> dict[str, str]:
    """SHA-256 of the files of roll calls and of own terms that a scenario names, by path."""
    names = (*spec.known_rollcalls, *(term.file for term in spec.term if term.file is not None))
    return {name: sha256(Path(name).read_bytes()).hexdigest() for name in names}


def _day(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


@cache
def _load_with_rollcalls(reference: str, day: date, names: tuple[str, ...], target: str, topic: str) -> World:
    world = load_world(reference, at=day)
    calls = [call for name in names for call in load_rollcalls(Path(name), world.iso3)]
    return join_rollcalls(world, calls, target, topic)
