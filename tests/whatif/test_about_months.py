"""A what-if of months is answered by months: the series it is about come first, and what moves nothing says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.commands import document, sim

SHORT = ("--replicates", 8)
HEAD = 'title = "Mine"\nquestion = "What if?"\nbase = "2022-2023"\n'
TO_JUNE = '[set]\n"months.end" = 2022-06-30\n'


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def event(kind: str, day: str, more: str) -> str:
    return f'[[event]]\nkind = "{kind}"\ndate = {day}\n{more}\nwhat = "w"\nsource = "what if"\n'


def test_series_that_are_named_come_first_and_then_those_that_events_touch(tmp_path: Path) -> None:
    banned = event("embargo", "2022-04-01", 'members = ["EU"]\ncommodities = ["pipeline_gas", "lng"]')
    expected = '[expected]\ndirection = "d"\n[expected.series]\nhelpers = "up"\nrevenue = "up"\n'
    found = document("run", written(tmp_path, TO_JUNE + banned + expected), *SHORT)
    about = found["months"]["about"]
    assert list(about["series"]) == ["helpers", "revenue", "sold_pipeline_gas", "sold_lng"]
    assert (about["first"], about["last"]) == ("2022-04", "2022-06"), "no event before April differs"
    revenue = about["series"]["revenue"]
    assert (revenue["expected"], revenue["found"], revenue["label"]) == ("up", "down", "fuel revenue")
    whole = found["months"]["base"]["revenue"]
    assert {key: revenue[key] for key in whole} == whole
    assert about["series"]["sold_lng"]["expected"] is None
    assert about["unmoved"] == []


def test_compare_and_run_say_the_same_and_lead_with_it() -> None:
    compared = document("compare", "2022-2023", "2022-2023-hungary-leaves", *SHORT)["compared"][0]["months"]
    assert compared == document("run", "2022-2023-hungary-leaves", *SHORT)["months"]["about"]
    assert compared["coalition"]["left"] == ["Hungary"]
    assert compared["coalition"]["joined"] == []
    assert "Germany" in compared["coalition"]["stayed"]
    assert compared["series"]["HUN:energy_crude"]["label"] == "crude oil bought, Hungary"
    for command in (("compare", "2022-2023", "2022-2023-hungary-leaves"), ("run", "2022-2023-hungary-leaves")):
        text = sim(*command, *SHORT).stdout
        assert "Hungary leaves" in " ".join(text.split())
        series, names = text.index("The months compared with the base, from 20"), text.index("Who sanctions the target")
        assert series < names < text.rindex("A/RES/ES-11/3")


UNMOVED = {
    "after the months": (
        event("price_cap", "2022-09-01", 'members = ["EU"]\ncommodities = ["crude"]\neur_per_tonne = 1'),
        "Price cap of 2022-09-01: it is after the last month, 2022-06.",
    ),
    "no buyer": (
        event("embargo", "2022-03-01", 'members = ["Tuvalu"]\ncommodities = ["pipeline_gas"]'),
        "Embargo of 2022-03-01: its members bought none of these fuels.",
    ),
    "a high cap": (
        event("price_cap", "2022-03-01", 'members = ["EU"]\ncommodities = ["crude"]\neur_per_tonne = 90000'),
        "Price cap of 2022-03-01: the cap is above the world price in every month.",
    ),
    "sanctions of a sender": (
        event("sanctions", "2022-03-01", 'members = ["USA"]\nsectors = ["persons"]'),
        "Sanctions of 2022-03-01: its members are among those that sanction anyway.",
    ),
    "nobody isolated": (
        event("relief", "2022-03-01", 'members = ["Tuvalu"]\nshare = 1.0'),
        "Relief of 2022-03-01: its members are not isolated.",
    ),
    "a vote": ('"vote.0.severity" = -4.0\n', "only votes read it, and nothing in the months depends on votes."),
}


@pytest.mark.parametrize(("text", "reason"), UNMOVED.values(), ids=UNMOVED)
def test_a_cause_that_moves_nothing_says_why(tmp_path: Path, text: str, reason: str) -> None:
    file = written(tmp_path, TO_JUNE + text)
    about = document("run", file, *SHORT)["months"]["about"]
    assert any(reason in found for found in about["unmoved"]), about["unmoved"]
    assert reason in " ".join(sim("compare", file, *SHORT).stdout.split())


def test_changes_are_counted_from_the_first_event_that_differs(tmp_path: Path) -> None:
    """A sum over months in which nothing can differ would dilute the change."""
    found = document("run", written(tmp_path, TO_JUNE + event("front", "2022-05-10", "held = 0.9")), *SHORT)["months"]
    assert (found["about"]["first"], found["about"]["last"]) == ("2022-05", "2022-06")
    assert found["base"]["revenue"]["what_if"] == pytest.approx(sum(found["totals"]["revenue"]["mean"][-2:]), rel=1e-3)
    edited = '[[change]]\nmembers = ["IND"]\nattribute = "isolation"\nset = 0.5\nreason = "r"\n'
    for more in ('"parameters.aid_fatigue" = 0.0\n', '"event.0.date" = 2022-02-25\n', edited):
        earlier = document(
            "run", written(tmp_path, TO_JUNE + more + event("front", "2022-05-10", "held = 0.9")), *SHORT
        )
        assert earlier["months"]["about"]["first"] == "2022-02", more


def test_arms_that_end_are_those_of_the_side_that_had_more_of_them(tmp_path: Path) -> None:
    halted = event("halt", "2022-05-01", 'members = ["USA", "IRN"]\ninstruments = ["arms"]\nshare = 1.0')
    series = document("run", written(tmp_path, TO_JUNE + halted), *SHORT)["months"]["about"]["series"]
    assert {name: one["label"] for name, one in series.items()} == {
        "USA:arms_to_victim": "arms for the victim, United States",
        "IRN:support_arms": "arms for the target, Iran",
    }
    assert [one["found"] for one in series.values()] == ["down", "down"]


def test_members_that_events_move_are_named_where_nobody_else_moves(tmp_path: Path) -> None:
    left = event("policy", "2022-05-01", 'members = ["USA"]\njoins = false')
    file = written(tmp_path, TO_JUNE + left)
    assert document("run", file, *SHORT)["months"]["about"]["series"]["members_joined"]["alone"] == ["United States"]
    assert "down (United States alone)" in " ".join(sim("run", file, *SHORT).stdout.split())
    others = written(tmp_path, f'{TO_JUNE}"parameters.join_reluctance" = 0.0\n{left}')
    assert document("run", others, *SHORT)["months"]["about"]["series"]["members_joined"]["alone"] == []


def test_a_run_has_one_table_of_series_and_names_only_those_that_move() -> None:
    """Names are in the order of the alphabet, and a share has a decimal, so that a change can be read from it."""
    about = document("run", "2022-2023-united-states-leave", *SHORT)["months"]["about"]
    assert about["coalition"]["stayed"] == sorted(about["coalition"]["stayed"])
    text = sim("run", "2022-2023-united-states-leave", *SHORT).stdout
    assert len(re.findall(r"^fuel revenue, billion euros ", text, re.MULTILINE)) == 1
    assert re.search(r"^stay +\d+ +– *$", text, re.MULTILINE)
    assert re.search(
        r"^members +\d+\.\d % +\d+\.\d % +−\d\.\d pt ",
        text.replace("trade with sanctioning ", "members "),
        re.MULTILINE,
    )
    assert "published later" not in text
    assert "within a quarter" not in text


def test_edited_members_are_not_listed_where_no_vote_moves() -> None:
    text = sim("compare", "2022-2023", "2022-2023-embargo-day-one", *SHORT).stdout
    assert text.count("No member votes differently in any run.") == 3
    assert "The members that are edited" not in text


def test_what_is_the_same_for_all_votes_is_printed_once() -> None:
    text = sim("run", "2022-2023-hungary-leaves", *SHORT).stdout
    assert text.count("Expected before the run: ") == text.count("Rests on: ") == 1
    assert text.count("Found: mean support ") == 3
    assert "The members that are edited" not in text, "Hungary leaves after all votes"
