"""Scoring a scenario against roll calls, compared with simple rules.

*Declared* is the unchanged scenario. *Pinned* fits severity and the abstaining base rate to the observed counts alone,
so that only the choice of members is scored: members are ranked by P(support) - P(oppose), and the ranking is split at
the counts.

A resolution that the shipped parameters were fitted to is scored *in-sample*: the model and the rules learn from its
own votes. Any other resolution is predicted from earlier roll calls, by the model and by the rules. It is a *next vote*
where it came after all votes that the parameters were fitted to, and else an *earlier vote*, with parameters from later
votes. Where the world has no earlier roll call about the target, the rules learn from the vote itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from scipy.optimize import least_squares

from sim.arrays import FloatArray, IntArray
from sim.case import Case, prepare
from sim.case.ballot import NOT_FIXED, find_topic
from sim.case.utilities import compute_own_utilities
from sim.ensemble import visit_votes
from sim.equilibrium import MONTHS_EXPECTED, compute_expected_utilities, solve_equilibrium
from sim.errors import make_input_error
from sim.months.run import MonthRun
from sim.results.validation import Mode, Validation
from sim.rules.choice import OPPOSE, SUPPORT
from sim.rules.parameters import list_fitted_resolutions
from sim.runner.result import frequencies
from sim.runner.run import run_case
from sim.scoring.samples import Sample, make_sample
from sim.scoring.scores import merge_to_three_classes
from sim.scoring.verdict import ScoredVote, make_rule_forecasts, score_vote
from sim.specs import Scenario, load_scenario_world
from sim.world import RollCall, World, load_world_before
from sim.world.rollcalls.files import Observed, join_rollcalls, parse_rollcalls


def validate(
    spec: Scenario, rollcalls: Sequence[Observed] | None = None, *, is_rolling: bool = False
) -> list[Validation]:
    """Score the votes of a scenario, as `score_votes` does, without what each member adds."""
    return [scored.report for scored in score_votes(spec, rollcalls, is_rolling=is_rolling)]


def score_votes(
    spec: Scenario, rollcalls: Sequence[Observed] | None = None, *, is_rolling: bool = False
) -> list[ScoredVote]:
    """Score the votes of a scenario that have a roll call, and every resolution of a file.

    A resolution of the file that is not in the scenario is put to the members with the terms of the scenario's last
    vote, on the day of the roll call.

    Parameters
    ----------
    rollcalls : roll calls to score against; by default the world's own roll calls of the scenario's resolutions.
    is_rolling : whether earlier roll calls of the file count as known too. The world's own roll calls that are dated
        before the vote are always known.

    Raises
    ------
    InputError : there is nothing to score: no vote of the scenario has a roll call, or all recorded votes are fixed.
    """
    world, samples = load_scenario_world(spec), EarlierSamples()
    found = []
    for put, observed in list_questions(spec, world, rollcalls):
        earlier = [call for call in rollcalls or () if is_rolling and call.date < put.vote[0].date]
        found += _score_scenario(put, with_rollcalls(load_scenario_world(put), put, earlier), observed, samples)
    return found


def list_questions(
    spec: Scenario, world: World, rollcalls: Sequence[Observed] | None
) -> list[tuple[Scenario, list[Observed]]]:
    """List the scenarios to score, and the roll calls of their votes: the scenario itself, and one per other roll call.

    Raises
    ------
    InputError : no vote of the scenario has a roll call, and no file is given.
    """
    calls = {call.resolution: call for call in (parse_rollcalls(world) if rollcalls is None else rollcalls)}
    own = [vote.resolution for vote in spec.vote if vote.resolution in calls]
    if rollcalls is None and not own:
        have = ", ".join(calls)
        message = f"none of the scenario's resolutions ({', '.join(v.resolution for v in spec.vote)}) has a roll call."
        raise make_input_error(f"scenario '{spec.title}'", "vote", message, f"The world has roll calls of {have}.")
    asked = [(spec, [calls[resolution] for resolution in own])] if own else []
    if rollcalls is not None:
        others = sorted((call for call in calls.values() if call.resolution not in own), key=lambda call: call.date)
        asked += [(put_on(spec, call.resolution, call.date), [call]) for call in others]
    return asked


def put_on(spec: Scenario, resolution: str, day: date) -> Scenario:
    """The scenario with one vote: another resolution, on the terms of the scenario's last vote.

    Its question is the one that the world's record files it under, or else that of the last vote. It has no months: the
    day may be outside of them.
    """
    last, known = spec.vote[-1], load_scenario_world(spec).rollcall(resolution)
    topic = find_topic(last) if known is None else known.topic
    divides = {} if known is None or topic == find_topic(last) else {"divides_by": known.divides_by}
    vote = last.model_copy(update={"resolution": resolution, "date": day, "topic": topic, **divides})
    return spec.model_copy(update={"vote": (vote,), "months": None, "event": ()})


def with_rollcalls(world: World, spec: Scenario, calls: Sequence[Observed]) -> World:
    """The world with more roll calls about the scenario's target, on the question of its last vote."""
    (target,) = world.resolve(spec.roles.target)
    return join_rollcalls(world, calls, target, find_topic(spec.vote[-1]))


