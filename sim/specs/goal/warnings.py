"""Levers of a goal that cannot move its outcome: allowed, but seldom meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sim.specs.draft import Finding, Key
from sim.specs.goal.levers import AttributeLever, DateLever, GoalLever, NumberLever, PledgeLever
from sim.specs.goal.moves import apply_levers, read_current_setting, shift_date
from sim.specs.goal.spec import Wanted
from sim.specs.overrides import complete_key
from sim.specs.scenario.spec import Scenario
from sim.specs.scenario.warnings import FEEDBACK, find_idle_settings, find_reason, find_reason_unseen


def find_idle_levers(levers: Sequence[GoalLever], wanted: Wanted, base: Scenario) -> Iterator[Finding]:
    """Levers on which the vote that a goal is about does not depend, whatever their settings.

    Parameters
    ----------
    levers : valid levers of the scenario.
    """
    resolution = wanted.resolution or base.vote[0].resolution
    vote = next(vote.date for vote in base.vote if vote.resolution == resolution)
    keys = {number: _complete(lever, base) for number, lever in enumerate(levers)}
    may_see = ("parameters", FEEDBACK) in keys.values()
    earliest = {
        key[:2]: shift_date(base.event[key[1]].date, round(lever.start))
        for lever, key in zip(levers, keys.values(), strict=True)
        if isinstance(lever, DateLever) and key[0] == "event" and isinstance(key[1], int)
    }
    for number, lever in enumerate(levers):
        key = keys[number]
        reason = _find_unread(lever, key, base)
        reason = reason or (None if may_see or not key else find_reason_unseen(base, key))
        reason = reason or _find_too_late(key, base, vote, earliest.get(key[:2]))
        if reason is not None:
            yield Finding(("lever", number), f"has no effect: {reason}")


def _complete(lever: GoalLever, base: Scenario) -> Key:
    """The key of a lever in full; an empty one where it has none."""
    return (
        () if isinstance(lever, AttributeLever | PledgeLever) else complete_key(base.document(), lever.key.split("."))
    )


def _find_unread(lever: GoalLever, key: Key, base: Scenario) -> str | None:
    """Why no rule reads the number of a lever in the scenario, whatever its value."""
    now = read_current_setting(lever, base)
    if not isinstance(lever, NumberLever) or key[0] == "event" or now is None:
        return None
    return find_reason(find_idle_settings(apply_levers(base, [(lever, now)])), key)


def _find_too_late(key: Key, base: Scenario, vote: date, earliest: date | None) -> str | None:
    """Why an event is too late for a vote, also where a lever moves it to an earlier date."""
    if not key or key[0] != "event" or not isinstance(key[1], int):
        return None
    day = earliest or base.event[key[1]].date
    at_best = "" if earliest is None else "even at its earliest "
    return f"the event is {at_best}dated {day}, after the vote, of {vote}." if day > vote else None
