"""The record of events: dated, sourced, in order, and apart from what it is held against."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import examples

from sim.scoring.acts import score_acts, score_openness
from sim.scoring.orderings import compare_senders
from sim.scoring.published import Act, Published
from sim.world import World

RECORD = Path(__file__).parents[2] / "docs" / "events-2022-2023.toml"
KEYS = {
    "invasion": set(),
    "recognition": set(),
    "sanctions": {"members", "sectors", "against"},
    "embargo": {"members", "commodities", "share", "phase_months"},
    "cutoff": {"members", "commodities", "share", "phase_months"},
    "switch": {"members", "commodities", "share", "phase_months"},
    "price_cap": {"members", "commodities", "eur_per_tonne"},
    "listing": {"members"},
    "visit": {"sender", "rival", "strength"},
    "policy": {"members", "joins", "effort"},
    "pursuit": {"instruments", "effort"},
    "relief": {"members", "share"},
    "halt": {"members", "instruments", "share"},
    "front": {"held"},
}
INSTRUMENTS = {"energy", "goods", "finance", "arms", "fighters", "labour", "territory", "recognition"}


@pytest.fixture(scope="module")
def events() -> list[dict]:
    return tomllib.loads(RECORD.read_text(encoding="utf-8"))["event"]


def test_the_scenario_has_every_event_but_those_that_it_is_held_against(events: list[dict]) -> None:
    scenario = tomllib.loads((RECORD.parents[1] / "scenarios" / "2022-2023.toml").read_text(encoding="utf-8"))
    assert scenario["event"] == [event for event in events if event["kind"] != "listing"]


def test_each_event_is_dated_sourced_and_in_order(events: list[dict]) -> None:
    for is_front in (False, True):  # the readings of the front come last, in an order of their own
        dates = [event["date"] for event in events if (event["kind"] == "front") == is_front]
        assert dates == sorted(dates)
        assert date(2022, 2, 1) <= dates[0]
        assert dates[-1] <= date(2023, 6, 30)
    for event in events:
        assert event["what"]
        assert any(character.isdigit() for character in event["source"]), event["source"]
        assert set(event) - {"kind", "date", "what", "source"} <= KEYS[event["kind"]], event
    assert len({(event["date"], event["what"]) for event in events}) == len(events)


def test_members_of_events_are_known(world: World, events: list[dict]) -> None:
    for event in events:
        for reference in [*event.get("members", []), *event.get("against", []), *event.get("sender", [])]:
            assert world.resolve(reference.removeprefix("-")), reference


def test_what_no_source_gives_is_called_assumed(events: list[dict]) -> None:
    for event in events:
        guessed = {"effort", "strength"} & set(event)
        if guessed or event["kind"] in ("halt", "relief"):
            assert "assumed" in event["what"], event["what"]


@pytest.mark.parametrize(
    ("kind", "member", "day"),
    [
        ("embargo", "USA", date(2022, 3, 8)),
        ("cutoff", "BGR", date(2022, 4, 27)),
        ("embargo", "CAN", date(2022, 3, 10)),
        ("cutoff", "FIN", date(2022, 5, 21)),
        ("cutoff", "DEU", date(2022, 6, 14)),
        ("cutoff", "DEU", date(2022, 6, 16)),
        ("embargo", "DEU", date(2023, 1, 1)),
        ("cutoff", "POL", date(2023, 2, 25)),
        ("halt", "CHN", date(2022, 4, 26)),
        ("price_cap", "EU", date(2022, 12, 5)),
        ("listing", "LTU", date(2022, 6, 28)),
    ],
)
def test_dates_that_matter(events: list[dict], kind: str, member: str, day: date) -> None:
    assert any((event["kind"], event["date"]) == (kind, day) and member in event["members"] for event in events)


def test_acts_are_documented(world: World, published: Published) -> None:
    assert [act.date for act in published.acts] == sorted(act.date for act in published.acts)
    for act in published.acts:
        assert act.iso3 in world.index
        assert act.side in ("target", "victim", "neither")
        assert act.openness in ("open", "covert")
        assert act.instrument in INSTRUMENTS
        assert act.what
        assert act.source
    recognised = {act.iso3: act.date for act in published.acts if act.instrument == "recognition"}
    assert recognised == {"SYR": date(2022, 6, 29), "PRK": date(2022, 7, 13)}


def test_goods_count_from_the_day_that_firms_were_first_listed(published: Published, events: list[dict]) -> None:
    helped: dict[str, date] = {}
    for act in published.acts:
        if (act.side, act.instrument) == ("target", "goods"):
            helped.setdefault(act.iso3, act.date)
    assert len(helped) == 7
    for member, day in helped.items():
        listed = [event["date"] for event in events if event["kind"] == "listing" and member in event["members"]]
        assert min(listed) == day, member


def test_helpers_against_the_others_by_hand() -> None:
    acts = [
        Act("AAA", "target", "arms", "covert", date(2022, 9, 8), "", ""),
        Act("BBB", "victim", "arms", "open", date(2022, 3, 1), "", ""),
    ]
    support = {"arms": np.array([[0.1, 0.2, 0.0], [0.4, 0.2, 0.4]]), "labour": np.zeros((2, 3))}
    abilities = {"arms": np.array([1.0, 2.0, 1.0]), "labour": np.zeros(3)}
    (found,) = score_acts(support, abilities, ("AAA", "BBB", "CCC"), acts, "target")
    assert found.actors == ["AAA"]
    assert found.among_actors == pytest.approx(0.4)
    assert found.among_others == pytest.approx(0.3)
    assert found.ranked_above == pytest.approx((1 + 0.5) / 2)  # above BBB, level with CCC
    assert found.ability_ranked_above == pytest.approx((0 + 0.5) / 2)
    assert found.document()["instrument"] == "arms"


def test_openness_by_hand() -> None:
    def act(code: str, openness: str, side: str = "target") -> Act:
        return Act(code, side, "arms", openness, date(2022, 9, 8), "", "")

    acts = [act("AAA", "open"), act("BBB", "covert"), act("CCC", "covert"), act("BBB", "open", "victim")]
    found = score_openness(np.array([0.5, 0.2, 0.7]), ("AAA", "BBB", "CCC"), acts)
    assert found is not None
    assert (found.open_acts, found.covert_acts) == (1, 2)
    assert found.open_part_of_open == pytest.approx(0.5)
    assert found.open_part_of_covert == pytest.approx(0.45)
    assert found.ranked_above == pytest.approx(0.5)  # above BBB, below CCC
    assert score_openness(np.ones(3), ("AAA", "BBB", "CCC"), acts[:1]) is None


@examples(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.1 + 1e-12, 0.5, 1.0])), min_size=2, max_size=12))
def test_helpers_are_above_the_others_in_the_pairs_that_say_so(members: list[tuple[bool, float]]) -> None:
    codes = [f"M{place:02}" for place in range(len(members))]
    acts = [
        Act(code, "target", "arms", "open", date(2022, 3, 1), "", "")
        for code, (helped, _) in zip(codes, members, strict=True)
        if helped
    ]
    levels = np.array([level for _, level in members])
    found = score_acts({"arms": levels[None]}, {"arms": levels}, codes, acts, "target")
    pairs = [(a > b) + (a == b) / 2 for helped, a in members if helped for other, b in members if not other]
    assert [one.ability_ranked_above for one in found] == [one.ranked_above for one in found]
    assert [one.ranked_above for one in found] == ([pytest.approx(np.mean(pairs), abs=1e-12)] if pairs else [])


def test_senders_that_a_scenario_gives_are_in_no_score(published: Published, events: list[dict], world: World) -> None:
    named = [event for event in events if event["kind"] == "sanctions" and event["date"] <= date(2022, 3, 7)]
    given = {code for event in named for reference in event["members"] for code in world.resolve(reference)}
    assert given <= published.sanctioning
    found = compare_senders(frozenset({*given, "TUR"}), published.sanctioning, frozenset(given))
    assert found.hits == 0
    assert found.members.false_alarms == ["TUR"]
    assert set(found.members.misses) == published.sanctioning - given
