"""Aid by year and donor, over the product of who gets it; 5 % counts as 1."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.arrays import FloatArray
from tools.derivation.un.common import (
    CODES,
    CURRENT,
    FIGURES,
    INDEX,
    PERCENT,
    YEARS,
    Filled,
    Table,
    frame,
    others,
    pairs,
    tie_rows,
)

FULL = 0.05
"""Aid over product that counts as full exposure."""
AMERICA, CHINA = "USA", "CHN"
DAC_YEARS = range(2010, 2023)
CHINESE_YEARS = range(2010, 2022)
MEAN_OF = 3
"""Years of Chinese commitments that are averaged: what is committed at once is paid out over years."""
PRICES = {"oda_gross": 2022, "china_oda_commit": 2021}
"""Year whose prices a column is in."""


def aid_rows(attributes: Table, filled: Filled) -> Table:
    """The rows of the tie ``aid``.

    American aid is what was paid out in the fiscal year (economic and military, ForeignAssistance.gov); that of 2021 is
    ``un-2022``'s. Chinese aid is commitments that count as official development assistance (AidData), the mean of
    three years. All other donors: gross disbursements (OECD). Constant prices are turned into those of the year by
    the American deflator, as the rates of exchange that the OECD used are not in the source.

    Parameters
    ----------
    attributes : rows of ``attributes.csv``, for the product of each year; a year without one takes the last before.
    """
    product = _products(attributes)
    deflator = _deflators()
    dyads = frame("aid_dyads.csv.gz")
    rows: Table = []
    everyone = np.ones(len(CODES), dtype=bool)
    for year in YEARS:
        rows += tie_rows("aid", year, _american(year, product[year], filled), everyone, (AMERICA,))
        if year in DAC_YEARS:
            own = dyads[(dyads["year"] == year) & dyads["oda_gross"].notna()]
            paid = pairs(own, "recipient", "donor", "oda_gross") * deflator[year] / deflator[PRICES["oda_gross"]]
            rows += tie_rows("aid", year, _exposure(paid, product[year]), everyone, others(AMERICA, CHINA))
        if year in CHINESE_YEARS:
            rows += tie_rows("aid", year, _exposure(_chinese(dyads, year, deflator), product[year]), everyone, (CHINA,))
    return rows


def _exposure(paid: FloatArray, product: FloatArray) -> FloatArray:
    return np.clip(paid / product[:, None] / FULL, 0.0, 1.0)


def _products(attributes: Table) -> dict[int, FloatArray]:
    values = {
        (str(row["iso3"]), int(str(row["year"]))): float(str(row["value"]))
        for row in attributes
        if row["attribute"] == "gdp_usd"
    }
    last = dict.fromkeys(CODES, np.nan)
    found = {}
    for year in YEARS:
        last = {iso3: values.get((iso3, year), value) for iso3, value in last.items()}
        found[year] = np.array(list(last.values()))
    return found


def _deflators() -> dict[int, float]:
    """Current over constant dollars of American aid by fiscal year."""
    rows = frame("us_aid_country_year.csv.gz")
    ratio = rows["disbursements_current_usd"] / rows["disbursements_constant_usd"]
    medians = ratio.groupby(rows["fiscal_year"]).median()
    return dict(zip(medians.index.astype(int).tolist(), medians.tolist()))


def _american(year: int, product: FloatArray, filled: Filled) -> FloatArray:
    matrix = np.zeros((len(CODES), len(CODES)))
    rows = frame("us_aid_country_year.csv.gz")
    paid = rows[rows["fiscal_year"] == year].set_index("recipient")["disbursements_current_usd"].dropna()
    for i, row in enumerate(FIGURES):
        figure = row["us_aid_disb_fy2021_pct_gdp"]
        is_recorded = figure != "" if year == CURRENT else row["iso3"] in paid.index
        if not is_recorded:
            filled.note("aid", row["iso3"], year, "no record of American aid: none counted", AMERICA)
            continue
        part = float(figure) / PERCENT if year == CURRENT else float(paid[row["iso3"]]) / product[i]
        matrix[i, INDEX[AMERICA]] = min(max(part / FULL, 0.0), 1.0)
    return matrix


def _chinese(dyads: pd.DataFrame, year: int, deflator: dict[int, float]) -> FloatArray:
    column = "china_oda_commit"
    own = dyads[dyads["year"].between(year - MEAN_OF + 1, year) & dyads[column].notna()]
    return pairs(own, "recipient", "donor", column) / MEAN_OF * deflator[year] / deflator[PRICES[column]]
