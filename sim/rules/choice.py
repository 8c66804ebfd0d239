"""From utilities and one uniform number to an action: logit choice by inverse distribution.

The order oppose < absent < abstain < support is what makes a stronger incentive move a member only in its own
direction: the terms of the model raise the utilities along this order or against it, so the distribution shifts in
the sense of the likelihood ratio, and the same draw never maps to an action on the wrong side.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.arrays import ActionArray, BoolArray, FloatArray
from sim.rules.payoffs import Utilities

Condition = BoolArray | np.bool_

ACTIONS = ("oppose", "absent", "abstain", "support")
"""Names of the action codes 0 to 3."""
OPPOSE, ABSENT, ABSTAIN, SUPPORT = range(4)

STANCES = np.array([-1.0, 0.0, 0.0, 1.0])
"""Stance of each action code."""


def exponentiate(of: Utilities) -> Utilities:
    """Odds of the four actions, scaled so that the largest is 1."""
    largest = np.maximum(np.maximum(of.oppose, of.absent), np.maximum(of.abstain, of.support))
    return Utilities(
        np.exp(of.oppose - largest),
        np.exp(of.absent - largest),
        np.exp(of.abstain - largest),
        np.exp(of.support - largest),
    )


def compute_choice_probabilities(of: Utilities) -> Utilities:
    """Probabilities of the four actions under logit noise of scale 1; they sum to 1."""
    odds = exponentiate(of)
    total = odds.oppose + odds.absent + odds.abstain + odds.support
    return Utilities(odds.oppose / total, odds.absent / total, odds.abstain / total, odds.support / total)


def choose(of: Utilities, draw: FloatArray | float) -> ActionArray:
    """Action codes: the inverse of the distribution at a uniform draw in [0, 1).

    Parameters
    ----------
    of : utilities; any shape.
    draw : uniform numbers that broadcast with them.
    """
    odds = exponentiate(of)
    below_abstain = odds.oppose + odds.absent
    below_support = below_abstain + odds.abstain
    level = draw * (below_support + odds.support)
    return count_passed(level >= odds.oppose, level >= below_abstain, level >= below_support)


def count_passed(first: Condition, second: Condition, third: Condition) -> ActionArray:
    """Count how many of three boundaries a draw has passed: that is the action code."""
    whole: Any = np.int8  # fast for one condition and for an array of them
    return whole(first) + whole(second) + whole(third)
