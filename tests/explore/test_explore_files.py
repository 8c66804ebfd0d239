"""Saved files and links of the dashboard: what they hold, and that they read nothing else."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.case import prepare
from sim.errors import InputError
from sim.explore.board import make_board
from sim.explore.files import make_file
from sim.explore.levers import move_lever, with_edit
from sim.explore.result import complete, run_state
from sim.explore.start import (
    REPLICATES,
    make_document,
    make_scenario,
    read_launch,
    run_baseline,
    write_scenario_text,
)
from sim.explore.state import Edit, PageState, read_link
from sim.runner.run import run_case
from sim.specs import find_shipped_folder, list_shipped_scenarios, parse_scenario, read_scenario
from sim.summaries.summary import summarise_run
from sim.summaries.tallies import REPORTED
from sim.world import load_world

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=12)


TABLES = st.dictionaries(TEXT, st.booleans() | st.integers(-9, 9) | TEXT | st.lists(TEXT, max_size=3), min_size=1)


KEYS = st.sampled_from(["parameters.enforcement", "vote.severity", "vote.0.target_threat", "parameters.grievance"])


STATES = st.builds(
    lambda pairs, edits, *looks: PageState(tuple(sorted(pairs.items())), tuple(edits), *looks),
    st.dictionaries(KEYS, st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9) | st.booleans()),
    st.lists(
        st.builds(Edit, st.sampled_from(["EU", "CSTO,-RUS", "Türkiye"]), st.just("isolation"), st.floats(0, 9)),
        max_size=2,
    ),
    st.sampled_from(["", 'title = "ü &=+#"\n']),
    st.integers(0, 3),
    st.sampled_from(["", "2022-03"]),
    st.sampled_from(["", "BLR"]),
)


@given(st.builds("\n".join, st.lists(TEXT, min_size=1, max_size=3)), st.lists(TEXT, max_size=3), st.floats(-9, 9))
@settings(max_examples=60)
def test_a_saved_file_reads_back(start, title, sources, severity):
    state = (
        PageState()
        .with_setting("title", title)
        .with_setting("sources", sources)
        .with_setting("vote.severity", severity)
    )
    written = tomllib.loads(write_scenario_text(start, state))
    assert written == {**make_document(start, state), "replicates": REPLICATES}
    assert parse_scenario(written, "saved", Path()) == make_scenario(start, state)


@pytest.mark.parametrize("name", list_shipped_scenarios())
def test_a_saved_copy_of_a_shipped_scenario_reads_back_with_its_texts_over_several_lines(name):
    start = read_launch(str(find_shipped_folder("scenarios") / f"{name}.toml"))
    text = write_scenario_text(start, PageState())
    assert tomllib.loads(text) == {**start.spec.document(), "replicates": REPLICATES}
    assert start.spec.reasons.replace('"', '\\"') in text


@given(STATES)
@settings(max_examples=60)
def test_a_link_holds_the_whole_state(state):
    assert read_link(state.link()) == state


@given(TABLES)
def test_a_link_holds_tables_and_lists_of_tables(table):
    for value in (table, [table], [[1, 2.5], [table, True]]):
        state = PageState().with_setting("change", value)
        assert read_link(state.link()) == state


@pytest.mark.parametrize("query", ["edit=EU", "vote=x", f"vote={'9' * 5000}", "file=AAAA", "file=eJw", "file=%C3%A9"])
def test_a_broken_link_is_reported(query):
    with pytest.raises(InputError, match=r"link, (edit|vote|file)"):
        read_link(query)


def test_dates_lists_and_tables_are_set_by_a_link_too(start):
    state = read_link('vote.0.date=2022-03-03&roles={target="RUS"}&roles.senders=["USA", "EU"]'.replace(" ", "%20"))
    found = run_state(start, state)
    assert (str(found.spec.vote[0].date), found.spec.roles.senders) == ("2022-03-03", ("USA", "EU"))
    assert read_link(state.link()) == state


def test_a_time_of_day_is_refused_as_in_a_file(start):
    state = read_link("vote.severity=12:00:00")
    assert read_link(state.link()) == state
    with pytest.raises(InputError, match=r"severity: 12:00:00 is given where a number is needed"):
        run_state(start, state)


def test_a_saved_file_runs_to_the_same_numbers(start, tmp_path):
    found = run_state(
        start,
        with_edit(
            start, move_lever(start, run_state(start, PageState()), "vote.0.target_threat", "2"), "EU", "isolation"
        ),
    )
    found = complete(start, run_state(start, move_lever(start, found, "edit.0", "0.25")))
    file = tmp_path / "saved.toml"
    file.write_text(make_file(start, found, "scenario")[1], encoding="utf-8")
    again = summarise_run(run_case(prepare(read_scenario(file)))).votes[0]
    shown = {row.action: row for row in make_board(found).rows}
    for action in REPORTED:
        assert {key: getattr(shown[action], key) for key in ("median", "p05", "p95")} == {
            key: getattr(again.tally.of(action), key) for key in ("median", "p05", "p95")
        }
    saved = json.loads(make_file(start, found, "json")[1])["votes"][0]
    assert saved["members"] == [member.document() for member in again.members]


def test_a_loaded_file_is_as_it_was_saved(start):
    state = move_lever(start, run_state(start, PageState()), "parameters.enforcement", "0.9")
    loaded = PageState(source=write_scenario_text(start, state))
    assert make_scenario(start, loaded) == make_scenario(start, state)
    assert run_baseline(start, loaded, make_scenario(start, loaded)).parameters == {}


def test_a_loaded_file_reads_no_other_files(start, tmp_path):
    secret = tmp_path / "secret.toml"
    secret.write_text('title = "hidden"\n', encoding="utf-8")
    for key in ("base", "world", "fit"):
        with pytest.raises(InputError, match="a page loads no other files") as reported:
            run_state(start, PageState(source=f'{key} = "{secret}"\n'))
        assert "hidden" not in str(reported.value)
    for text in (f'known_rollcalls = ["{secret}"]', f'[set]\n"known_rollcalls.0" = "{secret}"'):
        with pytest.raises(InputError, match=r"known_rollcalls: got .*a page loads no other files"):
            run_state(start, PageState(source=text))


def test_a_link_reads_no_other_files(start, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(load_world("seven-harbours").folder, own)
    asked = read_link(f"world={own}")
    with pytest.raises(InputError, match=r"world: got .*a page loads no other files"):
        make_scenario(start, asked)
    begun = read_launch("harbour-blockade", [f"world={own}"])
    assert make_scenario(begun, begun.state).world == str(own)
