"""Probabilities of the four actions when every member expects its peers to act as the model says they will.

The simulation draws actions and lets peers see them; the equilibrium lets peers see expectations instead. It is the
smooth stand-in that calibration and pinned scores need; tallies and declared scores come from the simulation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.case import NOT_GIVEN, Ballot
from sim.rules.choice import STANCES, probabilities
from sim.rules.influence import with_peers
from sim.rules.payoffs import Utilities

if TYPE_CHECKING:
    from sim.rules.influence import Peers

FloatArray = NDArray[np.float64]

TOLERANCE = 1e-7
MOST_ITERATIONS = 200


def equilibrium(own: Utilities, ballot: Ballot, peers: Peers, peer_influence: float) -> FloatArray:
    """Probabilities (N, 4) at the fixed point reached from peers that are thought to be neutral.

    Parameters
    ----------
    own : utilities before peers are looked at.
    peers : peer weights (N, N).
    peer_influence : weight of the peers' mean stance.
    """
    is_given = ballot.given != NOT_GIVEN
    given_stance = STANCES[ballot.given]
    mean = np.zeros(peers.shape[0])
    for _ in range(MOST_ITERATIONS):
        chances = probabilities(with_peers(own, peer_influence, mean))
        expected = peers @ np.where(is_given, given_stance, chances.support - chances.oppose)
        if np.abs(expected - mean).max() < TOLERANCE:
            break
        mean = expected
    return np.stack(chances, axis=-1)
