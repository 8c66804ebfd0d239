"""Mistakes in goal files: each reported once, with its key and the way out."""

import csv
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import sim
from support.experiment_files import catch_messages, spoilt, toml_values
from support.goals import GIVEN, GOALS, JOIN, LEAVE, LEVERS, MEMBER_LEVERS, PLEDGE, harbour_goal

from sim.errors import InputError
from sim.specs import parse_goal
from sim.specs.goal.moves import apply_levers
from sim.whatif.goals.combinations import Combinations
from sim.world import load_world

MISTAKES = """
title = "wrong all over"
scenario = "harbour-blockade"
replicates = 5
budget = 3
[goal]
probability = 1.5
rule = "two-thirds"
[goal.member]
member = "Gullrok"
action = "suport"
[[lever]]
kind = "number"
key = "vote.severty"
from = 0.0
to = 1.0
cost = 1.0
[[lever]]
kind = "number"
key = "vote.target_threat"
from = 2.0
to = 3.0
cost = -1.0
[[lever]]
kind = "number"
key = "vote.target_threat"
from = 0.0
to = 30.0
cost = 1.0
[[lever]]
kind = "number"
key = "seed"
from = 0.0
to = 3.0
cost = 1.0
[[lever]]
kind = "attribute"
members = ["FER"]
attribute = "dependence.enrgy"
from = 1.0
to = 0.0
cost = 1.0
"""
TOLD = (
    "replicates: 5 is outside the range 20",
    "budget: there is no such key.",
    "goal.probability: 1.5 is outside the range",
    "there is no member or group \"Gullrok\" in the world seven-harbours. Did you mean 'Gullrock'?",
    "Did you mean 'support'?",
    "lever.0.key: \"vote.severty\": there is no such key. Did you mean 'severity'?",
    "lever.1.cost: -1",
    "lever.2.to: 30.0 is outside the range 0 to 10",
    'lever.3.key: "seed" cannot be moved by a lever.',
    'there is no attribute "dependence.enrgy"',
)


def test_every_mistake_of_a_goal_file_is_reported_at_once(tmp_path: Path) -> None:
    file = tmp_path / "goal.toml"
    file.write_text(MISTAKES, encoding="utf-8")
    done = sim("reach", file)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for text in TOLD:
        assert text in done.stderr, done.stderr


LEVER, UNIT = LEVERS[0], {"kind": "number", "from": 0.0, "to": 1.0, "cost": 1.0}
WRONG = {
    "two outcomes": ({**GOALS["rule"], **GOALS["count"]}, [LEVER], "exactly one of rule, count, split, member"),
    "no outcome": ({"probability": 0.5}, [LEVER], "none is given where exactly one of"),
    "adopted without rule": ({**GOALS["count"], "adopted": False}, [LEVER], "without a rule"),
    "no bound": ({"count": {"action": "support"}, "probability": 0.5}, [LEVER], "at_least, at_most or both"),
    "too many": (
        {"count": {"action": "support", "at_least": 9}, "probability": 0.5},
        [LEVER],
        "9 members are wanted, but there are 7",
    ),
    "unknown vote": ({**GOALS["rule"], "resolution": "SH/3"}, [LEVER], "Did you mean 'SH/2'?"),
    "given vote": ({"member": {"member": "ASH", "action": "support"}, "probability": 0.5}, [LEVER], "is the target"),
    "no kind": (
        GOALS["rule"],
        [{"key": "vote.severity"}],
        "lever.0.kind: is missing. Give one of attribute, date, join, leave, number, pledge.",
    ),
    "unknown kind": (GOALS["rule"], [{**LEVER, "kind": "numbr"}], "Did you mean 'number'?"),
    "key and edit": (GOALS["rule"], [{**LEVER, "edit": "add"}], "lever.0.edit: there is no such key."),
    "half an edit": (GOALS["rule"], [UNIT | {"kind": "attribute", "edit": "add"}], "lever.0.attribute: is missing."),
    "turned range": (GOALS["rule"], [{**LEVER, "from": 0.0}], "from = 0 is not below to"),
    "not where it stands": (
        GOALS["rule"],
        [{**LEVER, "from": -4.0}],
        "does not contain the value in the scenario, -4.5",
    ),
    "step too wide": (GOALS["rule"], [{**LEVER, "step": 5.0}], "is larger than the range, 3"),
    "step too fine": (GOALS["rule"], [{**LEVER, "step": 1e-5}], "more than 10,001 values"),
    "twice": (GOALS["rule"], [LEVER, {**LEVER, "key": "vote.0.severity"}], "moves the same key as lever.0"),
    "twice by other names": (
        GOALS["rule"],
        [LEVERS[2], {**LEVERS[2], "members": ["Gullrock", "Fernholt"]}],
        "lever.1: moves the same key as lever.0.",
    ),
    "no number": (GOALS["rule"], [{**LEVER, "key": "vote.topic"}], "vote.topic"),
    "no levers": (GOALS["rule"], [], "lever: an empty list is given where 1 to 20 are allowed."),
    "too many levers": (GOALS["rule"], [LEVER] * 21, "lever: 21 values are given where 1 to 20 are allowed."),
    "not whole": (
        GOALS["rule"],
        [UNIT | {"key": "parameters.rounds", "to": 9.0, "step": 0.5}],
        "is not a whole number",
    ),
}


