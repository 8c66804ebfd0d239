"""Switching points are a shortcut to the choice rule: wherever they decide, the rule decides the same."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.worlds import cases, examples
from test_engines import assert_same_votes

from sim.case import Case, prepare
from sim.case.utilities import compute_own_utilities
from sim.randomness import Draws
from sim.rules.choice import choose, compute_choice_probabilities
from sim.rules.influence import GRID, with_peers
from sim.rules.payoffs import Utilities
from sim.rules.switching import bound_rounding, find_boundaries, find_range, solve_switching_points, switch
from sim.specs import read_scenario

FIRST, LAST = 2.0**-53, 1 - 2.0**-53
"""The smallest draw above 0, and the largest below 1."""
SUMS = np.array([-GRID, -GRID + 1, -1, 0, 1, GRID - 1, GRID])


def check(own: Utilities, influence: float, draw: NDArray[np.float64], sums: NDArray[np.float64]) -> int:
    """Compare the rule with range and switching points of members (n,), at sums (n, k). Gives how many it left out."""
    rounding = bound_rounding(own, influence)
    lowest, highest = find_range(find_boundaries(own, influence, rounding), draw)
    points = solve_switching_points(own, influence, draw, lowest, highest, rounding)
    is_left_out = np.isnan(np.stack(points)).any(axis=0)
    for peers in sums.T:
        by_rule = choose(with_peers(own, influence, peers / GRID), draw)
        assert (lowest <= by_rule).all()
        assert (by_rule <= highest).all()
        assert (is_left_out | (switch(points, peers.astype(np.float32)) == by_rule)).all()
    return int(is_left_out.sum())


def edges_at(own: Utilities, influence: float, peers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulated probabilities (3, n) with the peers at these sums: draws that are exactly on a boundary."""
    chances = compute_choice_probabilities(with_peers(own, influence, peers / GRID))
    edges = np.minimum(np.cumsum(np.stack(chances), axis=0)[:3], LAST)
    return np.where(edges < FIRST, np.rint(edges / FIRST) * FIRST, edges)


influences = st.sampled_from([0.0, 5e-324, 1e-300, 1e-17, 1e-9, 1e-3, 1.1, 10.0]) | st.floats(0, 10)
sizes = st.sampled_from([1e-300, 1e-9, 1.0, 30.0, 1e3, 1e6])


@examples(max_examples=400)
@given(st.integers(0, 2**32), influences, sizes, sizes, st.sampled_from([0, 1, 2, 3]))
def test_draws_on_a_boundary_are_decided_by_the_rule(
    seed: int, influence: float, size: float, spread: float, steps: int
) -> None:
    """Draws exactly a cumulated probability, or a few bits from it; the first and the last; utilities of any size."""
    rng = np.random.default_rng(seed)
    own = Utilities(*(rng.normal(size=48) * rng.choice([size, spread], 48) for _ in range(4)))
    peers = np.rint(rng.uniform(-GRID, GRID, 48))
    draw = edges_at(own, influence, peers)[rng.integers(0, 3, 48), np.arange(48)]
    for _ in range(steps):
        draw = np.nextafter(draw, rng.choice([FIRST, LAST], 48))
    draw[:2] = 0.0, LAST
    near = peers[:, None] + np.arange(-3, 4)
    check(own, influence, draw, np.clip(np.hstack([near, np.tile(SUMS, (48, 1))]), -GRID, GRID))


@examples(max_examples=60)
@given(st.integers(0, 2**32), st.floats(0.01, 10))
def test_few_cells_are_left_to_the_rule(seed: int, influence: float) -> None:
    """Rule: at draws by chance fewer than one in a thousand, in the mean over 2,000 members."""
    rng = np.random.default_rng(seed)
    own = Utilities(*rng.normal(0, 3, (4, 2000)))
    sums = np.rint(rng.uniform(-GRID, GRID, (2000, 20)))
    assert check(own, influence, rng.random(2000), sums) < 2


@pytest.mark.parametrize("draw", [0.0, LAST])
@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_the_first_and_the_last_draw(draw: float, size: float) -> None:
    """Odds of every order of magnitude, down to those that are 0 in floating point."""
    own = Utilities(*np.random.default_rng(3).uniform(-size, size, (4, 5000)))
    check(own, 1.1, np.full(5000, draw), np.tile(SUMS, (5000, 1)))
    check(Utilities(*np.zeros((4, 1))), 0.0, np.array([draw]), SUMS[None])


def with_words(words: dict[tuple[str, str], int]) -> object:
    """Draws with some of the words of all replicates given, by process and member."""
    usual = Draws.words

    def given_words(self: Draws, process: str, occasion: str, member: str, first: int, count: int) -> object:
        if (process, member) in words:
            return np.full(count, words[process, member], dtype=np.uint64)
        return usual(self, process, occasion, member, first, count)

    return patch.object(Draws, "words", given_words)


def words_on_boundaries(case: Case, rng: np.random.Generator) -> dict[tuple[str, str], int]:
    """For every member a draw on a boundary of its choice, with its peers at some of the sums they can have."""
    (ballot, *_), influence = case.ballots, case.parameters["peer_influence"]
    peers = (case.peers * GRID) @ rng.integers(-1, 2, case.world.size)
    draws = edges_at(compute_own_utilities(ballot, case.parameters), influence, peers)
    chosen = np.rint(draws[rng.integers(0, 3, case.world.size), np.arange(case.world.size)] * 2.0**53)
    words = np.clip(chosen.astype(np.int64) + rng.integers(-1, 2, case.world.size), 0, 2**53 - 1)
    return {("vote", iso3): int(word) << 11 for iso3, word in zip(case.world.iso3, words, strict=True)}


@examples(max_examples=60)
@given(cases(2, 10), st.integers(0, 2**32))
def test_both_engines_vote_the_same_where_draws_are_on_boundaries(case: Case, seed: int) -> None:
    with with_words(words_on_boundaries(case, np.random.default_rng(seed))):  # type: ignore[attr-defined]
        assert_same_votes(case, 0, 2)


@pytest.mark.parametrize("influence", [0.0, 1e-12, 1.1, 10.0])
def test_the_shipped_vote_with_draws_on_boundaries(influence: float) -> None:
    case = prepare(read_scenario("es-11-1", [f"parameters.peer_influence={influence}"]))
    with with_words(words_on_boundaries(case, np.random.default_rng(1))):  # type: ignore[attr-defined]
        assert_same_votes(case, 0, 2)
