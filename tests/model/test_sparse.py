"""Peers kept as a sparse matrix: not one vote depends on it, in either engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from support.engines import assert_same_votes
from support.worlds import cases, examples

from sim.case import Case
from sim.ensemble import simulate
from sim.rules.influence import GRID, compact, list_peers, peer_stance


def some_weights(size: int, share: float) -> NDArray[np.float64]:
    """Weights on the grid, about `share` of them not 0, with rows of at most 1."""
    rng = np.random.default_rng(size)
    weights = rng.random((size, size)) * (rng.random((size, size)) < share)
    return np.floor(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1) * GRID) / GRID


@examples(max_examples=80)
@given(cases(2, 12), st.integers(0, 10**6))
def test_the_ensemble_votes_the_same_way(case: Case, first: int) -> None:
    sparse = replace(case, peers=csr_array(case.peers))
    for one, other in zip(*(simulate(c, first, 9, keeps_rounds=True) for c in (case, sparse)), strict=True):
        assert one.actions.tolist() == other.actions.tolist()
        assert one.is_settled.tolist() == other.is_settled.tolist()
        assert [a.tolist() for a in one.announcements] == [a.tolist() for a in other.announcements]


@examples(max_examples=25)
@given(cases(2, 10), st.integers(0, 10**6))
def test_the_mesa_model_votes_the_same_way(case: Case, first: int) -> None:
    assert_same_votes(replace(case, peers=csr_array(case.peers)), first, 2)


def test_large_and_nearly_empty_matrices_become_sparse() -> None:
    assert isinstance(compact(some_weights(1000, 0.01)), csr_array)
    assert isinstance(compact(some_weights(100, 0.01)), np.ndarray)
    assert isinstance(compact(some_weights(1000, 0.5)), np.ndarray)


def test_sums_over_peers_have_the_same_bits() -> None:
    dense = some_weights(1000, 0.01)
    sparse = compact(dense)
    stances = np.random.default_rng(0).integers(-1, 2, (1000, 40)).astype(np.float64)
    assert (sparse @ stances).tobytes() == (dense @ stances).tobytes()
    whole = (dense * GRID).astype(np.float32) @ stances.astype(np.float32)
    assert whole.tolist() == ((sparse * GRID).astype(np.float32) @ stances.astype(np.float32)).tolist()
    assert whole.tolist() == (dense @ stances * GRID).tolist()
    for member in (0, 7, 999):
        one, other = (list_peers(weights, member) for weights in (dense, sparse))
        assert one[0].tolist() == other[0].tolist()
        assert peer_stance(one[1], stances.T[:, one[0]]).tolist() == (dense @ stances)[member].tolist()
        assert one[1].tolist() == other[1].tolist()
