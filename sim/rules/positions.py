r"""Positions: how far members deviate from their structural alignment, how that drifts, and what votes reveal of it.

Member i deviates by :math:`u_i(t)` from its structural alignment :math:`\theta_i`, along the conflict and along the
order of the world, and by :math:`w_{ik}(t)` on each topic k. A resolution r on topic k, with divisiveness
:math:`a_r`, is therefore worth

.. math::
    f_{ir} = a_r \cdot u_i(t_r) + w_{ik}(t_r)

more to its supporters and less to its opponents. Deviations are Gaussian random walks (Martin & Quinn 2002): their
variance is :math:`\sigma_u^2` or :math:`\sigma_w^2` at the first vote on record, and grows by the share q of it a year.
Resolutions of different years are put on one scale by their content, following Bailey, Strezhnev & Voeten (2017).

The uncertainty about :math:`f_{ir}`, with variance v, is part of a member's noise and not added to it. A deviation d is
drawn once for a run, apart from the steps of the walk, and :math:`\varepsilon` is new in each vote. The level of the
noise is

.. math::
    \Phi\left(\frac{d + \pi / \sqrt 3 \; \varepsilon}{\sqrt{v + \pi^2 / 3}}\right)

So the votes of one run are correlated, and the noise keeps scale 1, the unit of utility. When the deviation was added
to the noise instead, predictions of the votes before October 2022 were worse.

The posterior of the deviations is approximated by a Gaussian, by expectation propagation (Minka 2001; Rasmussen &
Williams 2006, section 3.6): assumed-density filtering, repeated until the order of the votes no longer matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray, IntArray, Number
from sim.rules.choice import ABSENT, STANCES

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
NODE_WEIGHTS = NODE_WEIGHTS / NODE_WEIGHTS.sum()
LEAST = 1e-9
NOISE = np.pi / 3.0**0.5
"""Standard deviation of logit noise of scale 1."""
DAMPING = 0.8
"""Part of its change by which a vote's message moves in a sweep."""


class Deviation(NamedTuple):
    """Deviations from structural alignment, along each dimension and on the topic; utility."""

    conflict: Number
    order: Number
    topic: Number


class WalkStep(NamedTuple):
    """A step of the random walks between two votes.

    Parameters
    ----------
    occasion : the vote at its end.
    spread, topic_spread : standard deviations along either dimension and on the topic; utility.
    """

    occasion: str
    spread: float
    topic_spread: float


@dataclass(frozen=True)
class Knowledge:
    """The distribution of members' deviations before a scenario begins, for one of its votes.

    Parameters
    ----------
    mean : along the conflict, along the order and on the topic, (N, 3), or (3,) of one member; utility.
    root : lower triangular root of the covariance, (N, 3, 3) or (3, 3).
    topic : the topic of the vote.
    steps : steps of the walks from the scenario's first vote to this one.
    """

    mean: FloatArray
    root: FloatArray
    topic: str
    steps: tuple[WalkStep, ...]

    @property
    def expected(self) -> Deviation:
        """The mean, dimension by dimension."""
        return Deviation(*self.mean.T)

    def of_member(self, index: int | IntArray) -> Knowledge:
        """The distribution of one member, or of several."""
        return replace(self, mean=self.mean[index], root=self.root[index])

    def mix_noise(self, conflict: Number, order: Number, normal: Callable[[str], Number], fresh: Number) -> Number:
        """Mix the noise of the vote, as standard normal numbers: in part kept through a run, in part new.

        Parameters
        ----------
        conflict, order : how the resolution divides along the two dimensions.
        normal : the standard normal numbers of an occasion, (R, N) or one.
        fresh : those of the vote alone.
        """
        sizes, scale = self.weigh_noise(conflict, order)
        deviation: Number = 0.0
        for name, size in sizes.items():
            deviation = deviation + size * normal(name)
        return (deviation + NOISE * fresh) / scale

    def weigh_noise(self, conflict: Number, order: Number) -> tuple[dict[str, Number], Number]:
        """Weigh the parts of the noise that are kept through a run, by occasion; and the scale of the whole noise."""
        weights = conflict, order, 1.0
        walks = "conflict", "order", self.topic
        found: dict[str, Number] = {}
        variance: Number = 0.0
        for place, name in enumerate(walks):
            found[name] = sum((weight * self.root[..., i, place] for i, weight in enumerate(weights)), 0.0)
            variance = variance + found[name] ** 2
        for step in self.steps:
            sizes = conflict * step.spread, order * step.spread, step.topic_spread
            for size, name in zip(sizes, walks, strict=True):
                found[f"{name} until {step.occasion}"] = size
                variance = variance + size**2
        return found, (variance + NOISE**2) ** 0.5


class Evidence(NamedTuple):
    """The evidence of V votes about N members.

    Parameters
    ----------
    precision, shift : the message of each vote about each member as a Gaussian, (N, V): its inverse variance, and its
        mean times that.
    pull : what each vote adds to a deviation per unit of covariance with :math:`f_{ir}`, (N, V).
    gain : by how much the votes reduce a variance, per pair of such covariances, (N, V, V).
    mean, variance : mean and variance of :math:`f_{ir}` after all votes, (V, N).
    """

    precision: FloatArray
    shift: FloatArray
    pull: FloatArray
    gain: FloatArray
    mean: FloatArray
    variance: FloatArray


