"""Goals: the search finds the optimum that brute force knows, and says when there is none."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from itertools import combinations, product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from support.commands import document as printed
from support.commands import sim
from support.goals import GOALS, LEVERS, MEMBER_LEVERS, harbour_goal

from sim.case import prepare
from sim.cli.commands import reach as command_line
from sim.ensemble import simulate
from sim.rules.choice import ACTIONS
from sim.specs import (
    parse_scenario,
)
from sim.whatif.goals import reach as reaching
from sim.whatif.goals.combinations import Combinations, Tried
from sim.whatif.goals.outcomes import measure_shortfall, reaches_goal
from sim.whatif.goals.reach import reach, summarise_search
from sim.whatif.goals.search import Search

QUARTERS, EIGHTHS = np.linspace(0, 2, 9), np.linspace(0, 1, 9)


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


def by_numbers(base, edits=EIGHTHS):
    """Cost and scenario of every combination of LEVERS, made by hand."""
    for s, t, e in product(np.arange(-6, -2.9, 0.5), QUARTERS, edits):
        edit = {"members": ["FER", "GUL"], "attribute": "dependence.energy", "multiply": float(e), "reason": "r"}
        keys = {"vote.severity": float(s), "vote.target_threat": float(t)}
        cost = 3 * abs(s + 4.5) + (0.4 + 2 * abs(t - 1) if t != 1 else 0) + 4 * (1 - e)
        yield cost, {**base.document(), "change": [edit], "set": keys}


def by_members(base, threats=QUARTERS):
    """The same of MEMBER_LEVERS; Elmsund, Fernholt and Gullrock hold 12, 20 and 5 of 235 million people."""
    prices = {"ELM": 1200 / 235, "FER": 2000 / 235, "GUL": 500 / 235}
    for t, pledged, joined, left in product(
        threats, subsets(["ELM", "FER", "GUL"]), subsets(["ELM", "GUL"]), subsets(["DUN"])
    ):
        cost = 2 * abs(t - 1) + (0.4 if t != 1 else 0) + sum(prices[code] for code in pledged) * 0.5
        cost += (1.5 if joined else 0) + sum({"ELM": 2.0, "GUL": 0.25}[code] for code in joined) + 3 * len(left)
        document = base.document()
        senders = [code for code in ("CAL", "DUN", *joined) if code not in left]
        document["roles"] = {**document["roles"], "senders": senders}
        if pledged:
            document["pledge"] = [{"members": list(pledged), "action": "support", "reason": "r"}]
        yield cost, {**document, "set": {"vote.target_threat": float(t)}}


MANY = {"numbers": (LEVERS, by_numbers, 7 * 9 * 9), "members": (MEMBER_LEVERS, by_members, 9 * 8 * 4 * 2)}
FEW = {
    "two numbers": (LEVERS[:2], partial(by_numbers, edits=[1.0]), 7 * 9),
    "members alone": (MEMBER_LEVERS[1:], partial(by_members, threats=[1.0]), 8 * 4 * 2),
}
KINDS = MANY | FEW


@cache
def brute_force(name, kind):
    """The lowest cost at which a goal is reached, over every combination, without any of the search's code."""
    levers, by_hand, _ = KINDS[kind]
    wanted = GOALS[name]
    for cost, document in sorted(by_hand(harbour_goal(wanted, levers).base), key=lambda pair: pair[0]):
        case = prepare(parse_scenario(document, "by hand", Path()))
        (outcome,) = simulate(case, 0, 100)
        if met(wanted, outcome.actions, case.world).mean() >= wanted["probability"]:
            return cost
    return np.inf


def lowest_cost(tried, wanted):
    """The lowest cost at which the search reached a goal."""
    return min((each.cost for each in tried.values() if each.probability >= wanted["probability"]), default=np.inf)


@pytest.mark.parametrize("kind", MANY)
@pytest.mark.parametrize("name", GOALS)
def test_the_search_finds_the_optimum_of_brute_force(name: str, kind: str) -> None:
    levers, _, count = MANY[kind]
    found = reach(harbour_goal(GOALS[name], levers))
    assert not found.is_exhaustive
    assert len(found.combinations.tried) < found.combinations.count == count
    assert lowest_cost(found.combinations.tried, GOALS[name]) == pytest.approx(brute_force(name, kind))


