"""Food by year and supplier: wheat and fertiliser."""

from __future__ import annotations

from statistics import median

import numpy as np
import pandas as pd

from sim.arrays import BoolArray, FloatArray
from tools.derivation.un.common import (
    CODES,
    FIGURES,
    INDEX,
    REGIONS,
    Filled,
    Table,
    frame,
    others,
    pairs,
    tie_rows,
    totals,
)
from tools.derivation.world import RUSSIA, Fills, food_from_russia, share

YEARS_REPORTED = (2020, 2021, 2022, 2023)
RUSSIAN_YEAR = 2019
HALF = 0.5
"""Members whose supply is not recorded import half of their wheat, as in ``un-2022``."""
NITROGEN = ("ammonia", "urea")


def food_rows(filled: Filled) -> Table:
    """The rows of the tie ``food``; Russia's are those of ``un-2022``, dated apart.

    The part of a supplier is the mean of two shares: its share in the member's wheat imports times the part of the
    wheat that is imported (2019), and its share in the reported trade in ammonia and urea times the member's net import
    dependence for fertiliser. A member that has not reported by then takes the medians of its region.
    """
    rows = _russian(filled)
    trade = frame("food_fertiliser_lpg_trade_dyads.csv.gz")
    imported = np.array([_or(share(row, "wheat_imports_share_domestic_supply_2019_pct"), HALF) for row in FIGURES])
    ever = np.zeros(len(CODES), dtype=bool)
    for year in YEARS_REPORTED:
        own = trade[trade["year"] == year]
        wheat = own[own["product"] == "wheat"]
        bought = totals(wheat, "importer", "value_usd")
        is_known = bought > 0
        ever |= is_known
        shares = pairs(wheat, "importer", "exporter", "value_usd") / np.where(is_known, bought, np.inf)[:, None]
        part = shares * imported[:, None]
        if year == YEARS_REPORTED[0]:  # later gaps are carried by the program
            for i in np.flatnonzero(~is_known):
                part[i] = _regional(part, is_known, CODES[i])
                filled.note("food", CODES[i], year, "no report on wheat: medians of the regional group")
            is_known = np.ones(len(CODES), dtype=bool)
        rows += tie_rows("food", year, (part + _fertiliser(own)) / 2.0, is_known, others(RUSSIA))
    return rows


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _fertiliser(trade: pd.DataFrame) -> FloatArray:
    """Net import dependence (N,) times the share of each supplier in the reported nitrogen trade, (N, N)."""
    nitrogen = trade[trade["product"].isin(NITROGEN)]
    world = nitrogen["value_usd"].sum()
    sold = totals(nitrogen, "exporter", "value_usd") / world
    needs = []
    for row in FIGURES:
        known = [share(row, f"fertiliser_{kind}_net_import_dependence_pct") for kind in ("n", "k2o")]
        values = [value for value in known if value is not None]
        needs.append(sum(values) / len(values) if values else 0.0)
    return np.outer(needs, sold)


def _regional(part: FloatArray, is_known: BoolArray, iso3: str) -> FloatArray:
    region = [INDEX[code] for code in CODES if REGIONS[code] == REGIONS[iso3] and is_known[INDEX[code]]]
    return np.median(part[region], axis=0)


def _russian(filled: Filled) -> Table:
    wheat: dict[str, list[float]] = {}
    for row in FIGURES:
        value = share(row, "russia_wheat_share_domestic_supply_2019_pct")
        if value is not None:
            wheat.setdefault(row["un_regional_group"], []).append(value)
    regional = {region: median(values) for region, values in wheat.items()}
    matrix, fills = np.zeros((len(CODES), len(CODES))), Fills()
    for i, row in enumerate(FIGURES):
        if row["iso3"] != RUSSIA:
            matrix[i, INDEX[RUSSIA]] = food_from_russia(row, regional, fills)
    for iso3, _, rule in fills.rows:
        filled.note("food", iso3, RUSSIAN_YEAR, rule, RUSSIA)
    return tie_rows("food", RUSSIAN_YEAR, matrix, np.array([code != RUSSIA for code in CODES]), (RUSSIA,))
