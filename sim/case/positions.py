"""Members' positions as earlier votes reveal them: means and covariances of their deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.case.ballot import NOT_FIXED, Standing, Terms, VoteSettings, find_topic, make_ballot
from sim.case.utilities import compute_own_utilities
from sim.results.showing import Shown
from sim.rules.alignment import DAYS_PER_YEAR, DIVISIVENESS_PRIORS, Divisiveness
from sim.rules.choice import ABSTAIN, STANCES, compute_choice_probabilities
from sim.rules.parameters import Parameters
from sim.rules.payoffs import Utilities
from sim.rules.positions import (
    Deviation,
    Evidence,
    Knowledge,
    WalkStep,
    compute_covariances,
    compute_walk_covariance,
    make_empty_evidence,
    reveal,
    weigh_votes,
)
from sim.specs import Vote
from sim.world import RollCall

if TYPE_CHECKING:
    from sim.rules.influence import Peers

MOST_VOTES = 30
"""Roll calls that are read, the latest ones; older ones carry little information."""
LOADING_YEARS, LOADING_WORDS = 3.0, 0.5
"""Years in which an earlier resolution loses two thirds of its weight, and the weight of a resolution's own words."""
TERM_YEARS = 2.0
"""Age in years at which an earlier resolution has half its weight for the severity of a new one."""
TERM_SPREADS, TERM_SPREADS_OF_OTHERS = (1.0, 0.5), (2.0, 0.5)
"""Prior spreads of severity and abstaining, on a known topic and a new one; each weighs as one resolution."""
ROUNDS, SWEEPS, LAST_SWEEPS = 6, 3, 9
FIRST_STEPS, STEPS, LONGEST_STEP = 6, 2, 2.0
PRIOR_SPREADS = np.array([5.0, 1.0, 0.25, 0.25])
"""Standard deviations of the priors of an earlier resolution's severity, abstaining and divisiveness."""
DECIMALS = 7
"""Decimals of the terms of earlier resolutions: sums over members round differently in another order of the members."""
REGULAR = 1e-9
"""What is added to the diagonal of a matrix against rounding, as a share of its trace."""
NODES, NODE_WEIGHTS = np.array([-(3.0**0.5), 0.0, 3.0**0.5]), np.array([1.0, 4.0, 1.0]) / 6.0


@dataclass(frozen=True, repr=False)
class Positions(Shown):
    """The positions of N members on a day, as deviations from structural alignment, and the votes that reveal them.

    Parameters
    ----------
    mean : (N, 3): along the conflict, along the order, on the topic; utility.
    covariance : (N, 3, 3).
    calls : the V roll calls that were read, in date order.
    terms : the estimates for each: severity, base utility of abstaining, and divisiveness, (V, 4).
    contributions : what each roll call adds to the mean, (N, 3, V).
    """

    mean: FloatArray
    covariance: FloatArray
    calls: tuple[RollCall, ...]
    terms: FloatArray
    contributions: FloatArray

    @property
    def deviation(self) -> Deviation:
        """The mean, dimension by dimension."""
        return Deviation(*self.mean.T)


def assume_structure(size: int) -> Knowledge:
    """Assume that members are where their structure puts them: deviations of 0 without variance."""
    return Knowledge(np.zeros((size, 3)), np.zeros((size, 3, 3)), "", ())


def make_knowledge(positions: Positions, votes: Sequence[Vote], number: int, parameters: Parameters) -> Knowledge:
    """Make what is known for one vote of a scenario: the positions before its first vote, and the steps since then."""
    yearly = float(parameters["position_drift"]) ** 0.5
    steps = []
    for earlier, vote in pairwise(votes[: number + 1]):
        size = yearly * ((vote.date - earlier.date).days / DAYS_PER_YEAR) ** 0.5
        spreads = float(parameters["position_spread"]), float(parameters["position_topic_spread"])
        steps.append(WalkStep(vote.resolution, size * spreads[0], size * spreads[1]))
    root: FloatArray = np.linalg.cholesky(positions.covariance).astype(np.float64)
    return Knowledge(positions.mean, root, find_topic(votes[number]), tuple(steps))


def choose_calls(earlier: Sequence[RollCall], target: str, topic: str) -> list[RollCall]:
    """Choose the roll calls to read for a vote: those about its target and, where none is on its topic, all on it."""
    about = [call for call in earlier if call.target == target]
    if any(call.topic == topic for call in about):
        return about
    return [*about, *(call for call in earlier if call.topic == topic)]


