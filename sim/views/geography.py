"""The map: land outlines of a world, and a place of equal size for every member, so that small ones can be seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.world import World

LAND_FILE = "land.topo.json"
SOUTHERN_END = -58.0
"""Degrees of latitude south of which land is left out: nobody votes there."""
TILE = 0.088
"""Distance between neighbouring tiles, in radii of the globe."""
A = (1.340264, -0.081106, 0.000893, 0.003796)


def project(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """Places (..., 2) on the Equal Earth map, in radii of the globe (Savric, Patterson & Jenny 2019).

    Parameters
    ----------
    longitude, latitude : degrees.
    """
    angle = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(latitude)))
    square = angle**2
    sixth = square**3
    x = 2 * np.sqrt(3) * np.radians(longitude) * np.cos(angle)
    x = x / (3 * (9 * A[3] * sixth * square + 7 * A[2] * sixth + 3 * A[1] * square + A[0]))
    y = angle * (A[3] * sixth * square + A[2] * sixth + A[1] * square + A[0])
    return np.stack([x, y], axis=-1)


def outlines(world: World) -> list[FloatArray]:
    """Rings of land, each (points, 2) on the map; none where the world has no file of land."""
    path = world.folder / LAND_FILE
    return [project(ring[:, 0], ring[:, 1]) for ring in rings_of(path)] if path.is_file() else []


def rings_of(path: Path) -> list[FloatArray]:
    """Rings (points, 2) of longitude and latitude of the countries in a TopoJSON file, without the far south."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    transform = document["transform"]
    scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in document["arcs"]]
    found = []
    for shape in document["objects"]["countries"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        found += [_join_arcs(ring, arcs) for polygon in polygons for ring in polygon]
    return [ring for ring in found if ring[:, 1].max() > SOUTHERN_END]


def _join_arcs(numbers: Sequence[int], arcs: Sequence[FloatArray]) -> FloatArray:
    """Join the arcs of a ring; a negative number means an arc in reverse.

    A ring across the date line continues beyond 180 degrees, on the side where most of it is.
    """
    pieces = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    ring = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    longitude = np.unwrap(ring[:, 0], period=360)
    turns = np.round(longitude.mean() / 360)
    return np.stack([longitude - 360 * turns, ring[:, 1]], axis=1)


def tiles(world: World) -> FloatArray:
    """A place (N, 2) for each member on the map: its own, or the nearest of a honeycomb that is free.

    The sum of squared distances to the members' own places is the least possible (Hungarian algorithm).
    """
    from scipy.optimize import linear_sum_assignment

    own = project(world.attributes["longitude"], world.attributes["latitude"])
    low, high = own.min(axis=0) - 4 * TILE, own.max(axis=0) + 4 * TILE
    heights = np.arange(low[1], high[1], TILE * np.sqrt(3) / 2)
    cells = np.array(
        [(x + TILE / 2 * (row % 2), y) for row, y in enumerate(heights) for x in np.arange(low[0], high[0], TILE)]
    )
    cost = ((own[:, None] - cells[None]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(cost)
    return cells[chosen]
