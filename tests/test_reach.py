"""Goals: the search finds the optimum that brute force knows, and says when there is none."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations, product
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from experiment_files import spoilt, told_by, toml_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_cli import document as printed
from test_cli import sim

from sim.case import prepare
from sim.ensemble import simulate
from sim.errors import InputError
from sim.rules.choice import ACTIONS
from sim.specs import goal_from, goal_schema, read_goal, read_toml, scenario_from, shipped_folder, shipped_names
from sim.specs.goal_moves import moved
from sim.whatif import reach as reaching
from sim.whatif.combinations import Combinations
from sim.whatif.outcomes import reached, shortfall
from sim.whatif.reach import reach, reach_document

LEVERS = [
    {"kind": "number", "key": "vote.severity", "from": -6.0, "to": -3.0, "step": 0.5, "cost": 3.0},
    {"kind": "number", "key": "vote.target_threat", "from": 0.0, "to": 2.0, "step": 0.25, "cost": 2.0, "fixed": 0.4},
    {"kind": "attribute", "members": ["FER", "GUL"], "attribute": "dependence.energy", "edit": "multiply"}
    | {"from": 0.0, "to": 1.0, "step": 0.125, "cost": 4.0},
]
MEMBER_LEVERS = [
    LEVERS[1],
    {"kind": "pledge", "members": ["ELM", "FER", "GUL"], "action": "support", "cost": 0.5, "per": "population"},
    {"kind": "join", "key": "roles.senders", "members": ["ELM", "Gullrock"], "cost": 2.0, "fixed": 1.5}
    | {"costs": {"Gullrock": 0.25}},
    {"kind": "leave", "key": "roles.senders", "members": ["DUN"], "cost": 3.0},
]
GOALS = {
    "rule": {"rule": "two-thirds", "probability": 0.9},
    "failing": {"rule": "two-thirds", "adopted": False, "probability": 0.6},
    "count": {"count": {"action": "support", "at_least": 5}, "probability": 0.5},
    "split": {"split": {"support": 4, "oppose": 2, "within": 0}, "probability": 0.3},
    "member": {"member": {"member": "Gullrock", "action": "support"}, "probability": 0.6},
}


def harbour_goal(wanted, levers=LEVERS, **keys):
    written = {"title": "g", "scenario": "harbour-blockade", "replicates": 100, "goal": wanted, "lever": levers, **keys}
    return goal_from(written, "goal.toml", Path())


def met(wanted, actions, world):
    """Whether each replicate reaches the goal, counted one by one."""
    tallies = [{action: int((row == code).sum()) for code, action in enumerate(ACTIONS)} for row in actions]
    if "rule" in wanted:
        passed = [tally["support"] / (tally["support"] + tally["oppose"]) >= 2 / 3 for tally in tallies]
        return np.array(passed) == wanted.get("adopted", True)
    if "count" in wanted:
        return np.array([tally["support"] >= 5 for tally in tallies])
    if "split" in wanted:
        return np.array([tally["support"] == 4 and tally["oppose"] == 2 for tally in tallies])
    return actions[:, world.index["GUL"]] == ACTIONS.index("support")


def subsets(members):
    return [chosen for size in range(len(members) + 1) for chosen in combinations(members, size)]


def by_numbers(base):
    """Cost and scenario of every combination of LEVERS, made by hand."""
    for s, t, e in product(np.arange(-6, -2.9, 0.5), np.arange(0, 2.1, 0.25), np.arange(0, 1.1, 0.125)):
        edit = {"members": ["FER", "GUL"], "attribute": "dependence.energy", "multiply": float(e), "reason": "r"}
        keys = {"vote.severity": float(s), "vote.target_threat": float(t)}
        cost = 3 * abs(s + 4.5) + (0.4 + 2 * abs(t - 1) if t != 1 else 0) + 4 * (1 - e)
        yield cost, {**base.document(), "change": [edit], "set": keys}


def by_members(base):
    """The same of MEMBER_LEVERS; Elmsund, Fernholt and Gullrock live on 12, 20 and 5 of 235 millions."""
    prices = {"ELM": 1200 / 235, "FER": 2000 / 235, "GUL": 500 / 235}
    for t, pledged, joined, left in product(
        np.arange(0, 2.1, 0.25), subsets(["ELM", "FER", "GUL"]), subsets(["ELM", "GUL"]), subsets(["DUN"])
    ):
        cost = 2 * abs(t - 1) + (0.4 if t != 1 else 0) + sum(prices[code] for code in pledged) * 0.5
        cost += (1.5 if joined else 0) + sum({"ELM": 2.0, "GUL": 0.25}[code] for code in joined) + 3 * len(left)
        document = base.document()
        senders = [code for code in ("CAL", "DUN", *joined) if code not in left]
        document["roles"] = {**document["roles"], "senders": senders}
        if pledged:
            document["pledge"] = [{"members": list(pledged), "action": "support", "reason": "r"}]
        yield cost, {**document, "set": {"vote.target_threat": float(t)}}


KINDS = {"numbers": (LEVERS, by_numbers, 7 * 9 * 9), "members": (MEMBER_LEVERS, by_members, 9 * 8 * 4 * 2)}


@cache
def brute_force(name, kind):
    """The lowest cost at which a goal is reached, over every combination, without any of the search's code."""
    levers, by_hand, _ = KINDS[kind]
    wanted = GOALS[name]
    for cost, document in sorted(by_hand(harbour_goal(wanted, levers).base), key=lambda pair: pair[0]):
        case = prepare(scenario_from(document, "by hand", Path()))
        (outcome,) = simulate(case, 0, 100)
        if met(wanted, outcome.actions, case.world).mean() >= wanted["probability"]:
            return cost
    return np.inf


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", GOALS)
def test_the_search_finds_the_optimum_of_brute_force(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Combinations searched by evolution and, with the bound raised, all run: the same lowest cost as by hand."""
    levers, _, count = KINDS[kind]
    goal, wanted = harbour_goal(GOALS[name], levers), GOALS[name]
    best = brute_force(name, kind)
    found = reach(goal)
    assert not found.is_exhaustive
    assert len(found.combinations.tried) < found.combinations.count == count
    searched = [t.cost for t in found.combinations.tried.values() if t.probability >= wanted["probability"]]
    assert min(searched, default=np.inf) == pytest.approx(best)
    monkeypatch.setattr(reaching, "MOST_ENUMERATED", 1000)
    everything = reach(goal)
    assert everything.is_exhaustive
    known = [t.cost for t in everything.combinations.tried.values() if t.probability >= wanted["probability"]]
    assert min(known, default=np.inf) == pytest.approx(best)
    if everything.best is not None:
        assert everything.best.probability >= wanted["probability"]
        assert everything.best.tried.cost >= best - 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_the_goals_of_brute_force_are_not_all_out_of_reach(kind: str) -> None:
    costs = [brute_force(name, kind) for name in GOALS]
    assert sum(np.isfinite(costs)) >= 3
    assert sum(0 < cost < np.inf for cost in costs) >= 2


@pytest.mark.parametrize("name", GOALS)
def test_what_is_reached_is_counted_replicate_by_replicate(name: str) -> None:
    goal, wanted = harbour_goal(GOALS[name]), GOALS[name]
    case = prepare(goal.base)
    (outcome,) = simulate(case, 0, 300)
    found = reached(goal.goal, case, outcome.actions)
    assert (found == met(wanted, outcome.actions, case.world)).all()
    if name != "member":  # a shortfall of 0 is a goal reached in every replicate, and the other way round
        for row in outcome.actions[:50]:
            is_met = bool(reached(goal.goal, case, row[None])[0])
            assert (shortfall(goal.goal, case, row[None]) == 0) == is_met


def test_checks_use_replicates_that_the_search_has_not_seen() -> None:
    goal = harbour_goal(GOALS["member"])
    space = Combinations(goal)
    case = space.case(space.now)
    actions = simulate(case, 100, 400)[0].actions
    assert space.successes(space.now, 400) == int(reached(goal.goal, case, actions).sum())
    assert space.run(space.now).probability == reached(goal.goal, case, simulate(case, 0, 100)[0].actions).mean()


def test_the_same_goal_gives_the_same_answer_and_the_frontier_rises() -> None:
    one, other = (reach_document(reach(harbour_goal(GOALS["rule"]))) for _ in range(2))
    assert one == other
    frontier = one["frontier"]
    costs = [entry["cost"] for entry in frontier]  # type: ignore[attr-defined]
    chances = [entry["probability_in_search"] for entry in frontier]  # type: ignore[attr-defined]
    assert costs == sorted(set(costs))
    assert chances == sorted(set(chances))


def test_a_goal_out_of_reach_and_one_reached_already() -> None:
    levers = [
        {"kind": "number", "key": "parameters.dependence_energy", "from": 0.0, "to": 10.0, "step": 1.0, "cost": 1.0}
    ]
    never = reach(harbour_goal({"member": {"member": "CAL", "action": "oppose"}, "probability": 0.9}, levers))
    assert never.best is None
    assert never.is_exhaustive
    assert never.surest.probability < 0.9
    already = reach(harbour_goal({"count": {"action": "support", "at_least": 1}, "probability": 0.99}, levers))
    assert already.best is not None
    assert already.best.tried.cost == 0
    assert already.best == already.as_it_stands


def test_values_that_do_not_go_together_are_passed_over() -> None:
    """Where being absent would cost more than abstaining, the registry refuses the shapes: never the answer."""
    pair = ("parameters.retaliation_absent", "parameters.retaliation_abstain")
    levers = [{"kind": "number", "key": key, "from": 0.0, "to": 1.0, "step": 0.25, "cost": 1.0} for key in pair]
    found = reach(harbour_goal(GOALS["member"] | {"probability": 0.01}, levers))
    refused = [tried for tried in found.combinations.tried.values() if np.isinf(tried.shortfall)]
    assert refused
    for tried in refused:
        absent, abstain = found.combinations.settings(tried.places)
        assert absent > abstain


def test_shipped_goals_are_good_listed_and_valid_by_their_schema() -> None:
    names = shipped_names("goals")
    assert names
    assert {entry["name"] for entry in printed("list", "goals")} == set(names)
    for name in names:
        goal = read_goal(name)
        assert goal.title
        assert goal.question
        assert goal.reasons
        jsonschema.validate(json.loads(json.dumps(read_toml(shipped_folder("goals") / f"{name}.toml"))), goal_schema())
        assert goal_from(goal.document(), name, Path()).document() == goal.document()
    assert sim("check", *names).stdout.count("good") == len(names)


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
    "replicates: got 5; allowed is 20",
    "budget: unknown key.",
    "goal.probability: got 1.5",
    "no member or group \"Gullrok\" in the world seven-harbours. Did you mean 'Gullrock'?",
    "Did you mean 'support'?",
    "lever.0.key: \"vote.severty\": unknown key. Did you mean 'severity'?",
    "lever.1.cost: got -1",
    "lever.2.to: got 30.0; allowed is 0 to 10",
    'lever.3.key: "seed" cannot be moved.',
    'no attribute "dependence.enrgy"',
)


def test_every_mistake_of_a_goal_file_is_told_at_once(tmp_path: Path) -> None:
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
    "no outcome": ({"probability": 0.5}, [LEVER], "got none of them"),
    "adopted without rule": ({**GOALS["count"], "adopted": False}, [LEVER], "without a rule"),
    "no bound": ({"count": {"action": "support"}, "probability": 0.5}, [LEVER], "at_least, at_most or both"),
    "too many": ({"count": {"action": "support", "at_least": 9}, "probability": 0.5}, [LEVER], "there are 7 members"),
    "unknown vote": ({**GOALS["rule"], "resolution": "SH/3"}, [LEVER], "Did you mean 'SH/2'?"),
    "given vote": ({"member": {"member": "ASH", "action": "support"}, "probability": 0.5}, [LEVER], "is the target"),
    "no kind": (
        GOALS["rule"],
        [{"key": "vote.severity"}],
        "lever.0.kind: missing. Give one of attribute, join, leave, number, pledge.",
    ),
    "unknown kind": (GOALS["rule"], [{**LEVER, "kind": "numbr"}], "Did you mean 'number'?"),
    "key and edit": (GOALS["rule"], [{**LEVER, "edit": "add"}], "lever.0.edit: unknown key."),
    "half an edit": (GOALS["rule"], [UNIT | {"kind": "attribute", "edit": "add"}], "lever.0.attribute: missing."),
    "turned range": (GOALS["rule"], [{**LEVER, "from": 0.0}], "from must be below to"),
    "not where it stands": (GOALS["rule"], [{**LEVER, "from": -4.0}], "it stands at -4.5"),
    "step too wide": (GOALS["rule"], [{**LEVER, "step": 5.0}], "the range is 3 wide"),
    "step too fine": (GOALS["rule"], [{**LEVER, "step": 1e-5}], "more than 10,001 values"),
    "twice": (GOALS["rule"], [LEVER, {**LEVER, "key": "vote.0.severity"}], "moves the same as lever.0"),
    "no number": (GOALS["rule"], [{**LEVER, "key": "vote.topic"}], "vote.topic"),
    "no levers": (GOALS["rule"], [], "lever"),
    "not whole": (GOALS["rule"], [UNIT | {"key": "parameters.rounds", "to": 9.0, "step": 0.5}], "whole numbers"),
}


@pytest.mark.parametrize(("wanted", "levers", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_between_parts_are_told(wanted, levers, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        harbour_goal(wanted, levers)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mistake_raises_anything_but_an_input_error(data) -> None:  # type: ignore[no-untyped-def]
    levers = [*LEVERS, *MEMBER_LEVERS[1:]]
    written = {"scenario": "harbour-blockade", "set": {"vote.severity": -5.0}, "goal": GOALS["split"], "lever": levers}
    document = spoilt(data, written)
    found = told_by(goal_from, document, "goal.toml", Path())
    assert all(problem.where and problem.message for problem in found)
    if found:
        return
    goal = goal_from(document, "goal.toml", Path())
    space = Combinations(goal)
    assert space.cost(space.now) == 0
    assert moved(goal.base, list(zip(goal.lever, goal.now, strict=True))) == goal.base


@settings(max_examples=100, deadline=None)
@given(st.text("abc.=-\0 é[]{}'\"", max_size=30), toml_values)
def test_no_override_raises_anything_but_an_input_error(name, value) -> None:  # type: ignore[no-untyped-def]
    written = {"scenario": "harbour-blockade", "goal": GOALS["rule"], "lever": LEVERS}
    for text in (name, f"{name}={value}", f"goal.{name}={value}", f"lever.0.{name}={value}", f"set.{name}={value}"):
        assert all(problem.message for problem in told_by(goal_from, written, "goal.toml", Path(), [text]))


def test_a_lever_moves_what_it_says() -> None:
    goal = harbour_goal(GOALS["rule"], set={"vote.severity": -5.0})
    assert goal.now == (-5.0, 1.0, 1.0)
    spec = moved(goal.base, list(zip(goal.lever, (-4.0, 0.5, 0.25), strict=True)))
    assert (spec.vote[0].severity, spec.vote[0].target_threat) == (-4.0, 0.5)
    assert [(change.members, change.multiply) for change in spec.change] == [(("FER", "GUL"), 0.25)]
    assert moved(goal.base, list(zip(goal.lever, goal.now, strict=True))) == goal.base


def test_the_command_says_what_it_found(tmp_path: Path) -> None:
    file = tmp_path / "goal.toml"
    lever = "\n".join(f"{key} = {json.dumps(value)}" for key, value in LEVERS[1].items())
    file.write_text(
        'title = "t"\nscenario = "harbour-blockade"\nreplicates = 60\n[goal]\nprobability = 0.7\n[goal.count]\n'
        f'action = "support"\nat_least = 4\n[[lever]]\n{lever}\n',
        encoding="utf-8",
    )
    frontier = tmp_path / "frontier.csv"
    told = sim("reach", file, "--csv", frontier)
    assert told.returncode == 0, told.stderr
    assert "The cheapest combination there is" in told.stdout
    assert len(frontier.read_text(encoding="utf-8").splitlines()) > 1
    found = printed("reach", file, "--set", "goal.probability=0.999", "--set", "vote.severity=-2")
    assert not found["is_reached"]
    assert found["wanted"]["probability"] == 0.999
    assert "Out of reach" in sim("reach", file, "--set", "vote.severity=-2").stdout