def estimate_positions(
    vote: Vote, terms: Terms, parameters: Parameters, peers: Peers, calls: Sequence[RollCall], day: date
) -> Positions:
    """Estimate members' positions from earlier roll calls.

    Two steps alternate. The members' positions are estimated with the resolutions held, by
    `sim.rules.positions.reveal`. Severity, base utility of abstaining and divisiveness of every earlier resolution are
    estimated with the positions held, by Newton's method on the expected log posterior. Peers count as they voted in
    the roll call.

    Parameters
    ----------
    vote : the vote whose topic the positions are for.
    terms : the editable quantities of members on the day.
    calls : roll calls, all dated before the day.
    day : the day of the positions; drift up to it is added.
    """
    calls = sorted(calls, key=lambda call: (call.date, call.resolution))[-MOST_VOTES:]
    size = len(next(iter(terms.values.values())))
    spreads = float(parameters["position_spread"]), float(parameters["position_topic_spread"])
    dates = [*(call.date for call in calls), day]
    years = np.array([each.toordinal() for each in dates]) / DAYS_PER_YEAR
    walk = compute_walk_covariance(years, float(parameters["position_drift"]))
    prior = np.diag([spreads[0], spreads[0], spreads[1]]) ** 2 * walk[-1, -1]
    if not calls:
        nothing = np.zeros((size, 3, 0))
        return Positions(nothing.sum(axis=2), np.tile(prior, (size, 1, 1)), (), np.zeros((0, 4)), nothing)
    topics = np.unique([*(call.topic for call in calls), find_topic(vote)], return_inverse=True)[1]
    record = _Record(vote, terms, parameters, peers, calls)
    evidence = make_empty_evidence(size, len(calls))
    covariance = np.zeros((3, len(calls) + 1, len(calls)))
    for turn in range(ROUNDS):
        record.learn(evidence, covariance[:, :-1], FIRST_STEPS if turn == 0 else STEPS)
        covariance = compute_covariances(record.loadings, walk, topics, *spreads)
        sweeps = LAST_SWEEPS if turn == ROUNDS - 1 else SWEEPS
        joint = record.of_votes(covariance[:, :-1])
        evidence = reveal(evidence, joint, record.utilities(), record.votes, record.weights, sweeps)
    ahead = covariance[:, -1]
    contributions = ahead * evidence.pull[:, None, :]
    explained = np.einsum("dv,nvw,ew->nde", ahead, evidence.gain, ahead)
    unknown = _raise_eigenvalues(prior - explained, REGULAR * float(np.trace(prior)))
    return Positions(contributions.sum(axis=2), unknown, tuple(calls), record.terms, contributions)


def expect_divisiveness(positions: Positions, vote: Vote) -> Divisiveness:
    """Expect the divisiveness of a resolution from its words and from earlier resolutions that divide by the same.

    The words weigh as much as half a resolution of the same day. The weight of an earlier resolution falls by 28 % a
    year.
    """
    kind = vote.divides_by
    ages = np.array([(vote.date - call.date).days / DAYS_PER_YEAR for call in positions.calls])
    same = np.array([call.divides_by == kind for call in positions.calls], dtype=float)
    weights = same * np.exp(-ages / LOADING_YEARS)
    learned = weights @ positions.terms[:, 2:] + LOADING_WORDS * np.array(DIVISIVENESS_PRIORS[kind])
    return Divisiveness(*(learned / (weights.sum() + LOADING_WORDS)))


def expect_terms(positions: Positions, vote: Vote) -> tuple[FloatArray, FloatArray]:
    """Expect severity and base utility of abstaining of a new resolution from earlier ones.

    The mean is that of earlier resolutions on its topic, or of all where there is none, recent ones weighing most; the
    covariance is that of one more such resolution. The rule and its numbers are those of `sim.fitting.proposals`, where
    they were chosen.

    Returns
    -------
    Mean (2,) and covariance (2, 2); utility.
    """
    terms = positions.terms[:, :2]
    ages = np.array([(vote.date - call.date).days / DAYS_PER_YEAR for call in positions.calls])
    is_same = np.array([call.topic == find_topic(vote) for call in positions.calls], dtype=bool)
    weights = (is_same if is_same.any() else 1.0) * 0.5 ** (ages / TERM_YEARS)
    mean = weights @ terms / weights.sum()
    around = (weights[:, None] * (terms - mean)).T @ (terms - mean)
    prior = np.diag(TERM_SPREADS if is_same.any() else TERM_SPREADS_OF_OTHERS) ** 2
    covariance = (prior + around) / (1.0 + weights.sum())
    return mean, covariance


def _raise_eigenvalues(matrices: FloatArray, least: float) -> FloatArray:
    """Symmetric matrices (N, K, K) without eigenvalues below the least, which only rounding can give."""
    values, vectors = np.linalg.eigh(matrices)
    raised = np.einsum("nik,nk,njk->nij", vectors, np.maximum(values, least), vectors)
    return np.where(values.min(axis=-1)[:, None, None] < least, raised, matrices)


def _regular(matrices: FloatArray) -> FloatArray:
    """Symmetric matrices (..., K, K) with enough on the diagonal that rounding leaves them positive definite."""
    size = matrices.shape[-1]
    trace = np.trace(matrices, axis1=-2, axis2=-1)[..., None, None]
    return matrices + REGULAR * np.maximum(trace, REGULAR) * np.eye(size)


