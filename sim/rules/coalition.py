"""The coalition of senders: who joins it, how hard it enforces, what it covers of the target's market."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray, Number


def logit_noise(draw: Number) -> FloatArray:
    """Logit noise of scale 1 from a uniform draw in [0, 1): a decision holds where its utility exceeds the noise.

    The chance of that is 1 / (1 + exp(-utility)).
    """
    return np.log(draw + 2.0**-54) - np.log1p(-draw)


class JoiningWeights(NamedTuple):
    """What each reason weighs in joining, 0 or greater, and the reluctance to join at all; utility."""

    alignment: Number
    dependence: Number
    allies: Number
    reluctance: Number


def joining_utility(
    alignment: FloatArray, dependence: FloatArray, allies: FloatArray, weights: JoiningWeights
) -> FloatArray:
    r"""Utility of sanctioning the target: :math:`w_\theta \theta_i - w_D D_i + w_A A_i - w_0`.

    Parameters
    ----------
    alignment : both dimensions with the shift, utility; positive towards the senders.
    dependence : what the target can withhold, utility, 0 or greater.
    allies : share of the peers, as weighted in the vote, that sanction already, in [0, 1].
    """
    return (
        weights.alignment * alignment - weights.dependence * dependence + weights.allies * allies - weights.reluctance
    )


def member_effort(multiplier: FloatArray | float, dependence: FloatArray) -> FloatArray:
    """How hard a member enforces, 0 or greater: less, the more the target can withhold from it.

    Parameters
    ----------
    multiplier : what its policies make of it.
    dependence : on the target; utility, 0 or greater.
    """
    return multiplier / (1.0 + dependence)


def coalition_effort(power: FloatArray, total_power: float, enforcement_effort: FloatArray | float) -> FloatArray:
    """How hard the coalition enforces: the mean of its members' effort, weighted by what they can withhold.

    Parameters
    ----------
    power : weight of the members that sanction, times what a policy makes of their effort, summed.
    total_power : weight of the scenario's senders, summed; greater than 0.
    """
    return enforcement_effort * power / total_power


def cost_to_target(coverage: FloatArray) -> FloatArray:
    """What the sanctions cost the target, in [0, 1]: convex in the part of its market that they cover.

    While the market is half open, trade goes round; the last partners are the ones that cannot be replaced. The square
    is the simplest convex form.
    """
    return coverage * coverage


def entrepot_weight(help_given: FloatArray, trade_with_target: FloatArray, commerce: FloatArray) -> FloatArray:
    """Weight of a member in passing goods on to the target: its trade with it, where it passes any on.

    Parameters
    ----------
    help_given : goods passed on, in [0, 1].
    trade_with_target : share of the member's trade, in [0, 1].
    commerce : value of all its trade.
    """
    return help_given * trade_with_target * commerce


def import_growth(
    weight: FloatArray, all_weights: FloatArray, diverted: FloatArray, trade_with_coalition: FloatArray
) -> FloatArray:
    """Growth of a member's imports from the coalition by what it passes on to the target, as a ratio to before.

    Parameters
    ----------
    weight, all_weights : as an entrepot, and of all members together.
    diverted : trade that goes round through all of them.
    trade_with_coalition : value of its own trade with the coalition before, same unit; 0 or greater.
    """
    share = weight / np.where(all_weights > 0, all_weights, 1.0)
    known = trade_with_coalition > 0
    return np.where(known, diverted * share / np.where(known, trade_with_coalition, 1.0), 0.0)