def compute_walk_covariance(years: FloatArray, drift: float) -> FloatArray:
    """Compute the covariance (V, V) of a random walk at several dates, with variance 1 at the first of them.

    Parameters
    ----------
    years : dates, in years.
    drift : variance added per year.
    """
    return 1.0 + drift * (np.minimum.outer(years, years) - years.min())


def compute_covariances(
    loadings: FloatArray, walk: FloatArray, topics: IntArray, spread: float, topic_spread: float
) -> FloatArray:
    r"""Compute the covariance (3, T, V) of each deviation (conflict, order, topic) with :math:`f_{ir}` of every vote.

    Parameters
    ----------
    loadings : divisiveness of the V votes, (V, 2).
    walk : covariance of a walk at T dates, of which the first V are those of the votes, (T, T).
    topics : topic of each date, (T,).
    """
    count = len(loadings)
    along = spread**2 * walk[None, :, :count] * loadings.T[:, None, :]
    same = topic_spread**2 * walk[:, :count] * (topics[:, None] == topics[:count])
    return np.concatenate([along, same[None]])


def make_empty_evidence(members: int, votes: int) -> Evidence:
    """Make evidence in which no vote has sent a message."""
    none = np.zeros((members, votes))
    return Evidence(none, none, none, np.zeros((members, votes, votes)), none.T, none.T)


def reveal(
    before: Evidence,
    covariance: FloatArray,
    utilities: FloatArray,
    votes: IntArray,
    weights: FloatArray,
    sweeps: int,
) -> Evidence:
    """Find what votes reveal of each member, one member at a time, by expectation propagation.

    Parameters
    ----------
    before : the messages from which the sweeps start.
    covariance : covariance of the f of the votes, (V, V).
    utilities : of the actions at a deviation of 0, (V, N, 4).
    votes : action codes (V, N); any code where the weight is 0.
    weights : the weight of each vote, (V, N).
    """
    precision, shift = before.precision, before.shift
    # One array for each action: over a last axis of four, maxima and sums cost several times as much.
    opposing, absent, abstaining, supporting = (utilities[..., action, None] for action in range(len(STANCES)))
    staying = np.maximum(absent, abstaining)
    voted, stance = np.take_along_axis(utilities, votes[..., None].astype(np.int64), axis=-1), STANCES[votes][..., None]
    for _ in range(sweeps):
        mean, variance, _ = _posterior(covariance, precision, shift)
        left = np.maximum(1.0 / variance - precision, 1e-6)  # precision of the other votes about this one
        centre, scale = (mean / variance - shift) / left, left**-0.5
        nodes = centre.T[..., None] + scale.T[..., None] * NODES
        support, oppose = supporting + nodes, opposing - nodes
        largest = np.maximum(np.maximum(oppose, support), staying)
        odds = np.exp(oppose - largest) + np.exp(absent - largest) + np.exp(abstaining - largest)
        chosen = voted + nodes * stance - largest - np.log(odds + np.exp(support - largest))
        fit = weights[..., None] * chosen
        likelihood = NODE_WEIGHTS * np.exp(fit - fit.max(axis=-1, keepdims=True))
        total = likelihood.sum(axis=-1)
        seen = (likelihood * nodes).sum(axis=-1) / total
        spread = np.maximum((likelihood * (nodes - seen[..., None]) ** 2).sum(axis=-1) / total, 1e-6)
        gained = 1.0 / spread.T - left
        is_informative = gained > LEAST
        precision = precision + DAMPING * (np.where(is_informative, gained, LEAST) - precision)
        message = np.where(is_informative, seen.T / spread.T - centre * left, 0.0)
        shift = shift + DAMPING * (message - shift)
    mean, variance, posterior = _posterior(covariance, precision, shift)
    gain = precision[:, :, None] * (np.eye(len(covariance)) - posterior * precision[:, None, :])
    return Evidence(
        precision=precision,
        shift=shift,
        pull=shift - precision * mean,
        gain=gain,
        mean=mean.T,
        variance=variance.T,
    )


def _posterior(covariance: FloatArray, precision: FloatArray, shift: FloatArray) -> tuple[FloatArray, ...]:
    """Mean and variance (N, V), and covariance (N, V, V), of f under the messages."""
    root = np.sqrt(precision)
    scaled = root[:, :, None] * covariance
    inner = np.eye(len(covariance)) + scaled * root[:, None, :]
    posterior = covariance - scaled.transpose(0, 2, 1) @ np.linalg.solve(inner, scaled)
    mean = np.einsum("nvw,nw->nv", posterior, shift)
    return mean, np.maximum(np.einsum("nvv->nv", posterior), LEAST), posterior


def weigh_votes(votes: IntArray, absence: float) -> FloatArray:
    """Weigh votes: 1 each, less for an absence, and 0 where none is on record.

    Parameters
    ----------
    votes : action codes, -1 where not recorded.
    absence : weight of an absence in [0, 1]; absences are often due to lack of staff, not to the resolution.
    """
    return np.where(votes == ABSENT, absence, 1.0) * (votes >= 0)
