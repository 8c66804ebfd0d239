"""The dashboard without a browser: states, links, files, levers, and what is shown."""

import csv
import gc
import io
import itertools
import tomllib
import weakref
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import tomli_w

from sim.case import prepare
from sim.errors import InputError
from sim.explore.board import make_board, make_scenery
from sim.explore.files import make_file
from sim.explore.levers import find_edits, find_groups, find_senders, move_lever, with_edit, with_sender, without_edit
from sim.explore.reasons import explain_chosen, search_switching_points
from sim.explore.result import add_replicates, extended, run_state
from sim.explore.start import (
    list_messages,
    make_scenario,
    read_launch,
    run_baseline,
    write_scenario_text,
)
from sim.explore.state import PageState
from sim.explore.timeline import make_calendar, make_course
from sim.runner.result import frequencies
from sim.runner.run import run_case
from sim.specs import parse_scenario, read_scenario
from sim.summaries.summary import summarise_run
from sim.summaries.tallies import REPORTED
from sim.views.seated import seat_members
from sim.whatif.explanation.explain import explain
from sim.whatif.explanation.levers import find_levers
from sim.whatif.explanation.switching import WatchedMember, find_switching_points


def test_a_lever_put_back_leaves_no_trace(start):
    found = run_state(start, move_lever(start, run_state(start, PageState()), "parameters.enforcement", "0.9"))
    assert found.state.settings == (("parameters.enforcement", 0.9),)
    severity = str(start.spec.vote[0].severity)
    assert move_lever(start, run_state(start, PageState()), "vote.0.severity", severity) == PageState()


def test_every_lever_moves_what_it_says(start):
    found = run_state(start, PageState())
    for group in find_groups(found):
        for lever in group.levers:
            goal = lever.low if lever.now != lever.low else lever.high
            after = run_state(start, move_lever(start, found, lever.key, repr(goal)))
            places = {each.key: each for again in find_groups(after) for each in again.levers}
            assert places.pop(lever.key).now == pytest.approx(goal)
            assert all(each.now == each.before for each in places.values()), lever.key


@pytest.mark.parametrize("severity", ["-4.877", "-9.137"])
def test_sliders_stop_at_round_numbers(start, severity):
    found = run_state(start, move_lever(start, run_state(start, PageState()), "vote.0.severity", severity))
    levers = {lever.key: lever for group in find_groups(found) for lever in group.levers}
    assert all(lever.low <= lever.now <= lever.high for lever in levers.values())
    for lever in levers.values():
        assert f"{lever.step:e}"[0] in "15"
        assert lever.low / lever.step == pytest.approx(round(lever.low / lever.step), abs=1e-6), lever.key
        assert (lever.high - lever.low) / lever.step <= 101
    assert (levers["vote.0.target_threat"].step, levers["parameters.enforcement"].step) == (0.05, 0.01)


@pytest.mark.parametrize(
    ("key", "text"), [("parameters.enforcement", "7"), ("vote.0.severity", "much"), ("vote.0.target_threat", "-1")]
)
def test_what_is_refused_is_reported_as_in_a_file(start, key, text):
    with pytest.raises(InputError) as of_page:
        move_lever(start, run_state(start, PageState()), key, text)
    with pytest.raises(InputError) as of_file:
        read_scenario("es-11-1", [f"{key}={text}"])
    (reported,) = list_messages(of_page.value)
    assert str(of_file.value).endswith(reported)
    assert reported.startswith(key)


def test_a_factor_below_zero_is_refused(start):
    found = run_state(start, with_edit(start, PageState(), "EU", "exposure.trade"))
    with pytest.raises(InputError, match="0 or more"):
        run_state(start, move_lever(start, found, "edit.0", "-1"))
    assert without_edit(found.state, 0) == PageState()


def test_senders_leave_and_join_and_come_back(start):
    found = run_state(start, PageState())
    left = run_state(start, with_sender(start, found, "DEU", False))
    rows = {row.iso3: row for row in find_senders(left)}
    assert rows["DEU"].document() == {"iso3": "DEU", "name": "Germany", "is_sender": False, "was_sender": True}
    assert with_sender(start, left, "DEU", True) == PageState()
    joined = run_state(start, with_sender(start, found, "TUR", True))
    assert {row.iso3 for row in find_senders(joined) if not row.was_sender} == {"TUR"}
    with pytest.raises(InputError, match="RUS is the target"):
        with_sender(start, found, "RUS", True)


