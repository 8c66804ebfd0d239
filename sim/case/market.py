"""The market's cells: one for each buyer and commodity, the commodities one after the other.

Fuel is bought in whole tonnes, so that every sum is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.results.showing import Shown
from sim.rules.parameters import Parameters
from sim.rules.totals import sum_whole

GAS = ("pipeline_gas", "lng")
"""Fuels that flow where pipes and liquefaction plants are, so that new buyers cannot be found in months."""


SMALLEST = 1e-3
"""Part of the supply below which what a new buyer could take is left out."""
DISCOUNTED = ("crude",)
"""Fuels whose price in the data is the world's. The others' is what the target's own fuel fetched at the border, with
any discount in it."""


@dataclass(frozen=True, repr=False)
class Cells(Shown):
    """Buyers of commodities; all members' cells, or one member's. K commodities, C cells, sorted by commodity.

    Parameters
    ----------
    commodities : names.
    size : members N; None for the part of one member.
    member, commodity : index of the buyer and of the commodity, (C,).
    before : bought from the target in a month before the war, tonnes (C,).
    part : of the buyer's imports of the fuel that came from the target before the war, in [0, 1] (C,).
    ceiling : most that could be bought in the end, tonnes (C,), at least `before`.
    premium : what the buyer pays over the mean of all buyers, as a ratio (C,); 1 for a new buyer.
    value : price at the start, millions of euros a tonne (C,).
    supply : what the target sells to these buyers in a month, tonnes (K,): exactly the sum of `before`.
    """

    commodities: tuple[str, ...]
    size: int | None
    member: IntArray
    commodity: IntArray
    before: FloatArray
    part: FloatArray
    ceiling: FloatArray
    premium: FloatArray
    value: FloatArray
    supply: FloatArray

    def __len__(self) -> int:
        return len(self.member)

    def of_member(self, index: int) -> Cells:
        """The cells of one member."""
        own = self.member == index
        return replace(
            self,
            size=None,
            member=self.member[own],
            commodity=self.commodity[own],
            before=self.before[own],
            part=self.part[own],
            ceiling=self.ceiling[own],
            premium=self.premium[own],
            value=self.value[own],
        )

    def slices(self) -> list[slice]:
        """The places of the cells of each commodity."""
        ends = np.searchsorted(self.commodity, np.arange(len(self.commodities) + 1))
        return [slice(int(start), int(end)) for start, end in pairwise(ends)]

    def at_cells(self, values: FloatArray) -> FloatArray:
        """Values of members (..., N) at their cells (..., C); a single member's value is that of all its cells."""
        return values if self.size is None else values[..., self.member]

    def commodity_values(self, parameters: Parameters, name: str, *, inverse: bool = False) -> FloatArray:
        """A parameter that gas and the other fuels have each for itself, at the cells (..., C), or its inverse."""
        is_gas = np.array([commodity in GAS for commodity in self.commodities], dtype=bool)
        values = np.where(is_gas, parameters[f"{name}_gas"], parameters[f"{name}_oil"])
        return (1.0 / values if inverse else values)[..., self.commodity]

    def on_world_price(self, discount: FloatArray) -> FloatArray:
        """Discounts (..., K) on the prices of the data: 0 for fuels whose price has the discount in it already."""
        return discount * np.array([float(commodity in DISCOUNTED) for commodity in self.commodities])

    def per_commodity(self, values: FloatArray) -> FloatArray:
        """Exact totals (..., K) of whole tonnes over the cells of each commodity."""
        totals = np.zeros((*values.shape[:-1], len(self.commodities)))
        for place, part in enumerate(self.slices()):
            totals[..., place] = sum_whole(values[..., part])
        return totals

    def per_member(self, values: FloatArray) -> FloatArray:
        """Sums (..., N) over the cells of each member, commodity by commodity; a single member's sum is a scalar."""
        if self.size is None:
            total = np.float64(0.0)
            for value in values:
                total = total + value
            return total  # type: ignore[return-value]
        sums = np.zeros((self.size, *values.shape[:-1])).T
        for part in self.slices():
            sums[..., self.member[part]] += values[..., part]
        return sums


def make_cells(
    size: int,
    commodities: Sequence[str] = (),
    before: FloatArray | None = None,
    need: FloatArray | None = None,
    ceiling: FloatArray | None = None,
    premium: FloatArray | None = None,
    value: FloatArray | None = None,
) -> Cells:
    """The cells of arrays (N, K) of tonnes and premiums, and prices (K,); who buys nothing and cannot has none.

    The need is what buyers import from everyone, at least what they bought before.
    """
    count = len(commodities)
    before = np.zeros((size, count)) if before is None else np.rint(before)
    need = before if need is None else np.maximum(need, before)
    ceiling = before if ceiling is None else np.maximum(np.rint(ceiling), before)
    supply = sum_whole(before.T)
    part = before / np.where(need > 0, need, 1.0)
    commodity, member = np.nonzero((before.T > 0) | (SMALLEST * supply[:, None] < ceiling.T))
    return Cells(
        commodities=tuple(commodities),
        size=size,
        member=member,
        commodity=commodity,
        before=before[member, commodity],
        part=part[member, commodity],
        ceiling=ceiling[member, commodity],
        premium=np.ones(len(member)) if premium is None else premium[member, commodity],
        value=np.zeros(len(member)) if value is None else value[commodity],
        supply=supply,
    )