WRONG_MEMBERS = {
    "unknown member": (
        [{**JOIN, "members": ["ELM", "Gulrock"]}],
        'lever.0.members.1: there is no member or group "Gulrock"',
    ),
    "nobody": ([{**JOIN, "members": []}], "lever.0.members: an empty list is given where at least 1 is needed."),
    "nobody left": ([{**JOIN, "members": ["ELM", "-ELM"]}], "lever.0.members: no member remains."),
    "takes away nothing": ([{**JOIN, "members": ["ELM", "-FER"]}], 'members.1: "-FER" removes nothing'),
    "named twice": (
        [{**PLEDGE, "members": ["GUL", "Gullrock"]}],
        'lever.0.members.1: "Gullrock" is already named before',
    ),
    "in the list": (
        [{**JOIN, "members": ["ELM", "CAL", "DUN"]}],
        'lever.0.members: CAL, DUN are already in roles.senders. Remove with "-CAL", "-DUN".',
    ),
    "not in the list": ([{**LEAVE, "members": ["ELM"]}], 'ELM is not in roles.senders. Remove with "-ELM".'),
    "the target joins": (
        [{**JOIN, "members": ["ALL", "-CAL", "-DUN", "-BRI"]}],
        "lever.0.members: ASH is the target, which cannot sanction the target.",
    ),
    "the target pledges": ([{**PLEDGE, "members": ["ASH"]}], "ASH is the target, whose vote is fixed."),
    "pledged already": ([{**PLEDGE, "members": ["FER"]}], "FER is the subject of a pledge, whose vote is fixed."),
    "no list": ([{**JOIN, "key": "vote.severity"}], '"vote.severity" is not a list of members in the scenario.'),
    "misspelt list": ([{**JOIN, "key": "roles.sender"}], "Did you mean 'roles.senders'?"),
    "what is expected": ([{**JOIN, "key": "expected.movers"}], '"expected.movers" cannot be moved by a lever.'),
    "unknown vote": ([{**PLEDGE, "resolution": "SH/3"}], 'lever.0.resolution: "SH/3" is not a vote of'),
    "unknown action": ([{**PLEDGE, "action": "suport"}], "Did you mean 'support'?"),
    "negative cost": ([{**JOIN, "cost": -1.0}], "lever.0.cost: -1.0 is outside the range 0 to 1000000000"),
    "negative cost of one": ([{**JOIN, "costs": {"ELM": -1.0}}], "lever.0.costs.ELM: -1.0 is outside the range 0"),
    "cost of another": (
        [{**JOIN, "costs": {"Elmsun": 1.0}}],
        "lever.0.costs.Elmsun: is not a member that this lever moves.",
    ),
    "two costs": (
        [{**JOIN, "costs": {"ELM": 1.0, "Elmsund": 2.0}}],
        'lever.0.costs.Elmsund: is ELM, which "ELM" names as well.',
    ),
    "unknown measure": ([{**JOIN, "per": "populaton"}], "Did you mean 'population'?"),
    "moved twice": (
        [PLEDGE, {**PLEDGE, "members": ["ELM", "Gullrock"]}],
        "lever.1.members: names GUL, as lever.0 does.",
    ),
    "moved twice by other keys": (
        [{**JOIN, "key": key, "members": ["GUL"]} for key in ("pledge.members", "pledge.0.members")],
        "lever.1.members: names GUL, as lever.0 does.",
    ),
    "a range": ([{**JOIN, "from": 0.0}], "lever.0.from: there is no such key."),
}


