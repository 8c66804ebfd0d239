"""What a scenario file may say: its base, its overrides, its world, and that it reads back."""

from __future__ import annotations

import copy
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.harbours import SECOND_VOTE, VALID, Harbours, read, read_messages, valid

from sim.errors import InputError
from sim.specs import find_members, list_shipped_scenarios, parse_scenario, read_scenario


def test_a_valid_file_becomes_a_frozen_scenario(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(VALID, encoding="utf-8-sig")  # as Windows editors write it
    scenario = read_scenario(tmp_path / "x.toml")
    assert scenario.roles.senders == ("Free Ports", "-GRY")
    assert scenario.vote[0].date == date(2022, 3, 2)
    assert scenario.vote[0].divisiveness == (1.0, 0.0)
    assert scenario.parameters == {"enforcement": 0.25}
    assert scenario.base is None
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 8


WHAT_IF = """
base = "x.toml"
title = "Harbour dues, enforced"
[roles]
senders = ["WHT"]
[parameters]
grievance = 0.5
[[change]]
members = ["TAN"]
attribute = "isolation"
set = 1
reason = "cut off"
[set]
"vote.target_threat" = 1.6
"change.0.multiply" = 0.1
"""


def test_a_what_if_is_laid_over_its_base(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(VALID)
    (tmp_path / "deeper").mkdir()
    what_if = tmp_path / "deeper" / "what-if.toml"
    what_if.write_text(WHAT_IF.replace("x.toml", "../x.toml").replace("grievance", "rounds").replace("0.5", "3"))
    scenario = read_scenario(what_if, ["change.1.set=0.5"])

    expected = valid()
    expected["title"] = "Harbour dues, enforced"
    expected["roles"]["senders"] = ["WHT"]
    expected["parameters"]["rounds"] = 3
    expected["vote"][0]["target_threat"] = 1.6
    expected["change"][0]["multiply"] = 0.1
    cut_off = {"members": ["TAN"], "attribute": "isolation", "set": 0.5, "reason": "cut off"}
    expected["change"].append(cut_off)
    assert scenario.document() == read(expected).document()
    assert scenario.base is not None
    assert read_scenario(scenario.base) == read_scenario(tmp_path / "x.toml")


def test_a_scalar_or_a_list_of_votes_replaces_that_of_the_base(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(VALID)
    document = {"base": "x.toml", "seed": 8, "vote": tomllib.loads(SECOND_VOTE)["vote"], "pledge": []}
    problem = 'x.toml, pledge.0.resolution: "H/1" is not a vote of this scenario.'
    with pytest.raises(InputError, match=problem):
        parse_scenario(document, "y.toml", tmp_path)
    scenario = parse_scenario({**document, "set": {"pledge.0.resolution": "H/2"}}, "y.toml", tmp_path)
    assert [vote.resolution for vote in scenario.vote] == ["H/2"]
    assert scenario.seed == 8


def test_reading_does_not_change_the_document_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(VALID)
    document = {"base": "x.toml", "set": {"roles.senders": ["WHT"]}}
    before = copy.deepcopy(document)
    parse_scenario(document, "y.toml", tmp_path, ["roles.senders.0=GRN"])
    assert document == before
    own = valid()
    read(own, "vote.severity=3")
    assert own == valid()


def test_a_problem_is_reported_in_the_file_that_holds_it(tmp_path: Path) -> None:
    wrong = VALID.replace("severity = 0.5", "severity = 99")
    (tmp_path / "base.toml").write_text(wrong + '[set]\n"change.0.date" = 3\n')
    what_if = WHAT_IF.replace("x.toml", "base.toml").replace('["TAN"]', '["TEN"]').replace("1.6", "16")
    lines = read_messages(what_if.replace("grievance", "greivance"), tmp_path, "change.1.set=x")
    starts = [
        "x.toml, parameters.greivance: there is no such parameter",
        "base.toml, vote.0.severity: 99",
        "x.toml, set.vote.0.target_threat: 16",
        "base.toml, set.change.0.date: 3",
        "x.toml, change.0.members.0: there is no member",
        "--set change.1.set=x, change.1.set: ",
    ]
    assert all(any(line.startswith(start) for line in lines) for start in starts), lines
    assert len(lines) == len(starts), lines


def test_a_circle_of_bases_is_reported(tmp_path: Path) -> None:
    (tmp_path / "y.toml").write_text('base = "z.toml"')
    (tmp_path / "z.toml").write_text('base = "y.toml"')
    (line,) = read_messages('base = "y.toml"', tmp_path)
    assert line == "z.toml, base: the bases form a circle: y.toml -> z.toml -> y.toml."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'base = "nowhere.toml"',
            'x.toml, base: "nowhere.toml" is not found: there is no such file and no shipped scenario',
        ),
        ("base = 3", "x.toml, base: 3 is given where the name of a shipped scenario or a path is needed."),
        ("set = 3\n" + VALID, "x.toml, set: 3 is given where a table is needed."),
    ],
)
def test_a_wrong_base_is_reported(text: str, message: str, tmp_path: Path) -> None:
    (line,) = read_messages(text, tmp_path)
    assert line.startswith(message)


