"""Keeping labels on a line apart."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray


def spread(wanted: FloatArray, gap: float, low: float, high: float) -> FloatArray:
    """Places at least `gap` apart within `low` to `high`, their squared distance from the wanted ones the least.

    Parameters
    ----------
    wanted : places (n,) in rising order.

    Raises
    ------
    ValueError : they do not fit.
    """
    from scipy.optimize import isotonic_regression

    room = (high - low) - gap * (len(wanted) - 1)
    if room < 0:
        raise ValueError(f"{len(wanted)} labels {gap:g} apart do not fit between {low:g} and {high:g}")
    steps: FloatArray = gap * np.arange(len(wanted), dtype=np.float64)
    if not len(wanted):
        return steps
    settled = isotonic_regression(wanted - steps).x.astype(np.float64)
    return np.clip(settled, low, high - float(steps[-1])) + steps
