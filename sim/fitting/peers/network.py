"""Peers as the model weighs them, before a day."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from sim.arrays import FloatArray
from sim.rules.influence import peer_weights
from sim.rules.parameters import defaults
from sim.world import World, load_world
from sim.world.quantities import PEER_KINDS, Roles, quantities

WORLD = "un"


@cache
def world_on(day: date) -> World:
    """The shipped world before a day."""
    return load_world(WORLD, at=day)


@cache
def peers_on(day: date) -> FloatArray:
    """Weights (N, N) of the peers of each member before a day; rows sum to 1 or 0."""
    world, parameters = world_on(day), defaults()
    nobody = Roles(targets=np.array([world.index["RUS"]]), victim=None, senders=np.zeros(0, dtype=np.int64))
    kinds = quantities(world, nobody, day, parameters["agreement_sharpness"]).peers
    return peer_weights(kinds, {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS})


def mix_within_regions(world: World, rng: np.random.Generator) -> np.ndarray:
    """An order of the members (N,) in which those of a region have changed places, for placebo peers."""
    order = np.arange(world.size)
    regions = np.array(world.regions)
    for region in np.unique(regions):
        inside = np.flatnonzero(regions == region)
        order[inside] = rng.permutation(inside)
    return order
