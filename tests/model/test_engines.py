"""Two engines, one set of votes: the Mesa model and the ensemble agree for every member in every round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engines import assert_same_votes
from support.worlds import cases, examples

from sim.case import Case, prepare
from sim.deliberation import Outcome
from sim.ensemble import simulate
from sim.rules.choice import ACTIONS, choose, compute_choice_probabilities, exponentiate
from sim.rules.payoffs import Utilities
from sim.runner.batch import ENGINES
from sim.runner.run import run_case
from sim.specs import list_shipped_scenarios, read_scenario


@examples(max_examples=150)
@given(cases(2, 10), st.integers(0, 10**9))
def test_small_worlds(case: Case, first: int) -> None:
    assert_same_votes(case, first, 3)


@examples(max_examples=12)
@given(cases(30, 60), st.integers(0, 10**6))
def test_larger_worlds(case: Case, first: int) -> None:
    assert_same_votes(case, first, 2)


@pytest.mark.parametrize("name", sorted(list_shipped_scenarios()))
def test_shipped_scenarios(name: str) -> None:
    case = prepare(read_scenario(name))
    assert_same_votes(case, 0, 5 if case.plan is None else 1)


@examples(max_examples=40)
@given(cases(2, 8))
def test_runs_with_either_engine_are_equal(case: Case) -> None:
    ensemble, mesa = (run_case(case, 13, engine) for engine in ENGINES)
    for one, other in zip(ensemble.votes, mesa.votes, strict=True):
        for part in ("tallies", "counts", "is_settled"):
            assert getattr(one, part).tolist() == getattr(other, part).tolist()


def joined(blocks: list[list[Outcome]], part: str) -> list[list[int]]:
    """A part of the outcomes of consecutive blocks, as one block would have it."""
    return [np.concatenate([getattr(vote, part) for vote in votes]).tolist() for votes in zip(*blocks, strict=True)]


@examples(max_examples=60)
@given(cases(2, 10), st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(0, 10**6))
def test_replicates_do_not_depend_on_their_block(case: Case, sizes: list[int], first: int) -> None:
    whole = simulate(case, first, sum(sizes))
    starts = first + np.cumsum([0, *sizes[:-1]])
    blocks = [simulate(case, int(start), size) for start, size in zip(starts, sizes, strict=True)]
    for part in ("actions", "is_settled"):
        assert joined(blocks, part) == [getattr(outcome, part).tolist() for outcome in whole]


def test_a_later_block_is_a_slice_of_the_whole() -> None:
    case = prepare(read_scenario("es-11-1"))
    (whole,), (part,) = simulate(case, 0, 105), simulate(case, 100, 5)
    assert part.actions.tolist() == whole.actions[100:].tolist()
    assert len(np.unique(whole.actions, axis=0)) > 1


def test_a_run_in_several_blocks_is_as_all_of_it_at_once() -> None:
    case = prepare(read_scenario("harbour-blockade"))
    (whole,) = simulate(case, 0, 2300)
    expected = np.stack([(whole.actions == code).sum(axis=1) for code in range(len(ACTIONS))], axis=1)
    assert run_case(case, 2300).votes[0].tallies.tolist() == expected.tolist()


@examples(max_examples=100)
@given(st.integers(0, 2**32), st.integers(1, 70))
def test_rules_give_one_member_the_bits_they_give_many(seed: int, size: int) -> None:
    """Exponentials over an array, over a strided view and one by one: the engines agree only if these do."""
    rng = np.random.default_rng(seed)
    many = Utilities(*rng.normal(0, 10, (4, size)))
    strided = Utilities(*(np.repeat(array, 3)[::3] for array in many))
    draws = rng.random(size)
    for rule in (exponentiate, compute_choice_probabilities):
        singly = [rule(Utilities(*(array[i] for array in many))) for i in range(size)]
        assert np.array(rule(many)).T.tolist() == np.array(singly).tolist() == np.array(rule(strided)).T.tolist()
    singly = [int(choose(Utilities(*(array[i] for array in many)), draws[i])) for i in range(size)]
    assert choose(many, draws).tolist() == singly
