r"""Position: where a member is beyond what its structure says, how that drifts, and what its votes reveal of it.

Member i deviates by :math:`u_i(t)` from the structural alignment :math:`\theta_i`: along the conflict, along the order
of the world, and on each topic by itself. A resolution r on topic k, with divisiveness :math:`a_r`, is worth

.. math::
    f_{ir} = a_r \cdot u_i(t_r) + w_{ik}(t_r)

more to its supporters and less to its opponents. Deviations are Gaussian random walks (Martin & Quinn 2002): their
variance is :math:`\sigma_u^2` or :math:`\sigma_w^2` at the first vote on record, and grows by the share q of it a year.
That resolutions of different years are put on one scale by what they ask follows Bailey, Strezhnev & Voeten (2017).

What votes reveal is the Gaussian that expectation propagation gives (Minka 2001; Rasmussen & Williams 2006, section
3.6): assumed-density filtering, repeated until the order of the votes no longer matters.
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
DAMPING = 0.8
"""Part of the way that a vote's message moves in a sweep."""


class Deviation(NamedTuple):
    """How far members are from where their structure puts them, along each dimension and on the topic; utility."""

    conflict: Number
    order: Number
    topic: Number


class Step(NamedTuple):
    """A step of the walks between two votes.

    Parameters
    ----------
    occasion : the vote that it ends at.
    spread, topic_spread : standard deviations along either dimension and on the topic; utility.
    """

    occasion: str
    spread: float
    topic_spread: float


@dataclass(frozen=True)
class Knowledge:
    """What is known of members' deviations before a scenario begins, for one of its votes.

    Parameters
    ----------
    mean : along the conflict, along the order and on the topic, (N, 3), or (3,) of one member; utility.
    root : lower triangular root of the covariance, (N, 3, 3) or (3, 3).
    topic : of the vote.
    steps : of the walks from the scenario's first vote to this one.
    """

    mean: FloatArray
    root: FloatArray
    topic: str
    steps: tuple[Step, ...]

    @property
    def expected(self) -> Deviation:
        """The mean, dimension by dimension."""
        return Deviation(*self.mean.T)

    def of_member(self, index: int) -> Knowledge:
        """What is known of one member."""
        return replace(self, mean=self.mean[index], root=self.root[index])

    def draw(self, normal: Callable[[str], Number]) -> Deviation:
        """Draw deviations: one draw from what is known, then a step of the walks for each vote.

        Parameters
        ----------
        normal : the standard normal numbers of an occasion, (R, N) or one.
        """
        mean, root = self.expected, np.moveaxis(self.root, (-2, -1), (0, 1))
        first, second, third = normal("conflict"), normal("order"), normal(self.topic)
        conflict = mean.conflict + root[0, 0] * first
        order = mean.order + root[1, 0] * first + root[1, 1] * second
        topic = mean.topic + root[2, 0] * first + root[2, 1] * second + root[2, 2] * third
        for step in self.steps:
            conflict = conflict + step.spread * normal(f"conflict until {step.occasion}")
            order = order + step.spread * normal(f"order until {step.occasion}")
            topic = topic + step.topic_spread * normal(f"{self.topic} until {step.occasion}")
        return Deviation(conflict, order, topic)


class Evidence(NamedTuple):
    """What V votes say of N members.

    Parameters
    ----------
    precision, shift : of each member and vote, (N, V): the message that the vote is worth as a Gaussian, by its inverse
        variance and its mean times that.
    pull : (N, V): what the vote adds to a deviation, per unit of covariance with :math:`f_{ir}`.
    gain : (N, V, V): what the votes take from a variance, per pair of such covariances.
    mean, variance : of :math:`f_{ir}` given all votes, (V, N).
    """

    precision: FloatArray
    shift: FloatArray
    pull: FloatArray
    gain: FloatArray
    mean: FloatArray
    variance: FloatArray


def walk(years: FloatArray, drift: float) -> FloatArray:
    """Covariance of a random walk at several dates with variance 1 at the first of them, (V, V).

    Parameters
    ----------
    years : dates, in years.
    drift : variance added per year.
    """
    return 1.0 + drift * (np.minimum.outer(years, years) - years.min())


def covariances(
    loadings: FloatArray, walked: FloatArray, topics: IntArray, spread: float, topic_spread: float
) -> FloatArray:
    r"""Covariance of each deviation with :math:`f_{ir}` of every vote, (3, T, V): conflict, order, topic.

    Parameters
    ----------
    loadings : divisiveness of the V votes, (V, 2).
    walked : covariance of a walk at T dates, of which the votes' are the first V, (T, T).
    topics : topic of each date, (T,).
    """
    count = len(loadings)
    along = spread**2 * walked[None, :, :count] * loadings.T[:, None, :]
    same = topic_spread**2 * walked[:, :count] * (topics[:, None] == topics[:count])
    return np.concatenate([along, same[None]])


def empty_evidence(members: int, votes: int) -> Evidence:
    """No message from any vote yet."""
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
    """What votes reveal of each member, member by member: expectation propagation.

    Parameters
    ----------
    before : messages that the sweeps start from.
    covariance : of the f of the votes, (V, V).
    utilities : of the actions at a deviation of 0, (V, N, 4).
    votes : action codes (V, N); any where the weight is 0.
    weights : how much each vote counts, (V, N).
    """
    precision, shift = before.precision, before.shift
    for _ in range(sweeps):
        mean, variance, _ = _posterior(covariance, precision, shift)
        left = np.maximum(1.0 / variance - precision, 1e-6)  # what the other votes say of this one
        centre, scale = (mean / variance - shift) / left, left**-0.5
        nodes = centre.T[..., None] + scale.T[..., None] * NODES
        values = utilities[:, :, None, :] + nodes[..., None] * STANCES
        chosen = np.take_along_axis(values, votes[:, :, None, None].astype(np.int64), axis=-1)[..., 0]
        likelihood = NODE_WEIGHTS * np.exp(weights[..., None] * (chosen - np.log(np.exp(values).sum(axis=-1))))
        total = likelihood.sum(axis=-1)
        seen = (likelihood * nodes).sum(axis=-1) / total
        spread = np.maximum((likelihood * (nodes - seen[..., None]) ** 2).sum(axis=-1) / total, 1e-6)
        gained = 1.0 / spread.T - left
        says_something = gained > LEAST
        precision = precision + DAMPING * (np.where(says_something, gained, LEAST) - precision)
        message = np.where(says_something, seen.T / spread.T - centre * left, 0.0)
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
    """Mean and variance (N, V), and covariance (N, V, V), of f given messages."""
    root = np.sqrt(precision)
    scaled = root[:, :, None] * covariance
    inner = np.eye(len(covariance)) + scaled * root[:, None, :]
    posterior = covariance - scaled.transpose(0, 2, 1) @ np.linalg.solve(inner, scaled)
    mean = np.einsum("nvw,nw->nv", posterior, shift)
    return mean, np.maximum(np.einsum("nvv->nv", posterior), LEAST), posterior


def counted(votes: IntArray, absence: float) -> FloatArray:
    """How much votes count: one each, an absence less, and nothing where none is on record.

    Parameters
    ----------
    votes : action codes, -1 where not recorded.
    absence : weight of an absence, which is as often a matter of staff as of the question, in [0, 1].
    """
    return np.where(votes == ABSENT, absence, 1.0) * (votes >= 0)
