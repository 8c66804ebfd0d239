"""World prices of fuels by month, euros a tonne, each with a range: sourced where they can be, declared where not.

Crude is Brent. The others are, to August 2022, what importers paid for the target's fuel at their border (so they hold
whatever discount these obtained), with the quartiles of the reporters as the range; afterwards they follow a
benchmark by a rule fitted on the months before, and the whole spread of that fit is their range.

Brent is known to the last month. The exchange rate, the gas hub and coal are not: after their last figure the rate
keeps its last value, and gas and coal keep their ratio to Brent of the last months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from statistics import median, quantiles

from sim.scoring.flows import BARRELS_PER_TONNE
from tools.derivation.world import Figures

KG_PER_SM3 = 0.73
FIRST, LAST_REPORTED = "2021-01", "2022-08"
LONGEST_LAG_MONTHS = 6
COAL_RANGE = 0.25
"""Relative half-width of the declared range of coal after the last reported month."""

RATIO_MONTHS = 3
"""Last known months of a fuel whose median ratio to Brent holds for the months after them."""

Level = tuple[float, float, float]
"""A price, and the low and high end of its range."""
Prices = dict[str, tuple[float, float, float, str]]
"""Month to price, low, high and the words on where they are from."""


def price_rows(
    rows: Figures, benchmarks: Figures, kinds: Mapping[str, str], plausible: float
) -> list[dict[str, object]]:
    """The rows of ``energy_prices.csv``.

    Parameters
    ----------
    rows : the monthly imports. Keys: commodity, month, eur, tonne.
    benchmarks : Brent, the exchange rate, a gas hub and coal, by month in order.
    kinds : commodity of each fuel.
    plausible : factor from the median beyond which a unit value is left out.
    """
    months = [row["month"] for row in benchmarks]
    rate = {row["month"]: float(row["usd_per_eur"]) for row in benchmarks if row["usd_per_eur"]}
    brent = {row["month"]: euros_a_tonne(float(row["brent_usd_bbl"]), row["month"], rate) for row in benchmarks}
    hub = {row["month"]: float(row["psv_eur_sm3"]) * 1000 / KG_PER_SM3 for row in benchmarks if row["psv_eur_sm3"]}
    hub_levels = {month: (price, price, price) for month, price in hub.items()} | keep_ratio(hub, brent)
    border = {kind: border_prices(rows, kinds, kind, plausible) for kind in ("products", "pipeline_gas", "lng", "coal")}
    words = "Brent, US Energy Information Administration; euro rate of the European Central Bank; 7.33 barrels a tonne"
    later = (
        f"declared range: Brent, US Energy Information Administration, at the euro rate of {max(rate)} (range: of all)"
    )
    series: dict[str, Prices] = {
        "crude": {month: (*brent[month], words if month in rate else later) for month in months},
        "products": border["products"] | follow(border["products"], brent, months, "Brent"),
    }
    last = max(hub)
    for kind in ("pipeline_gas", "lng"):
        name = f"Italian gas hub (PSV; after {last} its ratio to Brent of {RATIO_MONTHS} months)"
        series[kind] = border[kind] | follow(border[kind], hub_levels, months, name)
    known = {
        row["month"]: float(row["coal_usd_tonne"]) / rate[row["month"]] for row in benchmarks if row["coal_usd_tonne"]
    }
    coal = border["coal"] | between(border["coal"], known, months)
    words = (
        f"declared range: the median ratio to Brent of the {RATIO_MONTHS} months to {max(coal)} (range: of all months)"
    )
    kept = keep_ratio({month: price[0] for month, price in coal.items()}, brent)
    series["coal"] = coal | {month: (*level, words) for month, level in kept.items()}
    return [
        {
            "commodity": kind,
            "month": month,
            "eur_per_tonne": f"{price:.1f}",
            "low": f"{low:.1f}",
            "high": f"{high:.1f}",
            "source": words,
        }
        for kind, prices in series.items()
        for month, (price, low, high, words) in sorted(prices.items())
    ]


def euros_a_tonne(dollars: float, month: str, rate: Mapping[str, float]) -> Level:
    """Crude in euros a tonne from dollars a barrel; after the last known rate at that one, with all as the range."""
    price = dollars * BARRELS_PER_TONNE
    if month in rate:
        return (price / rate[month],) * 3
    return price / rate[max(rate)], price / max(rate.values()), price / min(rate.values())


def keep_ratio(known: Mapping[str, float], brent: Mapping[str, Level]) -> dict[str, Level]:
    """Prices of the months after the last known one, by the ratio to Brent of the months before.

    The price is the median ratio of the last `RATIO_MONTHS` months; the range is the smallest and largest of all.
    """
    ratios = [price / brent[month][0] for month, price in sorted(known.items())]
    usual, least, most = median(ratios[-RATIO_MONTHS:]), min(ratios), max(ratios)
    return {
        month: (usual * price, least * low, most * high)
        for month, (price, low, high) in brent.items()
        if month > max(known)
    }


def border_prices(rows: Figures, kinds: Mapping[str, str], kind: str, plausible: float) -> Prices:
    """Unit values of a commodity at the border by month: mean weighted by tonnes, and quartiles of the reporters.

    Coke is left out of coal: it costs three times as much.
    """
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        is_wanted = kinds.get(row["commodity"]) == kind and row["commodity"] != "coke" and float(row["tonne"]) > 0
        if is_wanted and FIRST <= row["month"] <= LAST_REPORTED:
            found[row["month"]].append((float(row["eur"]), float(row["tonne"])))
    prices: Prices = {}
    for month, pairs in found.items():
        middle = median(euros / tonnes for euros, tonnes in pairs)
        kept = [pair for pair in pairs if 1 / plausible <= pair[0] / pair[1] / middle <= plausible]
        mean = sum(euros for euros, _ in kept) / sum(tonnes for _, tonnes in kept)
        low, _, high = quantiles([euros / tonnes for euros, tonnes in kept], n=4)
        words = f"unit value of imports at the border, {len(kept)} reporters (CREA); range: their quartiles"
        prices[month] = (mean, min(low, mean), max(high, mean), words)
    return prices


def follow(border: Prices, benchmark: Mapping[str, Level], months: list[str], name: str) -> Prices:
    """Prices after the last reported month: a benchmark's trailing mean times the ratio of the reported months.

    The length of the mean, one to `LONGEST_LAG_MONTHS` months, is the one whose ratio to the reported prices varies
    least (largest over smallest). The price is the median ratio, the range the smallest and largest.
    """

    def trailing(place: int, length: int, end: int = 0) -> float:
        return sum(benchmark[month][end] for month in months[place - length + 1 : place + 1]) / length

    start = LONGEST_LAG_MONTHS - 1
    reported = [place for place in range(start, len(months)) if months[place] <= LAST_REPORTED]
    fits = []
    for length in range(1, LONGEST_LAG_MONTHS + 1):
        ratios = sorted(border[months[place]][0] / trailing(place, length) for place in reported)
        fits.append((ratios[-1] / ratios[0], length, ratios))
    _, length, ratios = min(fits)
    words = (
        f"declared range: {name}, mean of {length} months, times its ratio to border prices "
        f"of {months[start]} to {LAST_REPORTED} (median; range: smallest and largest)"
    )
    prices: Prices = {}
    for place in range(reported[-1] + 1, len(months)):
        level, low, high = (trailing(place, length, end) for end in range(3))
        prices[months[place]] = (median(ratios) * level, ratios[0] * low, ratios[-1] * high, words)
    return prices


def between(border: Prices, known: Mapping[str, float], months: list[str]) -> Prices:
    """Coal after the last reported month: a straight line through the few sourced points, with a declared range."""
    points = [(months.index(LAST_REPORTED), border[LAST_REPORTED][0])]
    points += sorted((months.index(month), price) for month, price in known.items())
    prices: Prices = {}
    for (left, before), (right, after) in pairwise(points):
        for place in range(left + 1, right + 1):
            price = before + (after - before) * (place - left) / (right - left)
            words = f"declared range of {COAL_RANGE:.0%}: straight line between sourced points (API 2, Newcastle)"
            prices[months[place]] = (price, price * (1 - COAL_RANGE), price * (1 + COAL_RANGE), words)
    return prices
