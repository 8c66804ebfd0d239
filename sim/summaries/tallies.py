"""Tallies in the words of their readers: by action, with intervals over replicates, and what stands behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.case import Case
from sim.rules.choice import ACTIONS
from sim.runner.result import VoteResult
from sim.world import RollCall

REPORTED = ("support", "abstain", "oppose", "absent")
"""Actions in the order in which people read them."""
SPLIT = ("support", "abstain", "oppose")
"""Actions of a split, in its order."""
NEAR = 5
"""How many members a tally may be off on every action and still count as near the observed one."""
CODES = {name: ACTIONS.index(name) for name in REPORTED}


def tally_summary(vote: VoteResult) -> dict[str, dict[str, float]]:
    """Mean, median and 90 % interval of the members per action."""
    return statistics(vote.tallies)


def statistics(values: NDArray[np.integer] | FloatArray) -> dict[str, dict[str, float]]:
    """Mean, median and 90 % interval over replicates of what stands in (R, 4) by action code."""
    found = {}
    for name, code in CODES.items():
        median, low, high = quantiles(values[:, code])
        found[name] = {"mean": float(values[:, code].mean()), "median": median, "p05": low, "p95": high}
    return found


def quantiles(values: NDArray[np.integer] | FloatArray) -> tuple[float, float, float]:
    """Median, 5 % and 95 % of values (R,)."""
    median, low, high = np.quantile(values, (0.5, 0.05, 0.95))
    return float(median), float(low), float(high)


def is_near(tallies: NDArray[np.integer], call: RollCall) -> BoolArray:
    """Whether each tally (R, 4) is within 5 of a roll call's on every action, the target's vote included; (R,)."""
    return np.asarray((np.abs(tallies - call.tally) <= NEAR).all(axis=1))


def by_action(counts: IntArray) -> dict[str, int]:
    """Counts by action code as counts by name."""
    return {name: int(counts[code]) for name, code in CODES.items()}


def population_share(case: Case, vote: VoteResult) -> dict[str, float]:
    """Mean share of the world's population living in the members that did each action."""
    return share_behind(case, vote, "population")


def share_behind(case: Case, vote: VoteResult, attribute: str) -> dict[str, float]:
    """Mean share of the world's total of an attribute that belongs to the members that did each action."""
    amount = case.world.attributes[attribute]
    behind = amount @ vote.counts / vote.counts[0].sum() / amount.sum()
    return {name: float(behind[code]) for name, code in CODES.items()}
