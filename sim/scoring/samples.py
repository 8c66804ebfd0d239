"""What simple rules learn from and predict: the members before one vote, and their votes in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.case import Case
from sim.case.ballot import NOT_FIXED, find_topic
from sim.rules.alignment import DAYS_PER_YEAR
from sim.rules.choice import STANCES
from sim.rules.payoffs import leverage
from sim.scoring.scores import classes_of

HALF_LIFE, NEUTRAL = 0.5, 0.15
"""Age in years at which an earlier vote counts half for the rules that learn, and votes for neither side added."""


@dataclass(frozen=True)
class Sample:
    """The N members of a world before one vote. Arrays are (N,) where no shape is given.

    Parameters
    ----------
    inputs : all inputs of the model about a member in this vote, (N, p), in natural units; dependence as leverage.
    ideal_point : ideal point, with the sanctioning side at the positive end; 0 where unknown.
    region : the member's regional group, coded in the alphabetical order of the world's groups.
    last : class in the last earlier roll call about the target; -1 where there is none or the vote is not recorded.
    record : mean stance in all earlier roll calls about the target, in [-1, 1]; 0 where there are none.
    observed : class in this vote, for scores and for rules to learn from; -1 where the vote is fixed or not recorded.
    """

    resolution: str
    inputs: FloatArray
    ideal_point: FloatArray
    region: IntArray
    last: IntArray
    record: FloatArray
    observed: IntArray


def make_sample(case: Case, number: int, votes: NDArray[np.integer]) -> Sample:
    """Make a sample of the members of a prepared case before one of its votes.

    Of the world's roll calls, those about the target that are dated before the ballot count. The other inputs are from
    before the scenario's first vote, as in the model.

    Parameters
    ----------
    number : index of the vote within the case.
    votes : observed action codes (N,), -1 where not recorded.
    """
    ballot, world, parameters = case.ballots[number], case.world, case.parameters
    terms = dict(case.standings[number].terms.values)
    for name in (name for name in terms if name.startswith("dependence.")):
        terms[name] = leverage(terms[name], parameters["leverage_exponent"])
    last, record = _earlier(case, number)
    is_scored = (ballot.fixed == NOT_FIXED) & (votes >= 0)
    return Sample(
        resolution=ballot.resolution,
        inputs=np.column_stack([*terms.values(), _recent_stance(case, number)]),
        ideal_point=terms["alignment.ideal_point"],
        region=np.unique(world.regions, return_inverse=True)[1].astype(np.int64),
        last=last,
        record=record,
        observed=np.where(is_scored, classes_of(votes), -1),
    )


def _recent_stance(case: Case, number: int) -> FloatArray:
    """Mean stance in the earlier roll calls on the question, recent ones counting most; in (-1, 1).

    A vote counts by 1 / (1 + age / `HALF_LIFE`), and a fraction of a vote for neither side is added.
    """
    vote, size = case.standings[number].vote, case.world.size
    own = {other.resolution for other in case.spec.vote}
    stances, weights = np.zeros(size), np.full(size, NEUTRAL)
    for call in case.world.rollcalls:
        before = min(case.spec.vote[0].date, vote.date)
        if call.topic == find_topic(vote) and call.date < before and call.resolution not in own:
            weight = 1.0 / (1.0 + (vote.date - call.date).days / DAYS_PER_YEAR / HALF_LIFE)
            stances = stances + weight * np.where(call.votes >= 0, STANCES[call.votes], 0.0)
            weights = weights + weight * (call.votes >= 0)
    return stances / weights


def _earlier(case: Case, number: int) -> tuple[IntArray, FloatArray]:
    """Class in the last, and mean stance in all, roll calls about the target before a ballot."""
    target, before = case.world.iso3[case.roles.target], case.ballots[number].date
    calls = [call for call in case.world.rollcalls if call.target == target and call.date < before]
    if not calls:
        return np.full(case.world.size, -1, dtype=np.int64), np.zeros(case.world.size)
    votes = np.stack([call.votes for call in sorted(calls, key=lambda call: call.date)])
    is_recorded = votes >= 0
    stances = np.where(is_recorded, STANCES[votes], 0.0).sum(axis=0)
    last = np.where(is_recorded[-1], classes_of(votes[-1]), -1)
    return last, stances / np.maximum(is_recorded.sum(axis=0), 1)
