"""The sanctioning coalition: who joins it, and how hard it enforces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray, Number


def compute_logit_noise(draw: Number) -> FloatArray:
    """Logit noise of scale 1 from a uniform draw in [0, 1): a member acts where the utility exceeds the noise.

    The chance of that is 1 / (1 + exp(-utility)).
    """
    return np.log(draw + 2.0**-54) - np.log1p(-draw)


class JoiningWeights(NamedTuple):
    """Weight of each reason to join, 0 or greater, and the reluctance to join at all; utility."""

    alignment: Number
    dependence: Number
    allies: Number
    reluctance: Number


def compute_joining_utility(
    alignment: FloatArray, dependence: FloatArray, allies: FloatArray, weights: JoiningWeights
) -> FloatArray:
    r"""Utility of sanctioning the target: :math:`w_\theta \theta_i - w_D D_i + w_A A_i - w_0`.

    Parameters
    ----------
    alignment : both dimensions with the shift; utility, positive towards the sanctioning side.
    dependence : what the target can withhold; utility, 0 or greater.
    allies : share of the peers, as weighted in the vote, that sanction already, in [0, 1].
    """
    return (
        weights.alignment * alignment - weights.dependence * dependence + weights.allies * allies - weights.reluctance
    )


def compute_member_effort(multiplier: FloatArray | float, dependence: FloatArray) -> FloatArray:
    """How hard a member enforces, 0 or greater: less, the more the target can withhold from it.

    Parameters
    ----------
    multiplier : factor set by its policies, 0 or greater.
    dependence : on the target; utility, 0 or greater.
    """
    return multiplier / (1.0 + dependence)


def compute_coalition_effort(
    power: FloatArray, total_power: float, enforcement_effort: FloatArray | float
) -> FloatArray:
    """How hard the coalition enforces: the mean effort of its members, weighted by what they can withhold.

    Parameters
    ----------
    power : weights of the members that sanction times their effort, summed.
    total_power : weight of the scenario's senders, summed; greater than 0.
    """
    return enforcement_effort * power / total_power
