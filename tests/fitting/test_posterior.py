"""The posterior: exact slopes, what weights and fixed numbers do, and draws that know what the votes leave open."""

from dataclasses import replace

import numpy as np
import pytest

from sim.fitting.calibration import calibrate, draw_mode, is_identified, measure_contraction, observe_vote
from sim.fitting.posterior import Posterior, make_observation
from sim.rules.parameters import ORDERED, load_registry
from sim.specs import read_scenario
from sim.world import load_world

SPECS = [read_scenario(name) for name in ("es-11-1", "es-11-3")]


@pytest.fixture(scope="module")
def posterior():
    return Posterior([observe_vote(spec) for spec in SPECS], fits_threats=True)


@pytest.fixture(scope="module")
def fit():
    return calibrate([read_scenario("harbour-blockade", ['vote.resolution="SH/1"'])], draws=60)


def test_slopes_are_those_of_finite_differences(posterior):
    """Rule: within 1e-4 of central differences, for every unknown, peer influence and threats included."""
    random = np.random.default_rng(3)
    weights = random.exponential(size=posterior.size)
    at = posterior.start + random.uniform(0.01, 0.2, len(posterior.start))
    slopes = posterior.loss(at, weights, posterior.means)[1]
    step = 1e-5
    for place in range(len(at)):
        moved = step * np.eye(len(at))[place]
        high, low = (posterior.loss(at + sign * moved, weights, posterior.means)[0] for sign in (1, -1))
        assert slopes[place] == pytest.approx((high - low) / (2 * step), rel=1e-4, abs=1e-3), posterior.unknowns[place]


def test_slopes_hold_where_peers_count_for_much(posterior):
    """The adjoint of the fixed point, at a peer influence at which feedback more than doubles a push."""
    at = posterior.start + 0.1
    at[posterior.place["peer_influence", None]] = 1.5
    slopes = posterior.loss(at, np.ones(posterior.size), posterior.means)[1]
    place = posterior.place["severity", 0]
    moved = 1e-5 * np.eye(len(at))[place]
    high, low = (posterior.loss(at + sign * moved, np.ones(posterior.size), posterior.means)[0] for sign in (1, -1))
    assert slopes[place] == pytest.approx((high - low) / 2e-5, rel=1e-4)


def test_a_member_that_does_not_count_does_not_matter(posterior):
    weights = np.ones(posterior.size)
    weights[:40] = 0.0
    first = posterior.observations[0]
    other = replace(first, votes=np.where(np.arange(posterior.size) < 40, 3 - np.maximum(first.votes, 0), first.votes))
    changed = Posterior([other, posterior.observations[1]], fits_threats=True)
    at = posterior.start + 0.1
    assert posterior.loss(at, weights, posterior.means)[0] == changed.loss(at, weights, posterior.means)[0]
    assert (
        posterior.loss(at, np.ones(posterior.size), posterior.means)[0]
        != changed.loss(at, np.ones(posterior.size), posterior.means)[0]
    )


def test_a_fit_keeps_the_bounds_and_the_order_of_the_shapes(posterior):
    found = posterior.fit()
    assert found.has_converged
    assert (found.vector >= posterior.low).all()
    assert (found.vector <= posterior.high).all()
    shared = posterior.shared_parameters(found.vector)
    assert all(shared[smaller] <= shared[larger] for smaller, larger in ORDERED)
    beside = found.vector + 0.05 * (posterior.high > found.vector + 0.05)
    weights = np.ones(posterior.size)
    assert (
        posterior.loss(found.vector, weights, posterior.means)[0] <= posterior.loss(beside, weights, posterior.means)[0]
    )


def test_a_number_held_fixed_is_no_unknown():
    held = Posterior([observe_vote(SPECS[0])], fixed={"peer_influence": 0.0})
    assert ("peer_influence", None) not in held.place
    assert held.shared_parameters(held.start)["peer_influence"] == 0.0


def test_draws_of_a_number_that_the_votes_say_nothing_of_are_those_of_its_prior(fit):
    """The harbour blockade names no leanings: rule, at a fixed seed, mean and spread within 4 standard errors."""
    column = fit.posterior.place["align_leaning", None]
    draws, unknown = fit.draws[:, column], fit.posterior.unknowns[column]
    spread = unknown.deviation * np.sqrt(1 - 2 / np.pi)
    assert abs(draws.mean() - unknown.deviation * np.sqrt(2 / np.pi)) < 4 * spread / np.sqrt(len(draws))
    assert abs(measure_contraction(unknown, draws)) < 0.5
    assert not is_identified(unknown, draws)


def test_a_draw_is_the_same_however_many_there_are(fit):
    again = draw_mode(fit.posterior, fit.found, 0, 5)
    assert again == pytest.approx(fit.draws[5], abs=1e-6)
    assert (fit.draws >= fit.posterior.low - 1e-12).all()
    assert (fit.draws <= fit.posterior.high + 1e-12).all()


def test_the_likelihood_is_that_of_the_votes_at_equilibrium(posterior):
    seen = posterior.observations[0]
    chances = posterior.chances(posterior.start, 0)
    scored = np.flatnonzero(seen.votes >= 0)
    expected = np.log(chances[scored, seen.votes[scored]]).sum()
    alone = Posterior([seen])
    assert alone.log_likelihood(alone.start) == pytest.approx(expected)


def test_given_votes_are_not_observed():
    call = load_world("un-2022").rollcall("A/RES/ES-11/1")
    seen = make_observation(SPECS[0], call.votes)
    world = seen.case.world
    assert seen.votes[[world.index["RUS"], world.index["UKR"]]].tolist() == [-1, -1]
    assert (seen.votes >= 0).sum() == 191


def test_every_prior_is_that_of_the_registry():
    posterior = Posterior([observe_vote(SPECS[0])])
    for unknown in posterior.unknowns:
        if unknown.resolution_index is None:
            assert (unknown.mean, unknown.deviation) == load_registry()[unknown.name].prior
