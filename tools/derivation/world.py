"""How the tables of ``un-2022`` follow from published figures: one function a quantity, every blank by a stated rule.

Run ``python -m tools.derivation.world`` to write ``members.csv``, ``ties.csv.gz`` and ``fills.csv`` again.
Nothing here runs when a scenario does. Every value that a rule supplied, rather than a source, gets a row in
``fills.csv``, which ``sim world MEMBER`` shows.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import numpy as np

from sim.arrays import FloatArray
from sim.world.tables import read_rows
from tools.derivation.folders import FIGURES, WORLD

Figures = list[dict[str, str]]
"""One dictionary per member, column name to text; an empty text is a blank."""

RUSSIA = "RUS"
FERTILISER_SHARE_OF_RUSSIA = 0.16
"""Share of Russia in the world's trade in nitrogen fertiliser, 2020 (IFPRI, "Global fertilizer trade 2021-2023")."""
MONTHS_NEEDED = 6
"""Months of 2019 with a report on Russian fuels below which the year is not scaled up."""
FORCES_THAT_MATTER = 100
"""Persons stationed: fewer are embassy guards and liaison."""


class Fills:
    """The record of values supplied by rule."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def note(self, iso3: str, quantity: str, rule: str) -> None:
        """Record that `rule` supplied a member's quantity."""
        self.rows.append((iso3, quantity, rule))


def number(row: Mapping[str, str], column: str) -> float | None:
    """The figure, or None where the source is blank."""
    return float(row[column]) if row[column] != "" else None


def share(row: Mapping[str, str], column: str) -> float | None:
    """A percentage as a share, kept within 0 and 1."""
    value = number(row, column)
    return None if value is None else min(max(value / 100, 0.0), 1.0)


def energy_from_russia(row: Mapping[str, str], fills: Fills) -> float:
    """Dependence on Russia for energy, in [0, 1], from the best of three sources.

    1. The share of Russian origin in the value of fossil-fuel imports, where it is documented (35 members).
    2. Fossil fuels bought from Russia in 2019 over primary energy, scaled to a year where at least six months are
       reported, capped at 1.
    3. Else the share of Russia in all imports: a blank must not read as independence.
    """
    documented = share(row, "energy_dep_russia_pct")
    if documented is not None:
        return documented
    traded = number(row, "crea_russia_fossil_imports_2019_pct_primary_energy_derived")
    months = number(row, "crea_months_reported_2019") or 0
    if traded is not None and months >= MONTHS_NEEDED:
        fills.note(
            row["iso3"],
            "dependence.energy",
            "no documented share: Russian fuels of 2019 over primary energy, "
            f"{months:g} months reported and scaled to twelve, capped at 1",
        )
        return min(traded * 12 / months / 100, 1.0)
    imports = share(row, "import_share_russia_2016_pct")
    fills.note(
        row["iso3"],
        "dependence.energy",
        "no figure: none counted"
        if imports is None
        else "no half-year of reports on Russian fuel: share of Russia in all imports of 2016",
    )
    return imports or 0.0


def food_from_russia(row: Mapping[str, str], regional: Mapping[str, float], fills: Fills) -> float:
    """Dependence on Russia for wheat and fertiliser, in [0, 1]: the mean of Russian wheat in supply and fertiliser."""
    wheat = share(row, "russia_wheat_share_domestic_supply_2019_pct")
    if wheat is None:
        imported = share(row, "russia_wheat_share_all_imports_latest_pct")
        if imported is not None:
            wheat = imported / 2
            rule = "no supply figure: half the share of Russia in wheat imports (members import half of their wheat)"
        else:
            wheat = regional[row["un_regional_group"]]
            rule = "no record of wheat: median of the regional group"
        fills.note(row["iso3"], "dependence.food", rule)
    dependences = [share(row, f"fertiliser_{kind}_net_import_dependence_pct") for kind in ("n", "k2o")]
    known = [value for value in dependences if value is not None]
    if not known:
        fills.note(row["iso3"], "dependence.food", "no record of fertiliser: none counted")
    fertiliser = sum(known) / len(known) if known else 0.0
    return (wheat + FERTILISER_SHARE_OF_RUSSIA * fertiliser) / 2.0


