"""Keeping labels on a line apart, and marks on a plane."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray

MOST_PUSHES = 1000
SLACK = 1e-3
"""Part of a distance by which marks are pushed further than they have to be, so that pushing comes to an end."""


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


def push_apart(wanted: FloatArray, gap: float) -> FloatArray:
    """Places (n, 2) near the wanted ones that are at least `gap` apart: pairs that are nearer push each other away.

    Only near pairs are looked at, so that the time grows with the number of places alone.
    """
    from scipy.spatial import KDTree

    turn = np.arange(len(wanted)) * (np.pi * (3 - np.sqrt(5)))  # no two at one place, and none on a line with others
    places = wanted + 1e-3 * gap * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(MOST_PUSHES):
        pairs = KDTree(places).query_pairs(gap, output_type="ndarray")
        if not len(pairs):
            break
        one, other = pairs.T
        between = places[one] - places[other]
        distance = np.linalg.norm(between, axis=1, keepdims=True)
        push = between / distance * (gap * (1 + SLACK) - distance) / 2
        np.add.at(places, one, push)
        np.add.at(places, other, -push)
    return places
