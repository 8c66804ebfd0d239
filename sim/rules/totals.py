"""Totals over members that have the same bits in any order, for one replicate and for many."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray

TOTAL_GRID = 2.0**20
"""Summands are rounded to whole multiples of 1 / TOTAL_GRID; sums below 2^32 are then exact."""


def sum_whole(values: FloatArray) -> FloatArray:
    """Sum over the last axis of whole numbers, whose sum stays below 2^53 and is exact in any order."""
    return np.asarray(values.sum(axis=-1))


def sum_exactly(values: FloatArray) -> FloatArray:
    """Sum over the last axis of values on the grid, the same in any order; values that are off it are rounded first.

    Parameters
    ----------
    values : (..., N), of a size whose sum stays below 2^32.
    """
    return np.asarray(np.rint(values * TOTAL_GRID).sum(axis=-1) / TOTAL_GRID)
