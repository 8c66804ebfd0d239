"""How the energy tables of ``un-2022`` follow from published figures: every blank by a stated rule.

Run ``python -m tools.derivation.energy`` to write ``energy_flows.csv``, ``energy_prices.csv`` and
``energy_fills.csv`` again. Nothing here runs when a scenario does. Prices are in ``tools/derivation/prices.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median

from sim.scoring.published import FUELS
from sim.world.energy import COMMODITIES
from sim.world.tables import read_rows
from tools.derivation.folders import FIGURES, SHIPPED
from tools.derivation.prices import price_rows
from tools.derivation.world import Figures, text_of

TARGET = "RUS"
BASE_YEAR = "2021"
EARLIER_YEARS = ("2020", "2019")
MONTHS_NEEDED = 3
"""Months of the base year with a report; with fewer, the last earlier year with twice as many is used."""
PLAUSIBLE = 4.0
"""Factor from the median unit value of a fuel and month beyond which a tonnage is not believed; the euros are."""
GAS_KG_M3 = 0.73
"""Kilograms a cubic metre of gas: 16.5 billion cubic metres are 12.07 million tonnes (Reuters, 22 February 2022)."""
M3_PER_CUBIC_FOOT = 0.0283168
BARRELS_PER_TONNE = {"crude": 7.33, "products": 8.0}
"""Barrels a tonne, the rounded convention of BP's statistical review."""
MONTHS = 12
FROM_ALL = "imports from all"

Cell = tuple[str, str]
"""Buyer and commodity."""


class Table:
    """Flows as they are put together: tonnes and euros a month by buyer and commodity, sources, and rules applied."""

    def __init__(self) -> None:
        self.tonnes: dict[Cell, float] = {}
        self.euros: dict[Cell, float] = {}
        self.source: dict[Cell, str] = {}
        self.need_source: dict[Cell, str] = {}
        self.fills: list[tuple[str, str, str]] = []

    def put(self, cell: Cell, *, tonnes: float, euros: float, source: str, rule: str = "") -> None:
        """Set a flow; a rule is recorded with it."""
        self.tonnes[cell], self.euros[cell], self.source[cell] = tonnes, euros, source
        if rule:
            self.fills.append((*cell, rule))


def medians(rows: Iterable[Mapping[str, str]]) -> dict[Cell, float]:
    """The median unit value of a fuel in a month over its reporters, euros a tonne, by (fuel, month)."""
    found: dict[Cell, list[float]] = defaultdict(list)
    for row in rows:
        if float(row["tonne"]) > 0:
            found[row["commodity"], row["month"]].append(float(row["eur"]) / float(row["tonne"]))
    return {key: median(values) for key, values in found.items()}


def believed(row: Mapping[str, str], usual: Mapping[Cell, float]) -> tuple[float, bool]:
    """The tonnes of a row and whether they are as reported: else its euros over the median unit value.

    A tonnage that is zero, negative or beyond `PLAUSIBLE` times the median unit value is not believed.
    """
    euros, tonnes = float(row["eur"]), float(row["tonne"])
    typical = usual[row["commodity"], row["month"]]
    if tonnes > 0 and 1 / PLAUSIBLE <= euros / tonnes / typical <= PLAUSIBLE:
        return tonnes, True
    return euros / typical, False


def reported(rows: Figures, table: Table) -> None:
    """Flows of the mean month of the base year, from what buyers reported.

    The mean is over the months in which the buyer reported any fuel from the target: in such a month a fuel without
    a row was not bought, in any other month nothing is known. A buyer with fewer than `MONTHS_NEEDED` such months
    keeps the tonnage of its last earlier year with twice as many, valued at the mean unit value of the base year.
    """
    usual = medians(rows)
    by_year: dict[tuple[str, str], Figures] = defaultdict(list)
    for row in rows:
        if row["commodity"] in FUELS:
            by_year[row["iso3"], row["month"][:4]].append(row)
    for iso3 in sorted({iso3 for iso3, _ in by_year}):
        months = {year: len({row["month"] for row in by_year[iso3, year]}) for year in (BASE_YEAR, *EARLIER_YEARS)}
        enough = [year for year in EARLIER_YEARS if months[year] >= 2 * MONTHS_NEEDED]
        year = BASE_YEAR if months[BASE_YEAR] >= MONTHS_NEEDED else next(iter(enough), "")
        if not year:
            continue
        for commodity in COMMODITIES:
            own = [row for row in by_year[iso3, year] if FUELS[row["commodity"]] == commodity]
            if own:
                _reported_cell((iso3, commodity), own, year=year, months=months[year], usual=usual, table=table)


