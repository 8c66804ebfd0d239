"""What a vote sees of the months before it: nothing, or what they have changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from support.engines import assert_same_votes
from support.months_worlds import documents_with_months, made
from support.worlds import examples, with_parameters

from sim.case import prepare
from sim.ensemble import simulate
from sim.specs import read_scenario


@examples(max_examples=40)
@given(documents_with_months(2, 9))
def test_without_feedback_votes_are_those_without_months(made_up: Any) -> None:
    """Whatever happens in the months, and in both engines."""
    document, world, energy = made_up
    unseen = made(with_parameters(document, vote_feedback=0), world, energy)
    bare = made({key: value for key, value in document.items() if key not in ("months", "event")}, world, energy)
    for vote, expected in zip(simulate(unseen, 0, 4), simulate(bare, 0, 4), strict=True):
        assert vote.actions.tolist() == expected.actions.tolist()
    assert_same_votes(unseen, 0, 2)


def test_with_feedback_a_vote_sees_what_the_months_changed() -> None:
    """By April sanctions have isolated members, and dependence and beliefs have moved."""
    settings = ["months.end=2022-04-30"]
    unseen, seen = (
        simulate(prepare(read_scenario("2022-2023", [*settings, f"parameters.vote_feedback={on}"])), 0, 100)
        for on in (0, 1)
    )
    assert (unseen[2].actions != seen[2].actions).any()


def test_months_that_no_vote_sees_are_simulated_for_their_own_sake() -> None:
    """Rule: a run that watches the months sees the same votes as one that leaves them out."""
    case = prepare(read_scenario("2022-2023", ["months.end=2022-04-30"]))
    assert not case.has_feedback
    seen: list[str] = []
    watched = simulate(case, 0, 3, watch=lambda run, view: seen.append(run.plan.months[run.number - 1].name))
    assert seen == ["2022-02", "2022-03", "2022-04"]
    for vote, other in zip(watched, simulate(case, 0, 3), strict=True):
        assert vote.actions.tolist() == other.actions.tolist()
