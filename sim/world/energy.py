"""Energy before and around the war: what each member buys from the target and from all, world prices, and transit.

A world may carry ``energy_flows.csv``, ``energy_prices.csv`` and ``transit.csv``. How those of ``un-2022`` are derived
is in ``tools/derivation/energy.py``; what members did during the war is an outcome and not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.results.showing import Shown
from sim.world.tables import Folder, hash_world_files
from sim.world.world import World

COMMODITIES = ("crude", "products", "pipeline_gas", "lng", "coal")
"""Fuels in the order of every array; coal includes coke."""

FLOW_COLUMNS = ("iso3", "supplier", "commodity", "flow_tonnes", "flow_eur", "need_tonnes")
PRICE_COLUMNS = ("commodity", "month", "eur_per_tonne", "low", "high")
LARGEST = 1e12
STEMS = ("energy_flows", "energy_prices", "energy_fills", "transit")
"""Files that the months read."""


@dataclass(frozen=True, repr=False)
class Energy(Shown):
    """Purchases of N members and prices of C commodities over M months.

    Parameters
    ----------
    supplier : code of the member whose exports these are.
    commodities : names, (C,).
    months : "2021-01" and so on, without gaps, (M,).
    tonnes : bought from the supplier in a mean month before the war, tonnes, (N, C).
    euros : paid for it in a mean month, EUR, (N, C).
    need : bought from everyone in a mean month, tonnes, at least `tonnes`, (N, C).
    is_known : whether any source covers the member, (N,); where not, 0 tonnes means "not known".
    price : world price, EUR a tonne, (M, C).
    transit : share of a member's oil exports that leaves through the supplier, 0 to 1, (N,); 0 where not recorded.
    """

    supplier: str
    commodities: tuple[str, ...]
    months: tuple[str, ...]
    tonnes: FloatArray
    euros: FloatArray
    need: FloatArray
    is_known: BoolArray
    price: FloatArray
    transit: FloatArray

    def places(self, months: Sequence[str]) -> IntArray:
        """The places of months in `months`.

        Raises
        ------
        KeyError : there is no price for a month.

        Examples
        --------
        >>> from sim.world import load_world
        >>> load_energy(load_world("un-2022")).places(["2021-01", "2022-02"]).tolist()
        [0, 13]
        """
        index = {month: place for place, month in enumerate(self.months)}
        return np.array([index[month] for month in months], dtype=np.int64)


def hash_energy(world: World) -> dict[str, str]:
    """SHA-256 of every file that the months read beyond what a vote reads, by file name; empty without any."""
    return hash_world_files(world.folder, STEMS)


def load_energy(world: World) -> Energy | None:
    """The energy tables of a world, read once and kept; None where it has none.

    Raises
    ------
    InputError : the tables have problems (all of them are listed).
    """
    return _load(world.folder, world.iso3)


@cache
def _load(path: Path, iso3: tuple[str, ...]) -> Energy | None:
    if not (path / "energy_flows.csv").is_file():
        return None
    folder = Folder(path)
    index = {code: place for place, code in enumerate(iso3)}
    supplier, flows, need = _flows(folder, index)
    months, price = _prices(folder)
    is_known = np.ones(len(iso3), dtype=np.bool_)
    for row in folder.table("energy_fills", ("iso3", "commodity", "rule"), is_required=False).rows:
        if row["commodity"] == "all" and row.has_member("iso3", index):
            is_known[index[row["iso3"]]] = False
    transit = np.zeros(len(iso3))
    for row in folder.table("transit", ("iso3", "partner", "share", "source"), is_required=False).rows:
        if row.has_member("iso3", index) and row["partner"] == supplier:
            transit[index[row["iso3"]]] = row.number("share", 0.0, 1.0)
    folder.raise_problems()
    tonnes, euros = flows
    for array in (tonnes, euros, need, price, transit, is_known):
        array.setflags(write=False)
    return Energy(
        supplier=supplier,
        commodities=COMMODITIES,
        months=months,
        tonnes=tonnes,
        euros=euros,
        need=need,
        is_known=is_known,
        price=price,
        transit=transit,
    )


def _flows(folder: Folder, index: dict[str, int]) -> tuple[str, tuple[FloatArray, FloatArray], FloatArray]:
    """The supplier, tonnes and euros bought from it, and tonnes bought from all."""
    shape = (len(index), len(COMMODITIES))
    tonnes, euros, need = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    table = folder.table("energy_flows", FLOW_COLUMNS)
    table.check_unique("iso3", "commodity")
    for row in table.rows:
        is_member = row.has_member("iso3", index)
        if row.has_word("commodity", COMMODITIES) and is_member:
            cell = (index[row["iso3"]], COMMODITIES.index(row["commodity"]))
            tonnes[cell] = row.number("flow_tonnes", 0.0, LARGEST)
            euros[cell] = row.number("flow_eur", 0.0, LARGEST)
            need[cell] = row.number("need_tonnes", tonnes[cell], LARGEST)
    suppliers = {row["supplier"] for row in table.rows}
    if len(suppliers) > 1:
        folder.problem(table.file, "supplier", f"one is allowed; got {', '.join(sorted(suppliers))}.")
    return min(suppliers, default=""), (tonnes, euros), need


def _prices(folder: Folder) -> tuple[tuple[str, ...], FloatArray]:
    """Months, and the price of each month and commodity, within its range; every pair must have a row."""
    table = folder.table("energy_prices", PRICE_COLUMNS)
    table.check_unique("commodity", "month")
    months = tuple(sorted({row["month"] for row in table.rows}))
    price = np.full((len(months), len(COMMODITIES)), np.nan)
    for row in table.rows:
        if row.has_word("commodity", COMMODITIES):
            cell = (months.index(row["month"]), COMMODITIES.index(row["commodity"]))
            price[cell] = row.number("eur_per_tonne", row.number("low", 0.0, LARGEST), LARGEST)
            row.number("high", price[cell], LARGEST)
    for place, kind in zip(*np.nonzero(np.isnan(price)), strict=True):
        folder.problem(table.file, "", f"no price of {COMMODITIES[kind]} for {months[place]}.")
    return months, price