def _score_scenario(
    spec: Scenario, world: World, calls: Sequence[Observed], samples: EarlierSamples
) -> list[ScoredVote]:
    case = prepare(spec, world)
    result = run_case(case)
    observed = {call.resolution: call for call in calls}
    found = []
    for number, months in visit_votes(case, case.own_inputs, 0, MONTHS_EXPECTED):
        vote = result.votes[number]
        if vote.resolution in observed:
            votes = observed[vote.resolution].votes
            pinned = pin_probabilities(case, number, votes=votes, months=months)
            asked, mode = make_sample(case, number, votes), find_mode(case, number)
            earlier = [] if mode == "in-sample" else samples.before(case, number)
            training = [(each, np.ones(world.size, dtype=bool)) for each in earlier or [asked]]
            found.append(
                score_vote(
                    mode,
                    asked,
                    chances=frequencies(vote.counts),
                    pinned=merge_to_three_classes(pinned),
                    votes=votes,
                    forecasts=make_rule_forecasts(training, asked),
                    are_rules_in_sample=not earlier,
                )
            )
    return found


def find_mode(case: Case, number: int) -> Mode:
    """How a vote is related to the votes that the shipped parameters were fitted to: see `Validation`."""
    ballot, fitted = case.ballots[number], list_fitted_resolutions()
    if ballot.resolution in fitted:
        return "in-sample"
    is_earlier = any(call.date >= ballot.date for call in case.world.record if call.resolution in fitted)
    return "earlier-vote" if is_earlier else "next-vote"


class EarlierSamples:
    """Samples of earlier roll calls, each made once for all the votes of a file that learn from it."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, tuple[str, ...]], Sample] = {}

    def before(self, case: Case, number: int) -> list[Sample]:
        """Samples of the earlier roll calls about the target, each with only what was known before its day."""
        target, before = case.world.iso3[case.roles.target], case.ballots[number].date
        calls = sorted((call for call in case.world.rollcalls if call.date < before), key=lambda call: call.date)
        return [self._make(case, call) for call in calls if call.target == target]

    def _make(self, case: Case, call: RollCall) -> Sample:
        spec = put_on(case.spec, call.resolution, call.date)
        known = tuple(other.resolution for other in case.world.rollcalls if other.date < call.date)
        # A file holds each resolution once, so names say which votes are known.
        key = spec.model_dump_json(), known
        if key not in self._made:
            asked = prepare(spec, load_world_before(case.world, call.date), reads_votes=False)
            self._made[key] = make_sample(asked, 0, call.votes, reveals_positions=False)
        return self._made[key]


def pin_probabilities(case: Case, number: int, votes: IntArray, months: MonthRun | None = None) -> FloatArray:
    """Probabilities (N, 4) at equilibrium with severity and ``abstain_bias`` fitted to the observed counts alone.

    Parameters
    ----------
    votes : observed action codes (N,), of which only the counts are used.
    months : as they have gone up to the vote, whose mean over replicates counts; None in a scenario without months.
    """
    ballot = case.ballots[number]
    drawn = (ballot.fixed == NOT_FIXED) & (votes >= 0)
    counts = np.bincount(votes[drawn], minlength=4)
    wanted = np.array([counts[SUPPORT], counts[OPPOSE]], dtype=np.float64)

    def chances(vector: FloatArray) -> FloatArray:
        parameters = {**case.parameters, "abstain_bias": case.parameters["abstain_bias"] + float(vector[1])}
        shifted = replace(ballot, severity=ballot.severity + float(vector[0]), emptiness=ballot.emptiness + vector[1])
        own = compute_expected_utilities(compute_own_utilities(shifted, parameters, months=months))
        return solve_equilibrium(own, shifted, case.peers, parameters["peer_influence"])

    def gap(vector: FloatArray) -> FloatArray:
        expected = chances(vector)[drawn].sum(axis=0)
        return np.array([expected[SUPPORT], expected[OPPOSE]]) - wanted

    found = least_squares(gap, np.zeros(2), bounds=([-20, -20], [20, 20]), diff_step=[1e-4, 1e-4])
    return chances(found.x)
