"""The rules by themselves: what holds for any numbers that go in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.worlds import cases, examples

from sim.case import Case
from sim.case.inputs import FOR_VICTIM
from sim.rules.choice import (
    ABSENT,
    ABSTAIN,
    ACTIONS,
    choose,
    compute_choice_probabilities,
)
from sim.rules.influence import GRID, compute_peer_stance, peer_weights, with_peers
from sim.rules.parameters import ORDERED, defaults, find_parameter_problems, load_registry
from sim.rules.payoffs import (
    Utilities,
    compute_isolation_share,
    compute_leverage,
    compute_utility_terms,
    sanction_risk,
    sum_terms,
    sum_weighted,
)
from sim.rules.support import INSTRUMENTS
from sim.world.peers import PEER_KINDS

utility = st.floats(-40, 40)
four = st.tuples(utility, utility, utility, utility).map(lambda values: Utilities(*map(np.float64, values)))
draws = st.integers(0, 2**53 - 1).map(lambda word: word / 2**53)
share = st.floats(0, 1)


@examples(max_examples=300)
@given(st.lists(four, min_size=1, max_size=5))
def test_probabilities_are_a_distribution(members: list[Utilities]) -> None:
    chances = np.array(compute_choice_probabilities(Utilities(*np.array(members).T)))
    assert ((chances >= 0) & (chances <= 1)).all()
    assert np.abs(chances.sum(axis=0) - 1).max() < 1e-15


@examples(max_examples=300)
@given(four, st.floats(-100, 100))
def test_only_differences_of_utility_count(of: Utilities, shift: float) -> None:
    """Odds of two actions are exp of the difference of their utilities (McFadden 1974)."""
    chances = np.array(compute_choice_probabilities(of))
    moved = np.array(compute_choice_probabilities(Utilities(*(value + shift for value in of))))
    assert np.allclose(chances, moved, rtol=1e-12, atol=0)
    assert np.allclose(np.log(chances) - np.log(chances[0]), np.array(of) - of.oppose, rtol=0, atol=1e-12)


@examples(max_examples=150)
@given(four)
def test_choose_inverts_the_distribution(of: Utilities) -> None:
    """On a grid of n draws every action comes up as often as its probability says, give or take one draw."""
    n = 1000
    codes = choose(of, (np.arange(n) + 0.5) / n)
    assert (np.diff(codes.astype(int)) >= 0).all()
    assert np.abs(np.bincount(codes, minlength=4) - n * np.array(compute_choice_probabilities(of))).max() <= 1


@examples(max_examples=300)
@given(four, draws)
def test_a_choice_has_the_draw_between_its_cumulated_probabilities(of: Utilities, draw: float) -> None:
    edges = np.concatenate([[0.0], np.cumsum(compute_choice_probabilities(of))])
    code = int(choose(of, draw))
    assert edges[code] - 1e-12 <= draw <= edges[code + 1] + 1e-12


@given(four)
def test_extreme_draws_choose_actions_that_have_a_chance(of: Utilities) -> None:
    chances = compute_choice_probabilities(of)
    for draw in (0.0, 1 - 2.0**-53):
        assert chances[int(choose(of, draw))] > 0


@examples(max_examples=300)
@given(four, draws, st.sampled_from([ABSENT, ABSTAIN]), st.floats(0.01, 10))
def test_a_better_neutral_action_draws_members_towards_it(of: Utilities, draw: float, code: int, more: float) -> None:
    """Without peers: a member moves to the action that got better, or stops short of it; nobody passes or leaves it."""
    before = int(choose(of, draw))
    after = int(choose(of._replace(**{ACTIONS[code]: of[code] + more}), draw))
    assert min(before, code) <= after <= max(before, code)


shapes = st.tuples(share, share, share, share, st.floats(-5, 5)).map(
    lambda values: {
        "retaliation_absent": min(values[:2]),
        "retaliation_abstain": max(values[:2]),
        "sanction_abstain": min(values[2:4]),
        "sanction_absent": max(values[2:4]),
        "abstain_bias": values[4],
    }
)
TERMS = {"alignment": 1, "severity": -1, "dependence": -1, "sanction_risk": 1, "grievance": -1}
"""Terms of the utilities, and which way more of them moves a member along oppose, absent, abstain, support."""


@examples(max_examples=500)
@given(
    st.fixed_dictionaries({name: st.floats(-5, 5) if sign > 0 else st.floats(0, 5) for name, sign in TERMS.items()}),
    st.floats(-5, 5),
    shapes,
    st.sampled_from(list(TERMS)),
    st.floats(0.01, 5),
    draws,
)
def test_each_term_moves_a_member_its_own_way(
    terms: dict[str, float], emptiness: float, shape: dict[str, float], name: str, more: float, draw: float
) -> None:
    before = sum_terms(compute_utility_terms(**terms, emptiness=emptiness, parameters=shape))
    after = sum_terms(
        compute_utility_terms(**{**terms, name: terms[name] + more}, emptiness=emptiness, parameters=shape)
    )
    # The reason: what the term adds to the utilities does not fall along the order of the codes.
    gains = TERMS[name] * (np.array(after) - np.array(before))
    assert (np.diff(gains) >= -1e-12).all()
    # The consequence, at any draw.
    assert TERMS[name] * (int(choose(after, draw)) - int(choose(before, draw))) >= 0


@given(four, st.floats(0, 10), st.floats(-1, 1), st.floats(0.01, 1), draws)
def test_peers_pull_towards_their_stance(
    own: Utilities, influence: float, peers: float, more: float, draw: float
) -> None:
    lower, higher = (choose(with_peers(own, influence, np.float64(mean)), draw) for mean in (peers, peers + more))
    assert lower <= higher


@pytest.mark.parametrize(("smaller", "larger"), ORDERED)
def test_the_registry_refuses_shapes_that_would_turn_an_incentive_round(smaller: str, larger: str) -> None:
    assert find_parameter_problems({smaller: 0.6, larger: 0.4}, "x.toml")
    assert not find_parameter_problems({smaller: 0.4, larger: 0.4}, "x.toml")


SIGNED = ("abstain_bias", "absent_bias", "first_announcement", "join_reluctance")
READINESS = tuple(f"support_{name}" for name in (*INSTRUMENTS, *FOR_VICTIM))
"""What speaks for an instrument at neutral alignment; like a bias it may be of either sign."""


RESPONSES = ("aid_front", "aid_others")
"""Whether donors give more in a harder war, and after others gave: theory has both signs, so the data decide."""


def test_no_weight_can_be_negative() -> None:
    """What an incentive is worth may be nothing, but its sign is the theory's; so are its defaults' order."""
    assert not find_parameter_problems(defaults(), "x.toml")
    assert {name for name, parameter in load_registry().items() if parameter.low < 0} == {
        *SIGNED,
        *READINESS,
        *RESPONSES,
    }


@examples(max_examples=200)
@given(share, share, st.floats(0.05, 1))
def test_leverage_grows_with_dependence_and_first_most(one: float, other: float, exponent: float) -> None:
    """Monotone within [0, 1], 0 at 0 and 1 at 1; with an exponent of 1 or less half a dependence is half or more."""
    low, high = sorted((one, other))
    values = compute_leverage(np.array([0.0, low, high, 1.0]), exponent)
    assert values[0] == 0
    assert values[3] == 1
    assert (np.diff(values) >= 0).all()
    assert compute_leverage(np.array(high / 2), exponent) >= compute_leverage(np.array(high), exponent) / 2 - 1e-12


@examples(max_examples=200)
@given(share, st.just(0.0) | st.floats(1e-9, 1), st.floats(0, 3))
def test_who_is_cut_off_cannot_be_deterred(enforcement: float, exposure: float, surplus: float) -> None:
    """Isolation 1 leaves a sanction risk of exactly 0; no isolation leaves all of it."""
    assert sanction_risk(enforcement, np.array([exposure]), np.array([1.0]))[0] == 0
    assert sanction_risk(enforcement, np.array([exposure]), np.array([0.0]))[0] == enforcement * exposure
    whole = compute_isolation_share(np.array([exposure + surplus]), np.array([exposure]))[0]
    assert whole == (1 if exposure > 0 else 0)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2), st.floats(0.001, 1))
def test_more_lost_is_more_isolated(lost: list[float], exposure: float) -> None:
    less, more = compute_isolation_share(np.array(sorted(lost)), np.array([exposure, exposure]))
    assert 0 <= less <= more <= 1


def test_weighted_sums_need_weights() -> None:
    assert sum_weighted({"a": np.ones(2), "b": np.array([2.0, 4.0])}, {"a": 3.0, "b": 0.5}).tolist() == [4.0, 5.0]
    with pytest.raises(ValueError, match="no weights"):
        sum_weighted({}, {})


def normalised(array: NDArray[np.float64]) -> NDArray[np.float64]:
    np.fill_diagonal(array, 0.0)
    totals = array.sum(axis=1, keepdims=True)
    return array / np.where(totals > 0, totals, 1.0)


@st.composite
def kinds_of_peers(draw: st.DrawFn) -> tuple[dict[str, NDArray[np.float64]], dict[str, float]]:
    rng, size = np.random.default_rng(draw(st.integers(0, 2**32))), draw(st.integers(2, 40))
    kinds = {
        name: normalised(rng.random((size, size)) * (rng.random((size, size)) < rng.choice([0.0, 0.1, 0.5, 1.0])))
        for name in PEER_KINDS
    }
    weights = draw(st.fixed_dictionaries({name: st.just(0.0) | st.floats(1e-6, 10) for name in PEER_KINDS}))
    return kinds, weights


def assert_on_grid(weights: NDArray[np.float64]) -> None:
    assert (weights >= 0).all()
    assert (weights * GRID == np.rint(weights * GRID)).all()
    assert ((weights * GRID).astype(np.int64).sum(axis=1) <= int(GRID)).all()


@examples(max_examples=150)
@given(kinds_of_peers())
def test_peer_sums_are_exact_in_any_order(
    made: tuple[Mapping[str, NDArray[np.float64]], Mapping[str, float]],
) -> None:
    """Rows of at most 1 on the grid: every partial sum fits a float32, so order, precision and BLAS cannot matter."""
    weights = peer_weights(*made)
    assert_on_grid(weights)
    assert (np.diag(weights) == 0).all()
    size = len(weights)
    rng = np.random.default_rng(size)
    stances = rng.choice([-1.0, 0.0, 1.0], (7, size))
    whole = (weights * GRID).astype(np.int64)
    exact = (stances.astype(np.int64) @ whole.T) / GRID
    assert (compute_peer_stance(weights, stances) == exact).all()
    assert (compute_peer_stance(weights.astype(np.float32), stances.astype(np.float32)) == exact).all()
    order = rng.permutation(size)
    assert (compute_peer_stance(weights[:, order], stances[:, order]) == exact).all()
    for i in range(size):
        assert (compute_peer_stance(weights[i], stances) == exact[:, i]).all()
        one_by_one = np.float32(0)
        for j in order:
            one_by_one = np.float32(one_by_one + np.float32(stances[0, j] * weights[i, j]))
        assert one_by_one == exact[0, i]
    assert (np.abs(exact) <= 1).all()


@examples(max_examples=60)
@given(cases(2, 12))
def test_peer_weights_of_worlds_are_on_the_grid(case: Case) -> None:
    assert_on_grid(case.peers)


def test_kinds_that_a_member_lacks_give_their_weight_to_the_others() -> None:
    both = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    neighbours = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    weights = peer_weights({"region": both, "borders": neighbours}, {"region": 1.0, "borders": 3.0})
    assert weights.tolist() == [[0.0, 0.875, 0.125], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert not peer_weights({"region": both}, {"region": 0.0}).any()


@given(four, st.floats(0, 10))
def test_neutral_peers_change_nothing(own: Utilities, influence: float) -> None:
    assume(influence > 0)
    assert with_peers(own, influence, np.float64(0)) == own
    assert with_peers(own, 0.0, np.float64(0.7)) == own
