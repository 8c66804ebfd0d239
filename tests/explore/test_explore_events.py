"""The dashboard's events as levers, and the series of the question, without a browser."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.explore.events import list_series_asked
from sim.explore.levers import find_groups, move_lever
from sim.explore.result import run_state
from sim.explore.start import read_launch, write_scenario_text
from sim.explore.state import PageState, read_link
from sim.explore.timeline import make_course
from sim.specs import parse_scenario
from sim.summaries.summary import summarise_run


@pytest.fixture(scope="module")
def record():
    return read_launch("2022-2023")


@pytest.fixture(scope="module")
def unchanged(record):
    return run_state(record, PageState())


@pytest.fixture(scope="module")
def capped():
    return read_launch("2022-2023-price-cap-from-march")


def events_of(found):
    return [group for group in find_groups(found) if group.title.startswith("Event")]


def test_the_first_events_are_levers_where_the_question_is_about_none(unchanged):
    groups = find_groups(unchanged)
    events = groups[-10:]
    assert events == events_of(unchanged)
    assert not any(group.is_open for group in events)
    assert [group.dates[0].now for group in events] == [str(event.date) for event in unchanged.spec.event[:10]]


def test_the_events_of_the_question_come_first_and_open(capped):
    found = run_state(capped, PageState())
    crude, products = find_groups(found)[:2]
    assert [(group.is_open, group.levers[0].key) for group in (crude, products)] == [
        (True, "event.69.eur_per_tonne"),
        (True, "event.70.eur_per_tonne"),
    ]
    assert crude.title == "Event: price cap of 2022-03-01 (crude oil)"
    assert len(events_of(found)) == 2
    assert found.is_what_if


def test_a_date_moves_is_kept_in_link_and_file_and_comes_back(record, unchanged):
    state = move_lever(record, unchanged, "event.16.date", "2022-06-08")
    moved = run_state(record, state, unchanged)
    assert moved.spec.event[16].date == date(2022, 6, 8)
    assert read_link(state.link()) == state
    saved = parse_scenario(tomllib.loads(write_scenario_text(record, state)), "saved", Path())
    assert saved.event == moved.spec.event
    loaded = run_state(record, PageState(source=write_scenario_text(record, state)))
    assert loaded.result.months.total("revenue").mean.tolist() == moved.result.months.total("revenue").mean.tolist()
    (group,) = [group for group in events_of(moved) if group.is_open]  # beyond the first ten, and still shown
    (day,) = group.dates
    assert (day.key, day.now, day.before) == ("event.16.date", "2022-06-08", "2022-03-08")
    assert move_lever(record, moved, "event.16.date", "2022-03-08") == PageState()


def test_shares_and_switches_move_what_they_say(record, unchanged):
    state = move_lever(record, unchanged, "event.16.share", "0.25")
    moved = run_state(record, state, unchanged)
    (group,) = [group for group in events_of(moved) if group.is_open]
    (slider,) = group.levers
    assert (slider.key, slider.now, slider.before, slider.low, slider.high) == ("event.16.share", 0.25, 1.0, 0.0, 1.0)
    leaves = read_launch("2022-2023-hungary-leaves")
    found = run_state(leaves, PageState())
    (toggle,) = find_groups(found)[0].toggles
    assert (toggle.now, toggle.before) == (False, False)
    stays = run_state(leaves, move_lever(leaves, found, toggle.key, "true"), found)
    (toggle,) = find_groups(stays)[0].toggles
    assert (toggle.now, toggle.before) == (True, False)
    hungary = found.case.world.index["HUN"]
    last = [run.result.months.member_mean("joined")[-1, hungary] for run in (found, stays)]
    assert last == [0.0, 1.0]


@pytest.mark.parametrize(
    ("key", "text"), [("event.16.share", "2"), ("event.16.date", "soon"), ("event.99.date", "2022-03-01")]
)
def test_a_value_that_an_event_cannot_have_is_refused(record, unchanged, key, text):
    with pytest.raises(InputError, match=key.replace(".", r"\.")):
        move_lever(record, unchanged, key, text)


def test_the_series_of_the_question_come_first(capped, record, unchanged):
    assert list_series_asked(unchanged) == []
    moved = run_state(record, move_lever(record, unchanged, "event.16.share", "0"), unchanged)
    assert list_series_asked(moved)[:2] == ["revenue", "sold_crude"]
    found = run_state(capped, PageState())
    asked = list_series_asked(found)
    assert asked == ["revenue", "sold_crude"]
    charts = make_course(found.result.months, found.case.world, asked).charts
    assert [chart.is_asked for chart in charts[:3]] == [True, True, False]
    assert charts[0].title == "Fuel revenue"
    expected = summarise_run(found.result).months.totals["revenue"]
    assert charts[0].lines[0].mean == pytest.approx(expected.mean, rel=1e-3)


def test_a_series_of_a_member_has_its_name_and_band(unchanged):
    months, world = unchanged.result.months, unchanged.case.world
    (chart, *_) = make_course(months, world, ["HUN:energy_crude"]).charts
    assert chart.title == "Crude oil bought, Hungary"
    line, place = chart.lines[0], world.index["HUN"]
    assert line.mean == pytest.approx(months.member_mean("energy_crude")[:, place], abs=1e-3)
    summary = months.summarise().of_member("energy_crude", place)
    assert (line.low, line.high) == (pytest.approx(summary.low, abs=1e-3), pytest.approx(summary.high, abs=1e-3))
