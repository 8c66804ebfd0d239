"""Positions that votes reveal: what is read, what is not, how sure it is, and what runs draw."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import kstest

from sim.case import draw_case, draw_inputs, prepare, with_positions
from sim.case.positions import choose_calls
from sim.deliberation import draw_noise, draw_normals
from sim.ensemble import simulate
from sim.model import AlignmentModel
from sim.randomness import to_normal
from sim.rules.choice import ABSENT, ABSTAIN, OPPOSE, SUPPORT, choose
from sim.rules.payoffs import Utilities
from sim.rules.positions import (
    Knowledge,
    WalkStep,
    compute_covariances,
    compute_walk_covariance,
    make_empty_evidence,
    reveal,
    weigh_votes,
)
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
    assert {call.target for call in case.positions[0].calls} == {"RUS"}
    others = [call for call in case.world.rollcalls if call.target == "RUS"]
    assert (
        with_calls(case, others).ballots[0].known.mean == with_calls(case, case.world.rollcalls).ballots[0].known.mean
    ).all()


def test_where_the_target_has_no_roll_call_on_the_topic_those_about_others_are_read(case):
    first = case.world.rollcalls[0]
    own, others = replace(first, target="RUS", topic="trade"), replace(first, target="USA", topic="fishing")
    assert choose_calls([own, others], "RUS", "trade") == [own]
    assert choose_calls([own, others], "RUS", "fishing") == [own, others]
    assert choose_calls([own, others], "RUS", "") == [own]


def test_a_blank_is_missing(case):
    """A member without a record is where its structure has it, and as uncertain as before any vote."""
    member = case.world.index["IND"]

    def blank(call):
        votes = call.votes.copy()
        votes[member] = -1
        return replace(call, votes=votes)

    bare = with_calls(case, [blank(call) for call in case.world.rollcalls]).positions[0]
    unread = with_calls(case, []).positions[0]
    assert np.abs(bare.mean[member]).max() < 1e-6
    grown = bare.covariance[member] / unread.covariance[member].diagonal()
    assert np.diagonal(grown) == pytest.approx(np.full(3, grown[0, 0]), rel=1e-6)
    assert grown[0, 0] >= 1.0  # the walk began at the first vote on record
    seen = np.diagonal(case.positions[0].covariance, axis1=1, axis2=2)
    assert (seen[member] < np.diagonal(bare.covariance[member])).all()


def test_support_moves_a_member_towards_the_senders_and_opposition_away(case):
    calls = [call for call in case.world.rollcalls if call.target == "RUS"]
    member, last = case.world.index["IND"], calls[-1]
    means = []
    for action in (OPPOSE, ABSTAIN, SUPPORT):
        votes = last.votes.copy()
        votes[member] = action
        means.append(with_calls(case, [*calls[:-1], replace(last, votes=votes)]).positions[0].mean[member, 1])
    assert means[0] < means[1] < means[2]


def test_contributions_add_up(case):
    found = case.positions[0]
    assert found.contributions.sum(axis=2) == pytest.approx(found.mean)


def test_a_scenario_that_changes_a_weight_leaves_positions_as_they_are(case):
    spec = read_scenario("es-11-1")
    changed = prepare(spec.model_copy(update={"parameters": {**spec.parameters, "dependence_energy": 0.0}}))
    assert (changed.ballots[0].known.mean == case.ballots[0].known.mean).all()


def levels(case, number, count):
    """Levels (R, N) of the noise in a vote."""
    return draw_noise(case, case.ballots[number], draw_normals(case, 0, count), 0, count)


def test_noise_keeps_its_scale(case):
    """Levels are uniform for every member, however little is known of it: by Kolmogorov and Smirnov."""
    found = levels(case, 0, 2000)
    assert ((found >= 0.0) & (found < 1.0)).all()
    smallest = min(kstest(column, "uniform").pvalue for column in found.T)
    assert smallest > 0.001 / found.shape[1]


def test_votes_of_a_run_are_correlated_by_what_is_not_known(case):
    """Two votes on a topic share the deviation: levels correlate by its share in the variance of the noise."""
    other = case.spec.vote[0].model_copy(update={"resolution": "other", "date": date(2022, 3, 3)})
    two = prepare(case.spec.model_copy(update={"vote": (*case.spec.vote, other)}))
    first, second = (to_normal(levels(two, number, 4000)) for number in (0, 1))
    weights = np.array([*case.ballots[0].divisiveness, 1.0])
    unknown = np.einsum("i,nij,j->n", weights, case.positions[0].covariance, weights)
    shared = unknown / (unknown + np.pi**2 / 3.0)
    found = np.array([np.corrcoef(first[:, i], second[:, i])[0, 1] for i in range(len(shared))])
    assert np.abs(found - shared).max() < 0.1
    assert abs((found - shared).mean()) < 0.01


def test_deviations_drift_from_vote_to_vote():
    """With everything known the noise is new in each vote; with a large step most of it is the step."""
    zero, root = np.zeros(3), np.zeros((3, 3))
    still = Knowledge(zero, root, "topic", ())
    moved = Knowledge(zero, root, "topic", (WalkStep("second", 0.0, 100.0),))
    assert still.mix_noise(1.0, 1.0, lambda occasion: 2.0, 0.0) == 0.0
    assert moved.mix_noise(1.0, 1.0, lambda occasion: 2.0, 0.0) == pytest.approx(2.0, abs=0.001)


def test_topics_of_their_own_share_no_draw(case):
    spec = case.spec
    other = spec.vote[0].model_copy(update={"resolution": "other", "topic": "another"})
    two = prepare(spec.model_copy(update={"vote": (*spec.vote, other)}))
    first, second = (levels(two, number, 500) for number in (0, 1))
    found = [np.corrcoef(first[:, i], second[:, i])[0, 1] for i in range(first.shape[1])]
    assert abs(np.mean(found)) < 0.05


def test_a_spread_of_severity_is_drawn_by_five_runs_in_a_row(case):
    vote = case.spec.vote[0].model_copy(update={"severity_spread": 2.0})
    uncertain = prepare(case.spec.model_copy(update={"vote": (vote,)}))
    ballots = draw_inputs(uncertain, np.arange(3, 1003)[:, None]).ballots
    found = ballots[0].severity[:, 0]
    assert (found == [draw_case(uncertain, run).ballots[0].severity for run in range(3, 1003)]).all()
    assert len(np.unique(found)) == 201
    assert found.mean() == pytest.approx(vote.severity, abs=0.5)
    assert found.std() == pytest.approx(2.0, abs=0.4)
    tallies = [np.count_nonzero(simulate(one, 0, 100)[0].actions == SUPPORT, axis=1).std() for one in (case, uncertain)]
    assert tallies[1] > 2.0 * tallies[0]
    model = AlignmentModel(uncertain.spec, replicate=7).run()
    assert simulate(uncertain, 7, 1)[0].actions[0].tolist() == [int(member.action) for member in model.members]


@pytest.mark.parametrize("drift", [0.0, 0.3])
def test_positions_are_recovered(drift):
    """Of simulated members' f, the 90 % intervals hold nine in ten, with drift and without."""
    rng = np.random.default_rng(4)
    members, votes = 300, 12
    years = np.arange(votes) * 0.7
    walked = compute_walk_covariance(years, drift)
    topics = np.arange(votes) % 2
    loadings = rng.uniform(0.4, 1.3, (votes, 2))
    covariance = compute_covariances(loadings, walked, topics, 1.0, 1.5)
    joint = np.einsum("vd,dvw->vw", loadings, covariance[:2]) + covariance[2]
    truth = rng.multivariate_normal(np.zeros(votes), joint, size=members).T
    plain = np.broadcast_to(np.array([-1.0, -0.5, 1.0, 0.5]), (votes, members, 4)).copy()
    stances = np.array([-1.0, 0.0, 0.0, 1.0])
    cast = choose(Utilities(*np.moveaxis(plain + truth[..., None] * stances, -1, 0)), rng.random((votes, members)))
    found = reveal(make_empty_evidence(members, votes), joint, plain, cast.astype(np.int64), np.ones(cast.shape), 30)
    inside = np.abs(found.mean - truth) < 1.645 * np.sqrt(found.variance)
    assert 0.87 < inside.mean() < 0.93
    assert np.corrcoef(found.mean[-1], truth[-1])[0, 1] > 0.6


def test_absences_count_less_and_blanks_nothing():
    assert weigh_votes(np.array([-1, ABSENT, SUPPORT]), 0.3).tolist() == [0.0, 0.3, 1.0]
