"""Peers: whose announced stance influences whom (Brock & Durlauf 2001, "Discrete choice with social interactions")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.arrays import FloatArray, IntArray, Number
from sim.rules.payoffs import Utilities

if TYPE_CHECKING:
    from scipy.sparse import csr_array

GRID = 2.0**20
"""Peer weights are whole multiples of 1 / GRID, so that sums of weights times stances are exact in any order."""

SPARSE_FROM, SPARSE_BELOW, DENSE_UP_TO = 500, 0.05, 5000
"""A sparse matrix is faster from so many members on, and below this share of weights that are not 0; from more members
than the last on it is kept in any case, for its memory."""


@dataclass(frozen=True)
class Blocks:
    """Members in blocks, such as regions, in which every other member counts the same.

    Parameters
    ----------
    number : of each member's block, from 0, (N,).
    """

    number: IntArray

    @property
    def share(self) -> FloatArray:
        """Weight of each other member of the own block, (N,); 0 for a member that is alone."""
        others = np.bincount(self.number)[self.number] - 1
        return np.where(others > 0, 1.0 / np.maximum(others, 1), 0.0)

    def add_up(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sums of the values (N,) or (N, R) of the other members of the own block."""
        from scipy.sparse import csr_array

        size = len(self.number)
        cells = (np.ones(size, dtype=np.int8), (self.number, np.arange(size)))
        return (csr_array(cells) @ values)[self.number] - values


