"""Probabilities of the four actions when every member expects its peers to act as the model predicts.

The simulation draws actions and lets peers see them; the equilibrium lets peers see expected stances instead. It is a
smooth approximation, which calibration and pinned scores need. Tallies and declared scores come from the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.case.ballot import NOT_FIXED, Ballot
from sim.rules.choice import STANCES, compute_choice_probabilities
from sim.rules.influence import pass_back, with_peers
from sim.rules.payoffs import Utilities

if TYPE_CHECKING:
    from sim.rules.influence import Peers


TOLERANCE = 1e-9
MOST_ITERATIONS = 500


MONTHS_EXPECTED = 20
"""Number of replicates whose months are averaged for an equilibrium."""


def compute_expected_utilities(own: Utilities) -> Utilities:
    """The mean over replicates of utilities (R, N); utilities (N,), the same in all replicates, are unchanged."""
    return Utilities(*(np.mean(np.atleast_2d(values), axis=0) for values in own))


def solve_equilibrium(own: Utilities, ballot: Ballot, peers: Peers, peer_influence: float) -> FloatArray:
    """Find the probabilities (N, 4) at the fixed point that is reached from neutral peers.

    Parameters
    ----------
    own : utilities (N,) before members look at their peers.
    peers : peer weights (N, N).
    peer_influence : weight of the peers' mean stance.
    """
    return _iterate(own, ballot, peers, peer_influence)[0]


def _iterate(own: Utilities, ballot: Ballot, peers: Peers, peer_influence: float) -> tuple[FloatArray, FloatArray]:
    """Probabilities (N, 4) at the fixed point, and the peers' mean expected stance (N,) there."""
    is_fixed = ballot.fixed != NOT_FIXED
    fixed_stance = STANCES[ballot.fixed]
    mean = np.zeros(peers.shape[0])
    for _ in range(MOST_ITERATIONS):
        chances = compute_choice_probabilities(with_peers(own, peer_influence, mean))
        expected = peers @ np.where(is_fixed, fixed_stance, chances.support - chances.oppose)
        if np.abs(expected - mean).max() < TOLERANCE:
            break
        mean = expected
    return np.stack(chances, axis=-1), mean


@dataclass(frozen=True)
class Likelihood:
    """Weighted log likelihood of observed votes at the equilibrium, and its slopes.

    Parameters
    ----------
    by_utility : slope with respect to each utility before members look at their peers, (N, 4).
    by_influence : slope with respect to the peer influence J.
    """

    value: float
    by_utility: FloatArray
    by_influence: float


def measure_likelihood(
    own: Utilities,
    ballot: Ballot,
    peers: Peers,
    peer_influence: float,
    votes: NDArray[np.integer],
    weights: FloatArray,
) -> Likelihood:
    r"""Compute the log likelihood of votes at the equilibrium, with exact slopes by the adjoint of the fixed point.

    With :math:`f_i` a member's expected stance, :math:`q_{ia} = p_{ia} (s_a - f_i)` its slope in the utilities,
    :math:`v_i = \sum_a s_a q_{ia}` its slope in J m, and r the slope of the likelihood at fixed peers, the effect
    that peers pass on is the solution of :math:`l = J (r \cdot s + v \circ W^T l)`; then
    :math:`dL/dU = r + q \, W^T l` and :math:`dL/dJ = (r \cdot s) \cdot m + (W^T l) \cdot (v \circ m)`.

    Parameters
    ----------
    votes : observed action codes (N,), -1 where a vote is fixed or not recorded.
    weights : weight of each member's vote, (N,); 0 leaves it out.
    """
    chances, mean = _iterate(own, ballot, peers, peer_influence)
    counted = np.flatnonzero((votes >= 0) & (weights > 0))
    likelihoods = np.maximum(chances[counted, votes[counted]], np.finfo(float).tiny)
    direct = np.zeros_like(chances)
    direct[counted] = -weights[counted, None] * chances[counted]
    direct[counted, votes[counted]] += weights[counted]
    pulled = direct @ STANCES
    stance = chances @ STANCES
    response = np.where((ballot.fixed == NOT_FIXED)[:, None], chances * (STANCES - stance[:, None]), 0.0)
    feedback = response @ STANCES
    carried = np.zeros(len(mean))
    for _ in range(MOST_ITERATIONS):
        before, carried = carried, pass_back(peers, peer_influence * (pulled + feedback * carried))
        if np.abs(carried - before).max() < TOLERANCE * max(1.0, float(np.abs(carried).max())):
            break
    return Likelihood(
        value=float(weights[counted] @ np.log(likelihoods)),
        by_utility=direct + response * carried[:, None],
        by_influence=float(pulled @ mean + carried @ (feedback * mean)),
    )