class _Record:
    """V roll calls of N members, and the terms of their resolutions as estimated so far."""

    def __init__(
        self, vote: Vote, terms: Terms, parameters: Parameters, peers: Peers, calls: Sequence[RollCall]
    ) -> None:
        votes = np.stack([call.votes for call in calls])
        plain = VoteSettings(severity=0.0, divisiveness=Divisiveness(0.0, 0.0), target_threat=1.0, sender_threat=1.0)
        nobody_fixed = np.full(votes.shape[1], NOT_FIXED, dtype=np.int8)
        ballot = make_ballot(Standing(vote, terms, assume_structure(votes.shape[1]), nobody_fixed), parameters, plain)
        own = compute_own_utilities(ballot, parameters, Deviation(0.0, 0.0, 0.0))
        self.own = own
        self.structure = np.stack([ballot.conflict, ballot.order], axis=-1)
        self.weights = weigh_votes(votes, float(parameters["position_absence"]))
        self.votes = np.maximum(votes, 0)
        self.stances = np.where(votes >= 0, STANCES[votes], 0.0)
        self.pull = parameters["peer_influence"] * (peers @ self.stances.T).T
        priors = np.array([DIVISIVENESS_PRIORS[call.divides_by] for call in calls])
        self.centres = np.concatenate([np.zeros((len(calls), 2)), priors], axis=1)
        self.terms = self.centres.copy()

    @property
    def loadings(self) -> FloatArray:
        """Divisiveness of the resolutions, (V, 2)."""
        return self.terms[:, 2:]

    def of_votes(self, covariance: FloatArray) -> FloatArray:
        """Covariance (V, V) of the f of the votes, from the covariance (3, V, V) of each deviation with them."""
        return np.einsum("vd,dvw->vw", self.loadings, covariance[:2]) + covariance[2]

    def utilities(self) -> FloatArray:
        """Utilities (V, N, 4) at a deviation of 0."""
        severity, abstaining = self.terms[:, 0, None], self.terms[:, 1]
        found = self._utilities(self.loadings @ self.structure.T + self.pull - severity, abstaining)
        return np.stack(np.broadcast_arrays(*found), axis=-1)

    def _utilities(self, support: FloatArray, abstaining: FloatArray) -> Utilities:
        return Utilities(
            oppose=self.own.oppose - support,
            absent=self.own.absent,
            abstain=self.own.abstain + abstaining[:, None],
            support=self.own.support + support,
        )

    def learn(self, evidence: Evidence, covariance: FloatArray, steps: int) -> None:
        """Move the terms of the resolutions to where the votes are most likely under the members' positions.

        Parameters
        ----------
        covariance : of each deviation with the f of the votes, (3, V, V).
        """
        along = np.einsum("dvw,nw->vnd", covariance[:2], evidence.pull)
        moved = np.diagonal(covariance[:2], axis1=1, axis2=2).T[:, None, :] - np.einsum(
            "dvw,nwv->vnd", covariance[:2], evidence.gain @ self.of_votes(covariance)
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
            step = np.linalg.solve(_regular(curvature), gradient[..., None])[..., 0]
            self.terms = self.terms + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            self.terms[:, 2:] = np.maximum(self.terms[:, 2:], 0.0)
            self.terms = np.round(self.terms, DECIMALS)

    def _slopes(self, positions: FloatArray, rest: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (V, 4) and curvature (V, 4, 4) of the log likelihood in the terms.

        Parameters
        ----------
        positions : (V, N, 2).
        rest : the other part of the utility of supporting: the deviation on the topic, (V, N).
        """
        support = np.einsum("vd,vnd->vn", self.loadings, positions) + rest + self.pull - self.terms[:, 0, None]
        chances = compute_choice_probabilities(self._utilities(support, self.terms[:, 1]))
        stance, abstaining = chances.support - chances.oppose, chances.abstain
        # A step in severity, abstaining or divisiveness moves the support by `by`, and the abstaining by `at`.
        by = np.concatenate([np.full((*rest.shape, 1), -1.0), np.zeros((*rest.shape, 1)), positions], axis=-1)
        at = np.array([0.0, 1.0, 0.0, 0.0])
        surprise = self.weights * (self.stances - stance)
        left = self.weights * ((self.votes == ABSTAIN) - abstaining)
        gradient = np.einsum("vn,vnk->vk", surprise, by) + left.sum(axis=1)[:, None] * at
        wide = self.weights * (chances.oppose + chances.support - stance**2)
        mixed = np.einsum("vn,vnk->vk", -self.weights * stance * abstaining, by)[:, :, None] * at
        own = (self.weights * abstaining * (1.0 - abstaining)).sum(axis=1)[:, None, None] * np.outer(at, at)
        return gradient, (wide[..., None] * by).transpose(0, 2, 1) @ by + mixed + mixed.transpose(0, 2, 1) + own
