"""A small dated world, written by hand: figures carried, missing, none and apart, spells, and mistakes in its files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from support.dated import FILES, write_islands

from sim.errors import InputError
from sim.world import Carried, DatedWorld, load_dated_world
from sim.world.rollcalls.files import Observed, join_rollcalls


@pytest.fixture
def islands(tmp_path: Path) -> DatedWorld:
    return load_dated_world(write_islands(tmp_path))


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
    "stranger": ("ties", "trade,ASH,CAL,2010,0.1", "trade,ASH,CAX,2010,0.1", "'CAX' is not a member"),
    "twice": ("ties", "trade,ASH,CAL,2010,0.1", "trade,ASH,BRI,2010,0.1", "already on line 2"),
    "column": ("ties", "kind,iso3,partner,year,value", "kind,iso3,partner,years,value", "missing column"),
    "bounds": ("attributes", "population,ASH,2010,1000", "population,ASH,2010,0.5", "allowed is 1 to 1e+11"),
    "attribute": ("attributes", "trade_openness,ASH,2013", "openness,ASH,2013", "Did you mean 'trade_openness'?"),
    "spell": ("tie_spells", "2012-03-05,", "March,", "a date like 2022-03-02 is needed"),
    "year": ("tie_spells", "2012-03-05,", "9999,", "got '9999'; a date like 2022-03-02 is needed"),
    "half a year": ("attributes", "trade_openness,ASH,2013", "trade_openness,ASH,2013.5", "a whole number is needed"),
    "group": ("memberships", "FP,ASH", "FX,ASH", "is not the key of a group"),
    "sender": ("sanctions", "DUN,FP,2012-05", "DUN,FX,2012-05", "not a member, not the key of a group"),
    "no votes": ("resolutions", "R/2,2013-07-01", "R/3,2013-07-01", "has no votes"),
    "date of a call": ("rollcalls", "R/1,2012-07-01", "R/1,2012-07-02", "resolutions.csv gives 2012-07-01"),
    "start": ("world", "start = 2011-01-01", "date = 2011-01-01", "unknown key"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_reported_with_file_and_place(tmp_path: Path, mistake: str) -> None:

    stem, old, new, message = MISTAKES[mistake]
    name = next(name for name in FILES if name.split(".")[0] == stem)
    assert old in FILES[name]
    with pytest.raises(InputError) as caught:
        load_dated_world(write_islands(tmp_path, **{stem: FILES[name].replace(old, new, 1)}))
    assert message in str(caught.value)
    assert name in str(caught.value)


def test_roll_calls_of_a_file_are_known_from_their_days(islands: DatedWorld) -> None:
    world = islands.at(date(2013, 1, 1))
    votes = np.zeros(world.size, dtype=np.int64)
    calls = [
        Observed(name, date(year, 12, 31), votes) for name, year in (("early", 2012), ("late", 2013), ("R/2", 2012))
    ]
    joined = join_rollcalls(world, calls, "DUN", "peace")
    assert [call.resolution for call in joined.rollcalls] == ["R/1", "early"], "R/2 is the world's own, of later"
    assert joined.outcomes == world.outcomes