@pytest.mark.parametrize("kind", FEW)
@pytest.mark.parametrize("name", GOALS)
def test_few_combinations_are_all_run(name: str, kind: str) -> None:
    (levers, _, count), wanted = FEW[kind], GOALS[name]
    found, best = reach(harbour_goal(wanted, levers)), brute_force(name, kind)
    assert found.is_exhaustive
    assert len(found.combinations.tried) == found.combinations.count == count
    assert lowest_cost(found.combinations.tried, wanted) == pytest.approx(best)
    if found.best is not None:
        assert found.best.probability >= wanted["probability"]
        assert found.best.tried.cost >= best - 1e-9 or found.best.tried.probability < wanted["probability"]


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
    found = reaches_goal(goal.goal, case, outcome.actions)
    assert (found == met(wanted, outcome.actions, case.world)).all()
    if name != "member":  # a shortfall of 0 is a goal reached in every replicate, and the other way round
        for row in outcome.actions[:50]:
            is_met = bool(reaches_goal(goal.goal, case, row[None])[0])
            assert (measure_shortfall(goal.goal, case, row[None]) == 0) == is_met


class Cover:
    """Members of whom each brings some votes at some cost: a space whose optimum is known by counting up."""

    def __init__(self, seed, size=30):
        generator = np.random.default_rng(seed)
        self.votes, self.prices = generator.integers(1, 6, size), generator.uniform(0.2, 4.0, size).round(2)
        self.axes, self.now, self.tried = [((), (str(i),)) for i in range(size)], (0,) * size, {}
        self.goal, self.highest_cost = SimpleNamespace(seed=0), float(self.prices.sum())

    def cost(self, places):
        return float(self.prices @ np.array(places))

    def run(self, places):
        share = min(1.0, int(self.votes @ np.array(places)) / 25)
        return self.tried.setdefault(places, Tried(places, self.cost(places), share, 1.0 - share))

    def optimum(self):
        best = [0.0] + [np.inf] * 25
        for votes, price in zip(self.votes, self.prices, strict=True):
            best = [min(old, best[max(0, need - votes)] + price) for need, old in enumerate(best)]
        return best[25]


@pytest.mark.parametrize("seed", range(5))
def test_among_many_members_the_search_comes_near_the_optimum(seed: int) -> None:
    """A thousand million combinations: within 3 % of the least cost, after less than 2,000 of them."""
    space = Cover(seed)
    search = Search(space, lambda tried: None)
    search.evolve(1.0, search.climb())
    search.descend(1.0)
    found = min(tried.cost for tried in space.tried.values() if tried.probability >= 1)
    assert space.optimum() - 1e-9 <= found <= 1.03 * space.optimum()
    assert len(space.tried) < 2000


class Promising(Cover):
    """A cover whose replicates of the search are all reached at fifteen votes, and fresh ones at twenty-five."""

    def __init__(self, seed, size=30):
        super().__init__(seed, size)
        wanted = SimpleNamespace(probability=0.9)
        self.goal, self.count, self.refused = SimpleNamespace(seed=0, replicates=20, goal=wanted), 2**size, {}

    def run(self, places):
        share = min(1.0, int(self.votes @ np.array(places)) / 15)
        return self.tried.setdefault(places, Tried(places, self.cost(places), share, 1.0 - share))

    def list_sound(self):
        return list(self.tried.values())

    def successes(self, places, replicates):
        return int(replicates * min(1.0, int(self.votes @ np.array(places)) / 25))


@pytest.mark.parametrize("seed", range(5))
def test_what_few_replicates_promise_too_cheaply_is_looked_for_further_on(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "Combinations", lambda goal: Promising(seed))
    found = reach(None)  # type: ignore[arg-type]
    space = found.combinations
    assert found.best is not None
    assert found.best.probability >= 0.9
    assert found.best.tried.cost <= 1.25 * space.optimum()  # type: ignore[attr-defined]
    assert found.surest.probability == 1.0
    assert found.checked < 150
    assert found.best.tried in space.tried.values()


def interrupt(tried: int) -> None:
    """Interrupt a search after fifty combinations."""
    if tried == 50:
        raise KeyboardInterrupt


def test_an_interrupted_search_reports_what_it_tried() -> None:
    found = reach(harbour_goal(GOALS["count"]), on_progress=interrupt)
    assert found.is_interrupted
    assert not found.is_exhaustive
    assert len(found.combinations.tried) == 50
    assert found.surest.probability > found.as_it_stands.probability
    assert found.surest == found.frontier[-1]
    search = summarise_search(found)
    assert (search.is_interrupted, search.tried, search.checked) == (True, 50, found.checked)