def security_ties(figures: Figures, pacts: FloatArray) -> FloatArray:
    """Security provided by a partner, in [0, 1]: half a point for a pact, half for forces on the ground by consent.

    Pacts are defence pacts of 2018 and common membership of NATO or the CSTO (which covers Germany, one of four
    members whose pact records are missing). Forces: Russian bases or companies under Russian control, American forces
    of 100 or more.
    """
    code = {row["iso3"]: index for index, row in enumerate(figures)}
    ties = 0.5 * pacts
    for i, row in enumerate(figures):
        base = row["russian_military_base_host"] == "1" and row["russian_forces_on_territory_unconsented"] != "1"
        if base:
            ties[i, code[RUSSIA]] += 0.5
        if row["wagner_presence_early_2022"] == "1":
            ties[i, code[RUSSIA]] += 0.5
        if (number(row, "us_troops_active_2021_12") or 0) >= FORCES_THAT_MATTER:
            ties[i, code["USA"]] += 0.5
    np.fill_diagonal(ties, 0.0)
    return np.minimum(ties, 1.0)


def pact_ties(figures: Figures, dyads: Mapping[str, FloatArray]) -> FloatArray:
    """1 for a defence pact in force in 2018 or common membership of NATO or the CSTO."""
    ties = dyads["defence_pact_2018"].copy()
    for organisation in ("nato", "csto"):
        inside = np.array([row[organisation] == "1" for row in figures])
        ties[np.ix_(inside, inside)] = 1.0
    np.fill_diagonal(ties, 0.0)
    return ties


def trade_ties(figures: Figures, dyads: Mapping[str, FloatArray], fills: Fills) -> FloatArray:
    """Share of the partner in a member's trade: 2016, for Russia, the USA and China the mean with 2014 where recorded.

    The mean of two sources tempers the one-off flows of small members. A member without any record takes the mean of
    its land neighbours' pattern.
    """
    code = {row["iso3"]: index for index, row in enumerate(figures)}
    ties = dyads["trade_share_2016_pct"] / 100
    for i, row in enumerate(figures):
        if np.isnan(ties[i]).all():
            neighbours = [code[iso3] for iso3 in row["borders_iso3"].split(";") if iso3 in code]
            ties[i] = np.nan_to_num(ties[neighbours]).mean(axis=0)
            fills.note(row["iso3"], "trade ties", "no record: mean of its land neighbours' trade pattern")
    for partner, name in ((RUSSIA, "russia"), ("USA", "usa"), ("CHN", "china")):
        for i, row in enumerate(figures):
            earlier = share(row, f"cow_trade_share_{name}_2014_pct")
            if earlier is not None:
                ties[i, code[partner]] = (ties[i, code[partner]] + earlier) / 2
    ties = np.nan_to_num(ties)
    np.fill_diagonal(ties, 0.0)
    return ties / np.maximum(ties.sum(axis=1, keepdims=True), 1.0)  # a mean of sources can lift a row above 1


def make_members_table(figures: Figures, facts: Figures, fills: Fills) -> list[dict[str, object]]:
    """The rows of ``members.csv``."""
    democracy = {row["iso3"]: number(row, "vdem_libdem_2021") for row in figures}
    freedom = {row["iso3"]: float(row["fh_total_2021_0_100"]) for row in figures}
    known = [iso3 for iso3, value in democracy.items() if value is not None]
    slope, offset = np.polyfit([freedom[iso3] for iso3 in known], [float(democracy[iso3] or 0) for iso3 in known], 1)
    fact = {(row["iso3"], row["fact"]): row["value"] for row in facts}
    openness = median(value for row in figures if (value := number(row, "merch_trade_pct_gdp_2021")) is not None)
    rows: list[dict[str, object]] = []
    for row in figures:
        iso3, population = row["iso3"], float(row["pop_2021"])
        gdp, regime, trade = number(row, "gdp_2021_usd"), democracy[iso3], number(row, "merch_trade_pct_gdp_2021")
        if gdp is None:
            gdp = float(row["factbook_gdp_oer_usd"])
            fills.note(iso3, "gdp_usd", "no World Bank figure: GDP at the official rate, CIA World Factbook")
        if regime is None:
            regime = min(max(slope * freedom[iso3] + offset, 0.0), 1.0)
            fills.note(iso3, "liberal_democracy", "not covered by V-Dem: line fitted on the Freedom House score")
        if trade is None:
            trade = openness
            fills.note(iso3, "trade_openness", "no figure: median of all members")
        rows.append(
            {
                "iso3": iso3,
                "name": row["name"],
                "region": row["un_regional_group"],
                "latitude": row["lat"],
                "longitude": row["lon"],
                "population": int(population),
                "gdp_usd": f"{gdp:.6g}",
                "income_usd": f"{gdp / population:.5g}",
                "trade_openness": f"{min(trade / 100, 1.0):.4g}",
                "liberal_democracy": f"{regime:.4g}",
                "effective_control": fact.get((iso3, "effective_control"), "1"),
                "arrears": fact.get((iso3, "arrears"), "0"),
            }
        )
    return rows