def _reported_cell(cell: Cell, own: Figures, year: str, months: int, usual: Mapping[Cell, float], table: Table) -> None:
    pairs = [believed(row, usual) for row in own]
    tonnes = sum(value for value, _ in pairs) / months
    euros = sum(float(row["eur"]) for row in own) / months
    rules = []
    doubtful = sum(not is_reported for _, is_reported in pairs)
    if doubtful:
        rules.append(f"{doubtful} of {len(pairs)} tonnages not believed: euros over the median unit value of reporters")
    if year != BASE_YEAR:
        rules.append(
            f"no half-year of reports for {BASE_YEAR}: tonnage of {year}, valued at unit values of {BASE_YEAR}"
        )
        fuels = {row["commodity"] for row in own}
        values = [value for (fuel, month), value in usual.items() if fuel in fuels and month.startswith(BASE_YEAR)]
        euros = tonnes * sum(values) / len(values)
    if months < MONTHS:
        rules.append(f"{months} months of {year} reported: their mean")
    source = f"CREA, compiled from UN Comtrade and Eurostat, {year}"
    table.put(cell, tonnes=tonnes, euros=euros, source=source, rule="; ".join(rules))


def supplement(
    rows: Figures, needs: Mapping[str, Mapping[str, float]], prices: Mapping[str, float], table: Table
) -> None:
    """Replace what buyers leave out of their reports by figures published elsewhere, one rule a buyer.

    Parameters
    ----------
    needs : total imports by member and kind (``gas``), tonnes a month.
    prices : mean unit value of the base year by commodity, euros a tonne.
    """
    figure = {(row["iso3"], row["commodity"]): row for row in rows if row["quantity"] != FROM_ALL}

    def value(iso3: str, commodity: str) -> float:
        return float(figure[iso3, commodity]["value"])

    def put(iso3: str, commodity: str, tonnes: float, rule: str, *, key: str = "", euros: float | None = None) -> None:
        row = figure[iso3, key or commodity]
        paid = tonnes * prices[commodity] if euros is None else euros
        source = f"{row['source']}; {row['period']}"
        table.put((iso3, commodity), tonnes=tonnes, euros=paid, source=source, rule=rule)

    def gas(feet: float) -> float:
        """Tonnes a month of trillion cubic feet a year."""
        return feet * 1e12 * M3_PER_CUBIC_FOOT * GAS_KG_M3 / 1000 / MONTHS

    valued = "valued at the mean unit value of reporters"
    for commodity in ("crude", "lng", "coal"):
        put(
            "KOR",
            commodity,
            value("KOR", commodity) * 1e6 / MONTHS,
            f"not reported for {BASE_YEAR}: published total, {valued}",
        )
    lng = table.tonnes["CHN", "lng"]
    put(
        "CHN",
        "pipeline_gas",
        value("CHN", "gas") * 1e6 / MONTHS - lng,
        "tonnage of the monthly table too low: published total of gas less liquefied gas; euros as reported",
        key="gas",
        euros=table.euros["CHN", "pipeline_gas"],
    )
    unit = table.euros["DEU", "pipeline_gas"] / table.tonnes["DEU", "pipeline_gas"]
    bought = gas(value("DEU", "pipeline_gas"))
    put(
        "DEU",
        "pipeline_gas",
        bought,
        "customs count gas bound for neighbours: published total, own unit value",
        euros=bought * unit,
    )
    put(
        "POL", "pipeline_gas", gas(value("POL", "pipeline_gas")), f"not in the monthly table: published total, {valued}"
    )
    lng = table.tonnes["FRA", "lng"]
    put(
        "FRA",
        "pipeline_gas",
        gas(value("FRA", "gas")) - lng,
        f"published total of gas less liquefied gas, {valued}",
        key="gas",
    )
    for iso3 in ("AUT", "LVA"):
        part = value(iso3, "pipeline_gas") / 100
        put(iso3, "pipeline_gas", part * needs[iso3]["gas"], f"published share times all gas imports, {valued}")
    put(
        "NLD",
        "pipeline_gas",
        value("NLD", "pipeline_gas") * 1e6 * GAS_KG_M3 / 4,
        f"contracted volume of four months, {valued}",
    )
    for iso3 in ("DNK", "FIN"):
        rule = f"published total, {valued}"
        put(iso3, "pipeline_gas", value(iso3, "pipeline_gas") * 1e6 * GAS_KG_M3 / MONTHS, rule)
    oil, crude = value("TUR", "oil"), value("TUR", "crude") / 100
    confidential = "Turkey files Russian fuel as confidential: "
    put("TUR", "crude", oil * crude, f"{confidential}oil of one month, split as in 2015, {valued}", key="oil")
    put("TUR", "products", oil * (1 - crude), f"{confidential}oil of one month, split as in 2015, {valued}", key="oil")
    bill = value("TUR", "all") * 1e9 / 4 * needs["TUR"]["share"] / needs["TUR"]["usd_per_eur"]
    rest = bill - table.euros["TUR", "crude"] - table.euros["TUR", "products"]
    put(
        "TUR",
        "pipeline_gas",
        rest / prices["pipeline_gas"],
        f"{confidential}WITS share (2021) times the fuel bill, less oil; coal has no split and counts as gas",
        key="all",
        euros=rest,
    )