@dataclass(frozen=True)
class SparsePeers:
    """The matrix W of a large world, without a number for each pair.

    Parameters
    ----------
    blocks, common : blocks, and the weight of every other member of the own block, (N,).
    listed : what pairs with a tie of their own weigh beyond that, (N, N).
    """

    blocks: Blocks
    common: FloatArray
    listed: csr_array[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns, both N."""
        return len(self.common), len(self.common)

    def __matmul__(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sums over peers of values (N,) or (N, R)."""
        common = self.common if values.ndim == 1 else self.common[:, None]
        return self.listed @ values + common * self.blocks.add_up(values)

    def scaled(self, factor: float, kind: DTypeLike) -> SparsePeers:
        """All weights times a factor, in numbers of a kind."""
        listed = self.listed.copy()
        listed.data = (listed.data * factor).astype(kind)
        return replace(self, listed=listed, common=(self.common * factor).astype(kind))

    def row(self, member: int) -> FloatArray:
        """The weights of a member's peers, (N,)."""
        weights = np.where(self.blocks.number == self.blocks.number[member], self.common[member], 0.0)
        weights[member] = 0.0
        return weights + self.listed[[member]].toarray()[0]

    def toarray(self) -> FloatArray:
        """The weights of all pairs, (N, N)."""
        same = self.blocks.number[:, None] == self.blocks.number
        weights = np.where(same, self.common[:, None], 0.0)
        np.fill_diagonal(weights, 0.0)
        return weights + self.listed.toarray()


Peers: TypeAlias = FloatArray | SparsePeers


def peer_weights(kinds: Mapping[str, Any], weights: Mapping[str, float]) -> Peers:
    r"""The matrix :math:`W` (N, N): kinds of ties weighted, rows rescaled to 1, put on a grid of :math:`2^{-20}`.

    Where a member has no peers of some kind, the weight of that kind goes to the other kinds. A member without any
    peers has a row of 0.

    Parameters
    ----------
    kinds : kind to array (N, N), each row summing to 1 or 0; or the first of them `Blocks`, and the others sparse.
    weights : kind to weight, 0 or greater, in the order of the kinds.
    """
    if any(isinstance(kind, Blocks) for kind in kinds.values()):
        return _sparse_weights(kinds, weights)
    size = len(next(iter(kinds.values())))
    total = np.zeros((size, size))
    present = np.zeros(size)
    for name, weight in weights.items():
        has_peers = kinds[name].any(axis=1)
        total = total + weight * kinds[name]
        present = present + weight * has_peers
    return _on_grid(total, present[:, None])


def _on_grid(total: FloatArray, present: FloatArray) -> FloatArray:
    """Weighted sums rescaled by the weights of the kinds that are present, and rounded down to the grid."""
    return np.floor(total / np.where(present > 0, present, 1.0) * GRID) / GRID


def _sparse_weights(kinds: Mapping[str, Any], weights: Mapping[str, float]) -> SparsePeers:
    """The same weights, bit for bit, from blocks and sparse kinds."""
    from scipy.sparse import csr_array

    (shared, *others), blocks = kinds, next(iter(kinds.values()))
    own = weights[shared] * blocks.share
    present = weights[shared] * (blocks.share > 0)
    pattern = sum((kinds[name] for name in others), start=csr_array((len(own), len(own)))).tocoo()
    is_same = blocks.number[pattern.row] == blocks.number[pattern.col]
    cells = (pattern.row, pattern.col)
    total = csr_array((np.where(is_same, own[pattern.row], 0.0), cells), shape=pattern.shape)
    for name in others:
        total = total + weights[name] * kinds[name]
        present = present + weights[name] * (kinds[name].sum(axis=1) > 0)
    common, found = _on_grid(own, present), total.tocoo()
    is_same = blocks.number[found.row] == blocks.number[found.col]
    more = _on_grid(found.data, present[found.row]) - np.where(is_same, common[found.row], 0.0)
    listed = csr_array((more, (found.row, found.col)), shape=pattern.shape)
    listed.eliminate_zeros()
    return SparsePeers(blocks, common, listed)


def compact(peers: Peers) -> Peers:
    """Make a sparse matrix dense where that is faster. Sums are exact, so no result depends on it."""
    if isinstance(peers, np.ndarray):
        return peers
    size = len(peers.common)
    is_crowded = peers.listed.nnz >= SPARSE_BELOW * size**2 and size <= DENSE_UP_TO
    return peers.toarray() if size < SPARSE_FROM or is_crowded else peers


def round_weights(peers: Peers) -> Peers:
    """Weights in units of the grid, in single precision: whole numbers, of which every sum is exact."""
    if isinstance(peers, np.ndarray):
        return (peers * GRID).astype(np.float32)
    return peers.scaled(GRID, np.float32)


def sum_over_peers(weights: Peers, values: NDArray[Any]) -> NDArray[Any]:
    """Sums over peers of values (N, R), most of whose rows are 0."""
    if not isinstance(weights, np.ndarray):
        return weights @ values
    rows = np.flatnonzero(values.any(axis=1))
    return weights[:, rows] @ values[rows]


def pass_back(peers: Peers, values: FloatArray) -> FloatArray:
    r"""What all members pass on to each of their peers, :math:`W^T v`, of values (N,)."""
    if isinstance(peers, np.ndarray):
        return peers.T @ values
    return peers.listed.T @ values + peers.blocks.add_up(peers.common * values)


def list_peers(weights: Peers, member: int) -> tuple[NDArray[np.integer], FloatArray]:
    """List the peers of a member, as indices, and their weights."""
    row = weights[member] if isinstance(weights, np.ndarray) else weights.row(member)
    (peers,) = np.nonzero(row)
    return peers, row[peers]


def compute_peer_stance(weights: FloatArray, stances: FloatArray) -> FloatArray:
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


def compute_peer_term(peer_influence: Number, peers: Number) -> Mapping[str, Number]:
    """What the peers' mean stance adds to the utility of each action: support gains what oppose loses."""
    pull = peer_influence * peers
    return {"oppose": -pull, "support": pull}


def with_peers(own: Utilities, peer_influence: Number, peers: Number) -> Utilities:
    """Add the term of the peers' mean stance, the last of the terms, to utilities."""
    pull = compute_peer_term(peer_influence, peers)
    return own._replace(oppose=own.oppose + pull["oppose"], support=own.support + pull["support"])
