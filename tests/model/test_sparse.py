"""Ties and peers kept as sparse matrices: not one quantity and not one vote depends on it, in either engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from support.engines import assert_same_votes
from support.worlds import documents_in_worlds, examples, made, worlds

from sim.case import Case
from sim.case.inputs import make_month_inputs
from sim.case.market import make_cells
from sim.ensemble import simulate
from sim.rules.influence import (
    GRID,
    Blocks,
    SparsePeers,
    compact,
    compute_peer_stance,
    list_peers,
    pass_back,
    peer_weights,
    round_weights,
    sum_over_peers,
)
from sim.world import World
from sim.world.peers import PEER_KINDS
from sim.world.quantities import Roles, quantities
from sim.world.ties import read_ties_of_members

CASES = documents_in_worlds(2, 12)


def without_votes(world: World) -> World:
    """The world without the Assembly's votes, which tie everybody to everybody."""
    return replace(world, assembly=None)


def made_sparse(world: World) -> World:
    """The world with its ties in sparse matrices."""
    first, second = np.nonzero(~np.eye(world.size, dtype=bool))
    unlisted = {"agreement": np.nan}  # of which 0 is a figure, too
    ties = {
        kind: read_ties_of_members(
            world.size, first, second, each[first, second], unlisted.get(kind, 0.0), is_sparse=True
        )
        for kind, each in world.ties.items()
    }
    return replace(world, ties=ties)


def with_sparse_peers(case: Case) -> Case:
    """The case with sparse peers, however small it is."""
    sharpness = case.parameters["agreement_sharpness"]
    known = quantities(made_sparse(case.world), case.roles, case.spec.vote[0].date, sharpness)
    peers = peer_weights(known.peers, {kind: case.parameters[f"peer_{kind}"] for kind in PEER_KINDS})
    assert isinstance(peers, SparsePeers)
    return replace(case, peers=peers)


def some_peers(size: int, share: float) -> SparsePeers:
    """Weights on the grid, of regions and of a share of all pairs, with rows of at most 1."""
    rng = np.random.default_rng(size)
    listed = rng.random((size, size)) * (rng.random((size, size)) < share)
    listed = np.floor(listed / np.maximum(2 * listed.sum(axis=1, keepdims=True), 1) * GRID) / GRID
    np.fill_diagonal(listed, 0.0)
    blocks = Blocks(rng.integers(0, 4, size))
    return SparsePeers(blocks, np.floor(blocks.share / 2 * GRID) / GRID, csr_array(listed))


@examples(max_examples=60)
@given(worlds(2, 12), st.lists(st.floats(0, 3), min_size=6, max_size=6))
def test_the_same_quantities_and_weights_to_the_last_bit(world: World, weights: list[float]) -> None:
    dense = without_votes(world)
    roles = Roles(np.array([0]), None, np.arange(1, world.size))
    one, other = (quantities(each, roles, world.date, 4.0) for each in (dense, made_sparse(dense)))
    for part in ("dependence", "exposure", "observed", "alignment", "absence"):
        for name, values in getattr(one, part).items():
            assert getattr(other, part)[name].tobytes() == values.tobytes(), name
    by_kind = dict(zip(PEER_KINDS, weights, strict=True))
    found = peer_weights(other.peers, by_kind)
    assert isinstance(found, SparsePeers)
    assert found.toarray().tobytes() == peer_weights(one.peers, by_kind).tobytes()


@examples(max_examples=60)
@given(CASES, st.integers(0, 10**6))
def test_the_ensemble_votes_the_same_way(made_up: tuple[dict[str, Any], World], first: int) -> None:
    case = made(made_up[0], without_votes(made_up[1]))
    for one, other in zip(
        *(simulate(each, first, 9, keeps_rounds=True) for each in (case, with_sparse_peers(case))), strict=True
    ):
        assert one.actions.tolist() == other.actions.tolist()
        assert one.is_settled.tolist() == other.is_settled.tolist()
        assert [a.tolist() for a in one.announcements] == [a.tolist() for a in other.announcements]


@examples(max_examples=20)
@given(CASES, st.integers(0, 10**6))
def test_the_mesa_model_votes_the_same_way(made_up: tuple[dict[str, Any], World], first: int) -> None:
    assert_same_votes(with_sparse_peers(made(made_up[0], without_votes(made_up[1]))), first, 2)


@examples(max_examples=20)
@given(CASES)
def test_the_months_start_from_the_same_inputs(made_up: tuple[dict[str, Any], World]) -> None:
    case = made(*made_up)
    terms, nothing = case.standings[0].terms, np.zeros(case.world.size)
    one, other = (
        make_month_inputs(
            world,
            case.roles,
            parameters=case.parameters,
            alignment=nothing,
            exposure=nothing,
            terms=terms,
            cells=make_cells(world.size),
        )
        for world in (case.world, made_sparse(case.world))
    )
    for name, array in vars(one).items():
        if isinstance(array, np.ndarray):
            assert getattr(other, name).tobytes() == array.tobytes(), name
    assert one.instruments.keys() == other.instruments.keys()
    for name, ready in one.instruments.items():
        assert other.instruments[name].odds.tobytes() == ready.odds.tobytes(), name


def test_large_and_nearly_empty_matrices_stay_sparse() -> None:
    assert isinstance(compact(some_peers(1000, 0.01)), SparsePeers)
    assert isinstance(compact(some_peers(100, 0.01)), np.ndarray)
    assert isinstance(compact(some_peers(1000, 0.5)), np.ndarray)


def test_sums_over_peers_have_the_same_bits() -> None:
    sparse = some_peers(1000, 0.01)
    dense = sparse.toarray()
    stances = np.random.default_rng(0).integers(-1, 2, (1000, 40)).astype(np.float64)
    assert (sparse @ stances).tobytes() == (dense @ stances).tobytes()
    assert (sparse @ stances[:, 0]).tobytes() == (dense @ stances[:, 0]).tobytes()
    assert pass_back(sparse, stances[:, 0]).tobytes() == pass_back(dense, stances[:, 0]).tobytes()
    few = np.where(np.arange(1000)[:, None] % 7 == 0, stances, 0.0).astype(np.float32)
    for weights in (round_weights(sparse), round_weights(dense)):
        assert (weights @ stances.astype(np.float32)).dtype == np.float32
        assert (weights @ stances.astype(np.float32)).tolist() == (dense @ stances * GRID).tolist()
        assert sum_over_peers(weights, few).tolist() == (dense @ few.astype(np.float64) * GRID).tolist()
    for member in (0, 7, 999):
        one, other = (list_peers(weights, member) for weights in (dense, sparse))
        assert one[0].tolist() == other[0].tolist()
        assert compute_peer_stance(one[1], stances.T[:, one[0]]).tolist() == (dense @ stances)[member].tolist()
        assert one[1].tolist() == other[1].tolist()