def is_net_exporter(row: Mapping[str, str], produced: str, used: str) -> bool:
    """Whether a member produces more of a fuel than it uses, where the Factbook gives both."""
    return row[produced] != "" and row[used] != "" and float(row[produced]) > float(row[used])


def all_imports(figures: Figures) -> dict[str, dict[str, float]]:
    """What members import of crude, products and gas from everyone, tonnes a month, where the Factbook says.

    A member that produces more oil or gas than it uses needs none: it imports for its own geography or trade, and
    can do without.
    """
    found: dict[str, dict[str, float]] = {}
    for row in figures:
        own: dict[str, float] = {}
        for kind, column in (("crude", "fb_crude_imports_bbl_day"), ("products", "fb_refined_imports_bbl_day")):
            if row[column] != "":
                own[kind] = float(row[column]) * 365 / MONTHS / BARRELS_PER_TONNE[kind]
        if row["fb_gas_imports_m3_yr"] != "":
            own["gas"] = float(row["fb_gas_imports_m3_yr"]) * GAS_KG_M3 / 1000 / MONTHS
        if is_net_exporter(row, "fb_crude_production_bbl_day", "fb_refined_consumption_bbl_day"):
            own |= {"crude": 0.0, "products": 0.0}
        if is_net_exporter(row, "fb_gas_production_m3_yr", "fb_gas_consumption_m3_yr"):
            own["gas"] = 0.0
        found[row["iso3"]] = own
    return found


def published_imports(rows: Figures, needs: Mapping[str, dict[str, float]], table: Table) -> None:
    """Put totals published for 2021 in the place of the Factbook's, which are older and have no coal."""
    for row in rows:
        if row["quantity"] == FROM_ALL:
            kind, value = row["commodity"], float(row["value"])
            is_daily = row["unit"] == "thousand barrels/day"
            yearly = value * 1000 * 365 / BARRELS_PER_TONNE[kind] if is_daily else value * 1e6
            needs[row["iso3"]][kind] = yearly / MONTHS
            table.need_source[row["iso3"], kind] = f"{row['source']}; {row['period']}"


