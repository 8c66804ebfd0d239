"""Counting actions: members per action in each replicate, replicates per action for each member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.ballot import ActionArray
from sim.rules.choice import ACTIONS


def tallies_of(actions: ActionArray) -> NDArray[np.int64]:
    """Members per action code in every replicate: (R, 4) from action codes (R, N)."""
    return np.stack([(actions == code).sum(axis=1) for code in range(len(ACTIONS))], axis=1)


def counts_of(actions: ActionArray) -> NDArray[np.int64]:
    """Replicates per action code for every member: (N, 4) from action codes (R, N)."""
    return np.stack([(actions == code).sum(axis=0) for code in range(len(ACTIONS))], axis=1)
