"""A world whose figures have dates: what was known before a day, and nothing later."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import sim
from support.dated import permuted, with_another_future

from sim.case import prepare
from sim.errors import InputError
from sim.runner.run import run_case
from sim.specs import load_scenario_world, read_scenario
from sim.world import DatedWorld, World, load_dated_world, load_world, load_world_before
from sim.world.dated.spells import Spell
from sim.world.loading import hash_world
from sim.world.world import ATTRIBUTES, TIE_KINDS
from tools.derivation.un.common import UN_2022

FIRST, LAST = date(2011, 1, 2), date(2024, 3, 1)
ONE_DAY = timedelta(days=1)
JOINING = date(2011, 7, 14)
"""South Sudan joins, and every array grows."""


@cache
def un() -> DatedWorld:
    return load_dated_world("un")


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


# --- the rest of the program -----------------------------------------------------------------------------------------


def test_a_world_without_dates_is_the_same_on_any_day() -> None:
    harbours = load_world("seven-harbours")
    assert load_world("seven-harbours", at=date(2014, 3, 27)) is harbours
    assert load_world_before(harbours, date(2014, 3, 27)) is harbours
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
    assert case.world is load_scenario_world(spec) is load_world("un", at=date(2022, 3, 2))
    assert case.world.date == date(2022, 3, 1)
    votes = [run_case(prepare(spec), engine=engine).votes[0].counts for engine in ("ensemble", "mesa")]
    assert np.array_equal(*votes)
    earlier = prepare(read_scenario("es-11-1", ["world=un", "vote.date=2014-03-27"])).world
    assert earlier.years["trade"].max() == 2013


def test_a_scenario_too_early_is_refused() -> None:
    with pytest.raises(InputError, match="known from 2011-01-02 on"):
        read_scenario("es-11-1", ["world=un", "vote.date=2009-03-27"])


def test_the_files_of_a_dated_world_are_all_hashed() -> None:
    names = {name.removesuffix(".gz") for name in hash_world(load_world("un", at=date(2022, 3, 2)))}
    assert {"attributes.csv", "ties.csv", "tie_spells.csv", "memberships.csv", "currencies.csv"} <= names
    assert hash_world(load_world(UN_2022)).keys() & {"facts.csv", "figures.csv"} == set()


def test_sim_world_shows_figures_with_their_years() -> None:
    done = sim("world", "IND", "--at", "2014-03-27")
    assert done.returncode == 0
    assert "Figures are as known at the end of 26 March 2014." in done.stdout
    assert any(
        line.split()[:2] == ["gdp_usd", "1,856,720,000,000"] and "2013" in line for line in done.stdout.splitlines()
    )
    assert sim("world", "IND", "--at", "March").returncode == 2
    assert "carried: later years lack it" in " ".join(sim("world", "CUB", "--at", "2023-11-02").stdout.split())
