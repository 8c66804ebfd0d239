"""Where members sit in the picture of the chamber: a half circle, with those of one action next to each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.summaries.tallies import CODES

INNER_RADIUS, OUTER_RADIUS = 0.42, 1.0
SEATED = ("support", "absent", "abstain", "oppose")
"""Actions from the left end to the right."""


def count_rows(count: int) -> int:
    """The number of rows in which `count` seats are about as far apart along the rows as across them."""
    mean_length = np.pi * (INNER_RADIUS + OUTER_RADIUS) / 2
    return max(1, round(float(np.sqrt(count * (OUTER_RADIUS - INNER_RADIUS) / mean_length))) + (count > 2))


def seats(count: int) -> FloatArray:
    """Places of `count` seats in a half circle of radius 1, (count, 2), from the left end to the right."""
    if count == 0:
        return np.zeros((0, 2))
    radii = np.linspace(INNER_RADIUS, OUTER_RADIUS, count_rows(count)) if count > 1 else np.array([OUTER_RADIUS])
    exact = count * radii / radii.sum()
    sizes = np.floor(exact).astype(int)
    for row in np.argsort(sizes - exact, kind="stable")[: count - sizes.sum()]:
        sizes[row] += 1
    places = [
        (radius, angle)
        for radius, size in zip(radii, sizes, strict=True)
        for angle in (np.linspace(np.pi, 0, size) if size > 1 else [np.pi / 2] * int(size))
    ]
    places.sort(key=lambda place: (-place[1], place[0]))
    return np.array([(radius * np.cos(angle), radius * np.sin(angle)) for radius, angle in places])


def measure_seat_distance(count: int) -> float:
    """Least distance between two of `count` seats, in radii of the half circle."""
    places = seats(count)
    if count < 2:
        return OUTER_RADIUS - INNER_RADIUS
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
    return float(gaps[~np.eye(count, dtype=bool)].min())


def arrange_seats(actions: NDArray[np.integer]) -> FloatArray:
    """The place of each member, (N, 2), where those of one action sit together; a member not on record has none (NaN).

    Parameters
    ----------
    actions : action codes (N,), negative where not on record.
    """
    order = np.concatenate([np.flatnonzero(actions == CODES[name]) for name in SEATED])
    places = np.full((len(actions), 2), np.nan)
    places[order] = seats(len(order))
    return places
