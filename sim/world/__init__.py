"""Who the members are, what ties them, and where each figure comes from."""

from sim.arrays import FloatArray, IntArray
from sim.world.reading import load_world, shipped_worlds
from sim.world.world import ROLL_CALL_VOTES, Group, RollCall, Sanction, World

__all__ = [
    "ROLL_CALL_VOTES",
    "FloatArray",
    "Group",
    "IntArray",
    "RollCall",
    "Sanction",
    "World",
    "load_world",
    "shipped_worlds",
]
