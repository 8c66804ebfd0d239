"""The world that a scenario is set in, with the roll calls of the files that it names."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from sim.specs.scenario.spec import Scenario
from sim.world import World, load_world
from sim.world.rollcalls.files import join_rollcalls, load_rollcalls


def world_of(spec: Scenario) -> World:
    """The world of a scenario; the roll calls of its files are about its target, on the question of its last vote.

    Equal scenarios have the same world: files are read once, as worlds are.
    """
    world, last = load_world(spec.world), spec.vote[-1]
    if not spec.known_rollcalls:
        return world
    (target,) = world.resolve(spec.roles.target)
    return _joined(spec.world, spec.known_rollcalls, target, last.topic or last.resolution)


def rollcall_hashes(spec: Scenario) -> dict[str, str]:
    """SHA-256 of the files of roll calls that a scenario names, by path."""
    return {name: sha256(Path(name).read_bytes()).hexdigest() for name in spec.known_rollcalls}


@cache
def _joined(reference: str, names: tuple[str, ...], target: str, topic: str) -> World:
    world = load_world(reference)
    calls = [call for name in names for call in load_rollcalls(Path(name), world.iso3)]
    return join_rollcalls(world, calls, target, topic)
