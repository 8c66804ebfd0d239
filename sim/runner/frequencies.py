"""How often each number of members does each action: what every figure about tallies is computed from.

Frequencies grow with the members and not with the replicates, of which there may be millions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from sim.arrays import BoolArray, IntArray
from sim.results.intervals import LEVELS
from sim.results.parts import ByAction, Statistics
from sim.rules.choice import ACTIONS


@dataclass
class Frequencies:
    """Frequencies of the tallies of one vote.

    Parameters
    ----------
    size : number of members, or more.

    Attributes
    ----------
    counts : number of replicates by action code and number of members that do it, (4, size + 1).
    settled : number of replicates whose deliberation had settled.
    """

    size: int
    counts: IntArray = field(init=False)
    settled: int = 0

    def __post_init__(self) -> None:
        self.counts = np.zeros((len(ACTIONS), self.size + 1), dtype=np.int64)

    def add(self, tallies: IntArray, is_settled: BoolArray) -> Self:
        """Count more replicates: their tallies (R, 4), and whether they had settled (R,)."""
        for code in range(len(ACTIONS)):
            self.counts[code] += np.bincount(tallies[:, code], minlength=self.size + 1)
        self.settled += int(is_settled.sum())
        return self

    @property
    def replicates(self) -> int:
        """Number of replicates."""
        return int(self.counts[0].sum())

    @property
    def settled_share(self) -> float:
        """Share of the replicates whose deliberation had settled."""
        return self.settled / self.replicates

    @property
    def tallies(self) -> ByAction[Statistics]:
        """Mean, median and 90 % interval of the members per action."""
        return ByAction[Statistics](**{action: self._measure(code) for code, action in enumerate(ACTIONS)})

    @property
    def lower_median(self) -> IntArray:
        """The lower median of the members per action code, (4,)."""
        middle = (self.replicates - 1) // 2
        return np.array([self._value(code, middle) for code in range(len(ACTIONS))])

    def mean(self, code: int) -> float:
        """Mean of the members with an action code."""
        return float(self.counts[code] @ np.arange(self.size + 1)) / self.replicates

    def quantile(self, code: int, level: float) -> float:
        """The quantile of the members with an action code as `numpy.quantile` gives it, to the last bit."""
        position = level * (self.replicates - 1)
        share = position - math.floor(position)
        low, high = (self._value(code, rank) for rank in (math.floor(position), math.ceil(position)))
        return low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)

    def _value(self, code: int, rank: int) -> int:
        """The value at a rank, from 0, among the sorted numbers of members."""
        return int(np.searchsorted(np.cumsum(self.counts[code]), rank, side="right"))

    def _measure(self, code: int) -> Statistics:
        low, high = LEVELS
        return Statistics(
            mean=self.mean(code),
            median=self.quantile(code, 0.5),
            p05=self.quantile(code, low),
            p95=self.quantile(code, high),
        )