def test_checks_use_replicates_that_the_search_has_not_seen() -> None:
    goal = harbour_goal(GOALS["member"])
    space = Combinations(goal)
    case = space.case(space.now)
    actions = simulate(case, 100, 400)[0].actions
    assert space.successes(space.now, 400) == int(reaches_goal(goal.goal, case, actions).sum())
    assert space.run(space.now).probability == reaches_goal(goal.goal, case, simulate(case, 0, 100)[0].actions).mean()


def test_the_same_goal_gives_the_same_answer_and_the_frontier_rises() -> None:
    one, other = (summarise_search(reach(harbour_goal(GOALS["rule"]))) for _ in range(2))
    assert one == other
    costs = [entry.cost for entry in one.frontier]
    chances = [entry.probability for entry in one.frontier]
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
    assert [tried.places for tried in refused] == list(found.combinations.refused)
    for tried in refused:
        absent, abstain = found.combinations.settings(tried.places)
        assert absent > abstain


def test_the_command_says_what_it_found(tmp_path: Path) -> None:
    file = tmp_path / "goal.toml"
    lever = "\n".join(f"{key} = {json.dumps(value)}" for key, value in LEVERS[1].items())
    file.write_text(
        'title = "t"\nscenario = "harbour-blockade"\nreplicates = 60\n[goal]\nprobability = 0.7\n[goal.count]\n'
        f'action = "support"\nat_least = 4\n[[lever]]\n{lever}\n',
        encoding="utf-8",
    )
    frontier = tmp_path / "frontier.csv"
    done = sim("reach", file, "--csv", frontier)
    assert done.returncode == 0, done.stderr
    assert "The cheapest combination there is" in done.stdout
    assert "Rests on: " in done.stdout
    assert len(frontier.read_text(encoding="utf-8").splitlines()) > 1
    found = printed("reach", file, "--set", "goal.probability=0.999", "--set", "vote.severity=-2")
    assert not found["is_reached"]
    assert found["wanted"]["probability"] == 0.999
    assert "Out of reach" in sim("reach", file, "--set", "vote.severity=-2").stdout


CROSSING = """
scenario = "harbour-blockade"
replicates = 20
[goal]
probability = 0.1
[goal.count]
action = "support"
at_least = 1
[[lever]]
kind = "number"
key = "parameters.retaliation_absent"
from = 0
to = 1
step = 1
cost = 1
"""


def test_an_interrupted_command_reports_and_writes_what_it_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frontier = tmp_path / "frontier.csv"
    monkeypatch.setattr(command_line, "progress", lambda *_: nullcontext(interrupt))
    status = command_line.command("india-deplores", 20, as_json=True, csv=frontier)
    done = capsys.readouterr()
    document = json.loads(done.out)
    assert status == 130
    assert document["is_interrupted"]
    assert f"interrupted: 50 combinations tried, {document['checked']} of them checked" in done.err
    assert len(frontier.read_text(encoding="utf-8").splitlines()) == 1 + len(document["frontier"])


def test_a_goal_without_a_title_begins_with_its_scenario(tmp_path: Path) -> None:
    """And combinations whose values cannot be combined are counted, with the reason of one."""
    file = tmp_path / "goal.toml"
    file.write_text(CROSSING + CROSSING[CROSSING.index("[[lever]]") :].replace("_absent", "_abstain"), encoding="utf-8")
    lines = sim("reach", file).stdout.splitlines()
    assert lines[0] == "Harbour blockade: the seven harbours vote on SH/2"
    (refused,) = [line for line in lines if "cannot be combined" in line]
    assert refused.startswith("3 of them")  # of nine: absent at its default, or at 1, over abstain


@pytest.mark.parametrize("is_compiled", [False, True])
def test_what_all_combinations_draw_is_drawn_once_and_changes_no_vote(is_compiled: bool) -> None:
    space = Combinations(harbour_goal(GOALS["count"]))
    first, last = (space.case(places) for places in (space.now, tuple(len(axis) - 1 for axis in space.axes)))
    assert first.kept is last.kept is not None
    for case in (first, last):
        plain = simulate(replace(case, kept=None), 0, 100, is_compiled=False)[0].actions
        for _ in range(2):
            assert (simulate(case, 0, 100, is_compiled=is_compiled)[0].actions == plain).all()
    assert first.kept.draws
