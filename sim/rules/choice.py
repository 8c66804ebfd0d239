"""From utilities and one uniform number to an action: logit choice by inverse distribution.

The order oppose < absent < abstain < support is what makes a stronger incentive move a member only in its own
direction: the terms of the model raise the utilities along this order or against it, so the distribution shifts in
the sense of the likelihood ratio, and the same draw never maps to an action on the wrong side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arrays import ActionArray, BoolArray, FloatArray
from sim.rules.payoffs import Utilities

Condition = BoolArray | np.bool_

ACTIONS = ("oppose", "absent", "abstain", "support")
"""Names of the action codes 0 to 3."""
OPPOSE, ABSENT, ABSTAIN, SUPPORT = range(4)

STANCES = np.array([-1.0, 0.0, 0.0, 1.0])
"""Stance of each action code."""


def exponentials(of: Utilities) -> Utilities:
    """Odds of the four actions up to a common factor, the largest being 1."""
    largest = np.maximum(np.maximum(of.oppose, of.absent), np.maximum(of.abstain, of.support))
    return Utilities(
        np.exp(of.oppose - largest),
        np.exp(of.absent - largest),
        np.exp(of.abstain - largest),
        np.exp(of.support - largest),
    )


def probabilities(of: Utilities) -> Utilities:
    """Probabilities of the four actions under logit noise of scale 1; they sum to 1."""
    odds = exponentials(of)
    total = odds.oppose + odds.absent + odds.abstain + odds.support
    return Utilities(odds.oppose / total, odds.absent / total, odds.abstain / total, odds.support / total)


def choose(of: Utilities, draw: FloatArray | float) -> ActionArray:
    """Action codes: the inverse of the distribution at a uniform draw in [0, 1).

    Parameters
    ----------
    of : utilities; any shape.
    draw : uniform numbers that broadcast with them.
    """
    odds = exponentials(of)
    below_abstain = odds.oppose + odds.absent
    below_support = below_abstain + odds.abstain
    level = draw * (below_support + odds.support)
    return _count(level >= odds.oppose, level >= below_abstain, level >= below_support)


class TippingPoints(NamedTuple):
    """Peers' mean stance from which a member is at least absent, at least abstains, and supports."""

    absent: NDArray[np.floating]
    abstain: NDArray[np.floating]
    support: NDArray[np.floating]


def action_range(
    own: Utilities, peer_influence: float | FloatArray, draw: FloatArray | float
) -> tuple[ActionArray, ActionArray]:
    """Action codes when all peers oppose and when all support, by the same draw: most members act alike in both.

    Parameters
    ----------
    own : utilities before peers are looked at.
    peer_influence : J, 0 or greater; one number, or an array that broadcasts with them.
    draw : uniform numbers that broadcast with them.
    """
    pull = np.asarray(peer_influence, dtype=np.float64)[()]
    lowest = own._replace(oppose=own.oppose + pull, support=own.support - pull)
    highest = own._replace(oppose=own.oppose - pull, support=own.support + pull)
    return _passed(lowest, draw), _passed(highest, draw)


def _passed(of: Utilities, draw: FloatArray | float) -> ActionArray:
    """`choose`, with the distribution worked out before it meets the draws."""
    chances = probabilities(of)
    below_abstain = chances.oppose + chances.absent
    below_support = below_abstain + chances.abstain
    return _count(draw >= chances.oppose, draw >= below_abstain, draw >= below_support)


@np.errstate(divide="ignore", invalid="ignore")
def tipping_points(
    own: Utilities,
    peer_influence: float | FloatArray,
    draw: FloatArray | float,
    lowest: ActionArray,
    highest: ActionArray,
) -> TippingPoints:
    r"""Where in its peers' mean stance a member that keeps its draw goes over to the next action; infinite if nowhere.

    With :math:`y = e^{J m}` the odds are :math:`o / y, a, b, s y`, and a draw u passes the boundary between the odds
    below and those above where u times the odds above is at least 1 - u times those below: a quadratic in y with one
    positive root, whose logarithm over J is the tipping point. It is the threshold of Granovetter's (1978) model,
    derived from the utilities.

    Parameters
    ----------
    own : utilities before peers are looked at; any shape.
    peer_influence : J, 0 or greater; one number, or an array of the same shape.
    draw : uniform numbers in [0, 1), of the same shape.
    lowest, highest : the `action_range` of the same members.
    """
    terms = [np.ravel(term) for term in (*exponentials(own), draw)]
    pull = np.broadcast_to(np.float64(peer_influence), terms[-1].shape)
    points = []
    for action in range(SUPPORT):
        point = np.where(lowest > action, -np.inf, np.inf)
        cells = np.flatnonzero((lowest <= action) & (highest > action))
        if len(cells):
            oppose, absent, abstain, support, level = (term[cells] for term in terms)
            rest = 1.0 - level
            linear = (
                level * (absent + abstain),
                level * abstain - rest * absent,
                -rest * (absent + abstain),
            )[action]
            root = _positive_root(level * support, linear, rest * oppose)
            np.ravel(point)[cells] = np.log(root) / pull[cells]
        points.append(point)
    return TippingPoints(*points)


def tipped(points: TippingPoints, peers: NDArray[np.floating] | np.floating | float) -> ActionArray:
    """Action codes of members with these tipping points at their peers' mean stance, both in the same unit."""
    return _count(peers >= points.absent, peers >= points.abstain, peers >= points.support)


def _count(first: Condition, second: Condition, third: Condition) -> ActionArray:
    """How many of three conditions hold."""
    whole: Any = np.int8  # quick both for one condition and for an array of them
    return whole(first) + whole(second) + whole(third)


def _positive_root(square: FloatArray, linear: FloatArray, constant: FloatArray) -> FloatArray:
    """The positive root of square y^2 + linear y - constant = 0, by the form that loses no digits."""
    spread = np.sqrt(linear * linear + 4.0 * square * constant)
    return np.where(linear >= 0, 2.0 * constant / (linear + spread), (spread - linear) / (2.0 * square))
