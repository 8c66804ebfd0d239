"""Peers as the model weighs them, before a day."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.rules.influence import SparsePeers, peer_weights
from sim.rules.parameters import defaults
from sim.world import DatedWorld, World, load_dated_world
from sim.world.peers import PEER_KINDS
from sim.world.quantities import Roles, quantities


@cache
def read_questions() -> Mapping[str, Any]:
    """What is asked, as its file holds it."""
    return tomllib.loads(files("sim").joinpath("data", "peers.toml").read_text(encoding="utf-8"))


@cache
def load_peers_world() -> DatedWorld:
    """The world that is asked about, with all its dates."""
    return load_dated_world(read_questions()["world"])


@cache
def load_world_on(day: date) -> World:
    """The shipped world before a day."""
    return load_peers_world().at(day)


@cache
def find_peers_on(day: date) -> FloatArray:
    """Weights (N, N) of the peers of each member before a day; rows sum to 1 or 0."""
    world, parameters = load_world_on(day), defaults()
    anybody = Roles(targets=np.array([0]), victim=None, senders=np.zeros(0, dtype=np.int64))  # peers are the same
    kinds = quantities(world, anybody, day, parameters["agreement_sharpness"]).peers
    weights = peer_weights(kinds, {kind: parameters[f"peer_{kind}"] for kind in PEER_KINDS})
    return weights.toarray() if isinstance(weights, SparsePeers) else weights


def mix_within_regions(world: World, rng: np.random.Generator) -> np.ndarray:
    """An order of the members (N,) in which those of a region have changed places, for placebo peers."""
    order = np.arange(world.size)
    regions = np.array(world.regions)
    for region in np.unique(regions):
        inside = np.flatnonzero(regions == region)
        order[inside] = rng.permutation(inside)
    return order
