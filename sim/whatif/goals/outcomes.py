"""Whether replicates reach a goal, and how far those that do not are from it."""

from __future__ import annotations

import numpy as np

from sim.arrays import ActionArray, BoolArray, IntArray
from sim.case import Case
from sim.rules.adoption import is_adopted
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.result import count_tallies
from sim.specs.goal.spec import Wanted, WantedCount, WantedSplit
from sim.whatif.explanation.switching import compute_expected_chances


def find_vote(wanted: Wanted, case: Case) -> int:
    """Which vote of a case a goal means, from 0."""
    resolutions = [ballot.resolution for ballot in case.ballots]
    return 0 if wanted.resolution is None else resolutions.index(wanted.resolution)


def reaches_goal(wanted: Wanted, case: Case, actions: ActionArray) -> BoolArray:
    """Replicates (R,) that reach the goal, from action codes (R, N) of its vote."""
    tallies = count_tallies(actions)
    if wanted.rule is not None:
        return is_adopted(tallies[:, SUPPORT], tallies[:, OPPOSE], wanted.rule) == wanted.adopted
    if wanted.member is not None:
        (code,) = case.world.resolve(wanted.member.member)
        return actions[:, case.world.index[code]] == ACTIONS.index(wanted.member.action)
    return _members_short(wanted, tallies) == 0


def measure_shortfall(wanted: Wanted, case: Case, actions: ActionArray) -> float:
    """How far the replicates are from the goal on average, 0 or more; a search follows it where none reaches the goal.

    It is in members for tallies; for a member's action, it is how unlikely the action is at equilibrium.
    """
    tallies = count_tallies(actions)
    if wanted.member is not None:
        (code,) = case.world.resolve(wanted.member.member)
        chances = compute_expected_chances(case, find_vote(wanted, case))
        return float(1.0 - chances[case.world.index[code], ACTIONS.index(wanted.member.action)])
    if wanted.rule is not None:
        needed = tallies[:, OPPOSE] + 1 if wanted.rule == "majority" else np.maximum(2 * tallies[:, OPPOSE], 1)
        short = needed - tallies[:, SUPPORT]
        return float(np.maximum(short if wanted.adopted else 1 - short, 0).mean())
    return float(_members_short(wanted, tallies).mean())


def _members_short(wanted: Wanted, tallies: IntArray) -> IntArray:
    """Members (R,) by which the tallies miss the bounds of a count, or of all counts of a split together."""
    if wanted.count is not None:
        return _outside(tallies, wanted.count)
    if wanted.split is None:
        raise ValueError("the goal is neither a count nor a split")
    return sum((_outside(tallies, bounds) for bounds in _bounds(wanted.split)), start=np.zeros(len(tallies), np.int64))


def _bounds(split: WantedSplit) -> list[WantedCount]:
    """What a split asks of each action."""
    return [
        WantedCount.model_validate(
            {"action": action, "at_least": max(count - split.within, 0), "at_most": count + split.within}
        )
        for action, count in split.counts().items()
    ]


def _outside(tallies: IntArray, bounds: WantedCount) -> IntArray:
    counted = tallies[:, ACTIONS.index(bounds.action)]
    low = counted if bounds.at_least is None else bounds.at_least
    high = counted if bounds.at_most is None else bounds.at_most
    return np.maximum(low - counted, 0) + np.maximum(counted - high, 0)
