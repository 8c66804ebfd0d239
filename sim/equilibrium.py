"""Probabilities of the four actions when every member expects its peers to act as the model says they will.

The simulation draws actions and lets peers see them; the equilibrium lets peers see expected stances instead. It is a
smooth approximation, which calibration and pinned scores need. Tallies and declared scores come from the simulation.

Runs draw how far each member deviates from where it is expected. Probabilities are means over that draw, by Gaussian
quadrature: without it, a fit would expect members to be surer than they are in runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.case.ballot import NOT_GIVEN, Ballot
from sim.rules.choice import STANCES, choice_probabilities
from sim.rules.influence import with_peers
from sim.rules.payoffs import Utilities

if TYPE_CHECKING:
    from sim.rules.influence import Peers


TOLERANCE = 1e-9
MOST_ITERATIONS = 500
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()

MONTHS_EXPECTED = 20
"""Number of replicates whose months are averaged for an equilibrium."""


def expected_utilities(own: Utilities) -> Utilities:
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
    return _iterate(own, ballot, peers, peer_influence)[0].mean


def _iterate(own: Utilities, ballot: Ballot, peers: Peers, peer_influence: float) -> tuple[_Chances, FloatArray]:
    """Probabilities at the fixed point, and the peers' mean expected stance (N,) there."""
    is_fixed = ballot.given != NOT_GIVEN
    fixed_stance = STANCES[ballot.given]
    spread = np.asarray(ballot.spread, dtype=np.float64)
    mean = np.zeros(peers.shape[0])
    for _ in range(MOST_ITERATIONS):
        chances = _Chances.at(own, peer_influence * mean, spread)
        expected = peers @ np.where(is_fixed, fixed_stance, chances.mean @ STANCES)
        if np.abs(expected - mean).max() < TOLERANCE:
            break
        mean = expected
    return chances, mean


@dataclass(frozen=True)
class _Chances:
    """Probabilities of the actions: by node of the deviation (K, N, 4), and their means (N, 4)."""

    by_node: FloatArray
    mean: FloatArray

    @classmethod
    def at(cls, own: Utilities, pull: FloatArray, spread: FloatArray) -> _Chances:
        """Probabilities where peers pull by so much, and deviations spread by so much; utility, (N,)."""
        pulls = pull + NODES[:, None] * spread
        by_node = np.stack(choice_probabilities(with_peers(own, 1.0, pulls)), axis=-1)
        return cls(by_node, np.tensordot(NODE_WEIGHTS, by_node, axes=1))


@dataclass(frozen=True)
class Likelihood:
    """Weighted log likelihood of observed votes at the equilibrium, and its slopes.

    Parameters
    ----------
    by_utility : slope with respect to each utility before members look at their peers, (N, 4).
    by_spread : slope with respect to the standard deviation of each member's deviation, (N,).
    by_influence : slope with respect to the peer influence J.
    """

    value: float
    by_utility: FloatArray
    by_spread: FloatArray
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

    With :math:`f_i` a member's expected stance, :math:`q_{ia}` its slope in the utilities, :math:`v_i = \sum_a s_a
    q_{ia}` its slope in J m, and r the slope of the likelihood at fixed peers, the effect that peers pass on is the
    solution of :math:`l = J (r \cdot s + v \circ W^T l)`; then :math:`dL/dU = r + q \, W^T l` and
    :math:`dL/dJ = (r \cdot s) \cdot m + (W^T l) \cdot (v \circ m)`. At a node of the deviation, :math:`q_{ia} = p_{ia}
    (s_a - f_i)`; f, q and v are means over the nodes, r is one by what each node says of the vote.

    Parameters
    ----------
    votes : observed action codes (N,), -1 where a vote is fixed or not recorded.
    weights : weight of each member's vote, (N,); 0 leaves it out.
    """
    chances, mean = _iterate(own, ballot, peers, peer_influence)
    by_node, weight_of_node = chances.by_node, NODE_WEIGHTS[:, None]
    counted = np.flatnonzero((votes >= 0) & (weights > 0))
    likelihoods = np.maximum(chances.mean[counted, votes[counted]], np.finfo(float).tiny)
    stance = by_node @ STANCES
    share = np.zeros(stance.shape)  # weight of a vote, parted by how likely each node makes it
    share[:, counted] = weights[counted] * weight_of_node * by_node[:, counted, votes[counted]] / likelihoods
    direct = -np.einsum("kn,kna->na", share, by_node)
    direct[counted, votes[counted]] += weights[counted]
    surprise = share * (STANCES[votes] - stance)
    pulled = surprise.sum(axis=0)
    is_free = ballot.given == NOT_GIVEN
    response = weight_of_node[..., None] * by_node * (STANCES - stance[..., None]) * is_free[:, None]
    feedback_by_node = response @ STANCES
    feedback = feedback_by_node.sum(axis=0)
    carried = np.zeros(len(mean))
    for _ in range(MOST_ITERATIONS):
        before, carried = carried, peers.T @ (peer_influence * (pulled + feedback * carried))
        if np.abs(carried - before).max() < TOLERANCE * max(1.0, float(np.abs(carried).max())):
            break
    return Likelihood(
        value=float(weights[counted] @ np.log(likelihoods)),
        by_utility=direct + response.sum(axis=0) * carried[:, None],
        by_spread=NODES @ (surprise + feedback_by_node * carried),
        by_influence=float(pulled @ mean + carried @ (feedback * mean)),
    )
