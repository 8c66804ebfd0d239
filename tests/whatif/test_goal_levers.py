"""Levers and costs of goals: what they move, and what they cost."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from support.commands import document as printed
from support.commands import sim
from support.experiment_files import CHANGE
from support.goals import GIVEN, GOALS, JOIN, LEAVE, LEVERS, PLEDGE, harbour_goal

from sim.specs import (
    find_shipped_folder,
    list_shipped_names,
    make_goal_schema,
    parse_goal,
    read_goal,
    read_toml,
)
from sim.specs.goal.moves import apply_levers
from sim.whatif.goals.combinations import Combinations


def test_shipped_goals_are_good_listed_and_valid_by_their_schema() -> None:
    names = list_shipped_names("goals")
    assert names
    assert {entry["name"] for entry in printed("list", "goals")} == set(names)
    for name in names:
        goal = read_goal(name)
        assert goal.title
        assert goal.question
        assert goal.reasons
        jsonschema.validate(
            json.loads(json.dumps(read_toml(find_shipped_folder("goals") / f"{name}.toml"))), make_goal_schema()
        )
        assert parse_goal(goal.document(), name, Path()).document() == goal.document()
    assert sim("check", *names).stdout.count("good") == len(names)


def test_a_lever_moves_what_it_says() -> None:
    goal = harbour_goal(GOALS["rule"], set={"vote.severity": -5.0})
    assert goal.now == (-5.0, 1.0, 1.0)
    spec = apply_levers(goal.base, list(zip(goal.lever, (-4.0, 0.5, 0.25), strict=True)))
    assert (spec.vote[0].severity, spec.vote[0].target_threat) == (-4.0, 0.5)
    assert [(change.members, change.multiply) for change in spec.change] == [(("FER", "GUL"), 0.25)]
    assert apply_levers(goal.base, list(zip(goal.lever, goal.now, strict=True))) == goal.base


def test_levers_over_members_move_what_they_say() -> None:
    goal = harbour_goal(GOALS["rule"], [JOIN, LEAVE, {**PLEDGE, "resolution": "SH/2"}], set=GIVEN)
    assert goal.now == ((), (), ())
    assert apply_levers(goal.base, list(zip(goal.lever, goal.now, strict=True))) == goal.base
    spec = apply_levers(goal.base, list(zip(goal.lever, (("ELM",), ("DUN",), ("GUL",)), strict=True)))
    assert spec.roles.senders == ("CAL", "DUN", "ELM", "-DUN")
    assert [(pledge.members, pledge.action, pledge.resolution) for pledge in spec.pledge] == [
        (("FER",), "abstain", None),
        (("GUL",), "support", "SH/2"),
    ]


def test_any_list_of_members_of_a_scenario_can_be_moved() -> None:
    lever = {"kind": "join", "key": "change.members", "members": ["GUL"], "cost": 1.0}
    goal = harbour_goal(GOALS["rule"], [lever], set={"change": [CHANGE | {"members": ["FER"]}]})
    (change,) = apply_levers(goal.base, [(goal.lever[0], ("GUL",))]).change
    assert change.members == ("FER", "GUL")


def test_levers_keep_their_place_next_to_levers_that_add_to_its_list() -> None:
    """The short keys of the only change and the only pledge, with levers that add a change and a pledge."""
    change = {"key": "change.multiply", "from": 0.0, "to": 1.0, "step": 0.5, "cost": 1.0, "kind": "number"}
    levers = [change, {**JOIN, "key": "pledge.members"}, {**JOIN, "key": "pledge.0.members", "members": ["CAL"]}]
    goal = harbour_goal(GOALS["rule"], [*levers, LEVERS[2], PLEDGE], set=GIVEN | {"change": [CHANGE]})
    spec = apply_levers(goal.base, list(zip(goal.lever, (0.0, ("ELM",), ("CAL",), 0.5, ("GUL",)), strict=True)))
    assert [change.multiply for change in spec.change] == [0.0, 0.5]
    assert [pledge.members for pledge in spec.pledge] == [("FER", "ELM", "CAL"), ("GUL",)]


def test_a_cost_by_product_is_of_per_cents_of_the_world() -> None:
    goal = read_goal("half-of-all-in-april")
    space = Combinations(goal)
    gdp = space.world.attributes["gdp_usd"]
    every = space.costs([1] * len(space.axes))
    shares = {code: 100 * gdp[space.world.index[code]] / gdp.sum() for code in ("EGY", "IDN", "MEX", "NGA", "SAU")}
    assert every[0] == pytest.approx(sum(shares.values()))
    assert space.cost(space.now) == 0