def need_of(cell: Cell, table: Table, needs: Mapping[str, Mapping[str, float]]) -> tuple[float, str]:
    """What a buyer imports of a commodity from everyone, tonnes a month, and where that is from.

    Gas imports are one figure: they are split as the flows from the target are; a member without such flows is given
    all of them as liquefied gas, which reaches anyone. Never below the flow from the target.
    """
    iso3, commodity = cell
    flow = table.tonnes.get(cell, 0.0)
    kind = "gas" if commodity in ("pipeline_gas", "lng") else commodity
    total = needs[iso3].get(kind)
    if total is None:
        return flow, "no figure: the flow from the target"
    if kind == "gas":
        pipeline, lng = (table.tonnes.get((iso3, name), 0.0) for name in ("pipeline_gas", "lng"))
        part = flow / (pipeline + lng) if pipeline + lng > 0 else float(commodity == "lng")
        total = total * part
    if total < flow:
        return flow, "World Factbook below the flow: the flow from the target"
    return total, table.need_source.get((iso3, kind), "CIA World Factbook, edition of 24 February 2022")


def flow_rows(table: Table, needs: Mapping[str, Mapping[str, float]]) -> list[dict[str, object]]:
    """The rows of ``energy_flows.csv``: every buyer and commodity with a flow or a need."""
    rows: list[dict[str, object]] = []
    for iso3 in sorted(needs):
        for commodity in COMMODITIES:
            cell = (iso3, commodity)
            need, need_source = need_of(cell, table, needs)
            if iso3 == TARGET or need <= 0:
                continue
            rows.append(
                {
                    "iso3": iso3,
                    "supplier": TARGET,
                    "commodity": commodity,
                    "flow_tonnes": f"{table.tonnes.get(cell, 0.0):.6g}",
                    "flow_eur": f"{table.euros.get(cell, 0.0):.6g}",
                    "need_tonnes": f"{need:.6g}",
                    "source": table.source.get(cell, "none reported"),
                    "need_source": need_source,
                }
            )
    return rows


def unknown(rows: Figures, figures: Figures, table: Table) -> None:
    """Record the members that no source covers: their flows read 0, which is not known."""
    reporters = {row["iso3"] for row in rows}
    for row in figures:
        iso3 = row["iso3"]
        if iso3 != TARGET and not any((iso3, name) in table.tonnes for name in COMMODITIES):
            kind = "reports no half-year" if iso3 in reporters else "does not report"
            table.fills.append((iso3, "all", f"{kind}: no flow from the target counted, which is not the same as none"))


def derive(folder: Path) -> dict[str, str]:
    """The text of each derived table of the world in `folder`, by file name."""
    rows = read_rows(folder / "outcomes" / "fossil_imports_monthly.csv")
    figures = read_rows(FIGURES / "figures.csv")
    benchmarks = read_rows(FIGURES / "price_benchmarks.csv")
    table = Table()
    reported(rows, table)
    usual = medians(rows)
    months = [f"{BASE_YEAR}-{month:02}" for month in range(1, MONTHS + 1)]
    prices = {FUELS[fuel]: sum(usual[fuel, month] for month in months) / MONTHS for fuel in FUELS if fuel != "coke"}
    needs = all_imports(figures)
    rates = [float(row["usd_per_eur"]) for row in benchmarks if "2021-06" <= row["month"] <= "2021-09"]
    needs["TUR"]["usd_per_eur"] = sum(rates) / len(rates)
    needs["TUR"]["share"] = next(
        float(row["wits_fuel_import_share_russia_2021_pct"]) / 100 for row in figures if row["iso3"] == "TUR"
    )
    published = read_rows(FIGURES / "energy_supplement.csv")
    published_imports(published, needs, table)
    supplement(published, needs, prices, table)
    unknown(rows, figures, table)
    flows = flow_rows(table, needs)
    kept = {(row["iso3"], row["commodity"]) for row in flows}
    fills: list[dict[str, object]] = [
        dict(zip(("iso3", "commodity", "rule"), row))
        for row in sorted(table.fills)
        if row[1] == "all" or row[:2] in kept
    ]
    return {
        "energy_flows.csv": text_of(flows),
        "energy_prices.csv": text_of(price_rows(rows, benchmarks, FUELS, PLAUSIBLE)),
        "energy_fills.csv": text_of(fills),
    }


def main() -> None:
    """Write the energy tables of ``un`` again."""
    for name, text in derive(SHIPPED).items():
        (SHIPPED / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
