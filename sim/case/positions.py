"""What earlier votes on the question reveal of members: the mean and the covariance of their deviations on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.case.ballot import NOT_GIVEN, Standing, Terms, Text, ballot_of, topic_of
from sim.case.utilities import own_utilities
from sim.results.showing import Shown
from sim.rules.alignment import DAYS_PER_YEAR, DIVISIVENESS_PRIORS, Divisiveness
from sim.rules.choice import ABSTAIN, STANCES
from sim.rules.parameters import Parameters
from sim.rules.positions import (
    Deviation,
    Evidence,
    Knowledge,
    Step,
    counted,
    covariances,
    empty_evidence,
    reveal,
    walk,
)
from sim.specs import Vote
from sim.world import RollCall

if TYPE_CHECKING:
    from sim.rules.influence import Peers

MOST_VOTES = 30
"""Roll calls that are read, the latest: what older ones say has faded."""
ORDER_TOPIC = "human rights"
"""A resolution whose topic names these divides by the order of the world; what others divide by is open."""
LOADING_YEARS, LOADING_WORDS = 3.0, 0.5
"""How fast what earlier resolutions say of a new one fades, and how much its own words count."""
ROUNDS, SWEEPS, LAST_SWEEPS = 6, 3, 9
FIRST_STEPS, STEPS, LONGEST_STEP = 6, 2, 2.0
PRIOR_SPREADS = np.array([5.0, 1.0, 0.25, 0.25])
"""Standard deviations of the priors of an earlier resolution's severity, abstaining and divisiveness."""
NODES, NODE_WEIGHTS = np.array([-(3.0**0.5), 0.0, 3.0**0.5]), np.array([1.0, 4.0, 1.0]) / 6.0


@dataclass(frozen=True, repr=False)
class Revealed(Shown):
    """What is known of N members' deviations on a day, and the votes that say so.

    Parameters
    ----------
    mean : (N, 3): along the conflict, along the order, on the topic; utility.
    covariance : (N, 3, 3).
    calls : the V roll calls that were read, in date order.
    loadings : divisiveness that was learned for each, (V, 2).
    contributions : what each adds to the mean, (N, 3, V).
    """

    mean: FloatArray
    covariance: FloatArray
    calls: tuple[RollCall, ...]
    loadings: FloatArray
    contributions: FloatArray

    @property
    def deviation(self) -> Deviation:
        """The mean, dimension by dimension."""
        return Deviation(*self.mean.T)


def by_structure(size: int) -> Knowledge:
    """The deviations of members that are where their structure has them: none, for sure."""
    return Knowledge(np.zeros((size, 3)), np.zeros((size, 3, 3)), "", ())


def known_for(revealed: Revealed, votes: Sequence[Vote], number: int, parameters: Parameters) -> Knowledge:
    """What is known for one of a scenario's votes: what was revealed before the first, and the steps since then."""
    yearly = float(parameters["position_drift"]) ** 0.5
    steps = []
    for earlier, vote in pairwise(votes[: number + 1]):
        size = yearly * ((vote.date - earlier.date).days / DAYS_PER_YEAR) ** 0.5
        spreads = float(parameters["position_spread"]), float(parameters["position_topic_spread"])
        steps.append(Step(vote.resolution, size * spreads[0], size * spreads[1]))
    root: FloatArray = np.linalg.cholesky(revealed.covariance).astype(np.float64)
    return Knowledge(revealed.mean, root, topic_of(votes[number]), tuple(steps))


def divides_by(topic: str) -> str:
    """What an earlier resolution divides by, as far as its topic says: a key of `DIVISIVENESS_PRIORS`."""
    return "order" if ORDER_TOPIC in topic else "both"


