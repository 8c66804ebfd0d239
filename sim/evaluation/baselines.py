"""What a simple rule would have said: the scores that a model has to beat."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.evaluation.scores import CLASSES, classes_of
from sim.world import World

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PERSISTENCE_WEIGHT = 10.0
"""How many members' worth of counts persistence lays over the base rates: a vote is repeated, but not for sure."""


def majority(observed: IntArray) -> FloatArray:
    """All members do what most did; (n, 3)."""
    chances = np.zeros((len(observed), len(CLASSES)))
    chances[:, int(np.argmax(np.bincount(observed, minlength=len(CLASSES))))] = 1.0
    return chances


def base_rates(observed: IntArray) -> FloatArray:
    """All members have the observed shares as their probabilities; (n, 3)."""
    shares = np.bincount(observed, minlength=len(CLASSES)) / len(observed)
    return np.tile(shares, (len(observed), 1))


def persistence(world: World, target: str, before: date) -> FloatArray | None:
    """Members vote as on the last earlier resolution about the target; (N, 3), or None without one.

    The class of the last vote has the weight of 10 members over the rates with which each class followed: the smoothing
    that a log loss needs, taken from the earlier vote alone.
    """
    calls = [call for call in world.rollcalls if call.target == target and call.date < before]
    if not calls:
        return None
    last = classes_of(calls[-1].votes)
    shares = np.bincount(last[calls[-1].votes >= 0], minlength=len(CLASSES)) / max(int((calls[-1].votes >= 0).sum()), 1)
    chances = np.tile(shares, (world.size, 1))
    recorded = np.flatnonzero(calls[-1].votes >= 0)
    chances[recorded, last[recorded]] += PERSISTENCE_WEIGHT
    return chances / chances.sum(axis=1, keepdims=True)
