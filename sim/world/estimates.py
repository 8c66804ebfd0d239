"""What a channel is worth to members without a figure of their own: what members like them have.

A member takes the figures of donors, members with a figure in its region whose incomes are nearest to its own ("hot
deck", Andridge & Little 2010). Their middle one is its estimate, and a run draws one of them, so that the runs carry
how uncertain it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.world.world import World

MOST_DONORS, FEWEST_DONORS = 10, 3
"""Donors of a member; where its region has fewer than the latter, they are from all regions."""
FILLED_AS = {
    "energy": "dependence.energy",
    "arms": "dependence.arms",
    "food": "dependence.food",
    "trade": "dependence.trade",
    "aid": "exposure.aid",
    "finance": "trade_openness",
}
"""What the list of fills calls the figure behind each channel."""

Donors = Mapping[str, Mapping[int, FloatArray]]
"""Channel to member to the figures of its donors, in ascending order."""


def find_donors(world: World, channels: Mapping[str, FloatArray], partners: IntArray) -> Donors:
    """The donors of every member whose figure with some partners is an estimate.

    Parameters
    ----------
    channels : channel to array (N,): what the partners can withhold.
    """
    income, regions = np.log(world.attributes["income_usd"]), np.array(world.regions)
    is_partner = np.isin(np.arange(world.size), partners)
    found: dict[str, dict[int, FloatArray]] = {}
    for channel in (channel for channel in channels if channel in FILLED_AS):
        is_missing = _missing(world, channel, [world.iso3[partner] for partner in partners])
        is_donor = ~is_missing & ~is_partner
        if is_missing.any() and is_donor.any():
            found[channel] = {
                i: np.sort(channels[channel][_nearest(income, regions, is_donor, i)])
                for i in np.flatnonzero(is_missing & ~is_partner).tolist()
            }
    return found


def find_unknown_channels(world: World, partners: IntArray) -> tuple[str, ...]:
    """The channels for which no member at all has a figure with some partners, so that nothing can be estimated."""
    others = ~np.isin(np.arange(world.size), partners)
    codes = [world.iso3[partner] for partner in partners]
    return tuple(channel for channel in FILLED_AS if others.any() and _missing(world, channel, codes)[others].all())


def with_middle(channels: Mapping[str, FloatArray], donors: Donors) -> dict[str, FloatArray]:
    """The channels with the middle one of a member's donors as its estimate."""
    return {
        name: with_figures(values, donors[name], 0.5) if name in donors else values for name, values in channels.items()
    }


def with_figures(values: FloatArray, donors: Mapping[int, FloatArray], draws: FloatArray | float) -> FloatArray:
    """A channel (N,) or (R, N) in which each member with donors has the figure of one of them.

    Parameters
    ----------
    draws : which of them, in [0, 1): one number for all, or a column for each of these members in their order.
    """
    if not donors:
        return values
    sizes = np.array([len(figures) for figures in donors.values()])
    starts = np.cumsum(sizes) - sizes
    found = values.copy()
    found[..., list(donors)] = np.concatenate(list(donors.values()))[starts + (draws * sizes).astype(np.int64)]
    return found


def _missing(world: World, channel: str, partners: Iterable[str]) -> BoolArray:
    """Whether a member's figure with any of the partners is an estimate, (N,)."""
    kinds = {code: code if f"{channel} ({code})" in world.years else "" for code in partners}
    wanted = set(kinds.values()) if channel != "finance" else {""}
    missing = {
        fill.iso3
        for fill in world.fills
        if fill.is_estimate and fill.quantity == FILLED_AS[channel] and fill.partner in wanted
    }
    return np.isin(np.array(world.iso3), sorted(missing))


def _nearest(income: FloatArray, regions: np.ndarray, is_donor: BoolArray, member: int) -> IntArray:
    """The donors of a member, nearest in income first."""
    near = np.flatnonzero(is_donor & (regions == regions[member]))
    able = near if len(near) >= FEWEST_DONORS else np.flatnonzero(is_donor)
    return able[np.argsort(np.abs(income[able] - income[member]), kind="stable")[:MOST_DONORS]]
