"""Who the members are, what ties them, and where each figure comes from."""

from sim.arrays import FloatArray, IntArray
from sim.world.dated import DatedWorld
from sim.world.loading import list_shipped_worlds, load_dated_world, load_world, load_world_before
from sim.world.world import ROLL_CALL_VOTES, Carried, Group, RollCall, Sanction, World

__all__ = [
    "ROLL_CALL_VOTES",
    "Carried",
    "DatedWorld",
    "FloatArray",
    "Group",
    "IntArray",
    "RollCall",
    "Sanction",
    "World",
    "list_shipped_worlds",
    "load_dated_world",
    "load_world",
    "load_world_before",
]
