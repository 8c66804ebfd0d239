"""Probabilities moved to given counts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from sim.arrays import FloatArray, IntArray

MOST_SHIFT = 30.0
"""Largest shift of log odds; it practically rules out a class that nobody is in."""


def pin_to_counts(probabilities: FloatArray, counts: IntArray | FloatArray) -> FloatArray:
    """Move probabilities (n, 3) to given counts of the classes, by two numbers that are the same for all members.

    The log odds of oppose and of support against abstain are each shifted by a constant, until the expected counts are
    the given ones. The model's own pinned scores have the same two free numbers. Probabilities with a 0, as those of
    `majority`, are returned unchanged, because a constant cannot move them.

    Parameters
    ----------
    counts : of the classes, (3,), summing to n.
    """
    if (probabilities == 0.0).any():
        return probabilities

    def shifted(shifts: FloatArray) -> FloatArray:
        odds = probabilities * np.exp(np.array([shifts[0], 0.0, shifts[1]]))
        return odds / odds.sum(axis=1, keepdims=True)

    def gap(shifts: FloatArray) -> FloatArray:
        return shifted(shifts).sum(axis=0)[[0, 2]] - counts[[0, 2]]

    def slope(shifts: FloatArray) -> FloatArray:
        chances = shifted(shifts)[:, [0, 2]]
        return np.diag(chances.sum(axis=0)) - chances.T @ chances

    found = least_squares(gap, np.zeros(2), jac=slope, bounds=(-MOST_SHIFT, MOST_SHIFT), xtol=1e-12, ftol=1e-12)
    return shifted(found.x)