def revealed_by(
    vote: Vote, terms: Terms, parameters: Parameters, peers: Peers, calls: Sequence[RollCall], day: date
) -> Revealed:
    """What roll calls reveal of members for a vote.

    Severity, abstaining and divisiveness of every earlier resolution are estimated along with the members, by turns:
    the members given the resolutions, by `sim.rules.positions.reveal`; the resolutions given the members, by Newton's
    method on the expected log posterior. Members saw how their peers voted, as the record has it.

    Parameters
    ----------
    terms : what members bring on the day.
    calls : all dated before the day.
    day : that the deviations are known for; drift up to it is added.
    """
    calls = sorted(calls, key=lambda call: (call.date, call.resolution))[-MOST_VOTES:]
    size = len(next(iter(terms.values.values())))
    spreads = float(parameters["position_spread"]), float(parameters["position_topic_spread"])
    dates = [*(call.date for call in calls), day]
    walked = walk(np.array([each.toordinal() for each in dates]) / DAYS_PER_YEAR, float(parameters["position_drift"]))
    prior = np.diag([spreads[0], spreads[0], spreads[1]]) ** 2 * walked[-1, -1]
    if not calls:
        nothing = np.zeros((size, 3, 0))
        return Revealed(nothing.sum(axis=2), np.tile(prior, (size, 1, 1)), (), np.zeros((0, 2)), nothing)
    topics = np.unique([*(call.topic for call in calls), topic_of(vote)], return_inverse=True)[1]
    record = _Record(vote, terms, parameters, peers, calls)
    evidence = empty_evidence(size, len(calls))
    covariance = np.zeros((3, len(calls) + 1, len(calls)))
    for turn in range(ROUNDS):
        record.learn(evidence, covariance[:, :-1], FIRST_STEPS if turn == 0 else STEPS)
        covariance = covariances(record.loadings, walked, topics, *spreads)
        sweeps = LAST_SWEEPS if turn == ROUNDS - 1 else SWEEPS
        joint = record.of_votes(covariance[:, :-1])
        evidence = reveal(evidence, joint, record.utilities(), record.votes, record.weights, sweeps)
    ahead = covariance[:, -1]
    contributions = ahead * evidence.pull[:, None, :]
    taken = np.einsum("dv,nvw,ew->nde", ahead, evidence.gain, ahead)
    return Revealed(contributions.sum(axis=2), prior - taken, tuple(calls), record.loadings, contributions)


def expected_divisiveness(revealed: Revealed, vote: Vote) -> Divisiveness:
    """How a resolution is expected to divide: as its words say, and as earlier ones whose topics say the same did.

    The words count as much as half a resolution of the same day; an earlier one fades by a third of itself a year.
    """
    kind = vote.divides_by
    ages = np.array([(vote.date - call.date).days / DAYS_PER_YEAR for call in revealed.calls])
    same = np.array([divides_by(call.topic) == kind for call in revealed.calls], dtype=float)
    weights = same * np.exp(-ages / LOADING_YEARS)
    learned = weights @ revealed.loadings + LOADING_WORDS * np.array(DIVISIVENESS_PRIORS[kind])
    return Divisiveness(*(learned / (weights.sum() + LOADING_WORDS)))