def test_the_board_shows_what_the_run_holds(start):
    same = make_board(run_state(start, PageState()))
    assert same.movers == []
    assert same.rarely == 0
    found = run_state(start, move_lever(start, run_state(start, PageState()), "vote.0.target_threat", "2"))
    shown, replicates = make_board(found), found.result.replicates
    assert shown.split_before == same.split != shown.split
    for histogram in shown.histograms:
        assert sum(histogram.now) == sum(histogram.before) == replicates
    moves = {row.iso3: row.moved for row in shown.members}
    assert all(moves[mover.iso3] == mover.moved >= 0.05 for mover in shown.movers)
    scene = make_scenery(found)
    assert len({tuple(seat) for seat in scene.seats}) == len(moves)
    assert all(shape or dot for shape, dot in zip(scene.shapes, scene.dots))
    assert scene.seats == make_scenery(run_state(start, PageState())).seats


@pytest.mark.parametrize("threat", ["1", "2", "4"])
def test_seats_have_the_counts_of_the_headlines(start, threat):
    found = run_state(start, move_lever(start, run_state(start, PageState()), "vote.0.target_threat", threat))
    shown = make_board(found)
    for view, split in (("now", shown.split), ("before", shown.split_before), ("observed", shown.roll_call)):
        counts = Counter(getattr(member, view) for member in shown.members)
        assert "/".join(str(counts[action]) for action in ("support", "abstain", "oppose")) == split
    assert shown.differ == sum(member.now != member.before for member in shown.members)
    assert (shown.differ == 0) == (threat == "1")
    assert shown.roll_call == "141/35/5"


def test_a_member_without_a_vote_has_no_seat(start):
    found = run_state(start, PageState())
    vote = found.baseline.votes[0]
    counts = vote.counts.copy()
    counts[3] = 0
    bare = replace(vote, counts=counts)
    result = replace(found.result, base=replace(found.baseline, votes=(bare,)))
    silent = replace(found, answer=replace(found.answer, result=result))
    scene = make_scenery(silent)
    assert [place for place, seat in enumerate(scene.seats) if seat is None] == [3]
    assert len(scene.order) == found.case.world.size - 1
    assert seat_members(bare, {"support": 140, "abstain": 37, "oppose": 4})[3] == -1


def test_seats_go_to_those_most_likely_to_take_them(start):
    vote = run_state(start, PageState()).baseline.votes[0]
    split = {"support": 140, "abstain": 37, "oppose": 4}
    actions, chances = seat_members(vote, split), np.log(frequencies(vote.counts))
    own = chances[np.arange(len(actions)), actions]
    rng = np.random.default_rng(1)
    for one, other in rng.integers(0, len(actions), (400, 2)):
        swapped = chances[one, actions[other]] + chances[other, actions[one]]
        assert swapped <= own[one] + own[other] + 1e-9


def test_the_data_hold_every_member(start):
    found = run_state(start, move_lever(start, run_state(start, PageState()), "vote.0.target_threat", "2"))
    rows = list(csv.DictReader(io.StringIO(make_file(start, found, "csv")[1])))
    assert [row["iso3"] for row in rows] == list(found.case.world.iso3)
    moves = {row.iso3: row.moved for row in make_board(found).members}
    assert {row["iso3"]: float(row["moved"]) for row in rows} == moves


def test_reasons_add_up(start):
    found = explain_chosen(run_state(start, PageState(member="BLR")))
    for action in REPORTED:
        assert sum(getattr(term, action) for term in found.terms) == pytest.approx(found.utilities.of(action))


def test_switching_points_come_lever_by_lever_and_are_those_of_explain(start):
    found = run_state(start, PageState(member="IND"))
    explanation = explain(found.spec, "IND", tries_levers=False)
    levers = find_levers(found.case, 0, "IND")
    (nearest,) = (lever for lever in levers if lever.key == "vote.0.target_threat")
    expected = find_switching_points(
        WatchedMember(found.case, 0, explanation.index, 1000), nearest, explanation.likeliest
    )
    before = levers.index(nearest)
    so_far = next(itertools.islice(search_switching_points(found), before, None))
    assert (so_far.tried, so_far.levers) == (before + 1, len(levers))
    rows = {row.action: row.to for row in so_far.rows if row.lever == nearest.label}
    assert rows
    assert rows.items() <= {point.action: point.beyond for point in expected}.items()  # the nearest alone


@pytest.fixture(scope="module")
def start_of_months():
    return read_launch("2022-2023")


def test_a_scenario_with_months_and_several_votes_is_explored(start_of_months):
    found = run_state(start_of_months, replace(PageState(), vote=1))
    assert next(lever.key for lever in find_groups(found)[0].levers) == "vote.1.severity"
    assert find_edits(found) == []
    for wrong, said in (
        (PageState(vote=9), "there is no vote 9"),
        (PageState(member="XXX"), "'XXX' is not the code of a member"),
        (
            PageState(month="2022-20"),
            "got '2022-20', which is not a month of the scenario. They run from 2022-02 to 2023-06",
        ),
    ):
        with pytest.raises(InputError, match=said):
            run_state(start_of_months, wrong, found)
    with pytest.raises(InputError, match="the scenario has votes alone"):
        run_state(read_launch("es-11-1"), PageState(month="2022-03"))