@pytest.mark.parametrize(("levers", "message"), WRONG_MEMBERS.values(), ids=WRONG_MEMBERS)
def test_a_mistake_of_a_lever_over_members_is_reported_once(levers, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        harbour_goal(GOALS["rule"], levers, set=GIVEN)
    (line,) = str(caught.value).splitlines()
    assert message in line


def test_a_cost_is_not_of_shares_of_nothing(tmp_path: Path) -> None:
    world = tmp_path / "poor"
    shutil.copytree(load_world("seven-harbours").folder, world)
    with (world / "members.csv").open(encoding="utf-8", newline="") as file:
        rows = [row | {"gdp_usd": 0} for row in csv.DictReader(file)]
    with (world / "members.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError) as caught:
        harbour_goal(GOALS["rule"], [PLEDGE, {**JOIN, "per": "gdp"}], set={"world": str(world)})
    (line,) = str(caught.value).splitlines()
    assert 'lever.1.per: "gdp" cannot be used: gdp_usd is 0 for every member of the world' in line


def test_too_many_members_are_refused() -> None:
    everyone = {"kind": "pledge", "members": ["ALL", "-RUS", "-UKR"], "action": "support", "cost": 1.0}
    with pytest.raises(InputError, match="moves 191 numbers and members; at most 60 are allowed"):
        parse_goal({"scenario": "es-11-1", "goal": GOALS["rule"], "lever": [everyone]}, "goal.toml", Path())


@pytest.mark.parametrize(("wanted", "levers", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_between_parts_are_reported(wanted, levers, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        harbour_goal(wanted, levers)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mistake_raises_anything_but_an_input_error(data) -> None:  # type: ignore[no-untyped-def]
    levers = [*LEVERS, *MEMBER_LEVERS[1:]]
    written = {"scenario": "harbour-blockade", "set": {"vote.severity": -5.0}, "goal": GOALS["split"], "lever": levers}
    document = spoilt(data, written)
    found = catch_messages(parse_goal, document, "goal.toml", Path())
    assert all(problem.where and problem.message for problem in found)
    if found:
        return
    goal = parse_goal(document, "goal.toml", Path())
    space = Combinations(goal)
    assert space.cost(space.now) == 0
    assert apply_levers(goal.base, list(zip(goal.lever, goal.now, strict=True))) == goal.base


@settings(max_examples=100, deadline=None)
@given(st.text("abc.=-\0 é[]{}'\"", max_size=30), toml_values)
def test_no_override_raises_anything_but_an_input_error(name, value) -> None:  # type: ignore[no-untyped-def]
    written = {"scenario": "harbour-blockade", "goal": GOALS["rule"], "lever": LEVERS}
    for text in (name, f"{name}={value}", f"goal.{name}={value}", f"lever.0.{name}={value}", f"set.{name}={value}"):
        assert all(problem.message for problem in catch_messages(parse_goal, written, "goal.toml", Path(), [text]))
