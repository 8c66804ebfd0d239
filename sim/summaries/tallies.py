"""Tallies by action, with intervals over the runs, and the part of the world that the members hold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.case import Case
from sim.results.parts import ByAction, Statistics
from sim.rules.choice import ACTIONS
from sim.runner.result import Replicates, VoteResult

REPORTED = ("support", "abstain", "oppose", "absent")
"""Actions in the order in which people read them."""
SPLIT = ("support", "abstain", "oppose")
"""Actions of a split, in its order."""
NEAR = 5
"""How many members a tally may be off on every action and still count as near another one."""
CODES = {name: ACTIONS.index(name) for name in REPORTED}


def summarise_tally(vote: VoteResult) -> ByAction[Statistics]:
    """Mean, median and 90 % interval of the members per action."""
    return vote.frequencies.tallies


def summarise_actions(values: NDArray[np.integer] | FloatArray) -> ByAction[Statistics]:
    """Mean, median and 90 % interval over the runs of values (R, 4) by action code."""
    return ByAction[Statistics](**{name: measure(values[:, code]) for name, code in CODES.items()})


def measure(values: NDArray[np.integer] | FloatArray) -> Statistics:
    """Mean, median and 90 % interval of values (R,)."""
    median, low, high = np.quantile(values, (0.5, 0.05, 0.95))
    return Statistics(mean=float(values.mean()), median=float(median), p05=float(low), p95=float(high))


def share_near(each: Replicates, wanted: Mapping[str, int]) -> float:
    """Share of the tallies that `is_near` finds near the wanted members; without a copy of all of them."""
    return sum(int(is_near(tallies, wanted).sum()) for tallies, _ in each.pieces()) / len(each)


def is_near(tallies: NDArray[np.integer], wanted: Mapping[str, int]) -> BoolArray:
    """Whether each tally (R, 4) is within 5 of the wanted members on every action that is asked for; (R,).

    Parameters
    ----------
    wanted : members by action, the target's own vote included: all four of a roll call, or those of a target split.
    """
    codes = [CODES[action] for action in wanted]
    return np.asarray((np.abs(tallies[:, codes] - np.array(list(wanted.values()))) <= NEAR).all(axis=1))


def count_actions(counts: IntArray) -> ByAction[int]:
    """Counts by action code as counts by name."""
    return ByAction[int](**{name: int(counts[code]) for name, code in CODES.items()})


def name_actions(values: FloatArray) -> ByAction[float]:
    """Values (4,) by action code as values by name; never minus zero."""
    return ByAction[float](**{name: float(values[code]) + 0.0 for name, code in CODES.items()})


def share_behind(case: Case, vote: VoteResult, attribute: str = "population") -> ByAction[float]:
    """Mean share of the world's total of an attribute that belongs to the members that did each action."""
    amount = case.world.attributes[attribute]
    return name_actions(amount @ vote.counts / vote.counts.sum(axis=1).max() / amount.sum())
