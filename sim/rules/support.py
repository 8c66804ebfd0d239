"""Help to either side, instrument by instrument: whether it is given, openly or covertly, and how much of it."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import FloatArray, Number

INSTRUMENTS = ("goods", "finance", "arms", "fighters", "labour", "territory", "recognition")
"""Help to the target besides buying its energy. Recognition is open by its nature."""

PAID = ("goods", "arms", "fighters", "labour")
"""What the target has to pay for, so that it flows freely only where money does."""

PRIVATE = ("goods", "finance")
"""What firms and banks give rather than governments, so that their government's side counts in part: leaks occur even
where the state sanctions."""


class LeaningWeights(NamedTuple):
    """What each reason to help the target weighs, 0 or greater; utility."""

    alignment: Number
    dependence: Number
    isolation: Number


def leaning(
    alignment: FloatArray, dependence: FloatArray, isolation: FloatArray, weights: LeaningWeights
) -> FloatArray:
    r"""What speaks for helping the target, whatever the instrument:
    :math:`-w_\theta \theta_i + w_D D_i + w_I I_i`; utility.

    Parameters
    ----------
    alignment : positive towards the senders.
    dependence : what the target can withhold, 0 or greater.
    isolation : in [0, 1].
    """
    return weights.dependence * dependence - weights.alignment * alignment + weights.isolation * isolation


def threat(sanction_risk: FloatArray, visibility: FloatArray | float, weight: FloatArray | float) -> FloatArray:
    """What secondary sanctions take from the utility of helping; 0 where nothing is left to lose.

    An instrument is given where `leaning` and the readiness to give it (the instrument's bias and the logarithm of the
    member's ability, so that odds are in proportion to it) exceed the threat and the noise.

    Parameters
    ----------
    sanction_risk : expected secondary sanctions, 0 or greater.
    visibility : part of the help that is seen, in [0, 1]: 1 for open help.
    weight : of the sanctions, 0 or greater.
    """
    return (weight * visibility) * sanction_risk


def gate(finance: FloatArray, closed: FloatArray | float, without_finance: FloatArray | float) -> FloatArray:
    """Part of paid help that gets through, in [0, 1]: all, unless payments are closed and nobody finances them.

    Parameters
    ----------
    finance : 1 where the member finances the trade as well.
    closed : 1 where sanctions close the usual ways of payment, else 0.
    without_finance : part that gets through without, in [0, 1].
    """
    return 1.0 - closed * (1.0 - without_finance) * (1.0 - finance)
