"""The next vote: parameters are fitted to the earlier roll calls alone, and then predict a later vote.

Nothing dated on the day of the vote or later is read, except the vote itself, to score it. The settings of the vote are
those that were known before it. Divisiveness follows from the words of the resolution and from earlier resolutions.
Severity has the mean and the spread of earlier resolutions, those on the same topic first. The threats are those that
the scenario declares. In *pinned* scores, severity and the base utility of abstaining are then fitted to the observed
counts.

Months of a scenario are simulated up to the vote, from what was known before it; the vote sees them where
`vote_feedback` is on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from sim.arrays import FloatArray
from sim.case import Case, prepare, with_positions
from sim.case.ballot import VoteSettings, make_ballot, read_settings
from sim.case.positions import expect_divisiveness, expect_terms
from sim.case.utilities import compute_own_utilities
from sim.ensemble import visit_votes
from sim.equilibrium import MONTHS_EXPECTED, compute_expected_utilities, solve_equilibrium
from sim.errors import make_input_error
from sim.fitting.posterior import Posterior, make_observation
from sim.months.run import MonthRun
from sim.results.validation import Validation
from sim.rules.alignment import DIVISIVENESS_PRIORS
from sim.rules.parameters import find_unit_resolution, load_registry
from sim.scoring.baselines import FORECASTERS, Forecaster
from sim.scoring.samples import make_sample
from sim.scoring.scores import merge_to_three_classes
from sim.scoring.validation import EarlierSamples, list_questions, pin_probabilities, put_on, with_rollcalls
from sim.scoring.verdict import ScoredVote, make_rule_forecasts, score_vote
from sim.specs import Scenario, list_shipped_scenarios, load_scenario_world, read_scenario
from sim.world import RollCall, World, load_world_before
from sim.world.rollcalls.files import Observed

FITTED_TO = 4
"""Roll calls that parameters are fitted to."""
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()


def validate_refitted(
    spec: Scenario, rollcalls: Sequence[Observed] | None = None, *, is_rolling: bool = False
) -> list[Validation]:
    """Score each vote as the next one, as `score_refitted` does, without what each member adds."""
    return [scored.report for scored in score_refitted(spec, rollcalls, is_rolling=is_rolling)]


def score_refitted(
    spec: Scenario,
    rollcalls: Sequence[Observed] | None = None,
    *,
    is_rolling: bool = False,
    samples: EarlierSamples | None = None,
    fixed: Mapping[str, float] | None = None,
    rules: Mapping[str, Forecaster] = FORECASTERS,
) -> list[ScoredVote]:
    """Score each vote as the next one: see the module. Parameters are as for `sim.scoring.validation.validate`.

    Parameters
    ----------
    samples : those that were made for other votes of the scenario, where there are any.
    fixed : values of shared parameters that are not fitted.
    rules : the simple rules that are scored too; all by default.

    Raises
    ------
    InputError : there is nothing to score, or no earlier roll call to fit to.
    """
    world, samples = load_scenario_world(spec), samples or EarlierSamples()
    found = []
    for put, calls in list_questions(spec, world, rollcalls):
        for call in calls:
            (vote,) = (vote for vote in put.vote if vote.resolution == call.resolution)
            earlier = [other for other in rollcalls or () if is_rolling and other.date < vote.date]
            asked = put.model_copy(update={"vote": (vote,)})  # the world is that of its first vote
            known = find_known_before(with_rollcalls(load_scenario_world(asked), asked, earlier), vote.date)
            found.append(_score_refitted(asked, known, call, samples, fixed, rules))
    return found


def find_known_before(world: World, day: date) -> World:
    """The world as it was known before a day, without the roll calls of the day and after it."""
    known = load_world_before(world, day)
    return replace(known, rollcalls=tuple(call for call in known.rollcalls if call.date < day))


def _score_refitted(
    spec: Scenario,
    world: World,
    call: Observed,
    samples: EarlierSamples,
    fixed: Mapping[str, float] | None,
    rules: Mapping[str, Forecaster],
) -> ScoredVote:
    (vote,) = spec.vote
    learnt = _earlier(spec, world)
    if not learnt:
        message = f"there is no roll call about the target before {vote.date} to fit to."
        raise make_input_error(f"scenario '{spec.title}'", "vote", message)
    posterior = Posterior(
        [
            make_observation(_as_scenario(spec, other), other.votes, find_known_before(world, other.date))
            for other in learnt
        ],
        fixed,
    )
    vector = posterior.fit().vector
    bare = prepare(_end_months(spec, vote.date), world, reads_votes=False)
    of_months = {name: value for name, value in bare.parameters.items() if load_registry()[name].is_of_months}
    parameters = {**posterior.shared_parameters(vector), **of_months}
    positioned = with_positions(replace(bare, parameters=parameters), parameters)
    divisiveness = expect_divisiveness(positioned.positions[0], vote)
    settings = read_settings(vote)._replace(severity=0.0, divisiveness=divisiveness)
    case = with_fit(positioned, parameters, settings)
    _, months = next(visit_votes(case, case.own_inputs, 0, MONTHS_EXPECTED))  # as they have gone up to the vote
    chances = declare_probabilities(case, *expect_terms(positioned.positions[0], vote), months)
    asked = make_sample(case, 0, call.votes)
    before = samples.before(case, 0) if rules else []
    training = [(known, np.ones(world.size, dtype=bool)) for known in before]
    pinned = merge_to_three_classes(pin_probabilities(case, 0, call.votes, months))
    return score_vote(
        "refitted",
        asked,
        chances=chances,
        pinned=pinned,
        votes=call.votes,
        forecasts=make_rule_forecasts(training, asked, rules),
    )


def _end_months(spec: Scenario, day: date) -> Scenario:
    """The scenario with its months, if it has any, up to a day."""
    if spec.months is None:
        return spec
    return spec.model_copy(update={"months": spec.months.model_copy(update={"end": day})})


def declare_probabilities(
    case: Case, mean: FloatArray, covariance: FloatArray, months: MonthRun | None = None
) -> FloatArray:
    """Compute probabilities (N, 4) at equilibrium by quadrature, severity and abstaining having a normal distribution.

    Parameters
    ----------
    mean, covariance : of severity and of the base utility of abstaining, (2,) and (2, 2); utility.
    months : as they have gone up to the vote, whose mean over replicates counts; None where it sees none.
    """
    ballot, root = case.ballots[0], np.linalg.cholesky(covariance)
    chances = np.zeros((case.world.size, 4))
    for first, first_weight in zip(NODES, NODE_WEIGHTS, strict=True):
        for second, second_weight in zip(NODES, NODE_WEIGHTS, strict=True):
            severity, abstaining = mean + root @ (first, second)
            parameters = {**case.parameters, "abstain_bias": case.parameters["abstain_bias"] + abstaining}
            put = replace(ballot, severity=ballot.severity + severity)
            own = compute_expected_utilities(compute_own_utilities(put, parameters, months=months))
            found = solve_equilibrium(own, put, case.peers, parameters["peer_influence"])
            chances += first_weight * second_weight * found
    return chances


def with_fit(case: Case, parameters: Mapping[str, float], settings: VoteSettings) -> Case:
    """A case of one vote with other parameters and settings of the vote."""
    ballot, plan = make_ballot(case.standings[0], parameters, settings), case.plan
    if plan is not None and case.start is not None:
        plan = plan.with_inputs(case.start.inputs(parameters, ballot, plan.inputs.cells))
    return replace(case, parameters=parameters, ballots=(ballot,), plan=plan)


def _earlier(spec: Scenario, world: World) -> list[RollCall]:
    """The roll calls to fit to: the latest about the target.

    The first sets the unit of alignment and threats: the resolution that does so in the shipped fit, or else the
    latest.
    """
    (target,) = world.resolve(spec.roles.target)
    about = sorted((call for call in world.rollcalls if call.target == target), key=lambda call: call.date)
    latest_first = about[: -FITTED_TO - 1 : -1]
    return sorted(latest_first, key=lambda call: call.resolution != find_unit_resolution())


def _as_scenario(spec: Scenario, call: RollCall) -> Scenario:
    """The shipped scenario of a roll call in the same world, or else the given scenario moved to that day."""
    for name in list_shipped_scenarios():
        other = read_scenario(name)
        is_it = [vote.resolution for vote in other.vote] == [call.resolution]
        if is_it and other.base is None and other.world == spec.world and other.roles.target == spec.roles.target:
            return _with_terms(other, divisiveness=DIVISIVENESS_PRIORS[other.vote[0].divides_by])
    terms = {"target_threat": 1.0, "sender_threat": 1.0, "divisiveness": DIVISIVENESS_PRIORS["both"]}
    return _with_terms(put_on(spec, call.resolution, call.date), topic=call.topic, divides_by="both", **terms)


def _with_terms(spec: Scenario, **terms: object) -> Scenario:
    return spec.model_copy(update={"vote": (spec.vote[0].model_copy(update=terms),)})
