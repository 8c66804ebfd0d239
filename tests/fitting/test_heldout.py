"""Members held out, and votes yet to come: neither sees what it is to predict."""

import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.case import with_positions
from sim.errors import InputError
from sim.fitting import heldout, refitted
from sim.fitting.heldout import fitted_with, predict_held_out, split_folds
from sim.fitting.refitted import find_known_before, validate_refitted
from sim.rules.parameters import defaults
from sim.specs import read_scenario
from sim.world import load_world
from sim.world.rollcalls.files import Observed

WORLD = load_world("un", at=date(2022, 4, 8))
"""The world in which the three resolutions fitted have been voted on."""
SPEC = read_scenario("es-11-1")
REGRESSIONS = ("ideal_point", "earlier_votes", "signed_logit")
"""Rules with coefficients that need no library."""


@pytest.fixture(autouse=True)
def _without_the_slow_rules(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)  # which they need


@pytest.fixture(scope="module")
def observations():
    return heldout.observe_before_all(fitted_with(SPEC))


def chances(posterior, weights, index):
    located, found = posterior.located(weights)
    return located.chances(found.vector, index)


def test_a_held_out_member_is_predicted_without_its_votes(observations):
    """Rule: turning round every vote of a fold's members leaves what is said of them as it was, to the last bit."""
    (out, *_) = split_folds(observations, 10, 0)
    turned = [
        replace(seen, votes=np.where(out & (seen.votes >= 0), 3 - seen.votes, seen.votes)) for seen in observations
    ]
    weights = np.where(out, 0.0, 1.0)
    for index in range(len(observations)):
        before, after = (
            chances(posterior, weights, index)[out]
            for posterior in (heldout.Posterior(observations), heldout.Posterior(turned))
        )
        assert (before == after).all()


def test_no_vote_on_the_texts_fitted_is_an_input(observations):
    """Rule: with all of them made up afresh, every member stands before every text as before."""
    first = min(spec.vote[0].date for spec in fitted_with(SPEC))
    random = np.random.default_rng(0)
    calls = tuple(
        replace(call, votes=random.permutation(call.votes)) if call.date >= first else call for call in WORLD.rollcalls
    )
    for seen in observations:
        again = heldout.make_observation(
            seen.case.spec, seen.votes, find_known_before(replace(WORLD, rollcalls=calls), first)
        )
        for one, other in zip(seen.case.standings, again.case.standings, strict=True):
            assert all((one.terms.values[name] == other.terms.values[name]).all() for name in one.terms.values)
        one, other = (with_positions(found.case, defaults()).standings[0].known for found in (seen, again))
        assert (one.mean == other.mean).all()


def test_folds_hold_every_scored_member_once(observations):
    masks = list(split_folds(observations, 7, 3))
    assert np.sum(masks, axis=0).max() == 1
    assert np.sum(masks) == 191
    assert max(mask.sum() for mask in masks) - min(mask.sum() for mask in masks) <= 1


def test_held_out_scores_come_with_spread_and_lead():
    found = predict_held_out(SPEC, folds=2, fold_seeds=2)
    assert [entry.scores.resolution for entry in found] == ["A/RES/ES-11/1", "A/RES/ES-11/2", "A/RES/ES-11/3"]
    for scores in (entry.scores for entry in found):
        low, high = scores.spread.rps
        assert low <= scores.declared.rps <= high
        assert scores.mode == "held-out"
        best = min(REGRESSIONS, key=lambda name: scores.baselines[name].rps)
        assert scores.lead_declared.rps.over == best
        assert scores.lead_declared.rps.mean == pytest.approx(scores.declared.rps - scores.baselines[best].rps)
        pinned = scores.baselines_pinned
        assert scores.lead.rps.over == min(pinned, key=lambda name: pinned[name].rps)
        assert scores.lead.rps.mean == pytest.approx(scores.pinned.rps - pinned[scores.lead.rps.over].rps)
        # A model of what members stand to lose, fitted to half of them, beats the rates of the chamber for the others.
        assert scores.declared.rps < scores.baselines["base_rates"].rps


class Backwards:
    """An executor that has the last task ready first."""

    def results(self, function, tasks):
        return map(function, reversed([*tasks]))


def test_scores_do_not_depend_on_the_order_in_which_folds_are_ready():
    usual, other = (
        predict_held_out(SPEC, folds=2, fold_seeds=1, executor=executor) for executor in (None, Backwards())
    )
    for one, two in zip(usual, other, strict=True):
        assert one.scores == two.scores
        assert (one.chances == two.chances).all()


def test_a_scenario_of_ones_own_is_fitted_alone():
    spec = read_scenario("harbour-blockade")
    assert [one.vote[0].resolution for one in fitted_with(spec)] == ["SH/2"]


def test_a_next_vote_is_predicted_from_earlier_ones_alone(monkeypatch):
    """Rule: with every roll call of its day and after it made up afresh, it is predicted and judged the same way."""
    asked = [Observed("A/RES/ES-11/3", SPEC_3.vote[0].date, WORLD.rollcall("A/RES/ES-11/3").votes)]
    before = validate_refitted(SPEC_3, asked)[0].document()
    random = np.random.default_rng(1)
    calls = tuple(
        replace(call, votes=random.permutation(call.votes)) if call.date >= asked[0].date else call
        for call in WORLD.rollcalls
    )
    monkeypatch.setattr(refitted, "load_scenario_world", lambda spec: replace(WORLD, rollcalls=calls))
    assert validate_refitted(SPEC_3, asked)[0].document() == before


SPEC_3 = read_scenario("es-11-3")


def test_what_a_scenario_was_fitted_to_say_does_not_reach_its_next_vote():
    """Severity and divisiveness of the file come from its own roll call: another pair changes nothing."""
    other = read_scenario("es-11-3", ["vote.severity=3", "vote.divisiveness=[0.1, 0.2]"])
    assert validate_refitted(other)[0].document() == validate_refitted(SPEC_3)[0].document()


def test_april_is_better_predicted_from_march_than_by_the_ideal_point():
    (found,) = validate_refitted(SPEC_3)
    assert found.pinned.balanced_accuracy > found.baselines_pinned["ideal_point"].balanced_accuracy
    assert found.pinned.rps < found.baselines_pinned["ideal_point"].rps


def test_held_out_members_need_a_roll_call():
    with pytest.raises(InputError, match="no roll call of SH/2"):
        predict_held_out(read_scenario("harbour-blockade"), folds=2, fold_seeds=1)
