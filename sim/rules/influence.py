"""Peers: whose announced stance influences whom (Brock & Durlauf 2001, "Discrete choice with social interactions")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, Number
from sim.rules.payoffs import Utilities

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Peers = FloatArray | csr_array[np.float64]

GRID = 2.0**20
"""Peer weights are whole multiples of 1 / GRID, so that sums of weights times stances are exact in any order."""

SPARSE_FROM, SPARSE_BELOW = 500, 0.05
"""A sparse matrix is faster from so many members on, and below this share of weights that are not 0."""


def peer_weights(kinds: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    r"""The matrix :math:`W` (N, N): kinds of ties weighted, rows rescaled to 1, put on a grid of :math:`2^{-20}`.

    Where a member has no peers of some kind, the weight of that kind goes to the other kinds. A member without any
    peers has a row of 0.

    Parameters
    ----------
    kinds : kind to array (N, N), each row summing to 1 or 0.
    weights : kind to weight, 0 or greater.
    """
    size = len(next(iter(kinds.values())))
    total = np.zeros((size, size))
    present = np.zeros(size)
    for name, weight in weights.items():
        has_peers = kinds[name].any(axis=1)
        total = total + weight * kinds[name]
        present = present + weight * has_peers
    scaled = total / np.where(present > 0, present, 1.0)[:, None]
    return np.floor(scaled * GRID) / GRID


def compact(weights: FloatArray) -> Peers:
    """Make a matrix sparse where it is large and nearly empty. Sums are exact, so no result depends on it."""
    if len(weights) < SPARSE_FROM or np.count_nonzero(weights) >= SPARSE_BELOW * weights.size:
        return weights
    from scipy.sparse import csr_array

    return csr_array(weights)


def list_peers(weights: Peers, member: int) -> tuple[NDArray[np.integer], FloatArray]:
    """List the peers of a member, as indices, and their weights."""
    if isinstance(weights, np.ndarray):
        (peers,) = np.nonzero(weights[member])
        return peers, weights[member, peers]
    row = slice(weights.indptr[member], weights.indptr[member + 1])
    return weights.indices[row], weights.data[row]


def peer_stance(weights: FloatArray, stances: FloatArray) -> FloatArray:
    r"""Mean stance of a member's peers, :math:`m_i = \sum_j W_{ij} stance_j`, in [-1, 1].

    Parameters
    ----------
    weights : rows of :math:`W`, (N,) for one member or (N, N) for all.
    stances : last announced stances (..., N), each -1, 0 or 1.

    Returns
    -------
    (...) for one member's row, (..., N) for all.
    """
    return stances @ weights.T


def peer_term(peer_influence: Number, peers: Number) -> Mapping[str, Number]:
    """What the peers' mean stance adds to the utility of each action: support gains what oppose loses."""
    pull = peer_influence * peers
    return {"oppose": -pull, "support": pull}


def with_peers(own: Utilities, peer_influence: Number, peers: Number) -> Utilities:
    """Add the term of the peers' mean stance, the last of the terms, to utilities."""
    pull = peer_term(peer_influence, peers)
    return own._replace(oppose=own.oppose + pull["oppose"], support=own.support + pull["support"])
