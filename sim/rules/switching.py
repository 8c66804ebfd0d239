r"""Switching points: a shortcut to the choice rule for members that keep their draw while their peers change.

`sim.rules.choice.choose` is the rule. Within a vote a member keeps its own utilities and its draw, so it switches to
the next action at fixed values of its peers' mean stance. These values are found once; after that each look at the
peers is three comparisons. They are the thresholds of Granovetter's (1978) model, derived from the utilities.

Rounding could make the shortcut and the rule disagree where the peers are very near a switching point. Such a point is
NaN, and the rule itself decides. `bound_rounding` gives how near is too near.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.arrays import ActionArray, FloatArray, Number, SingleArray
from sim.rules.choice import SUPPORT, count_passed, exponentiate
from sim.rules.influence import GRID
from sim.rules.payoffs import Utilities

ROUNDING, TINY = 2.0**-48, 2.0**-1022
BEYOND = np.float32(2 * GRID)
"""Larger than any sum over peers."""


class SwitchingPoints(NamedTuple):
    """Sums over the peers from which a member is at least absent, at least abstains, and supports.

    In whole units of the grid of the peer weights, so that single precision is exact; NaN where the rule itself has to
    decide.
    """

    absent: SingleArray
    abstain: SingleArray
    support: SingleArray


def bound_rounding(own: Utilities, peer_influence: Number) -> float:
    r"""Bound what rounding does to a comparison of a draw with a cumulated probability, as a share of either.

    With S the largest utility in size, J the weight of the peers and :math:`e = 2^{-53}`: the peers' term and the
    distance from the largest utility, so the logarithms of the odds, are off by at most :math:`(3 S + 4 J) e`. With
    exponentials to :math:`2 e` and three sums, the rule decides as exact arithmetic would for a draw changed by
    :math:`(6 S + 8 J + 14) e` of itself. A range is found with the same error at its ends. A switching point is found
    from odds that are off by :math:`(4 S + 12) e` of themselves, by a root and a logarithm that add
    :math:`(12 + 6 J) e`. So :math:`16 (4 + S + J) e` covers the rule with either. Twice that is returned, since the
    distance to a switching point is judged by the slope there, which falls by less than half on the way.

    Parameters
    ----------
    own : utilities before peers are looked at; any shape.
    peer_influence : J, 0 or greater; one number or an array.
    """
    largest = max(float(np.max(np.abs(utility), initial=0.0)) for utility in own)
    return ROUNDING * (4.0 + largest + float(np.max(peer_influence, initial=0.0)))


def find_boundaries(own: Utilities, peer_influence: Number, rounding: float) -> list[FloatArray]:
    """Find the levels of a draw from which a member acts, with the peers furthest to either side.

    Where rounding could matter, the range between the two sides is the wider one.

    Parameters
    ----------
    own : utilities before peers are looked at.
    peer_influence : J, 0 or greater; one number, or an array that broadcasts with them.
    rounding : as `bound_rounding` gives it.

    Returns
    -------
    Six arrays in the shape of the utilities: from where a member is at least absent, at least abstains, and supports,
    with the peers' mean stance at -1, and the same at 1.
    """
    lowest = own._replace(oppose=own.oppose + peer_influence, support=own.support - peer_influence)
    highest = own._replace(oppose=own.oppose - peer_influence, support=own.support + peer_influence)
    return [*_move_boundaries(lowest, rounding), *_move_boundaries(highest, -rounding)]


def _move_boundaries(of: Utilities, rounding: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Boundaries between the actions moved outwards by a share, and by the smallest number for a draw of 0."""
    odds = exponentiate(of)
    below_abstain = odds.oppose + odds.absent
    below_support = below_abstain + odds.abstain
    scale, least = (1.0 + rounding) / (below_support + odds.support), np.copysign(TINY, rounding)
    return odds.oppose * scale + least, below_abstain * scale + least, below_support * scale + least


def find_range(boundaries: Sequence[FloatArray], draw: FloatArray) -> tuple[ActionArray, ActionArray]:
    """Find the lowest and the highest action code that a draw leads to, wherever in [-1, 1] the peers' mean stance is.

    Most members act the same way whatever their peers do.

    Parameters
    ----------
    boundaries : as `find_boundaries` gives them.
    draw : uniform numbers in [0, 1) that broadcast with them, 0 or at least 2**-53.
    """
    is_past = [draw >= boundary for boundary in boundaries]
    return count_passed(*is_past[:3]), count_passed(*is_past[3:])


def solve_switching_points(
    own: Utilities,
    peer_influence: Number,
    draw: FloatArray,
    lowest: ActionArray,
    highest: ActionArray,
    rounding: float,
) -> SwitchingPoints:
    """Find where in the sum over its peers a member that keeps its draw switches to the next action.

    Parameters
    ----------
    own : utilities before peers are looked at, (n,).
    peer_influence : J, 0 or greater; one number, or an array (n,).
    draw : uniform numbers in [0, 1), 0 or at least 2**-53, (n,).
    lowest, highest : the range of the same members, as `find_range` gives it.
    rounding : as `bound_rounding` gives it.
    """
    odds, influence = exponentiate(own), np.broadcast_to(peer_influence, draw.shape)
    points = []
    for action in range(SUPPORT):
        point = np.where(lowest > action, -BEYOND, BEYOND)
        cells = np.flatnonzero((lowest <= action) & (highest > action))
        of_cells = Utilities(*(term[cells] for term in odds))
        point[cells] = _switch(action, of_cells, influence[cells], draw[cells], rounding)
        points.append(point)
    return SwitchingPoints(*points)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _switch(action: int, odds: Utilities, influence: FloatArray, draw: FloatArray, rounding: float) -> FloatArray:
    r"""Where the sum over the peers takes a draw past an action; NaN where a whole number is within rounding of it.

    With :math:`y = e^{J m}` the odds are :math:`o / y, a, b, s y`. A draw u passes the boundary between the odds below
    and those above where u times the odds above is at least 1 - u times those below: a quadratic in y with one positive
    root. At the root the logarithm of the cumulated probability falls with log y by 2 (1 - u) q / (q + n), with q the
    square root in the solution and n what the neutral actions add on both sides.
    """
    rest, neutral, scale = 1.0 - draw, odds.absent + odds.abstain, GRID / influence
    below = rest * (0.0, odds.absent, neutral)[action]
    above = draw * (neutral, odds.abstain, 0.0)[action]
    square, linear, constant = draw * odds.support, above - below, rest * odds.oppose
    spread = np.sqrt(linear * linear + 4.0 * square * constant)
    # Of the two forms of the root the one that loses no digits.
    root = np.where(linear >= 0, 2.0 * constant / (linear + spread), (spread - linear) / (2.0 * square))
    point = np.log(root) * scale
    width = rounding * (1.0 + (below + above) / spread) / (2.0 * rest) * scale
    is_clear = np.abs(point - np.rint(point)) > width
    return np.where(is_clear, np.ceil(point), np.nan)


def switch(points: SwitchingPoints, peers: SingleArray) -> ActionArray:
    """Choose by switching points: action codes at sums over the peers, in units of the grid of the peer weights."""
    return count_passed(peers >= points.absent, peers >= points.abstain, peers >= points.support)
