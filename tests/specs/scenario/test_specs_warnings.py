"""Warnings: settings that no rule reads, and what-ifs that an override undoes."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.harbours import SECOND_VOTE, VALID, read, valid

from sim.specs import parse_scenario, read_scenario
from sim.specs.scenario.warnings import collect_warnings, find_idle_settings

KEYS: dict[str, list[Any]] = {
    "vote.0.severity": [0.5, 1.0, 2.0],
    "parameters.enforcement": [0.25, 0.5, 1.0],
    "parameters.rounds": [3, 5],
    "roles.senders": [["Free Ports", "-GRY"], ["WHT"], ["GRN"]],
    "change.0.multiply": [0.5, 0.0],
    "pledge.0.action": ["abstain", "absent"],
    "months.start": [date(2022, 2, 2), date(2022, 3, 1)],
}
MONTHS = "[months]\nstart = 2022-02-02\nend = 2022-04-30\n"
SETTINGS = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in KEYS.items()})
CUT_OFF = '[[change]]\nmembers = ["TAN"]\nattribute = "isolation"\nset = 1\nreason = "cut off"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.toml").write_text(VALID + MONTHS)
    return tmp_path


def what_if(folder: Path, text: str) -> Path:
    path = folder / "what-if.toml"
    path.write_text(f'base = "base.toml"\ntitle = "Dues, enforced"\n{text}')
    return path


def read_messages(path: Path, *overrides: str) -> list[str]:
    return [str(problem) for problem in collect_warnings("x", read_scenario(path, overrides), read_scenario(path))]


@settings(max_examples=200, deadline=None)
@given(SETTINGS, SETTINGS)
def test_a_what_if_is_undone_where_it_differs_from_its_base_and_no_longer_does(
    tmp_path_factory: pytest.TempPathFactory, own: dict[str, Any], later: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "base.toml").write_text(VALID + MONTHS)
    written = parse_scenario({"base": "base.toml", "set": own}, "x", folder)
    scenario = parse_scenario({**written.document(), "set": later}, "x", folder)
    base = {key: values[0] for key, values in KEYS.items()} | {"parameters.rounds": None}
    undone = {key for key in own if own[key] != base[key] and later.get(key, own[key]) != own[key]}
    assert {problem.key for problem in collect_warnings("x", scenario, written)} == undone


def test_the_sentence_names_the_key_both_values_and_the_title(folder: Path) -> None:
    path = what_if(folder, "[parameters]\nenforcement = 1.0\n")
    (line,) = read_messages(path, "parameters.enforcement=0.2")
    assert line == (
        "x, parameters.enforcement: this what-if sets 1.0; here it is set to 0.2 instead, so it no longer does what "
        'its title says, "Dues, enforced".'
    )
    assert (
        read_messages(path, "parameters.enforcement=1", "vote.severity=3", "seed=4", "replicates=9", "title=another")
        == []
    )


def test_what_a_what_if_adds_is_undone_by_what_takes_it_away_or_edits_it(folder: Path) -> None:
    path = what_if(folder, CUT_OFF)
    assert [line.split(": ")[0].split(", ")[1] for line in read_messages(path, "change=[]")] == ["change.1"]
    assert [line.split(": ")[0].split(", ")[1] for line in read_messages(path, "change.1.set=0.5")] == ["change.1.set"]
    assert read_messages(path, "change.0.multiply=0.1", "change.1.reason=another") == []


def test_a_what_if_of_a_what_if_is_undone_by_its_base_s_keys_too(folder: Path) -> None:
    what_if(folder, "[parameters]\nenforcement = 1.0\n")
    (folder / "second.toml").write_text('base = "what-if.toml"\n[set]\n"vote.severity" = 2.0\n')
    lines = read_messages(folder / "second.toml", "parameters.enforcement=0.5", "vote.severity=1")
    assert [line.split(": ")[0].split(", ")[1] for line in lines] == ["vote.0.severity", "parameters.enforcement"]


def test_a_vote_of_ones_own_is_no_what_if_of_the_base_s(folder: Path) -> None:
    path = what_if(folder, SECOND_VOTE + "[set]\npledge = []\n")
    assert read_messages(path, "vote.severity=3", "vote.target_threat=2") == []


def test_a_scenario_without_a_base_has_nothing_to_undo(folder: Path) -> None:
    assert read_messages(folder / "base.toml", "parameters.enforcement=0.9", "change=[]") == []


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[parameters]\nbelief_strength = 9\n", ("parameters", "belief_strength"), "the scenario has no months."),
        (CUT_OFF + "date = 2022-03-03\n", ("change", 1), "dated 2022-03-03, after the last vote, of 2022-03-02."),
    ],
)
def test_without_months_what_is_read_in_them_or_comes_too_late_has_no_effect(
    text: str, key: tuple[str | int, ...], reason: str, tmp_path: Path
) -> None:
    (tmp_path / "base.toml").write_text(VALID)
    idle = find_idle_settings(read_scenario(what_if(tmp_path, text)))
    assert list(idle) == [key]
    assert idle[key].endswith(reason)


def test_in_months_what_is_dated_after_the_last_has_no_effect() -> None:
    event = {"kind": "recognition", "what": "w", "source": "s"}
    document = {**valid(), **tomllib.loads(MONTHS)}
    document["event"] = [{**event, "date": date(2022, month, 1)} for month in (1, 4, 5, 3)]
    assert list(find_idle_settings(read(document))) == [("event", 2)]


def test_what_is_on_time_and_read_has_an_effect(folder: Path) -> None:
    assert find_idle_settings(read_scenario(folder / "base.toml", ["parameters.belief_strength=9"])) == {}
    assert find_idle_settings(read({**valid(), "parameters": {"enforcement": 0.5}})) == {}


def test_a_scenario_about_another_target_says_what_it_takes_over(folder: Path) -> None:
    settings = '"roles.target" = "TAN"\npledge = []\n'
    spec = read_scenario(what_if(folder, f'question = "q"\n[set]\n{settings}'))
    (found,) = [one for one in collect_warnings("here", spec, spec) if "inherited" in one.message]
    assert found.key == "vote.0"
    assert "severity" in found.message
    own = settings + '"vote.severity" = 1.25\n"vote.divisiveness" = [0.5, 0.5]\n'
    spec = read_scenario(what_if(folder, f'question = "q"\n[set]\n{own}'))
    assert not [one for one in collect_warnings("here", spec, spec) if "inherited" in one.message]
