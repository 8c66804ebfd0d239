"""Who looks to whom: peers by region, organisations, agreement, borders, pacts and trade."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.rules.influence import Blocks
from sim.world.ties import dense, sum_rows
from sim.world.world import World

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from sim.world.ties import Ties

PEER_KINDS = ("region", "organisations", "agreement", "borders", "pacts", "trade")


def find_peers_by_kind(world: World, agreement: Ties, agreement_sharpness: float) -> dict[str, Ties | Blocks]:
    """Ties of each kind as weights: rows sum to 1, or to 0 where a member has no such peer.

    Members whose agreement is not known are no peers by it. In a world of sparse ties regions are `Blocks`.
    """
    kinds = {
        "organisations": _organisations(world, is_sparse=not isinstance(agreement, np.ndarray)),
        "agreement": _closeness(agreement, agreement_sharpness),
        "borders": world.ties["border"],
        "pacts": world.ties["pact"],
        "trade": world.ties["trade"],
    }
    number = np.unique(world.regions, return_inverse=True)[1]
    if isinstance(agreement, np.ndarray):
        region = (number[:, None] == number).astype(np.float64)
        return {
            "region": _row_normalised(region),
            **{kind: _row_normalised(dense(ties)) for kind, ties in kinds.items()},
        }
    return {"region": Blocks(number), **{kind: _sparse_normalised(ties) for kind, ties in kinds.items()}}


def normalise_network(network: Ties, kinds: Mapping[str, Ties | Blocks]) -> Ties:
    """A network of one's own as weights of peers, in the form of the other kinds."""
    is_sparse = any(isinstance(kind, Blocks) for kind in kinds.values())
    return _sparse_normalised(network) if is_sparse else _row_normalised(dense(network))


def _closeness(agreement: Ties, sharpness: float) -> Ties:
    """Weights of peers by agreement; 0 where it is not known."""
    if isinstance(agreement, np.ndarray):
        return np.where(np.isnan(agreement), 0.0, np.exp(sharpness * (np.nan_to_num(agreement) - 1.0)))
    found = agreement.copy()
    found.data = np.exp(sharpness * (agreement.data - 1.0))
    return found


def _organisations(world: World, *, is_sparse: bool) -> Ties:
    """Sum of 1 / size over the organisations that two members share."""
    groups = [group.members for group in world.groups if group.is_organisation and len(group.members) > 1]
    if not is_sparse:
        shared = np.zeros((world.size, world.size))
        for members in groups:
            inside = world.indices(members)
            shared[np.ix_(inside, inside)] += 1.0 / len(inside)
        return shared
    from scipy.sparse import csr_array  # slow to load

    sizes = np.array([len(members) for members in groups], dtype=np.int64)
    every = world.indices(tuple(code for members in groups for code in members))
    cells = (every, np.repeat(np.arange(len(sizes)), sizes))
    belongs = csr_array((np.ones(sizes.sum()), cells), shape=(world.size, len(sizes)))
    return belongs @ csr_array((np.repeat(1.0 / sizes, sizes), cells[::-1]), shape=(len(sizes), world.size))


def _row_normalised(array: FloatArray) -> FloatArray:
    weights = array.copy()
    np.fill_diagonal(weights, 0.0)
    totals = sum_rows(weights)
    return weights / np.where(totals > 0, totals, 1.0)[:, None]


def _sparse_normalised(ties: Ties) -> csr_array[np.float64]:
    from scipy.sparse import csr_array  # slow to load

    cells = csr_array(ties).tocoo()
    is_pair = cells.row != cells.col
    weights = csr_array((cells.data[is_pair], (cells.row[is_pair], cells.col[is_pair])), shape=ties.shape)
    totals = np.array([fsum(weights.data[start:end]) for start, end in pairwise(weights.indptr.tolist())])
    weights.data /= np.repeat(np.where(totals > 0, totals, 1.0), np.diff(weights.indptr))
    return weights
