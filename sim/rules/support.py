"""Help to either side, instrument by instrument: whether it is given, openly or covertly, and how much of it."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import FloatArray, Number

INSTRUMENTS = ("goods", "finance", "arms", "fighters", "labour", "territory", "recognition")
"""Help to the target other than buying its energy. Recognition is open by its nature."""

PAID = ("goods", "arms", "fighters", "labour")
"""Help that the target pays for, so that it needs open ways of payment."""

PRIVATE = ("goods", "finance")
"""Help given by firms and banks, on whom the side of their government has only part of its weight: goods leak even from
members that sanction."""


class LeaningWeights(NamedTuple):
    """Weight of each reason to help the target, 0 or greater; utility."""

    alignment: Number
    dependence: Number
    isolation: Number


def leaning(
    alignment: FloatArray, dependence: FloatArray, isolation: FloatArray, weights: LeaningWeights
) -> FloatArray:
    r"""Utility of helping the target, common to all instruments:
    :math:`-w_\theta \theta_i + w_D D_i + w_I I_i`; utility.

    Parameters
    ----------
    alignment : positive towards the sanctioning side.
    dependence : what the target can withhold, 0 or greater.
    isolation : in [0, 1].
    """
    return weights.dependence * dependence - weights.alignment * alignment + weights.isolation * isolation


def threat(sanction_risk: FloatArray, visibility: FloatArray | float, weight: FloatArray | float) -> FloatArray:
    """What secondary sanctions take from the utility of helping; 0 where nothing is left to lose.

    A member gives an instrument where `leaning` and its readiness exceed the threat and the noise. Readiness is the
    instrument's bias plus the logarithm of the member's ability, so that odds are in proportion to ability.

    Parameters
    ----------
    sanction_risk : expected secondary sanctions, 0 or greater.
    visibility : part of the help that is seen, in [0, 1]: 1 for open help.
    weight : weight of the sanctions, 0 or greater.
    """
    return (weight * visibility) * sanction_risk


def gate(finance: FloatArray, closed: FloatArray | float, without_finance: FloatArray | float) -> FloatArray:
    """Part of paid help that arrives, in [0, 1]: all of it, unless payments are closed and the member finances none.

    Parameters
    ----------
    finance : 1 where the member finances the trade as well.
    closed : 1 where sanctions close the usual ways of payment, else 0.
    without_finance : part that arrives without finance, in [0, 1].
    """
    return 1.0 - closed * (1.0 - without_finance) * (1.0 - finance)
