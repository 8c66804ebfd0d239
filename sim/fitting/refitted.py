"""The next vote: parameters are fitted to the earlier roll calls alone, and then predict a later vote.

Nothing dated on the day of the vote or later is read, except the vote itself, to score it. The resolution has the terms
that were known before the vote: it divides as its words say, its severity gives the counts of the last vote on the
question, and its threats are those that the scenario declares. *Pinned*, severity and abstaining are then fitted to the
observed counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from sim.case import Case, prepare, with_positions
from sim.case.ballot import Text, ballot_of, text_of
from sim.case.positions import expected_divisiveness
from sim.errors import input_error
from sim.fitting.posterior import Posterior, make_observation
from sim.results.validation import Validation
from sim.rules.alignment import DIVISIVENESS_PRIORS
from sim.rules.parameters import unit_resolution
from sim.scoring.samples import make_sample
from sim.scoring.scores import three_classes
from sim.scoring.validation import earlier_samples, list_questions, pinned_probabilities, put_on, with_rollcalls
from sim.scoring.verdict import rule_forecasts, score_vote
from sim.specs import Scenario, read_scenario, shipped_scenarios, world_of
from sim.world import RollCall, World, world_before
from sim.world.rollcalls.files import Observed

FITTED_TO = 4
"""Roll calls that parameters are fitted to."""


def validate_refitted(
    spec: Scenario, rollcalls: Sequence[Observed] | None = None, *, is_rolling: bool = False
) -> list[Validation]:
    """Score each vote as the next one: see the module. Parameters are as for `sim.scoring.validation.validate`.

    Raises
    ------
    InputError : there is nothing to score, or no earlier roll call to fit to.
    """
    world = world_of(spec)
    found = []
    for put, calls in list_questions(spec, world, rollcalls):
        for call in calls:
            (vote,) = (vote for vote in put.vote if vote.resolution == call.resolution)
            earlier = [other for other in rollcalls or () if is_rolling and other.date < vote.date]
            known = known_before(with_rollcalls(world_of(put), put, earlier), vote.date)
            found.append(_score_refitted(put.model_copy(update={"vote": (vote,)}), known, call))
    return found


def known_before(world: World, day: date) -> World:
    """The world as it was known before a day, without the roll calls of the day and after it."""
    known = world_before(world, day)
    return replace(known, rollcalls=tuple(call for call in known.rollcalls if call.date < day))


def _score_refitted(spec: Scenario, world: World, call: Observed) -> Validation:
    (vote,) = spec.vote
    learnt = _earlier(spec, world)
    if not learnt:
        message = f"there is no roll call about the target before {vote.date} to fit to."
        raise input_error(f"scenario '{spec.title}'", "vote", message)
    posterior = Posterior(
        [make_observation(_as_scenario(spec, other), other.votes, known_before(world, other.date)) for other in learnt]
    )
    vector = posterior.fit().vector
    shared = posterior.shared_parameters(vector)
    bare = replace(prepare(spec, world, reads_votes=False), parameters=shared)
    revealed = with_positions(bare, shared)
    text = text_of(vote)._replace(
        severity=posterior.terms_of(vector, 0).severity, divisiveness=expected_divisiveness(revealed.revealed[0], vote)
    )
    case = with_fit(revealed, shared, text)
    latest = max(learnt, key=lambda other: other.date)
    chances = pinned_probabilities(case, 0, latest.votes)
    asked = make_sample(case, 0, call.votes)
    training = [(known, np.ones(world.size, dtype=bool)) for known in earlier_samples(case, 0)]
    pinned = three_classes(pinned_probabilities(case, 0, call.votes))
    return score_vote(
        "refitted", asked, chances=chances, pinned=pinned, votes=call.votes, forecasts=rule_forecasts(training, asked)
    )


def with_fit(case: Case, parameters: Mapping[str, float], text: Text) -> Case:
    """A case of one vote with other parameters and terms."""
    return replace(case, parameters=parameters, ballots=(ballot_of(case.standings[0], parameters, text),))


def _earlier(spec: Scenario, world: World) -> list[RollCall]:
    """The roll calls to fit to: the latest about the target.

    The first sets the unit of alignment and threats: the resolution that does so in the shipped fit, or else the
    latest.
    """
    (target,) = world.resolve(spec.roles.target)
    about = sorted((call for call in world.rollcalls if call.target == target), key=lambda call: call.date)
    latest_first = about[: -FITTED_TO - 1 : -1]
    return sorted(latest_first, key=lambda call: call.resolution != unit_resolution())


def _as_scenario(spec: Scenario, call: RollCall) -> Scenario:
    """The shipped scenario of a roll call in the same world, or else the given scenario moved to that day."""
    for name in shipped_scenarios():
        other = read_scenario(name)
        is_it = [vote.resolution for vote in other.vote] == [call.resolution]
        if is_it and other.base is None and other.world == spec.world and other.roles.target == spec.roles.target:
            return _with_terms(other, divisiveness=DIVISIVENESS_PRIORS[other.vote[0].divides_by])
    terms = {"target_threat": 1.0, "sender_threat": 1.0, "divisiveness": DIVISIVENESS_PRIORS["both"]}
    return _with_terms(put_on(spec, call.resolution, call.date), topic=call.topic, divides_by="both", **terms)


def _with_terms(spec: Scenario, **terms: object) -> Scenario:
    return spec.model_copy(update={"vote": (spec.vote[0].model_copy(update=terms),)})
