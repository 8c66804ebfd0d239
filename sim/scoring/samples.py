"""What simple rules learn from and predict: the members before one vote, and their votes in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.case import Case, with_positions
from sim.case.ballot import NOT_FIXED, WEIGHTS, find_topic
from sim.case.positions import expect_divisiveness
from sim.rules.alignment import DAYS_PER_YEAR
from sim.rules.choice import STANCES
from sim.rules.payoffs import compute_leverage
from sim.scoring.scores import find_classes

HALF_LIFE, NEUTRAL = 0.5, 0.15
"""Age in years at which an earlier vote counts half for the rules that learn, and votes for neither side added."""

SIGNS = {"alignment": 1.0, "exposure": 1.0, "dependence": -1.0, "isolation": -1.0, "absence": 0.0}
"""What the theory says of inputs, by the first part of their names: see `Sample`."""
STRUCTURE = (
    *(parameter for weights in WEIGHTS.values() for parameter in weights.values()),
    *("sanction_weight", "grievance", "peer_influence"),
)
"""The parameters that weigh anything about members but their votes."""
SPREADS = {"position_spread": 7.0, "position_topic_spread": 1.5}
"""Standard deviations of positions of which only votes say anything; utility. Of 0.5 to 7, and 0.5 to 4 on the topic,
these do best on the thirteen votes about Russia of 2016 to April 2022, each predicted from those before it."""


@dataclass(frozen=True)
class Sample:
    """The N members of a world before one vote. Arrays are (N,) where no shape is given.

    Parameters
    ----------
    members : their codes.
    inputs : all inputs of the model about a member in this vote, (N, p), in natural units; dependence as leverage.
    signs : what the theory says of each input, (p,): 1 where it can only raise support, -1 where it can only lower it,
        0 where it says nothing.
    ideal_point : ideal point, with the sanctioning side at the positive end; 0 where unknown.
    region : the member's regional group, coded in the alphabetical order of the world's groups.
    last : class in the last earlier roll call about the target; -1 where there is none or the vote is not recorded.
    last_on_topic : the same in the last of them that is on the topic of this vote.
    record : mean stance in all earlier roll calls about the target, in [-1, 1]; 0 where there are none.
    observed : class in this vote, for scores and for rules to learn from; -1 where the vote is fixed or not recorded.
    revealed : what earlier roll calls about the target reveal of members without any structure, (N, 2): how much more
        this vote is worth to its supporters, and its standard deviation; utility. None where it is not worked out.
    """

    resolution: str
    members: tuple[str, ...]
    inputs: FloatArray
    signs: FloatArray
    ideal_point: FloatArray
    region: IntArray
    last: IntArray
    last_on_topic: IntArray
    record: FloatArray
    observed: IntArray
    revealed: FloatArray | None = None


def make_sample(case: Case, number: int, votes: NDArray[np.integer], *, reveals_positions: bool = True) -> Sample:
    """Make a sample of the members of a prepared case before one of its votes.

    Of the world's roll calls, those about the target that are dated before the ballot count. The other inputs are from
    before the scenario's first vote, as in the model.

    Parameters
    ----------
    number : index of the vote within the case.
    votes : observed action codes (N,), -1 where not recorded.
    reveals_positions : whether `Sample.revealed` is worked out, which takes a quarter of a second.
    """
    ballot, world, parameters = case.ballots[number], case.world, case.parameters
    terms = dict(case.standings[number].terms.values)
    for name in (name for name in terms if name.startswith("dependence.")):
        terms[name] = compute_leverage(terms[name], parameters["leverage_exponent"])
    last, last_on_topic, record = _earlier(case, number)
    is_scored = (ballot.fixed == NOT_FIXED) & (votes >= 0)
    return Sample(
        resolution=ballot.resolution,
        members=world.iso3,
        inputs=np.column_stack([*terms.values(), _recent_stance(case, number)]),
        signs=np.array([*(SIGNS[name.partition(".")[0]] for name in terms), 1.0]),
        ideal_point=terms["alignment.ideal_point"],
        region=np.unique(world.regions, return_inverse=True)[1].astype(np.int64),
        last=last,
        last_on_topic=last_on_topic,
        record=record,
        observed=np.where(is_scored, find_classes(votes), -1),
        revealed=_reveal_without_structure(case, number) if reveals_positions else None,
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


def _earlier(case: Case, number: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Class in the last roll call about the target before a ballot and in the last on its topic, and mean stance."""
    target, before = case.world.iso3[case.roles.target], case.ballots[number].date
    calls = [call for call in case.world.rollcalls if call.target == target and call.date < before]
    if not calls:
        nobody = np.full(case.world.size, -1, dtype=np.int64)
        return nobody, nobody, np.zeros(case.world.size)
    calls = sorted(calls, key=lambda call: call.date)
    votes = np.stack([call.votes for call in calls])
    classes = np.where(votes >= 0, find_classes(votes), -1)
    same = [place for place, call in enumerate(calls) if call.topic == find_topic(case.standings[number].vote)]
    stances = np.where(votes >= 0, STANCES[votes], 0.0).sum(axis=0)
    return classes[-1], classes[same[-1] if same else -1], stances / np.maximum((votes >= 0).sum(axis=0), 1)


def _reveal_without_structure(case: Case, number: int) -> FloatArray:
    """What the earlier roll calls reveal by the model's own filter, where nothing else about members has any weight."""
    bare = with_positions(case, {**case.parameters, **dict.fromkeys(STRUCTURE, 0.0), **SPREADS})
    revealed, vote = bare.positions[number], case.standings[number].vote
    loadings = np.array([*expect_divisiveness(revealed, vote), 1.0])
    variance = np.einsum("d,nde,e->n", loadings, revealed.covariance, loadings)
    return np.column_stack([revealed.mean @ loadings, np.sqrt(variance)])
