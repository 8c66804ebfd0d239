"""Energy tables: written again byte for byte, every fill by its rule, and what the world makes of them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.world import World, load_world
from sim.world.energy import COMMODITIES, Energy, hash_energy, load_energy
from sim.world.loading import hash_world
from sim.world.tables import read_rows
from tools.derivation.energy import (
    Table,
    all_imports,
    believed,
    derive,
    medians,
    need_of,
    published_imports,
    reported,
)
from tools.derivation.folders import FIGURES
from tools.derivation.prices import between, border_prices, euros_a_tonne, follow, keep_ratio

MONTHS = [f"{year}-{month:02}" for year in (2021, 2022) for month in range(1, 13)]


@pytest.fixture(scope="module")
def energy(world: World) -> Energy:
    found = load_energy(world)
    assert found is not None
    return found


def fuel(iso3: str, month: str, commodity: str, eur: float, tonne: float) -> dict[str, str]:
    return {"iso3": iso3, "month": month, "commodity": commodity, "eur": str(eur), "tonne": str(tonne)}


def test_the_tables_are_what_the_derivation_writes(world: World) -> None:
    for name, text in derive(world.folder).items():
        assert (world.folder / name).read_bytes() == text.encode(), name


def test_a_fuel_without_a_row_was_not_bought_in_a_month_with_a_report_and_unknown_in_any_other() -> None:
    rows = [fuel("AAA", f"2021-0{month}", "oil", 100, 10) for month in (1, 2, 3)]
    rows.append(fuel("AAA", "2021-04", "coal", 40, 8))
    table = Table()
    reported(rows, table)
    assert table.tonnes["AAA", "crude"] == pytest.approx(30 / 4)  # four months with a report, three with crude
    assert table.euros["AAA", "coal"] == pytest.approx(40 / 4)
    assert ("AAA", "lng") not in table.tonnes
    assert ("AAA", "crude", "4 months of 2021 reported: their mean") in table.fills


def test_an_earlier_year_is_used_at_the_prices_of_the_base_year() -> None:
    rows = [fuel("AAA", f"2019-{month:02}", "oil", 100, 10) for month in range(1, 13)]
    rows += [fuel("BBB", f"2021-{month:02}", "oil", 600, 20) for month in range(1, 13)]
    table = Table()
    reported(rows, table)
    assert table.tonnes["AAA", "crude"] == pytest.approx(10)
    assert table.euros["AAA", "crude"] == pytest.approx(10 * 30)
    assert "tonnage of 2019" in table.fills[0][2]


def test_too_few_months_and_no_earlier_year_is_not_known() -> None:
    table = Table()
    reported([fuel("AAA", "2021-01", "oil", 100, 10), fuel("AAA", "2021-02", "oil", 100, 10)], table)
    assert not table.tonnes


@pytest.mark.parametrize(
    ("eur", "tonne", "expected"),
    [(100, 10, (10, True)), (100, 0, (10, False)), (100, -3, (10, False)), (900, 1, (90, False))],
)
def test_an_absurd_tonnage_gives_way_to_the_euros(eur: float, tonne: float, expected: tuple[float, bool]) -> None:
    rows = [fuel(iso3, "2021-01", "oil", 100, 10) for iso3 in ("AAA", "BBB")]
    assert believed(fuel("CCC", "2021-01", "oil", eur, tonne), medians(rows)) == expected


def test_gas_imports_are_split_as_the_flows_are_and_reach_everyone_liquefied() -> None:
    table = Table()
    table.put(("AAA", "pipeline_gas"), tonnes=30, euros=1, source="")
    table.put(("AAA", "lng"), tonnes=10, euros=1, source="")
    needs = {"AAA": {"gas": 100.0}, "BBB": {"gas": 50.0}, "CCC": {}}
    assert need_of(("AAA", "pipeline_gas"), table, needs)[0] == pytest.approx(75)
    assert need_of(("AAA", "lng"), table, needs)[0] == pytest.approx(25)
    assert need_of(("BBB", "lng"), table, needs)[0] == pytest.approx(50)
    assert need_of(("BBB", "pipeline_gas"), table, needs)[0] == 0
    assert need_of(("CCC", "crude"), table, needs)[0] == 0
    assert need_of(("AAA", "lng"), table, {"AAA": {"gas": 4.0}})[0] == 10  # never below the flow


def test_needs_by_hand() -> None:
    row = {
        "iso3": "AAA",
        "fb_crude_imports_bbl_day": "733",
        "fb_refined_imports_bbl_day": "",
        "fb_gas_imports_m3_yr": "12e6",
        "fb_crude_production_bbl_day": "1",
        "fb_refined_consumption_bbl_day": "2",
        "fb_gas_production_m3_yr": "",
        "fb_gas_consumption_m3_yr": "2",
    }
    exporter = row | {"fb_crude_production_bbl_day": "3"}
    assert all_imports([exporter])["AAA"] == {"crude": 0, "products": 0, "gas": pytest.approx(730)}
    assert all_imports([row]) == {"AAA": {"crude": pytest.approx(100 * 365 / 12), "gas": pytest.approx(730)}}


def test_published_totals_go_before_older_ones() -> None:
    table, needs = Table(), {"AAA": {"crude": 1.0}}
    row = {"iso3": "AAA", "quantity": "imports from all", "source": "X", "period": "2021"}
    rows = [row | {"commodity": "crude", "value": "7.33", "unit": "thousand barrels/day"}]
    rows.append(row | {"commodity": "coal", "value": "12", "unit": "million tonnes"})
    published_imports(rows, needs, table)
    assert needs == {"AAA": {"crude": pytest.approx(1000 * 365 / 12), "coal": pytest.approx(1e6)}}
    assert need_of(("AAA", "coal"), table, needs) == (pytest.approx(1e6), "X; 2021")


def test_border_prices_are_weighted_and_leave_absurd_ones_out() -> None:
    rows = [
        fuel("AAA", "2021-01", "lng", 300, 3),
        fuel("BBB", "2021-01", "lng", 300, 1),
        fuel("CCC", "2021-01", "lng", 9e4, 1),
    ]
    price, low, high, _ = border_prices(rows, {"lng": "lng"}, "lng", 4.0)["2021-01"]
    assert (price, low, high) == pytest.approx((150, 50, 350))  # (300 + 300) / 4; quartiles of two values


def test_a_price_beyond_the_reports_follows_its_benchmark() -> None:
    benchmark = {month: (100.0 + place, 50.0, 200.0) for place, month in enumerate(MONTHS)}
    border = {month: (2 * benchmark[month][0], 0.0, 0.0, "") for month in MONTHS if month <= "2022-08"}
    found = follow(border, benchmark, MONTHS, "benchmark")
    assert list(found) == ["2022-09", "2022-10", "2022-11", "2022-12"]
    assert found["2022-10"][:3] == pytest.approx((242, 100, 400))
    assert found["2022-10"][3].startswith("declared range")


def test_after_the_last_figure_the_rate_stays_and_the_ratio_to_brent_too() -> None:
    rate = {"2022-01": 1.0, "2022-02": 0.8, "2022-03": 1.25}
    assert euros_a_tonne(10.0, "2022-02", rate) == pytest.approx((91.625,) * 3)
    assert euros_a_tonne(10.0, "2022-04", rate) == pytest.approx((58.64, 58.64, 91.625))
    brent = {f"2022-{month:02}": (100.0, 90.0, 120.0) for month in range(1, 8)}
    known = dict(zip(brent, (80.0, 300.0, 50.0, 40.0, 60.0, 500.0), strict=False))
    assert keep_ratio(known, brent) == {"2022-07": pytest.approx((60.0, 0.4 * 90.0, 5.0 * 120.0))}


def test_coal_runs_straight_between_sourced_points() -> None:
    found = between({"2022-08": (100.0, 0.0, 0.0, "")}, {"2022-10": 200.0}, MONTHS)
    assert found["2022-09"][:3] == pytest.approx((150, 112.5, 187.5))
    assert list(found) == ["2022-09", "2022-10"]


def test_flows_are_near_what_the_supplier_exports_in_all(world: World, energy: Energy) -> None:
    published = {
        "crude": 229.9,
        "pipeline_gas": 7.48e3 * 0.0283168 * 0.73,
        "lng": 42.35 * 0.73,
        "coal": 228.0,
        "products": 145.3,
    }
    supplement = {(row["iso3"], row["commodity"]): row for row in read_rows(FIGURES / "energy_supplement.csv")}
    assert float(supplement["RUS", "crude"]["value"]) == published["crude"]
    sums = dict(zip(COMMODITIES, energy.tonnes.sum(axis=0) * 12 / 1e6, strict=True))
    for name, total in published.items():
        assert 0.75 < sums[name] / total < 1.15, name  # customs of buyers and supplier differ; Taiwan is no member


def test_the_largest_buyers(world: World, energy: Energy) -> None:
    by_crude = [world.iso3[place] for place in np.argsort(-energy.tonnes[:, COMMODITIES.index("crude")])]
    assert by_crude[:3] == ["CHN", "DEU", "NLD"]
    assert (energy.need >= energy.tonnes).all()
    assert not energy.tonnes[world.index["RUS"]].any()
    for exporter in ("SAU", "CAN", "NOR", "KAZ", "ARE"):  # of oil: they need no more of it than they bought
        assert (energy.need == energy.tonnes)[world.index[exporter], :2].all()
    assert energy.tonnes[world.index["KOR"], COMMODITIES.index("crude")] == pytest.approx(660000)


def test_what_is_not_known_is_said(world: World, energy: Energy) -> None:
    unknown = {world.iso3[place] for place in np.flatnonzero(~energy.is_known)}
    assert {"CUB", "SYR", "SAU"} <= unknown
    assert unknown.isdisjoint({"TUR", "KOR", "FRA", "KAZ", "BLR", "AUT"})
    assert not energy.tonnes[~energy.is_known].any()


def test_prices_cover_the_months_and_say_where_they_are_declared(world: World, energy: Energy) -> None:
    assert (len(energy.months), energy.months[-1]) == (67, "2026-07")
    rows = read_rows(world.folder / "energy_prices.csv")
    for row in rows:
        low, price, high = (float(row[name]) for name in ("low", "eur_per_tonne", "high"))
        assert low <= price <= high
        assert (low == high) == (row["commodity"] == "crude" and row["month"] <= "2023-06") or row["month"] < "2022-09"
    declared = {(row["commodity"], row["month"]) for row in rows if row["source"].startswith("declared range")}
    first = dict.fromkeys(COMMODITIES, "2022-09") | {"crude": "2023-07"}
    assert declared == {(name, month) for name in COMMODITIES for month in energy.months if month >= first[name]}
    (june,) = energy.places(["2022-06"])
    assert energy.price[june, COMMODITIES.index("crude")] == pytest.approx(122.71 * 7.33 / 1.0566, abs=0.1)


def test_transit(world: World, energy: Energy) -> None:
    assert energy.transit[world.index["KAZ"]] == 0.8
    assert energy.transit.sum() == 0.8


def test_what_the_months_read_is_hashed_apart_from_what_a_vote_reads(world: World) -> None:
    assert list(hash_energy(world)) == ["energy_fills.csv", "energy_flows.csv", "energy_prices.csv", "transit.csv"]
    assert hash_energy(world).keys().isdisjoint(hash_world(world))
    assert hash_energy(load_world("seven-harbours")) == {}


def test_a_world_without_energy_has_none() -> None:
    assert load_energy(load_world("seven-harbours")) is None


def test_mistakes_are_reported_all_at_once(world: World, tmp_path: Path) -> None:
    shutil.copytree(load_world("seven-harbours").folder, tmp_path / "harbours")
    folder = tmp_path / "harbours"
    head = ["iso3", "supplier", "commodity", "flow_tonnes", "flow_eur", "need_tonnes"]
    rows = [
        ["CAL", "ASH", "crude", "5", "5", "4"],
        ["XYZ", "ASH", "crude", "1", "1", "1"],
        ["CAL", "ASH", "peat", "1", "1", "1"],
    ]
    with open(folder / "energy_flows.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    (folder / "energy_prices.csv").write_text("commodity,month,eur_per_tonne,low,high\ncrude,2031-01,1,1,1\n")
    with pytest.raises(InputError) as caught:
        load_energy(load_world(folder))
    text = str(caught.value)
    for part in ("need_tonnes", "XYZ", "peat", "no price of coal for 2031-01"):
        assert part in text
