"""What moves slowly: alignment, dependence and isolation, month by month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray, Number


class DriftWeights(NamedTuple):
    """What pulls alignment.

    Parameters
    ----------
    rate : part of the distance covered in a month, in [0, 1].
    dependence, isolation : weights of their changes, 0 or greater; utility.
    """

    rate: Number
    dependence: Number
    isolation: Number


def drift_alignment(
    shift: FloatArray, dependence_change: FloatArray, isolation_change: FloatArray, weights: DriftWeights
) -> FloatArray:
    r"""Shift of alignment after a month: :math:`s' = s + r (-w_D \Delta D_i - w_I \Delta I_i - s)`; utility.

    The shift covers a part of the distance to the value that the changes of dependence and isolation pull it to. A
    shock, such as a visit that soured relations, fades the same way. Where nothing has changed, nothing drifts.

    Parameters
    ----------
    shift : change of alignment since the start, positive towards the sanctioning side.
    dependence_change : change of the dependence on the target since the start; utility.
    isolation_change : change of the isolation since the start, in [-1, 1].
    weights : r, :math:`w_D` and :math:`w_I`.
    """
    pull = weights.dependence * dependence_change + weights.isolation * isolation_change
    return shift - weights.rate * (pull + shift)


def deepen_security(
    security: FloatArray, isolation_change: FloatArray, tie: FloatArray, rate: FloatArray | float
) -> FloatArray:
    """Dependence on the target for security after a month, in [0, 1]: isolation deepens it where a tie exists.

    Parameters
    ----------
    security : dependence so far, in [0, 1].
    isolation_change : change of the isolation since the start; only a rise counts.
    tie : the security tie with the target at the start, in [0, 1].
    rate : part of the distance to full dependence covered in a month of full isolation, in [0, 1].
    """
    return security + rate * np.maximum(isolation_change, 0.0) * tie * (1.0 - security)


def cut_off(isolation: FloatArray, lost: FloatArray | float) -> FloatArray:
    """Isolation after a further part of the remaining exposure is lost, in [0, 1]."""
    return isolation + (1.0 - isolation) * lost


def compute_energy_dependence(start: FloatArray, bought: FloatArray, bought_before: FloatArray) -> FloatArray:
    """Dependence on the target's energy, in [0, 1]: it follows what is bought, valued at the prices of the start.

    Parameters
    ----------
    start : dependence at the start, in [0, 1].
    bought, bought_before : value of the month's purchases and of those at the start; 0 where none are known.
    """
    known = bought_before > 0
    return np.where(known, np.minimum(start * (bought / np.where(known, bought_before, 1.0)), 1.0), start)
