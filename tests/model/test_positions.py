"""Positions that votes reveal: what is read, what is not, how sure it is, and what runs draw."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.case import prepare, with_positions
from sim.case.ballot import topic_of
from sim.ensemble import normals_of
from sim.rules.choice import ABSENT, ABSTAIN, OPPOSE, SUPPORT, choose
from sim.rules.payoffs import Utilities
from sim.rules.positions import Knowledge, Step, counted, covariances, empty_evidence, reveal, walk
from sim.specs import read_scenario


@pytest.fixture(scope="module")
def case():
    return prepare(read_scenario("es-11-1"))


def with_calls(case, calls):
    return with_positions(replace(case, world=replace(case.world, rollcalls=tuple(calls))), case.parameters)


def test_nothing_dated_on_the_day_or_later_is_read(case):
    first = case.world.rollcalls[0]
    day = case.spec.vote[0].date
    later = [
        replace(first, resolution=f"later {n}", target="RUS", date=when, votes=np.full(case.world.size, OPPOSE))
        for n, when in enumerate((day, date(2023, 2, 23)))
    ]
    moved = with_calls(case, [*case.world.rollcalls, *later])
    assert (moved.ballots[0].known.mean == with_calls(case, case.world.rollcalls).ballots[0].known.mean).all()


def test_votes_about_others_are_not_read(case):
    assert {call.target for call in case.revealed[0].calls} == {"RUS"}
    others = [call for call in case.world.rollcalls if call.target == "RUS"]
    assert (
        with_calls(case, others).ballots[0].known.mean == with_calls(case, case.world.rollcalls).ballots[0].known.mean
    ).all()


def test_a_blank_is_missing(case):
    """A member without a record is where its structure has it, and as uncertain as before any vote."""
    member = case.world.index["IND"]

    def blank(call):
        votes = call.votes.copy()
        votes[member] = -1
        return replace(call, votes=votes)

    bare = with_calls(case, [blank(call) for call in case.world.rollcalls]).revealed[0]
    unread = with_calls(case, []).revealed[0]
    assert np.abs(bare.mean[member]).max() < 1e-6
    grown = bare.covariance[member] / unread.covariance[member].diagonal()
    assert np.diagonal(grown) == pytest.approx(np.full(3, grown[0, 0]), rel=1e-6)
    assert grown[0, 0] >= 1.0  # the walk began at the first vote on record
    seen = np.diagonal(case.revealed[0].covariance, axis1=1, axis2=2)
    assert (seen[member] < np.diagonal(bare.covariance[member])).all()


def test_support_moves_a_member_towards_the_senders_and_opposition_away(case):
    calls = [call for call in case.world.rollcalls if call.target == "RUS"]
    member, last = case.world.index["IND"], calls[-1]
    means = []
    for action in (OPPOSE, ABSTAIN, SUPPORT):
        votes = last.votes.copy()
        votes[member] = action
        means.append(with_calls(case, [*calls[:-1], replace(last, votes=votes)]).revealed[0].mean[member, 1])
    assert means[0] < means[1] < means[2]


def test_contributions_add_up(case):
    found = case.revealed[0]
    assert found.contributions.sum(axis=2) == pytest.approx(found.mean)


def test_a_scenario_that_changes_a_weight_leaves_positions_as_they_are(case):
    spec = read_scenario("es-11-1")
    changed = prepare(spec.model_copy(update={"parameters": {**spec.parameters, "dependence_energy": 0.0}}))
    assert (changed.ballots[0].known.mean == case.ballots[0].known.mean).all()


def test_runs_draw_what_is_known(case):
    """Over many runs deviations have the mean and the covariance that votes reveal."""
    count = 4000
    drawn = np.stack(case.ballots[0].known.draw(normals_of(case, 0, count)), axis=-1)
    found = case.revealed[0]
    errors = (drawn.mean(axis=0) - found.mean) / np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2) / count)
    assert np.abs(errors).max() < 5.0
    member = case.world.index["IND"]
    assert np.cov(drawn[:, member].T) == pytest.approx(found.covariance[member], abs=0.15)


def test_deviations_drift_from_vote_to_vote():
    zero, root = np.zeros(3), np.zeros((3, 3))
    still = Knowledge(zero, root, "topic", ())
    moved = Knowledge(zero, root, "topic", (Step("second", 0.5, 2.0),))
    assert tuple(still.draw(lambda occasion: 1.0)) == (0.0, 0.0, 0.0)
    assert tuple(moved.draw(lambda occasion: 1.0)) == (0.5, 0.5, 2.0)


def test_topics_of_their_own_share_no_draw(case):
    spec = case.spec
    other = spec.vote[0].model_copy(update={"resolution": "other", "topic": "another"})
    two = prepare(spec.model_copy(update={"vote": (*spec.vote, other)}))
    first, second = (ballot.known.draw(normals_of(two, 0, 500)) for ballot in two.ballots)
    assert topic_of(other) == two.ballots[1].known.topic
    assert abs(np.corrcoef(first.topic[:, 5], second.topic[:, 5])[0, 1]) < 0.5


@pytest.mark.parametrize("drift", [0.0, 0.3])
def test_positions_are_recovered(drift):
    """Of simulated members' f, the 90 % intervals hold nine in ten, with drift and without."""
    rng = np.random.default_rng(4)
    members, votes = 300, 12
    years = np.arange(votes) * 0.7
    walked = walk(years, drift)
    topics = np.arange(votes) % 2
    loadings = rng.uniform(0.4, 1.3, (votes, 2))
    covariance = covariances(loadings, walked, topics, 1.0, 1.5)
    joint = np.einsum("vd,dvw->vw", loadings, covariance[:2]) + covariance[2]
    truth = rng.multivariate_normal(np.zeros(votes), joint, size=members).T
    plain = np.broadcast_to(np.array([-1.0, -0.5, 1.0, 0.5]), (votes, members, 4)).copy()
    stances = np.array([-1.0, 0.0, 0.0, 1.0])
    cast = choose(Utilities(*np.moveaxis(plain + truth[..., None] * stances, -1, 0)), rng.random((votes, members)))
    found = reveal(empty_evidence(members, votes), joint, plain, cast.astype(np.int64), np.ones(cast.shape), 30)
    inside = np.abs(found.mean - truth) < 1.645 * np.sqrt(found.variance)
    assert 0.87 < inside.mean() < 0.93
    assert np.corrcoef(found.mean[-1], truth[-1])[0, 1] > 0.6


def test_absences_count_less_and_blanks_nothing():
    assert counted(np.array([-1, ABSENT, SUPPORT]), 0.3).tolist() == [0.0, 0.3, 1.0]
