"""The files of ``un``: each against its source by counts and known figures, and written again byte for byte."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.specs import read_scenario
from sim.world import World, load_dated_world, load_world
from tools.derivation.un.__main__ import PACKED, RECORDS, derive
from tools.derivation.un.common import CODES, INDEX, OUT, RAW, UN_2022, frame

BILLION = 1e9


@cache
def table(name: str) -> pd.DataFrame:
    """A file of the world; only an empty cell is a blank."""
    path = next(path for path in (OUT / f"{name}.csv", OUT / f"{name}.csv.gz") if path.is_file())
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


@cache
def un(day: str) -> World:
    return load_world("un", at=date.fromisoformat(day))


def tie(day: str, kind: str, iso3: str, partner: str) -> float:
    world = un(day)
    return float(world.ties[kind][world.index[iso3], world.index[partner]])


def test_the_derived_files_are_written_again_byte_for_byte() -> None:
    for name, text in derive().items():
        if name in RECORDS:
            assert (RAW / name).read_text(encoding="utf-8") == text, name
        elif name in PACKED:
            assert gzip.decompress((OUT / f"{name}.gz").read_bytes()).decode() == text, name
        else:
            assert (OUT / name).read_text(encoding="utf-8") == text, name


def test_every_figure_has_a_source_and_terms() -> None:
    with (OUT / "columns.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    described = {(row["file"], row["column"]) for row in rows}
    attributes = {("attributes.csv", name) for name in table("attributes")["attribute"]}
    ties = {("ties.csv", kind) for kind in {*table("ties")["kind"], *table("tie_spells")["kind"]} - {"forces"}}
    assert attributes | ties <= described
    assert all(row["source"] and row["terms"] for row in rows)


def test_the_whole_of_the_data_stays_small() -> None:
    shipped = sum(path.stat().st_size for path in OUT.parent.rglob("*") if path.is_file())
    assert shipped < 8e6


# --- published figures, as the sources were checked ------------------------------------------------------------------

FLOWS = [  # exporter, importer, year, billion US dollars
    ("CHN", "USA", 2014, 472.5),
    ("RUS", "BLR", 2014, 22.3),
    ("CHN", "USA", 2023, 440),
    ("RUS", "IND", 2023, 66),
    ("DEU", "KGZ", 2023, 0.77),
]


@pytest.mark.parametrize(("exporter", "importer", "year", "billion"), FLOWS)
def test_trade_is_as_published(exporter: str, importer: str, year: int, billion: float) -> None:
    rows = frame(f"trade_dyads_{year}.csv.gz").set_index(["exporter", "importer"])["value_usd"]
    assert rows[exporter, importer] / BILLION == pytest.approx(billion, rel=0.02)


@pytest.mark.parametrize(("buyer", "percent"), [("POL", 57), ("LTU", 53), ("BLR", 99), ("UKR", 30), ("DEU", 23)])
def test_fuel_from_russia_in_2018_is_as_published(buyer: str, percent: float) -> None:
    rows = frame("fuel_trade_dyads.csv.gz")
    bought = rows[(rows["year"] == 2018) & (rows["importer"] == buyer)].set_index("exporter")["value_usd"]
    assert 100 * bought["RUS"] / bought.sum() == pytest.approx(percent, abs=1)


AID = [("USA", "UKR", 2022, 9.24), ("JPN", "IND", 2019, 2.26), ("ARE", "EGY", 2013, 4.6), ("RUS", "CUB", 2019, 0.46)]


@pytest.mark.parametrize(("donor", "recipient", "year", "billion"), AID)
def test_aid_is_as_published(donor: str, recipient: str, year: int, billion: float) -> None:
    rows = frame("aid_dyads.csv.gz").set_index(["donor", "recipient", "year"])
    either = rows.loc[[(donor, recipient, year)], ["oda_gross", "oda_net"]].max().max()
    assert either / BILLION == pytest.approx(billion, rel=0.03)


@pytest.mark.parametrize(("iso3", "year", "billion"), [("UKR", 2023, 24.4), ("EGY", 2019, 1.5), ("AFG", 2011, 11.4)])
def test_american_aid_is_as_published(iso3: str, year: int, billion: float) -> None:
    rows = frame("us_aid_country_year.csv.gz").set_index(["recipient", "fiscal_year"])
    assert rows.loc[(iso3, year), "disbursements_current_usd"] / BILLION == pytest.approx(billion, rel=0.03)


def test_other_sources_are_as_published() -> None:
    wheat = frame("food_fertiliser_lpg_trade_dyads.csv.gz").set_index(["year", "product", "exporter", "importer"])
    assert wheat.loc[(2021, "wheat", "RUS", "EGY"), "value_usd"] / BILLION == pytest.approx(1.82, rel=0.01)
    troops = frame("us_troops_by_year.csv.gz").set_index(["iso3", "year"])["us_troops_active_duty"]
    assert troops["KOR", 2024] == 24515
    assert troops["JPN", 2018] == 56460
    democracy = frame("vdem_by_year.csv.gz").set_index(["iso3", "year"])["v2x_libdem"]
    assert democracy["HUN", 2010] == pytest.approx(0.675, abs=5e-4)
    assert democracy["HUN", 2023] == pytest.approx(0.325, abs=5e-4)
    seats = frame("unsc_membership.csv").groupby("year").size()
    assert (seats == 15).all()
    cases = frame("sanctions_dyads.csv.gz")
    members = cases[cases["sender"].isin(INDEX) & cases["target"].isin(INDEX)]
    counts = {
        year: len(own[["sender", "target"]].drop_duplicates())
        for year in (2014, 2018, 2021, 2022)
        for own in [members[(members["year_from"] <= year) & (members["year_to"] >= year)]]
    }
    assert all(abs(counts[year] - dyads) <= 0.01 * dyads for year, dyads in SANCTION_DYADS.items()), counts


SANCTION_DYADS = {2014: 1667, 2018: 1156, 2021: 1336, 2022: 1428}
"""Pairs of members with a measure in force, as counted when the source was checked."""


# --- what the program reads, against the sources ---------------------------------------------------------------------


def test_attributes_are_those_of_the_sources() -> None:
    panel = frame("gdp_population_by_year.csv.gz").set_index(["iso3", "year"])
    attributes = table("attributes").set_index(["attribute", "iso3", "year"])["value"]
    for iso3, year in (("DEU", 2013), ("IND", 2019), ("KEN", 2022)):
        assert attributes["gdp_usd", iso3, year] == pytest.approx(panel.loc[(iso3, year), "gdp_usd"], rel=1e-5)
        assert attributes["population", iso3, year] == panel.loc[(iso3, year), "population"]
    assert attributes["liberal_democracy", "HUN", 2023] == pytest.approx(0.325, abs=5e-4)
    counts = Counter(name for name, *_ in attributes.index)
    assert counts["population"] == 193 * 14
    assert counts["liberal_democracy"] == 193 * 14


def test_ties_by_year_cover_the_members_of_their_sources() -> None:
    covered = table("ties").groupby(["kind", "year"])["iso3"].nunique()
    whole = [("trade", year) for year in (*range(2010, 2015), 2016)]
    whole += [("arms", year) for year in (2013, 2017, 2021)]
    whole += [("energy", year) for year in (*range(2010, 2016), 2018)]
    whole += [("aid", year) for year in range(2010, 2023)]
    assert all(covered[key] == 193 for key in whole)
    assert covered["trade", 2023] == 183
    assert covered["energy", 2021] == 84, "35 documented shares and 49 from reports of Russian fuel"
    assert covered["food", 2019] == 192
    assert covered["aid", 2023] == 192


@pytest.mark.parametrize(("kind", "wholes"), [("trade", 1), ("arms", 1), ("energy", 1), ("food", 2)])
def test_shares_of_a_year_add_up_to_their_wholes_at_most(kind: str, wholes: int) -> None:
    """Food is what part of the wheat would be lost, plus what part of the fertiliser: two wholes."""
    rows = table("ties").query("kind == @kind")
    assert rows.groupby(["year", "iso3"])["value"].sum().max() <= wholes + 1e-3, "rounded to five digits"


@pytest.mark.parametrize(
    ("iso3", "partner", "year"), [("DEU", "CHN", 2014), ("IND", "ARE", 2013), ("KGZ", "RUS", 2023)]
)
def test_shares_of_trade_follow_from_the_flows(iso3: str, partner: str, year: int) -> None:
    rows = frame(f"trade_dyads_{year}.csv.gz")
    own = rows[(rows["exporter"] == iso3) | (rows["importer"] == iso3)]
    both = own[(own["exporter"] == partner) | (own["importer"] == partner)]["value_usd"].sum()
    assert tie(f"{year + 1}-06-01", "trade", iso3, partner) == pytest.approx(both / own["value_usd"].sum(), abs=1e-5)


def test_a_net_exporter_of_fuel_does_not_depend_on_it() -> None:
    for iso3 in ("SAU", "NOR", "TKM", "QAT"):
        assert un("2020-01-02").ties["energy"][INDEX[iso3]].sum() == 0
    rows = frame("fuel_trade_dyads.csv.gz")
    rows = rows[rows["year"] == 2018]
    bought, sold = (rows[rows[end] == "DEU"]["value_usd"].sum() for end in ("importer", "exporter"))
    russian = rows[(rows["importer"] == "DEU") & (rows["exporter"] == "RUS")]["value_usd"].sum()
    expected = russian / bought * (1 - sold / bought)
    assert tie("2020-01-02", "energy", "DEU", "RUS") == pytest.approx(expected, abs=1e-5)


def test_pacts_and_forces_have_their_days() -> None:
    assert tie("2023-04-04", "pact", "FIN", "NOR") == 0
    assert tie("2023-04-05", "pact", "FIN", "NOR") == 1
    assert np.array_equal(un("2015-01-02").ties["pact"], un("2015-01-02").ties["pact"].T)
    assert tie("2012-06-01", "pact", "UZB", "RUS") == 1
    assert tie("2014-01-02", "security", "AFG", "USA") == 0.5
    assert tie("2023-06-01", "security", "AFG", "USA") == 0
    assert tie("2022-03-02", "security", "UKR", "RUS") == 0, "an occupation provides no security"
    assert tie("2022-03-02", "security", "CUB", "USA") == 0


def test_organisations_have_the_members_of_the_day() -> None:
    def members(day: str, key: str) -> set[str]:
        return next((set(group.members) for group in un(day).groups if group.key == key), set())

    assert "GBR" in members("2020-02-01", "EU")
    assert "GBR" not in members("2020-02-02", "EU")
    assert "HRV" not in members("2013-07-01", "EU")
    assert len(members("2014-03-27", "EU")) == 28
    assert len(members("2022-03-02", "NATO")) == 30
    assert "RUS" in members("2022-03-16", "CoE")
    assert "RUS" not in members("2022-03-18", "CoE")
    assert members("2014-03-27", "EAEU") == set()
    assert all(len(members(f"{year}-06-01", "UNSC")) == 15 for year in range(2011, 2024))
    earlier = {group.key: set(group.members) for group in load_world(UN_2022).groups}
    differ = {key: members("2022-02-24", key) ^ codes for key, codes in earlier.items() if key != "UNSC 2022"}
    assert {key: codes for key, codes in differ.items() if codes} == {"CELAC": {"BRA"}, "SADC": {"COM"}}


def test_sanctions_are_dyads_with_dates_and_the_graded_ones_stay() -> None:
    def breadths(day: str, iso3: str) -> dict[str, str]:
        return {one.sender: one.breadth for one in un(day).sanctions if one.iso3 == iso3}

    graded = {
        (one.iso3, one.sender): (one.breadth, one.is_secondary)
        for one in load_world(UN_2022).sanctions
        if not one.instrument.startswith("Global Sanctions Database") and one.since != "2022"
    }
    now = {(one.iso3, one.sender): (one.breadth, one.is_secondary) for one in un("2022-02-24").sanctions}
    assert {key: now.get(key) for key in graded} == graded
    assert breadths("2014-03-27", "RUS").get("EU") is None, "a year alone counts from the next"
    assert breadths("2015-06-01", "RUS")["EU"] == "sectoral"
    assert breadths("2012-06-01", "CUB")["USA"] == "comprehensive"
    assert breadths("2019-06-01", "QAT")["SAU"] in ("sectoral", "comprehensive", "targeted")
    assert "SAU" not in breadths("2022-06-01", "QAT")
    boycott = breadths("2021-06-01", "ISR")
    assert {"EGY", "JOR", "MAR", "BHR", "ARE", "LAS"} & boycott.keys() == set()
    assert {"SYR", "LBN"} <= boycott.keys()
    assert "ARE" in breadths("2020-06-01", "ISR")
    assert set(table("sanctions")["iso3"]) <= set(CODES)


def test_the_record_of_the_assembly_is_corrected_and_whole() -> None:
    record = table("assembly_votes")
    assert len(record) == 602 + (831 - 24) + 175
    years = Counter(text[:4] for text in record["date"])
    assert years["2012"] + years["2013"] > 0
    votes = record.set_index("resolution")
    assert votes.loc["A/RES/ES-10/19", "DZA"] == "Y"
    assert votes.loc["A/RES/71/5", "ZWE"] == "Y"
    left = record[(record["date"] >= "2016-10-26") & (record["date"] <= "2017-09-11")]["ZWE"].isna().sum()
    assert 0 < left < 75, "what was not found stays blank, which is no absence"
    doubtful = frame("rollcall_titles_2012_2021.csv")
    motions = set(doubtful[doubtful["final_text"] == 0]["key_in_shared_file"])
    assert len(motions) == 24
    assert not motions & set(record["resolution"])


def test_directed_resolutions_of_2022_and_2023_are_named_where_date_and_tally_say_so() -> None:
    with (RAW / "rollcall_matches.csv").open(encoding="utf-8") as file:
        matches = {row["symbol"]: row for row in csv.DictReader(file)}
    assert {"A/RES/ES-10/21", "A/RES/ES-10/22", "A/RES/77/7", "A/RES/78/7"} <= matches.keys()
    assert len({row["rcid"] for row in matches.values()}) == len(matches) == 15
    for row in matches.values():
        gaps = [int(row[name]) - int(row[f"file_{name}"]) for name in ("yes", "no", "abstain")]
        assert max(map(abs, gaps)) <= 3
        if row["how"] == "tally":
            assert min(gaps) >= 0
            assert sum(gaps) <= int(row["file_blank"])
    unnamed = table("assembly_votes")["resolution"].str.startswith("rcid:").sum()
    assert unnamed >= 175 - 8 - 15


def test_every_directed_resolution_has_its_votes() -> None:
    calls = {call.resolution: call for call in load_dated_world("un").rollcalls}
    coded = frame("country_resolutions.csv")
    held = set(coded[coded["votes_in_shared_file"] == 1]["symbol"])
    assert held - calls.keys() == set()
    assert calls["A/RES/ES-10/19"].target == "USA"
    assert calls["A/RES/ES-10/22"].target == "ISR"
    assert calls["A/RES/ES-11/4"].tally.tolist() == [5, 10, 35, 143]
    official = coded.set_index("symbol")
    for symbol in ("A/RES/67/4", "A/RES/72/4", "A/RES/66/253"):
        row, tally = official.loc[symbol], calls[symbol].tally
        assert (row["off_yes"], row["off_no"], row["off_abs"]) == (tally[3], tally[0], tally[2])


def test_ideal_points_are_those_of_the_release() -> None:
    points = frame("ideal_points_by_year.csv.gz").set_index(["iso3", "year"])["ideal_point_all"].dropna()
    own = table("ideal_points").set_index(["iso3", "year"])["ideal_point_all"]
    assert np.allclose(own[points.index].to_numpy(), points.to_numpy(), atol=1e-4)
    assert len(own) - len(points) < 20
    earlier = load_world(UN_2022).ideal_points[2021]
    assert np.allclose(un("2022-02-24").ideal_points[2021], earlier, atol=2e-4, equal_nan=True)


def test_on_23_february_2022_it_is_the_world_of_that_day() -> None:
    """What is kept as it was; docs/data.md lists what differs."""
    now, earlier = un("2022-02-24"), load_world(UN_2022)
    assert now.iso3 == earlier.iso3
    for name, values in earlier.attributes.items():
        assert np.allclose(now.attributes[name], values, rtol=1e-4, atol=1e-4), name
    for kind in ("trade", "arms", "border"):
        assert np.allclose(now.ties[kind], earlier.ties[kind], atol=2e-5), kind
    russia, america = now.index["RUS"], now.index["USA"]
    assert np.allclose(now.ties["food"][:, russia], earlier.ties["food"][:, russia], atol=2e-5)
    assert np.allclose(now.ties["aid"][:, america], earlier.ties["aid"][:, america], atol=2e-5)
    assert (np.abs(now.ties["energy"] - earlier.ties["energy"])[:, russia] > 1e-4).sum() < 110
    assert dict(now.currencies) == dict(earlier.currencies)
    assert now.attributes["arrears"].sum() == 2


def test_a_scenario_of_another_crisis_runs_on_its_own_day(tmp_path: Path) -> None:
    """Jerusalem, 2017: the United States as the target, with ties of the years before."""
    from sim.case import prepare

    text = """
title = "Jerusalem"
question = "Who votes for ES-10/19?"
world = "un"
seed = 1
replicates = 10
[roles]
target = "USA"
senders = ["TUR", "EGY"]
[[vote]]
resolution = "A/RES/ES-10/19"
date = 2017-12-21
severity = 0.0
divisiveness = [0.7, 0.7]
target_threat = 1.0
sender_threat = 0.0
basis = "made up"
"""
    (tmp_path / "jerusalem.toml").write_text(text, encoding="utf-8")
    case = prepare(read_scenario(tmp_path / "jerusalem.toml"))
    values = case.standings[0].terms.values
    for channel in ("energy", "trade", "arms", "security"):
        assert values[f"dependence.{channel}"].max() > 0.2, channel
    assert case.world.years["energy"].max() == 2015
    assert case.world.years["trade"].max() == 2016
