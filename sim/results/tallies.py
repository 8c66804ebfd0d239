"""Tallies in the words of their readers: by action, with intervals over replicates, and what stands behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.case import Case
from sim.rules.choice import ACTIONS
from sim.runner.result import VoteResult

REPORTED = ("support", "abstain", "oppose", "absent")
"""Actions in the order in which people read them."""
SPLIT = ("support", "abstain", "oppose")
"""Actions of a split, in its order."""
CODES = {name: ACTIONS.index(name) for name in REPORTED}


def tally_summary(vote: VoteResult) -> dict[str, dict[str, float]]:
    """Mean, median and 90 % interval of the members per action."""
    return statistics(vote.tallies)


def statistics(values: NDArray[np.integer] | FloatArray) -> dict[str, dict[str, float]]:
    """Mean, median and 90 % interval over replicates of what stands in (R, 4) by action code."""
    return {
        name: {
            "mean": float(values[:, code].mean()),
            "median": float(np.median(values[:, code])),
            "p05": float(np.quantile(values[:, code], 0.05)),
            "p95": float(np.quantile(values[:, code], 0.95)),
        }
        for name, code in CODES.items()
    }


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
