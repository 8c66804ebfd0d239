"""A vote beside the same vote of a base: what each replicate changes, at the same random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import ActionArray, BoolArray, FloatArray, IntArray
from sim.rules.choice import ACTIONS, STANCES
from sim.runner.counts import tallies_of
from sim.world import World

CODES = len(ACTIONS)


@dataclass(frozen=True)
class VoteChange:
    """How a vote differs from the base's.

    Parameters
    ----------
    transitions : replicates (N, 4, 4) per member, action code in the base, and action code here.
    tallies : change of the members per action code, (R, 4).
    population, gdp : change of the share of the world's population, and of its product, behind each action code,
        (R, 4), in [-1, 1].
    """

    transitions: IntArray
    tallies: IntArray
    population: FloatArray
    gdp: FloatArray

    def replicates_where(self, holds: BoolArray) -> IntArray:
        """Replicates (N,) in which a pair of action codes, before and here, is one of those marked in (4, 4)."""
        return self.transitions[:, holds].sum(axis=1)

    @property
    def changed(self) -> IntArray:
        """Replicates (N,) in which a member acts otherwise."""
        return self.replicates_where(~np.eye(CODES, dtype=bool))

    @property
    def towards(self) -> IntArray:
        """Replicates (N,) in which a member's stance is nearer to the senders."""
        return self.replicates_where(STANCES[None, :] > STANCES[:, None])

    @property
    def away(self) -> IntArray:
        """Replicates (N,) in which a member's stance is nearer to the target."""
        return self.replicates_where(STANCES[None, :] < STANCES[:, None])


def change_of(actions: ActionArray, base: ActionArray, world: World) -> VoteChange:
    """The change of one vote in a block of replicates.

    Parameters
    ----------
    actions, base : action codes (R, N) here and in the base.
    """
    pairs = base.astype(np.int64) * CODES + actions
    transitions = np.stack([(pairs == pair).sum(axis=0) for pair in range(CODES * CODES)], axis=1)
    steps = [(actions == code).astype(np.int64) - (base == code) for code in range(CODES)]
    shares = {name: world.attributes[name] / world.attributes[name].sum() for name in ("population", "gdp_usd")}
    moved = {name: np.stack([(step * share).sum(axis=1) for step in steps], axis=1) for name, share in shares.items()}
    return VoteChange(
        transitions.reshape(-1, CODES, CODES),
        tallies_of(actions) - tallies_of(base),
        moved["population"],
        moved["gdp_usd"],
    )


def joined(blocks: Sequence[VoteChange]) -> VoteChange:
    """The change of one vote in all blocks."""
    return VoteChange(
        np.sum([block.transitions for block in blocks], axis=0),
        np.concatenate([block.tallies for block in blocks]),
        np.concatenate([block.population for block in blocks]),
        np.concatenate([block.gdp for block in blocks]),
    )
