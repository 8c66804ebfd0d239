"""Counting actions: members per action in each replicate, replicates per action for each member."""

from __future__ import annotations

import numpy as np

from sim.arrays import ActionArray, FloatArray, IntArray
from sim.rules.choice import ACTIONS


def tallies_of(actions: ActionArray) -> IntArray:
    """Members per action code in every replicate: (R, 4) from action codes (R, N)."""
    return np.stack([(actions == code).sum(axis=1) for code in range(len(ACTIONS))], axis=1)


def counts_of(actions: ActionArray) -> IntArray:
    """Replicates per action code for every member: (N, 4) from action codes (R, N)."""
    return np.stack([(actions == code).sum(axis=0) for code in range(len(ACTIONS))], axis=1)


def frequencies(counts: IntArray) -> FloatArray:
    """Smoothed frequencies (n + 1/2) / (R + 2) of the actions, (N, 4) by action code."""
    replicates = counts.sum(axis=1, keepdims=True)
    return (counts + 0.5) / (replicates + 2)
