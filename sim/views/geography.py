"""The map: the shape of every member, and a dot for those that are too small to be seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.views.spreading import push_apart
from sim.world import World

LAND_FILE = "land.topo.json"
SOUTHERN_END = -58.0
"""Degrees of latitude south of which land is left out: nobody votes there."""
SMALLEST = 8e-4
"""Area in squared radii of the globe below which a member gets a dot: 32,000 square kilometres."""
DOT_DISTANCE = 0.056
"""Distance between neighbouring dots, in radii of the globe."""
FILLED = 0.3
"""Most of the map that dots cover, where there are so many that they have to be nearer to each other."""
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


@dataclass(frozen=True, eq=False)
class WorldMap:
    """Where members are on the map.

    Parameters
    ----------
    shapes : rings (points, 2) of each member, by its place in the world; members without a shape are not in it.
    elsewhere : rings of land of no member.
    dotted : places (D,) in the world of the members that get a dot.
    dots : where these are, (D, 2), near the members' own places and apart from each other.
    distance : at least between two dots.
    """

    shapes: dict[int, list[FloatArray]]
    elsewhere: list[FloatArray]
    dotted: NDArray[np.intp]
    dots: FloatArray
    distance: float

    @property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """The lower left and the upper right end of all that is drawn."""
        rings = [ring for own in self.shapes.values() for ring in own]
        around = np.concatenate([self.dots, *rings, *self.elsewhere])
        return around.min(axis=0) - self.distance, around.max(axis=0) + self.distance


def make_map(world: World) -> WorldMap:
    """The shapes of a world's members, and dots for those that have none or a small one."""
    path = world.folder / LAND_FILE
    shapes: dict[int, list[FloatArray]] = {}
    elsewhere: list[FloatArray] = []
    for iso3, rings in read_rings(path) if path.is_file() else ():
        if iso3 in world.index:
            shapes.setdefault(world.index[iso3], []).extend(rings)
        else:
            elsewhere += rings
    is_small = np.array([max(map(measure_area, shapes.get(i, ())), default=0.0) < SMALLEST for i in range(world.size)])
    dotted = np.flatnonzero(is_small)
    own = project(world.attributes["longitude"], world.attributes["latitude"])
    distance = min(DOT_DISTANCE, float(np.sqrt(FILLED * np.pi * 4 / max(world.size, 1))))
    return WorldMap(shapes, elsewhere, dotted, push_apart(own[dotted], distance), distance)


def measure_area(ring: FloatArray) -> float:
    """The area within a ring, in squared radii of the globe."""
    x, y = ring.T
    return float(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)


def read_rings(path: Path) -> Iterator[tuple[str, list[FloatArray]]]:
    """The code of each country in a TopoJSON file and its rings on the map; the code is empty where it has none.

    Rings in the far south are left out.
    """
    import pycountry

    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    transform = document["transform"]
    scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in document["arcs"]]
    for shape in document["objects"]["countries"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [_join_arcs(ring, arcs) for polygon in polygons for ring in polygon]
        country = pycountry.countries.get(numeric=shape.get("id", ""))
        drawn = [project(*ring.T) for ring in rings if ring[:, 1].max() > SOUTHERN_END]
        yield country.alpha_3 if country is not None else "", drawn


def _join_arcs(numbers: Sequence[int], arcs: Sequence[FloatArray]) -> FloatArray:
    """Join the arcs of a ring; a negative number means an arc in reverse.

    A ring across the date line continues beyond 180 degrees, on the side where most of it is.
    """
    pieces = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    ring = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    longitude = np.unwrap(ring[:, 0], period=360)
    turns = np.round(longitude.mean() / 360)
    return np.stack([longitude - 360 * turns, ring[:, 1]], axis=1)
