"""Trade and arms by year: shares of the partner."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.arrays import BoolArray, FloatArray
from tools.derivation.folders import FIGURES as UN_2022_FIGURES
from tools.derivation.un.common import (
    CODES,
    FIGURES,
    INDEX,
    NEIGHBOURS,
    PERCENT,
    REGIONS,
    Filled,
    Table,
    frame,
    pairs,
    tie_rows,
    totals,
)
from tools.derivation.world import Fills, read_dyads, trade_ties

COW_YEARS = range(2010, 2015)
ITPD_YEAR = 2016
BACI_YEAR = 2023
TRADE_YEARS = (*COW_YEARS, BACI_YEAR)
"""Years with amounts for each pair; 2016 has shares alone."""

WINDOWS = {"2004-2013": 2013, "2008-2017": 2017}
"""Windows of arms deliveries by their last year; the window to 2021 is that of ``un-2022``."""
ARMS_YEAR = 2021


@cache
def flows(year: int) -> tuple[FloatArray, FloatArray]:
    """Exports of member i to member j, (N, N), and the trade of each member with everyone, (N,); US dollars."""
    rows = frame(f"trade_dyads_{year}.csv.gz")
    everyone = totals(rows, "exporter", "value_usd") + totals(rows, "importer", "value_usd")
    return pairs(rows, "exporter", "importer", "value_usd"), everyone


def traded(year: int) -> FloatArray:
    """Goods exported and imported by each member, (N,), US dollars; 0 where there is no record."""
    return flows(year)[1]


@cache
def import_shares(year: int) -> FloatArray:
    """Share of member j in the imports of member i, (N, N); a row of zeros where there is no record."""
    rows = frame(f"trade_dyads_{year}.csv.gz")
    everyone = totals(rows, "importer", "value_usd")
    return flows(year)[0].T / np.where(everyone > 0, everyone, np.inf)[:, None]


def stand_in(shares: FloatArray, is_known: BoolArray, iso3: str) -> tuple[FloatArray, str]:
    """The mean pattern (N,) of a member's known land neighbours, else of its region, and the rule in words."""
    near = [INDEX[code] for code in NEIGHBOURS[iso3] if is_known[INDEX[code]]]
    region = [INDEX[code] for code in CODES if REGIONS[code] == REGIONS[iso3] and is_known[INDEX[code]]]
    pattern = shares[near or region].mean(axis=0)
    pattern[INDEX[iso3]] = 0.0
    return pattern, f"no record: mean of the pattern of its {'land neighbours' if near else 'region'}"


def trade_rows(filled: Filled) -> Table:
    """Share of the partner in exports and imports together.

    2010 to 2014 goods (Correlates of War); 2016 goods and services, with the tempering of ``un-2022``; 2023 goods
    (BACI). Members that lack a first year take a stand-in; later gaps are carried by the program.
    """
    everyone = np.ones(len(CODES), dtype=bool)
    rows: Table = []
    for year in COW_YEARS:
        exports, total = flows(year)
        shares = (exports + exports.T) / np.where(total > 0, total, np.inf)[:, None]
        is_known = total > 0
        for i in np.flatnonzero(~is_known):
            shares[i], rule = stand_in(shares, is_known, CODES[i])
            filled.note("trade", CODES[i], year, rule)
        rows += tie_rows("trade", year, shares, everyone)
    rows += tie_rows("trade", ITPD_YEAR, _of_2016(filled), everyone)
    exports, total = flows(BACI_YEAR)
    shares = (exports + exports.T) / np.where(total > 0, total, np.inf)[:, None]
    return rows + tie_rows("trade", BACI_YEAR, shares, total > 0)


def _of_2016(filled: Filled) -> FloatArray:
    fills = Fills()
    shares = trade_ties(FIGURES, read_dyads(UN_2022_FIGURES / "dyads.csv.gz", list(CODES)), fills)
    for iso3, _, rule in fills.rows:
        filled.note("trade", iso3, ITPD_YEAR, rule)
    return shares


def arms_rows(filled: Filled) -> Table:
    """Share of the partner in imports of major arms over ten years, dated by the last of them."""
    windows = frame("arms_import_shares_by_window.csv.gz")
    matrices = {
        year: pairs(windows[windows["window"] == window], "iso3", "supplier", "share_pct") / PERCENT
        for window, year in WINDOWS.items()
    }
    dyads = read_dyads(UN_2022_FIGURES / "dyads.csv.gz", list(CODES))
    matrices[ARMS_YEAR] = np.nan_to_num(dyads["arms_import_share_2012_2021_pct"]) / PERCENT
    recorded = {year: (matrix > 0).any(axis=1) for year, matrix in matrices.items()}
    recorded[ARMS_YEAR] = np.array([row["arms_share_russia_2012_2021_pct"] != "" for row in FIGURES])
    rows: Table = []
    for year, matrix in matrices.items():
        for i in np.flatnonzero(~recorded[year]):
            filled.note("arms", CODES[i], year, "no import of major arms on record: none counted")
        rows += tie_rows("arms", year, np.minimum(matrix, 1.0), np.ones(len(CODES), dtype=bool))
    return rows
