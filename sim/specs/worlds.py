"""The world that a scenario is set in, as it was known before its first vote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sim.specs.scenario.spec import Scenario
from sim.world import World, load_world


def world_of(spec: Scenario) -> World:
    """The world of a scenario; of a dated world what was known before the first vote."""
    return load_world(spec.world, at=spec.vote[0].date)


def first_day(document: Mapping[str, object]) -> date:
    """The earliest date among the votes of an unchecked document; the latest there is where none is readable."""
    votes = document.get("vote")
    days = [_day(vote.get("date")) for vote in votes if isinstance(vote, dict)] if isinstance(votes, list) else []
    return min((day for day in days if day is not None), default=date.max)


def _day(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
