"""Energy by year and supplier: what part of its fuel a member would lose."""

from __future__ import annotations

import numpy as np

from sim.arrays import BoolArray, FloatArray
from tools.derivation.un.common import (
    CODES,
    CURRENT,
    FIGURES,
    INDEX,
    Filled,
    Table,
    frame,
    others,
    pairs,
    texts,
    tie_rows,
    totals,
)
from tools.derivation.un.trade import COW_YEARS, import_shares, stand_in
from tools.derivation.world import RUSSIA, Fills, energy_from_russia

FUEL_YEARS = (2015, 2018)


def energy_rows(filled: Filled) -> Table:
    """The rows of the tie ``energy``; Russia's are dated apart, as they have figures of their own for 2021."""
    rows: Table = []
    everyone = np.ones(len(CODES), dtype=bool)
    for year in COW_YEARS:
        for partners in (others(RUSSIA), (RUSSIA,)):
            rows += tie_rows("energy", year, _from_imports(year), everyone, partners)
        for iso3 in CODES:
            rule = "no figure on fuel before 2015: share of the partner in all imports"
            filled.note("energy", iso3, year, f"{rule} where it is in OPEC, other partners none counted")
            filled.note("energy", iso3, year, rule, RUSSIA)
    for year in FUEL_YEARS:
        dependence, is_known = _from_fuel(year)
        for i in np.flatnonzero(~is_known):
            dependence[i], rule = stand_in(dependence, is_known, CODES[i])
            for partner in ("", RUSSIA):
                filled.note("energy", CODES[i], year, rule, partner)
        for partners in (others(RUSSIA), (RUSSIA,)):
            rows += tie_rows("energy", year, dependence, everyone, partners)
    return rows + _careful(filled)


def _from_imports(year: int) -> FloatArray:
    """Share in all imports of the partners that are known to sell fuel: members of OPEC in the year, and Russia."""
    shares = import_shares(year).copy()
    is_known = np.any(shares > 0, axis=1)
    for i in np.flatnonzero(~is_known):
        shares[i], _ = stand_in(shares, is_known, CODES[i])
    return shares * [iso3 == RUSSIA or iso3 in _sellers(year) for iso3 in CODES]


def _sellers(year: int) -> set[str]:
    own = texts("organisation_membership.csv")
    own = own[(own["organisation"] == "OPEC") & (own["date_from"] <= f"{year}-12-31")]
    return set(own[(own["date_to"] == "") | (own["date_to"] > f"{year}-12-31")]["iso3"])


def _from_fuel(year: int) -> tuple[FloatArray, BoolArray]:
    """Share of each supplier in fuel imports times the part of them that is not exported again, and who is covered.

    A net exporter of fuel does not depend on fuel: the factor is max(0, 1 - exports / imports). The limits: fuels are
    added up by value, so a member that exports one and imports another (Mongolia: coal and oil products) comes out
    at 0, and a refiner or trading hub (Belarus, the Netherlands, Singapore) too low; electricity is included.
    """
    fuel = frame("fuel_trade_dyads.csv.gz")
    fuel = fuel[fuel["year"] == year]
    bought, sold = totals(fuel, "importer", "value_usd"), totals(fuel, "exporter", "value_usd")
    is_known = bought > 0
    safe = np.where(is_known, bought, np.inf)
    kept = np.maximum(0.0, 1.0 - sold / safe)
    return pairs(fuel, "importer", "exporter", "value_usd") / safe[:, None] * kept[:, None], is_known


def _careful(filled: Filled) -> Table:
    """Dependence on Russia in 2021 as ``un-2022`` has it, where it rests on figures for fuel: documented or reported.

    These stay as they are, without the factor for exporters. The other members keep their share of 2018.
    """
    matrix, is_known = np.zeros((len(CODES), len(CODES))), np.zeros(len(CODES), dtype=bool)
    for i, row in enumerate(FIGURES):
        fills = Fills()
        matrix[i, INDEX[RUSSIA]] = energy_from_russia(row, fills)
        rules = [rule for *_, rule in fills.rows]
        is_known[i] = row["iso3"] != RUSSIA and all("primary energy" in rule for rule in rules)
        if is_known[i]:
            for rule in rules:
                filled.note("energy", row["iso3"], CURRENT, rule, RUSSIA)
    return tie_rows("energy", CURRENT, matrix, is_known, (RUSSIA,))
