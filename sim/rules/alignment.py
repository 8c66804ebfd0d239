"""Alignment: a member's place between the target and the sanctioning side, and its memory of its own votes."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import FloatArray, Number

DAYS_PER_YEAR = 365.25


class Divisiveness(NamedTuple):
    """How a resolution divides members along the two dimensions of alignment, :math:`a_r`; each 0 or greater."""

    conflict: Number
    order: Number


def alignment(conflict: FloatArray, order: FloatArray, memory: FloatArray, divisiveness: Divisiveness) -> FloatArray:
    r"""The term :math:`a_r \cdot \theta_i` of a resolution that divides along two dimensions.

    Parameters
    ----------
    conflict : whose side a member is on in this conflict, without its memory; utility.
    order : whose order of the world it prefers; utility.
    memory : what its own earlier votes add to the first dimension; utility.
    """
    return divisiveness.conflict * (conflict + memory) + divisiveness.order * order


def discount(age_days: float, half_life_years: float) -> float:
    r"""Weight of a vote `age_days` old: :math:`1 / (1 + age / h)`, hyperbolic.

    Forgetting follows a power of time rather than an exponential (Wixted & Ebbesen 1991): an old vote on the question
    weighs little next to a recent one, yet it counts where it is the only one.
    """
    return 1.0 / (1.0 + age_days / DAYS_PER_YEAR / half_life_years)


def remembered_stance(stance_sum: FloatArray, weight_sum: FloatArray, scepticism: float | FloatArray) -> FloatArray:
    """Discounted mean of a member's own earlier stances, shrunk towards 0 by `scepticism` votes; in [-1, 1].

    Parameters
    ----------
    stance_sum : sum of the earlier stances, each times its discount.
    weight_sum : sum of the discounts of the votes that were recorded for the member.
    scepticism : prior evidence for a stance of 0, in numbers of recent votes; greater than 0.
    """
    return stance_sum / (weight_sum + scepticism)