def ties_table(figures: Figures, dyads: Mapping[str, FloatArray], fills: Fills) -> list[dict[str, object]]:
    """The rows of ``ties.csv.gz``: every ordered pair that has at least one tie."""
    n = len(figures)
    code = {row["iso3"]: index for index, row in enumerate(figures)}
    wheat: dict[str, list[float]] = {}
    for row in figures:
        value = share(row, "russia_wheat_share_domestic_supply_2019_pct")
        if value is not None:
            wheat.setdefault(row["un_regional_group"], []).append(value)
    regional = {region: median(values) for region, values in wheat.items()}
    pacts = pact_ties(figures, dyads)
    kinds = {name: np.zeros((n, n)) for name in ("energy", "food", "consultation", "aid")}
    for i, row in enumerate(figures):
        if row["iso3"] != RUSSIA:
            kinds["energy"][i, code[RUSSIA]] = energy_from_russia(row, fills)
            kinds["food"][i, code[RUSSIA]] = food_from_russia(row, regional, fills)
        for partner, name in ((RUSSIA, "rus"), ("USA", "usa"), ("CHN", "chn")):
            signed = (number(row, f"atop_consul_{name}_2018") or 0) > 0
            kinds["consultation"][i, code[partner]] = float(signed and not pacts[i, code[partner]])
        # Aid of a twentieth of GDP counts as full exposure.
        aid = number(row, "us_aid_disb_fy2021_pct_gdp")
        kinds["aid"][i, code["USA"]] = min(max((aid or 0) / 5, 0.0), 1.0)
        if aid is None:
            fills.note(row["iso3"], "exposure.aid", "no record of American aid: none counted")
        if row["arms_share_russia_2012_2021_pct"] == "":
            fills.note(row["iso3"], "dependence.arms", "no import of major arms on record: none counted")
    kinds = {
        "trade": trade_ties(figures, dyads, fills),
        "arms": np.minimum(dyads["arms_import_share_2012_2021_pct"] / 100, 1.0),
        "security": security_ties(figures, pacts),
        "border": np.maximum(dyads["contiguous"], dyads["contiguous"].T),
        "pact": pacts,
        "agreement": dyads["vote_agreement_2017_2022"],
        **kinds,
    }
    for matrix in kinds.values():
        np.fill_diagonal(matrix, 0.0)
    return [
        {"iso3": a["iso3"], "partner": b["iso3"], **{name: f"{matrix[i, j]:.5g}" for name, matrix in kinds.items()}}
        for i, a in enumerate(figures)
        for j, b in enumerate(figures)
        if i != j
    ]


def read_dyads(path: Path, codes: list[str]) -> dict[str, FloatArray]:
    """The columns of the pair table as (N, N) arrays, NaN where blank."""
    index = {iso3: i for i, iso3 in enumerate(codes)}
    rows = read_rows(path)
    columns = [name for name in rows[0] if name not in ("iso3", "partner")]
    arrays = {name: np.full((len(codes), len(codes)), np.nan) for name in columns}
    for row in rows:
        i, j = index[row["iso3"]], index[row["partner"]]
        for name in columns:
            arrays[name][i, j] = float(row[name] or "nan")
    return arrays


def derive(folder: Path) -> dict[str, str]:
    """The text of each derived file of the world in `folder`, by file name (``ties.csv`` uncompressed)."""
    figures, facts = read_rows(folder / "figures.csv"), read_rows(folder / "facts.csv")
    dyads = read_dyads(FIGURES / "dyads.csv.gz", [row["iso3"] for row in figures])
    fills = Fills()
    members, ties = make_members_table(figures, facts, fills), ties_table(figures, dyads, fills)
    filled: list[dict[str, object]] = [dict(zip(("iso3", "quantity", "rule"), row)) for row in sorted(fills.rows)]
    return {"members.csv": text_of(members), "ties.csv": text_of(ties), "fills.csv": text_of(filled)}


def text_of(rows: list[dict[str, object]]) -> str:
    """The rows as CSV text."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def main() -> None:
    """Write the derived files of ``un-2022`` again."""
    for name, text in derive(WORLD).items():
        if name == "ties.csv":
            (WORLD / "ties.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            (WORLD / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
