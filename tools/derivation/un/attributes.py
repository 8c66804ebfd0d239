"""Attributes by year: population, product, income, openness and regime."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.world.tables import read_rows
from tools.derivation.un.common import CODES, CURRENT, FIGURES, PERCENT, REGIONS, UN_2022, YEARS, Filled, Table, frame
from tools.derivation.un.trade import TRADE_YEARS, traded
from tools.derivation.world import Fills, make_members_table

SMALL = 1_000_000
"""Members with fewer persons represent those that V-Dem leaves out, which are all smaller still."""

Series = dict[tuple[str, int], float]
"""Value by member and year."""


def attribute_rows(filled: Filled) -> Table:
    """The rows of ``attributes.csv``: ``attribute, iso3, year, value``."""
    current, fills = _current()
    panel = frame("gdp_population_by_year.csv.gz")
    panel = panel[panel["iso3"].isin(CODES) & panel["year"].isin(YEARS)].set_index(["iso3", "year"])
    democracy = _democracy()
    series: dict[str, Series] = {
        "population": _series(panel["population"]),
        "gdp_usd": _product(panel, filled),
        "liberal_democracy": democracy,
    }
    series["trade_openness"] = _openness(series["gdp_usd"])
    for attribute in series:
        series[attribute] = {key: value for key, value in series[attribute].items() if key[1] != CURRENT} | {
            (iso3, CURRENT): current[iso3][attribute] for iso3 in CODES
        }
    for iso3, attribute, rule in fills.rows:
        filled.note(attribute, iso3, CURRENT, rule)
    _fill_democracy(series["liberal_democracy"], series["population"], filled)
    series["income_usd"] = {
        key: gdp / series["population"][key] for key, gdp in series["gdp_usd"].items() if key in series["population"]
    }
    digits = {"population": "d", "gdp_usd": ".6g", "income_usd": ".5g", "trade_openness": ".4g"}
    return [
        {"attribute": name, "iso3": iso3, "year": year, "value": _written(value, digits.get(name, ".4g"))}
        for name in ("population", "gdp_usd", "income_usd", "trade_openness", "liberal_democracy")
        for (iso3, year), value in sorted(series[name].items())
    ]


def _written(value: float, digits: str) -> str:
    return str(round(value)) if digits == "d" else f"{value:{digits}}"


def _current() -> tuple[dict[str, dict[str, float]], Fills]:
    """The attributes of ``un-2022``, and what its rules supplied."""
    fills = Fills()
    rows = make_members_table(FIGURES, read_rows(UN_2022 / "facts.csv"), fills)
    names = ("population", "gdp_usd", "trade_openness", "liberal_democracy")
    return {str(row["iso3"]): {name: float(str(row[name])) for name in names} for row in rows}, fills


def _series(column: pd.Series[float]) -> Series:
    return dict(zip(column.dropna().index.tolist(), column.dropna().tolist()))


def _product(panel: pd.DataFrame, filled: Filled) -> Series:
    """Gross domestic product, current US dollars.

    A member for which the World Bank has no year at all (North Korea) takes the line, over the members of the year, of
    income on V-Dem's product per head, both in logarithms.
    """
    product = _series(panel["gdp_usd"])
    people = _series(panel["population"])
    head = frame("vdem_by_year.csv.gz").set_index(["iso3", "year"])["e_gdppc"]
    per_head = _series(head)
    covered = {iso3 for iso3, _ in product}
    for year in YEARS:
        both = [iso3 for iso3 in CODES if (iso3, year) in product and (iso3, year) in per_head]
        if not both:
            continue
        x = np.log([per_head[iso3, year] for iso3 in both])
        y = np.log([product[iso3, year] / people[iso3, year] for iso3 in both])
        slope, offset = np.polyfit(x, y, 1)
        for iso3 in CODES:
            if iso3 not in covered and (iso3, year) in per_head:
                income = float(np.exp(offset + slope * np.log(per_head[iso3, year])))
                product[iso3, year] = income * people[iso3, year]
                rule = "no World Bank figure: line fitted on V-Dem's product per head"
                for attribute in ("gdp_usd", "income_usd"):
                    filled.note(attribute, iso3, year, rule)
    return product


def _openness(product: Series) -> Series:
    """Goods traded over product, at most 1: from trade by pairs, and from the World Bank for 2019."""
    found: Series = {}
    for year in TRADE_YEARS:
        for iso3, value in zip(CODES, traded(year), strict=True):
            if value > 0 and (iso3, year) in product:
                found[iso3, year] = min(value / product[iso3, year], 1.0)
    for row in FIGURES:
        if row["merch_trade_pct_gdp_2019"]:
            found[row["iso3"], 2019] = min(float(row["merch_trade_pct_gdp_2019"]) / PERCENT, 1.0)
    return found


def _democracy() -> Series:
    rows = frame("vdem_by_year.csv.gz")
    return _series(rows[rows["iso3"].isin(CODES) & rows["year"].isin(YEARS)].set_index(["iso3", "year"])["v2x_libdem"])


def _fill_democracy(democracy: Series, people: Series, filled: Filled) -> None:
    """Members that V-Dem leaves out: mean of the small members of the region that it covers; 2021 is ``un-2022``'s."""
    for year in (year for year in YEARS if year != CURRENT):
        covered = [iso3 for iso3 in CODES if (iso3, year) in democracy]
        for iso3 in CODES:
            if (iso3, year) in democracy or (iso3, CURRENT) not in democracy:
                continue
            region = [other for other in covered if REGIONS[other] == REGIONS[iso3]]
            small = [other for other in region if people[other, year] < SMALL] or region
            democracy[iso3, year] = sum(democracy[other, year] for other in small) / len(small)
            rule = f"not covered by V-Dem: mean of the members of its region with fewer than {SMALL:,} persons"
            filled.note("liberal_democracy", iso3, year, rule)