def test_answers_grow_to_what_a_run_gives(start_of_months):
    state = PageState().with_setting("parameters.enforcement", 0.9)
    first = run_state(start_of_months, state)
    shown = make_board(first)
    assert not first.is_whole
    assert shown.replicates == first.result.replicates < shown.all_replicates == 1000
    grown = list(add_replicates(start_of_months, first))
    sizes = [found.result.replicates for found in (first, *grown)]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == 1000
    spec = make_scenario(start_of_months, state)
    case, base = prepare(spec), prepare(run_baseline(start_of_months, state, spec))
    assert summarise_run(grown[-1].result) == summarise_run(run_case(case, base=base))
    assert summarise_run(first.result).votes == summarise_run(run_case(case, sizes[0], base=base)).votes


def test_pages_of_the_same_state_share_its_result_while_one_shows_it(start_of_months):
    state = PageState().with_setting("parameters.enforcement", 0.8)
    first = run_state(start_of_months, state)
    later = extended(start_of_months, first)
    assert run_state(start_of_months, replace(state, month="2022-03")).result is later.result
    assert extended(start_of_months, first).result is later.result
    shown = weakref.ref(later.result)
    del later
    gc.collect()
    assert shown() is None


def test_with_months_uncertain_parameters_are_those_of_a_run(start_of_months):
    state = PageState().with_setting("parameter_uncertainty", True)
    first = run_state(start_of_months, state)
    second = extended(start_of_months, first)
    assert second.result.replicates > first.result.replicates
    assert second.baseline.case.spec.parameter_uncertainty
    assert not second.result.votes[0].change.changed.any()
    case = prepare(make_scenario(start_of_months, state))
    expected = run_case(case, second.result.replicates, base=second.baseline.case)
    assert summarise_run(second.result) == summarise_run(expected)


def test_looking_at_something_else_runs_nothing(start, monkeypatch):
    found = run_state(start, PageState().with_setting("vote.0.target_threat", 1.5))
    monkeypatch.setattr("sim.explore.result.prepare", lambda spec: pytest.fail("it was run again"))
    looked = run_state(start, replace(found.state, member="BLR"), found)
    assert (looked.state.member, looked.result) == ("BLR", found.result)


def test_a_move_reads_its_scenario_once(start, monkeypatch):
    found = run_state(start, move_lever(start, run_state(start, PageState()), "vote.0.severity", "-4.1"))
    read = []
    monkeypatch.setattr("sim.explore.start.parse_scenario", lambda *given: read.append(given) or parse_scenario(*given))
    run_state(start, move_lever(start, found, "vote.0.severity", "-4.2"), found)
    assert len(read) == 1


def test_the_switch_of_uncertainty_leaves_no_trace(start):
    found = run_state(start, move_lever(start, run_state(start, PageState()), "parameter_uncertainty", "true"))
    assert found.state.link() == "parameter_uncertainty=true"
    assert move_lever(start, found, "parameter_uncertainty", "false") == PageState()
    with pytest.raises(InputError, match="parameter_uncertainty"):
        move_lever(start, found, "parameter_uncertainty", "perhaps")


def test_the_timeline_shows_what_the_run_holds(start_of_months):
    found = run_state(start_of_months, PageState())
    dates, lived = make_calendar(found), make_course(found.result.months, found.case.world)
    reported = summarise_run(found.result).months
    assert dates.months == reported.months
    assert [any("vote on" in item.what for item in items) for items in dates.items] == dates.votes
    assert sum(dates.votes) == 2
    lines = {line.label: line for chart in lived.charts for line in chart.lines}
    assert lines["members that sanction"].mean == pytest.approx(reported.totals["members_joined"].mean, rel=1e-3)
    assert lines["aid to the victim"].high == pytest.approx(
        [value / 1e3 for value in reported.totals["aid"].p95], rel=1e-3, abs=1e-3
    )
    for i, member in enumerate(reported.members):
        joined = member.series.get("joined", [0.0] * len(reported.months))
        assert [row[i] for row in lived.members["joined"]] == pytest.approx([100 * p for p in joined], abs=0.51)
    everyone, *groups = dates.groups
    assert len(everyone.members) == found.case.world.size
    assert {found.case.world.iso3[i] for g in groups if g.name == "EAEU" for i in g.members} >= {"BLR", "KAZ"}
    assert make_calendar(run_state(read_launch("es-11-1"), PageState())) is None


def test_overrides_of_the_command_line_are_a_state(tmp_path):
    start = read_launch("es-11-1", ["vote.target_threat=2"])
    assert run_state(start, start.state).spec.vote[0].target_threat == 2
    assert make_board(run_state(start, start.state)).movers
    own = tmp_path / "own.toml"
    own.write_text(tomli_w.dumps(start.spec.document()), encoding="utf-8")
    assert "base" not in tomllib.loads(write_scenario_text(read_launch(str(own)), PageState()))