class _Record:
    """V roll calls of N members, and the terms of their resolutions as far as they are learned."""

    def __init__(
        self, vote: Vote, terms: Terms, parameters: Parameters, peers: Peers, calls: Sequence[RollCall]
    ) -> None:
        votes = np.stack([call.votes for call in calls])
        plain = Text(severity=0.0, divisiveness=Divisiveness(0.0, 0.0), target_threat=1.0, sender_threat=1.0)
        nothing_given = np.full(votes.shape[1], NOT_GIVEN, dtype=np.int8)
        ballot = ballot_of(Standing(vote, terms, by_structure(votes.shape[1]), nothing_given), parameters, plain)
        self.own = np.stack(np.broadcast_arrays(*own_utilities(ballot, parameters, Deviation(0.0, 0.0, 0.0))), axis=-1)
        self.structure = np.stack([ballot.conflict, ballot.order], axis=-1)
        self.weights = counted(votes, float(parameters["position_absence"]))
        self.votes = np.maximum(votes, 0)
        self.stances = np.where(votes >= 0, STANCES[votes], 0.0)
        self.pull = parameters["peer_influence"] * (peers @ self.stances.T).T
        priors = np.array([DIVISIVENESS_PRIORS[divides_by(call.topic)] for call in calls])
        self.centres = np.concatenate([np.zeros((len(calls), 2)), priors], axis=1)
        self.terms = self.centres.copy()

    @property
    def loadings(self) -> FloatArray:
        """Divisiveness of the resolutions, (V, 2)."""
        return self.terms[:, 2:]

    def of_votes(self, covariance: FloatArray) -> FloatArray:
        """Covariance of the f of the votes, (V, V), from that of each deviation with them, (3, V, V)."""
        return np.einsum("vd,dvw->vw", self.loadings, covariance[:2]) + covariance[2]

    def utilities(self) -> FloatArray:
        """Utilities (V, N, 4) at a deviation of 0."""
        severity, abstaining = self.terms[:, 0, None], self.terms[:, 1]
        return self._utilities(self.loadings @ self.structure.T + self.pull - severity, abstaining)

    def _utilities(self, support: FloatArray, abstaining: FloatArray) -> FloatArray:
        found = self.own + support[..., None] * STANCES
        found[..., ABSTAIN] += abstaining[:, None]
        return found

    def learn(self, evidence: Evidence, covariance: FloatArray, steps: int) -> None:
        """Move the terms to where the votes are likeliest, given what they say of the members.

        Parameters
        ----------
        covariance : of each deviation with the f of the votes, (3, V, V).
        """
        along = np.einsum("dvw,nw->vnd", covariance[:2], evidence.pull)
        moved = np.diagonal(covariance[:2], axis1=1, axis2=2).T[:, None, :] - np.einsum(
            "dvw,nwx,xv->vnd", covariance[:2], evidence.gain, self.of_votes(covariance)
        )
        spread = np.sqrt(evidence.variance)
        slope = moved / np.maximum(evidence.variance, 1e-9)[..., None]
        former = self.loadings.copy()
        for _ in range(steps):
            gradient = (self.centres - self.terms) / PRIOR_SPREADS**2
            curvature = np.tile(np.diag(PRIOR_SPREADS**-2), (len(self.terms), 1, 1))
            for node, weight in zip(NODES, NODE_WEIGHTS, strict=True):
                own = along + slope * (spread * node)[..., None]
                rest = evidence.mean + spread * node - np.einsum("vd,vnd->vn", former, own)
                slopes = self._slopes(self.structure + own, rest)
                gradient, curvature = gradient + weight * slopes[0], curvature + weight * slopes[1]
            step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
            self.terms = self.terms + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            self.terms[:, 2:] = np.maximum(self.terms[:, 2:], 0.0)

    def _slopes(self, positions: FloatArray, rest: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (V, 4) and curvature (V, 4, 4) of the log likelihood in the terms.

        Parameters
        ----------
        positions : (V, N, 2).
        rest : what else supporting is worth to a member: its deviation on the topic, (V, N).
        """
        support = np.einsum("vd,vnd->vn", self.loadings, positions) + rest + self.pull - self.terms[:, 0, None]
        values = self._utilities(support, self.terms[:, 1])
        odds = np.exp(values - values.max(axis=-1, keepdims=True))
        chances = odds / odds.sum(axis=-1, keepdims=True)
        stance, abstaining = chances @ STANCES, chances[..., ABSTAIN]
        # A step in severity, abstaining or divisiveness moves the support by `by`, and the abstaining by `at`.
        by = np.concatenate([np.full((*rest.shape, 1), -1.0), np.zeros((*rest.shape, 1)), positions], axis=-1)
        at = np.array([0.0, 1.0, 0.0, 0.0])
        surprise = self.weights * (self.stances - stance)
        left = self.weights * ((self.votes == ABSTAIN) - abstaining)
        gradient = np.einsum("vn,vnk->vk", surprise, by) + left.sum(axis=1)[:, None] * at
        wide = self.weights * (chances @ STANCES**2 - stance**2)
        mixed = np.einsum("vn,vnk->vk", -self.weights * stance * abstaining, by)[:, :, None] * at
        own = (self.weights * abstaining * (1.0 - abstaining)).sum(axis=1)[:, None, None] * np.outer(at, at)
        return gradient, np.einsum("vn,vnk,vnl->vkl", wide, by, by) + mixed + mixed.transpose(0, 2, 1) + own