def test_a_shipped_name_is_found_and_a_file_of_that_name_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    (shipped / "dues").mkdir(parents=True)
    (shipped / "dues.toml").write_text(VALID)
    monkeypatch.setattr("sim.specs.shipped.find_shipped_folder", lambda kind: shipped)
    monkeypatch.chdir(tmp_path)
    assert list_shipped_scenarios() == ("dues",)
    assert read_scenario("dues") == read_scenario("dues.toml") == read_scenario(shipped / "dues.toml")
    assert parse_scenario({"base": "dues"}, "y.toml", tmp_path).base == "dues"
    with pytest.raises(InputError, match=r"^dus: there is no such file.* Did you mean 'dues'\?$"):
        read_scenario("dus")
    (tmp_path / "dues").mkdir()  # a folder, such as that of a kept result, does not hide the shipped scenario
    assert read_scenario("dues").seed == 7
    (tmp_path / "dues.toml").write_text(VALID.replace("seed = 7", "seed = 8"))
    assert read_scenario("dues.toml").seed == 8


@pytest.mark.parametrize("reference", ["", "a" * 500, "a\0b", "nowhere/x.toml"])
def test_an_unreadable_reference_is_reported(reference: str) -> None:
    with pytest.raises(InputError, match=r"there is no such file|cannot be read"):
        read_scenario(reference)


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read: it is a folder\."):
        read_scenario(tmp_path)
    (tmp_path / "x.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(InputError, match=r"x\.toml: is not UTF-8 text \(byte 10\)\."):
        read_scenario(tmp_path / "x.toml")


def test_a_world_of_ones_own_is_named_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "x.toml").write_text(VALID.replace('"harbours"', '"mine"'))
    scenario = read_scenario(tmp_path / "x.toml")
    assert scenario.world == str((tmp_path / "mine").resolve())
    assert parse_scenario(scenario.document(), "again", Path("/")) == scenario
    with pytest.raises(InputError, match="--set world=mine, world: "):  # the command line starts from its folder
        read_scenario(tmp_path / "x.toml", ["world=mine"])
    monkeypatch.chdir(tmp_path)
    assert read_scenario("x.toml", ["world=mine"]) == scenario


def test_members_are_in_the_order_of_the_world_and_taken_away_in_the_order_written() -> None:
    world: Any = Harbours()
    assert find_members(world, ["WHT", "free ports", "TAN"]) == ("GRN", "GRY", "TAN", "WHT")
    assert find_members(world, ["Free Ports", "-GRY"]) == ("GRN", "WHT")
    assert find_members(world, ["Free Ports", "-Free Ports", "GRY"]) == ("GRY",)
    with pytest.raises(KeyError):
        find_members(world, ["nobody"])


def test_document_reads_back_to_the_same_scenario() -> None:
    scenario = read({**valid(), "sources": ["one", "two"]})
    assert read(scenario.document()) == scenario
    assert read(json.loads(json.dumps(scenario.document(), default=str))) == scenario


@pytest.mark.parametrize("name", list_shipped_scenarios())
def test_every_shipped_scenario_reads_back(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        from sim.world import list_shipped_worlds, load_world

        patch.setattr("sim.specs.scenario.reading.load_world", load_world)
        patch.setattr("sim.specs.scenario.reading.list_shipped_worlds", list_shipped_worlds)
        scenario = read_scenario(name)
        assert parse_scenario(scenario.document(), name, Path()).document() == scenario.document()
