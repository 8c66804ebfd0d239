"""A world whose figures have dates: what was known before a day, and nothing later."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import sim
from support.dated import permuted, with_another_future, write_islands

from sim.case import prepare
from sim.errors import InputError
from sim.runner.run import run_case
from sim.specs import read_scenario, world_of
from sim.world import Carried, DatedWorld, World, load_dated_world, load_world, world_before
from sim.world.dated.spells import Spell
from sim.world.loading import world_hashes
from sim.world.rollcalls.files import Observed, join_rollcalls
from sim.world.world import ATTRIBUTES, TIE_KINDS
from tools.derivation.un.common import UN_2022

FIRST, LAST = date(2011, 1, 2), date(2024, 3, 1)
ONE_DAY = timedelta(days=1)
JOINING = date(2011, 7, 14)
"""South Sudan joins, and every array grows."""


@cache
def un() -> DatedWorld:
    return load_dated_world("un")


@pytest.fixture
def islands(tmp_path: Path) -> DatedWorld:
    return load_dated_world(write_islands(tmp_path))


def parts(world: World) -> dict[str, Any]:
    """Everything that a rule may read, by name, in a form that can be compared."""
    assembly = world.assembly
    found: dict[str, Any] = {
        "members": world.iso3,
        "groups": {group.key: group.members for group in world.groups},
        "currencies": dict(world.currencies),
        "sanctions": {(one.iso3, one.sender, one.breadth, one.is_secondary) for one in world.sanctions},
        "rollcalls": [(call.resolution, call.date, call.votes.tobytes()) for call in world.rollcalls],
        "points": {year: points.tobytes() for year, points in world.ideal_points.items()},
        "assembly": None if assembly is None else (assembly.resolutions, assembly.votes.tobytes()),
        "fills": set(world.fills),
        "carried": set(world.carried),
    }
    for kind, arrays in (("attribute", world.attributes), ("tie", world.ties), ("year", world.years)):
        found |= {f"{kind} {name}": array.tobytes() for name, array in arrays.items()}
    return found


def days_with_something() -> list[date]:
    """Days that anything in the files is dated, and the day after the last of each spell."""
    found = {date(year, 1, 1) for year in range(2012, 2025)} | {JOINING}
    for _, spell in spells_of_files():
        found |= {spell.first} | ({spell.last + ONE_DAY} if spell.last < date.max else set())
    for file in ("resolutions.csv", "assembly_votes.csv.gz"):
        found |= {date.fromisoformat(row["date"]) for row in rows_of(file)}
    return sorted(day for day in found if FIRST <= day <= LAST)


ANY_DAY = st.dates(FIRST, LAST) | st.deferred(lambda: st.sampled_from(days_with_something()))

# --- nothing later, and exactly what is dated a day ------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(day=ANY_DAY)
def test_nothing_dated_on_a_day_or_later_reaches_its_world(day: date) -> None:
    """Rule: with everything from that day on made up differently, the world is the same."""
    assert parts(with_another_future(un(), day).at(day)) == parts(un().at(day))


@settings(max_examples=20, deadline=None)
@given(day=ANY_DAY)
def test_a_day_later_exactly_what_is_dated_that_day_is_new(day: date) -> None:
    """Rule: what changes from one day to the next has something that is dated the day in between, and the reverse."""
    before, after = parts(un().at(day)), parts(un().at(day + ONE_DAY))
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= dated_on(day)
    assert day == JOINING or {"rollcalls", "assembly"} & dated_on(day) <= changed


@cache
def spells_of_files() -> tuple[tuple[str, Spell], ...]:
    """Part of the world and spell of everything that holds by days, straight from the files."""
    found: list[tuple[str, Spell]] = []
    for file, part in (("memberships.csv", "groups"), ("sanctions.csv", "sanctions"), ("conditions.csv", "condition")):
        found += [(part, spell_in(row)) for row in rows_of(file)]
    found += [(f"tie {row['kind']}", spell_in(row)) for row in rows_of("tie_spells.csv.gz")]
    return tuple(found)


def dated_on(day: date) -> set[str]:
    """The parts of a world that may differ between the world before a day and that before the next."""
    found = set()
    for part, spell in spells_of_files():
        if spell.first == day or spell.last == day - ONE_DAY:
            found.add(part)
    if "condition" in found:
        found |= {"attribute effective_control", "attribute arrears", "fills"}
    if found & {"tie pact", "tie forces", "tie consultation"}:
        found |= {"tie security", "tie consultation"}
    if any(row["date"] == day.isoformat() for row in rows_of("resolutions.csv")):
        found.add("rollcalls")
    if any(row["date"] == day.isoformat() for row in rows_of("assembly_votes.csv.gz")):
        found.add("assembly")
    if day == JOINING:
        found |= parts(un().at(day)).keys()
    if (day.month, day.day) == (1, 1):
        yearly = ("population", "gdp_usd", "income_usd", "trade_openness", "liberal_democracy")
        ties = ("trade", "arms", "energy", "food", "aid")
        found |= {f"attribute {name}" for name in yearly} | {f"tie {kind}" for kind in ties}
        found |= {f"year {name}" for name in (*yearly, *(block.name for block in un().blocks))} | {
            "fills",
            "carried",
            "currencies",
            "points",
        }
    return found


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    path = un().folder / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spell_in(row: dict[str, str]) -> Spell:
    """As the rule for dates is written in docs/data.md."""
    first, last = row["date_from"], row["date_to"]
    begins = date.min if not first else date(int(first[:4]) + 1, 1, 1) if len(first) == 4 else date.fromisoformat(first)
    ends = date.max if not last else date(int(last), 12, 31) if len(last) == 4 else date.fromisoformat(last)
    return Spell(begins, ends)


@settings(max_examples=15, deadline=None)
@given(day=ANY_DAY, place=st.integers(0, 192), attribute=st.sampled_from(["gdp_usd", "trade_openness", "population"]))
def test_an_attribute_is_of_the_latest_year_that_has_ended(day: date, place: int, attribute: str) -> None:
    """Rule: found again from the rows of the file, by the plain definition."""
    iso3, world = un().iso3[place], un().at(day)
    rows = [row for row in rows_of("attributes.csv.gz") if (row["attribute"], row["iso3"]) == (attribute, iso3)]
    known = {int(row["year"]): float(row["value"]) for row in rows if date(int(row["year"]) + 1, 1, 1) < day}
    if iso3 not in world.iso3:
        return
    i = world.index[iso3]
    assert world.years[attribute][i] == max(known, default=0)
    if known:
        assert world.attributes[attribute][i] == known[max(known)]
    else:
        assert any(fill.iso3 == iso3 and fill.quantity == attribute for fill in world.fills)


@settings(max_examples=15, deadline=None)
@given(day=ANY_DAY, place=st.integers(0, 192), kind=st.sampled_from(["trade", "arms", "energy", "food", "aid"]))
def test_a_tie_is_of_the_latest_year_that_has_ended(day: date, place: int, kind: str) -> None:
    """Rule: the same for all partners of a member; a partner that is dated apart by its own years."""
    iso3, world = un().iso3[place], un().at(day)
    if iso3 not in world.iso3:
        return
    apart = {"energy": ("RUS",), "food": ("RUS",), "aid": ("USA", "CHN")}.get(kind, ())
    own = [row for row in ties_of_files().get((kind, iso3), []) if date(int(row["year"]) + 1, 1, 1) < day]
    expected = np.zeros(world.size)
    for alone in ("", *apart):
        block = [row for row in own if (row["partner"] == alone if alone else row["partner"] not in apart)]
        latest = max((row["year"] for row in block), default="")
        for row in block:
            if row["year"] == latest and row["partner"] in world.index:
                expected[world.index[row["partner"]]] = float(row["value"])
    assert world.ties[kind][world.index[iso3]].tolist() == expected.tolist()


@cache
def ties_of_files() -> dict[tuple[str, str], list[dict[str, str]]]:
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows_of("ties.csv.gz"):
        found.setdefault((row["kind"], row["iso3"]), []).append(row)
    return found


def test_the_votes_of_the_war_are_no_knowledge_of_march_2022() -> None:
    world = load_world("un", at=date(2022, 3, 2))
    assert world.assembly is not None
    assert world.assembly.dates.max() < np.datetime64("2022-02-24")
    assert max(call.date for call in world.rollcalls) < date(2022, 2, 24)
    assert max(world.ideal_points) == 2021
    assert max(int(years.max()) for years in world.years.values()) == 2021
    later = {call.resolution for call in world.outcomes}
    assert {"A/RES/ES-11/1", "A/RES/ES-11/2", "A/RES/ES-11/3", "A/RES/ES-11/4"} <= later
    assert world.rollcall("A/RES/ES-11/1") is not None


# --- order, and a member that joins ----------------------------------------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), day=ANY_DAY)
def test_permuting_members_permutes_everything(seed: int, day: date) -> None:
    order = np.random.default_rng(seed).permutation(len(un().iso3))
    plain, other = un().at(day), permuted(un(), order).at(day)
    back = [other.index[iso3] for iso3 in plain.iso3]
    for name, values in plain.attributes.items():
        assert np.array_equal(other.attributes[name][back], values), name
    for kind, ties in plain.ties.items():
        assert np.array_equal(other.ties[kind][np.ix_(back, back)], ties, equal_nan=True), kind
    for name, years in plain.years.items():
        assert np.array_equal(other.years[name][back], years), name
    assert [set(group.members) for group in other.groups] == [set(group.members) for group in plain.groups]
    assert set(other.fills) == set(plain.fills)
    assert set(other.carried) == set(plain.carried)
    assert all(np.array_equal(b.votes[back], a.votes) for a, b in zip(plain.rollcalls, other.rollcalls, strict=True))


def test_a_member_is_there_from_its_first_day() -> None:
    assert "SSD" not in load_world("un", at=date(2011, 7, 14)).iso3
    world = load_world("un", at=date(2011, 7, 15))
    assert "SSD" in world.iso3
    assert world.size == 193


def test_no_value_is_blank_on_any_day() -> None:
    for year in range(2011, 2025):
        world = load_world("un", at=date(year, 6, 15))
        assert all(np.isfinite(world.attributes[name]).all() for name in ATTRIBUTES)
        for kind in (kind for kind in TIE_KINDS if kind != "agreement"):  # which votes alone say
            assert ((world.ties[kind] >= 0) & (world.ties[kind] <= 1)).all()
        assert all(world.ties["trade"].sum(axis=1) <= 1 + 1e-3)
        assert not world.ties["trade"].flags.writeable


# --- a small one: carried, missing, none, apart, spells --------------------------------------------------------------


def test_figures_of_the_latest_year_are_carried_where_it_lacks_them(islands: DatedWorld) -> None:
    world = islands.at(date(2013, 6, 1))
    ash, bri, cal, dun = range(4)
    assert world.ties["trade"][ash].tolist() == [0, 0.7, 0, 0]
    assert world.ties["trade"][bri].tolist() == [0, 0, 0, 0], "a row without a partner says that there is none"
    assert world.ties["trade"][cal, ash] == 0.9
    assert world.years["trade"].tolist() == [2012, 2012, 2010, 2010]
    assert set(world.carried) == {Carried("CAL", "trade", 2010), Carried("DUN", "trade", 2010)}
    assert world.rules_of("DUN", "ASH")["dependence.trade"] == "made up; twice"
    assert dun == world.index["DUN"]


def test_what_has_no_earlier_figure_is_filled_by_a_named_rule(islands: DatedWorld) -> None:
    world = islands.at(date(2013, 6, 1))
    assert world.attributes["trade_openness"].tolist() == pytest.approx([0.2, 0.4, 0.3, 0.3])
    assert "median" in world.rules_of("CAL", "ASH")["trade_openness"]
    assert world.ties["arms"].sum() == 0
    assert {fill.iso3 for fill in world.fills if fill.quantity == "dependence.arms"} == set(world.iso3)
    later = islands.at(date(2015, 1, 2))
    assert later.ties["arms"][0, 1] == 1
    assert later.attributes["trade_openness"][0] == 0.3
    assert Carried("BRI", "trade_openness", 2010) in later.carried


def test_partners_apart_have_years_of_their_own(islands: DatedWorld) -> None:
    assert islands.at(date(2012, 1, 1)).ties["aid"][0].tolist() == [0, 0.2, 0, 0][:3]
    world = islands.at(date(2012, 7, 1))
    assert world.ties["aid"][0].tolist() == [0, 0.2, 0, 0.4]
    assert (world.years["aid"][0], world.years["aid (DUN)"][0]) == (2010, 2011)
    assert world.rules_of("ASH", "DUN")["exposure.aid"] == "guessed"
    assert "exposure.aid" not in world.rules_of("ASH", "BRI")


@pytest.mark.parametrize(
    ("day", "security"),
    [
        ("2012-03-05", 0),
        ("2012-03-06", 0.5),
        ("2013-01-01", 0.5),
        ("2013-01-02", 1),
        ("2013-04-07", 1),
        ("2013-04-08", 0.5),
    ],
)
def test_a_spell_holds_from_its_first_day_to_its_last(islands: DatedWorld, day: str, security: float) -> None:
    """Rule: the world before a day is as its eve was; a bare year counts from the next."""
    world = islands.at(date.fromisoformat(day))
    has_pact = "2012-03-06" <= day <= "2013-04-07"
    dun = world.index["DUN"]
    assert world.ties["security"][0, dun] == security
    assert world.ties["pact"][0, dun] == has_pact
    assert world.ties["consultation"][0, dun] == (not has_pact)
    assert world.ties["border"][0, 1] == 1


def test_groups_conditions_currencies_and_sanctions_follow_their_dates(islands: DatedWorld) -> None:
    def free_ports(day: str) -> tuple[str, ...]:
        return next((group.members for group in islands.at(date.fromisoformat(day)).groups), ())

    assert free_ports("2012-01-10") == (), "Calder has not joined yet"
    assert free_ports("2012-01-11") == ("ASH",)
    assert free_ports("2012-06-02") == ("ASH", "CAL")
    assert free_ports("2014-01-02") == ("ASH", "BRI", "CAL")
    assert free_ports("2015-01-02") == ("ASH", "CAL")
    arrears = {fill.iso3 for fill in islands.at(date(2013, 1, 1)).fills if fill.quantity == "arrears"}
    assert arrears == {"ASH", "BRI", "CAL", "DUN"}, "no list of arrears is not the same as none"
    control = [islands.at(date(2013, 3, day)).attributes["effective_control"][1] for day in (1, 2, 3)]
    assert control == [0, 0, 1]
    assert dict(islands.at(date(2013, 1, 1)).currencies) == {"ASH": 0.6}
    assert ("FP", "currency share") in {(fill.iso3, fill.quantity) for fill in islands.at(date(2013, 1, 1)).fills}
    assert dict(islands.at(date(2013, 1, 2)).currencies) == {"ASH": 0.5, "FP": 0.2}
    breadths = [
        [one.breadth for one in islands.at(day).sanctions]
        for day in (date(2012, 5, 1), date(2012, 5, 2), date(2012, 6, 2), date(2013, 6, 1))
    ]
    assert breadths == [[], ["targeted"], ["sectoral"], ["sectoral"]]


def test_roll_calls_come_before_the_record_of_the_assembly(islands: DatedWorld) -> None:
    world = islands.at(date(2012, 7, 2))
    assert [call.resolution for call in world.rollcalls] == ["R/1"]
    assert world.rollcalls[0].votes.tolist() == [3, -1, -1, -1], "as the table of roll calls has it"
    assert [call.resolution for call in world.outcomes] == ["R/2"]
    assert world.outcomes[0].votes.tolist() == [3, 2, -1, 1], "as the Assembly's record has it"
    assert [call.resolution for call in world.record] == ["R/1", "R/2"]
    assert islands.at(date(2013, 7, 1)).rollcalls[0].resolution == "R/1"


MISTAKES = {
    "kind": ("ties", "trade,ASH,BRI,2010,0.6", "trad,ASH,BRI,2010,0.6", "Did you mean 'trade'?"),
    "dash": ("members", "ASH,Ashport", "ASH,-Ashport", "must not begin with '-'"),
    "share": ("ties", "trade,ASH,BRI,2010,0.6", "trade,ASH,BRI,2010,1.6", "allowed is 0 to 1"),
    "stranger": ("ties", "trade,ASH,CAL,2010,0.1", "trade,ASH,CAX,2010,0.1", "Did you mean 'CAL'?"),
    "twice": ("ties", "trade,ASH,CAL,2010,0.1", "trade,ASH,BRI,2010,0.1", "already on an earlier line"),
    "column": ("ties", "kind,iso3,partner,year,value", "kind,iso3,partner,years,value", "missing column"),
    "bounds": ("attributes", "population,ASH,2010,1000", "population,ASH,2010,0.5", "allowed is 1 to 1e+11"),
    "attribute": ("attributes", "trade_openness,ASH,2013", "openness,ASH,2013", "is not allowed here"),
    "spell": ("tie_spells", "2012-03-05,", "March,", "a date like 2022-03-02 is needed"),
    "group": ("memberships", "FP,ASH", "FX,ASH", "no key of a group"),
    "sender": ("sanctions", "DUN,FP,2012-05", "DUN,FX,2012-05", "not a member, not the key of a group"),
    "no votes": ("resolutions", "R/2,2013-07-01", "R/3,2013-07-01", "has no votes"),
    "date of a call": ("rollcalls", "R/1,2012-07-01", "R/1,2012-07-02", "resolutions.csv says 2012-07-01"),
    "start": ("world", "start = 2011-01-01", "date = 2011-01-01", "unknown key"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_reported_with_file_and_place(tmp_path: Path, mistake: str) -> None:
    from support.dated import FILES

    stem, old, new, message = MISTAKES[mistake]
    name = next(name for name in FILES if name.split(".")[0] == stem)
    assert old in FILES[name]
    with pytest.raises(InputError) as caught:
        load_dated_world(write_islands(tmp_path, **{stem: FILES[name].replace(old, new, 1)}))
    assert message in str(caught.value)
    assert name in str(caught.value)


# --- the rest of the program -----------------------------------------------------------------------------------------


def test_a_world_without_dates_is_the_same_on_any_day() -> None:
    harbours = load_world("seven-harbours")
    assert load_world("seven-harbours", at=date(2014, 3, 27)) is harbours
    assert world_before(harbours, date(2014, 3, 27)) is harbours
    with pytest.raises(InputError, match="have no dates"):
        load_dated_world("seven-harbours")


def test_un_2022_is_a_name_of_un_on_the_first_day_of_the_invasion() -> None:
    assert load_world("un-2022") is load_world("un", at=date(2022, 2, 24))
    assert load_world("un-2022", at=date(2014, 3, 27)) is load_world("un", at=date(2014, 3, 27))
    assert load_dated_world("un-2022") is load_dated_world("un")


def test_a_dated_world_wants_a_day_after_its_start() -> None:
    with pytest.raises(InputError, match="a day is needed"):
        load_world("un")
    with pytest.raises(InputError, match="known from 2011-01-02 on"):
        load_world("un", at=date(2011, 1, 1))
    assert load_world("un", at=date(2011, 1, 2)).size == 192


def test_a_scenario_is_set_on_the_eve_of_its_first_vote() -> None:
    spec = read_scenario("es-11-1", ["world=un", "replicates=20"])
    case = prepare(spec)
    assert case.world is world_of(spec) is load_world("un", at=date(2022, 3, 2))
    assert case.world.date == date(2022, 3, 1)
    votes = [run_case(prepare(spec), engine=engine).votes[0].counts for engine in ("ensemble", "mesa")]
    assert np.array_equal(*votes)
    earlier = prepare(read_scenario("es-11-1", ["world=un", "vote.date=2014-03-27"])).world
    assert earlier.years["trade"].max() == 2013


def test_roll_calls_of_a_file_are_known_from_their_days(islands: DatedWorld) -> None:
    world = islands.at(date(2013, 1, 1))
    votes = np.zeros(world.size, dtype=np.int64)
    calls = [
        Observed(name, date(year, 12, 31), votes) for name, year in (("early", 2012), ("late", 2013), ("R/2", 2012))
    ]
    joined = join_rollcalls(world, calls, "DUN", "peace")
    assert [call.resolution for call in joined.rollcalls] == ["R/1", "early"], "R/2 is the world's own, of later"
    assert joined.outcomes == world.outcomes


def test_a_scenario_too_early_is_refused() -> None:
    with pytest.raises(InputError, match="known from 2011-01-02 on"):
        read_scenario("es-11-1", ["world=un", "vote.date=2009-03-27"])


def test_the_files_of_a_dated_world_are_all_hashed() -> None:
    names = {name.removesuffix(".gz") for name in world_hashes(load_world("un", at=date(2022, 3, 2)))}
    assert {"attributes.csv", "ties.csv", "tie_spells.csv", "memberships.csv", "currencies.csv"} <= names
    assert world_hashes(load_world(UN_2022)).keys() & {"facts.csv", "figures.csv"} == set()


def test_sim_world_shows_figures_with_their_years() -> None:
    done = sim("world", "IND", "--at", "2014-03-27")
    assert done.returncode == 0
    assert "Figures are as known at the end of 26 March 2014." in done.stdout
    assert any(line.split()[:2] == ["gdp_usd", "1.85672e+12"] and "2013" in line for line in done.stdout.splitlines())
    assert sim("world", "IND", "--at", "March").returncode == 2
    assert "carried: later years lack it" in " ".join(sim("world", "CUB", "--at", "2023-11-02").stdout.split())
