"""Switching points are verified by running on either side, with the months and the drawn parameters of the scenario."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import document
from support.months_worlds import blockade_by_months

from sim.arrays import FloatArray
from sim.case import Case, prepare
from sim.errors import InputError
from sim.results.explanation import SwitchingPoint
from sim.rules.choice import ABSTAIN, ACTIONS
from sim.runner.run import run_case
from sim.specs import read_scenario
from sim.summaries.tallies import REPORTED
from sim.whatif.explanation.explain import explain
from sim.whatif.explanation.levers import Lever, find_levers
from sim.whatif.explanation.switching import WatchedMember, compute_expected_chances, find_switching_points
from sim.whatif.explanation.terms import take_apart

HARBOURS = ("ELM", "FER", "GUL")
CLOSE_CALL = 0.05
"""Probability by which two actions may differ and still be about as likely in a few hundred replicates."""


@pytest.fixture(scope="module")
def blockade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbours' scenario, with months and a second vote on the question in June."""
    return blockade_by_months(tmp_path_factory.mktemp("blockade"))


def check_tips(case: Case, number: int, index: int, tips: list[tuple[Lever, SwitchingPoint]], now: int) -> None:
    """Each tip run anew: the action is the likeliest beyond, not before, and nowhere on a grid up to there."""
    replicates = case.spec.replicates
    member = WatchedMember(case, number, index, replicates)

    def likeliest(lever: Lever, value: float) -> int:
        return int(run_case(prepare(lever.at(value), case.world)).votes[number].counts[index].argmax())

    assert {lever.kind for lever, _ in tips} >= {"attribute", "vote"}
    for lever, tip in tips:
        action = ACTIONS.index(tip.action)
        assert likeliest(lever, tip.before) != action
        assert likeliest(lever, tip.beyond) == action != now
        assert lever.low <= tip.beyond <= lever.high
        assert tip.change == tip.beyond - lever.now
        assert abs(tip.before - lever.now) < abs(tip.change)
        for value in np.linspace(lever.now, tip.before, 5):
            chances = member.simulated(lever.at(float(value)))
            assert chances.argmax() != action or np.sort(chances)[-2] > chances.max() - CLOSE_CALL, lever.key


@pytest.mark.parametrize("iso3", HARBOURS)
def test_switching_points_hold_on_either_side_and_nothing_nearer_does(iso3: str) -> None:
    found = explain(read_scenario("harbour-blockade", ["replicates=300"]), iso3)
    tips = [(lever, tip) for lever, tips in found.tried for tip in tips]
    assert "parameter" in {lever.kind for lever, _ in tips}
    check_tips(found.anatomy.case, 0, found.index, tips, found.likeliest)


SOME = ("alignment.ideal_point of GUL", "vote.0.severity", "vote.1.target_threat", "parameters.abstain_bias")
"""Levers that tip Gullrock, of every kind."""
VARIANTS = {
    "months": (1, ["replicates=200"]),
    "drawn parameters": (0, ["replicates=100", "parameter_uncertainty=true"]),
    "months and drawn parameters": (1, ["replicates=40", "parameter_uncertainty=true"]),
}


def tips_of_some(case: Case, number: int) -> tuple[list[tuple[Lever, SwitchingPoint]], int]:
    """The tips of Gullrock by some levers, and the action that is its likeliest."""
    index = case.world.index["GUL"]
    now = int(take_apart(case, number, case.spec.replicates).counts[index].argmax())
    member = WatchedMember(case, number, index, case.spec.replicates)
    levers = [lever for lever in find_levers(case, number, "GUL") if lever.key in SOME]
    return [(lever, tip) for lever in levers for tip in find_switching_points(member, lever, now)], now


@pytest.mark.parametrize(("number", "overrides"), VARIANTS.values(), ids=VARIANTS)
def test_switching_points_hold_with_months_and_drawn_parameters(
    number: int, overrides: list[str], blockade: Path
) -> None:
    """The lever moves the scenario as it is; what is searched leaves out no more than what comes after the vote."""
    case = prepare(read_scenario(blockade if number else "harbour-blockade", overrides))
    tips, now = tips_of_some(case, number)
    check_tips(case, number, case.world.index["GUL"], tips, now)


@pytest.mark.parametrize("has_months", [False, True], ids=["votes", "months"])
@pytest.mark.parametrize("overrides", [[], ["parameter_uncertainty=true"]], ids=["central", "drawn"])
def test_levers_stand_where_the_scenario_does(has_months: bool, overrides: list[str], blockade: Path) -> None:
    """Set to where it stands, no lever moves anything; set anywhere it may go, the scenario is still good.

    A parameter that is drawn is held wherever it is set, so that it alone may move something.
    """
    spec = read_scenario(blockade if has_months else "harbour-blockade", ["replicates=20", *overrides])
    case = prepare(spec)
    drawn = [] if case.fit is None else case.fit.drawn_parameters(0)
    counts = run_case(case).votes[-1].counts
    levers = find_levers(case, len(spec.vote) - 1, "GUL")
    assert len({lever.key for lever in levers}) == len(levers)
    for lever in levers:
        assert lever.low <= lever.now <= lever.high
        if lever.key.removeprefix("parameters.") not in drawn:
            assert (run_case(prepare(lever.at(lever.now))).votes[-1].counts == counts).all(), lever.key
        for end in (lever.low, lever.high):
            prepare(lever.at(end))


class Curve:
    """A member whose probabilities are a curve over a lever, and how often they were asked for."""

    def __init__(self, lead: Callable[[float], float]) -> None:
        self.lead, self.asked = lead, 0

    def simulated(self, value: float) -> FloatArray:
        support = 1.0 / (1.0 + np.exp(-self.lead(value)))
        return np.array([0.0, 0.0, 1.0 - support, support])

    def expected(self, value: float) -> FloatArray:
        self.asked += 1
        return self.simulated(value)


def find_on(curve: Curve) -> list[float]:
    """The values beyond which a curve over a lever from -1 to 1, which is at 0, is above 0."""
    lever = Lever("x", "x", kind="parameter", now=0.0, low=-1.0, high=1.0, unit="", at=cast(Any, float))
    return [point.beyond for point in find_switching_points(cast(Any, curve), lever, ABSTAIN)]


@given(st.floats(0.001, 0.99), st.floats(0.1, 30.0), st.sampled_from([-1.0, 1.0]))
def test_where_a_curve_crosses_is_found_wherever_it_is(place: float, steep: float, side: float) -> None:
    curve = Curve(lambda value: steep * (side * value - place))
    (found,) = find_on(curve)
    assert abs(found - side * place) <= max(0.03 * place, 3e-4)


@given(st.floats(0.3, 0.6), st.floats(0.3, 0.4))
def test_a_curve_that_crosses_and_comes_back_is_found_where_it_crosses_first(place: float, width: float) -> None:
    curve = Curve(lambda value: 0.5 - ((value - place) / width) ** 2)
    (found,) = find_on(curve)
    assert abs(found - (place - width * 0.5**0.5)) <= max(0.03 * found, 3e-4)


def test_a_curve_that_stays_far_from_crossing_is_asked_for_few_values() -> None:
    curve = Curve(lambda value: value - 3.0)
    assert find_on(curve) == []
    assert curve.asked <= 12


DUNMORE = [
    "roles.target=DUN",
    "roles.senders=[]",
    "parameters.dependence_energy=0",
    "parameters.dependence_food=0",
]
"""A target that the world of the harbours knows no ties of energy and food with."""
"""A target whose energy, food and consultation ties the shipped world does not know, left out by the scenario."""


def test_weights_of_ties_that_the_world_does_not_know_are_no_levers() -> None:
    """A weight other than 0 would be refused; all other levers are there, and may be put anywhere in their ranges."""
    known, unknown = (prepare(read_scenario("harbour-blockade", overrides)) for overrides in ([], DUNMORE))
    missing = {"dependence_energy", "dependence_food"}
    keys = {lever.key for lever in find_levers(unknown, 0, "GUL")}
    assert {lever.key for lever in find_levers(known, 0, "GUL")} - keys == {f"parameters.{name}" for name in missing}
    for lever in find_levers(unknown, 0, "GUL"):
        for end in (lever.low, lever.high):
            prepare(lever.at(end), unknown.world)
    with pytest.raises(InputError, match="knows ties of the kind 'energy' only with ASH, not with DUN"):
        explain(unknown.spec, "GUL", tries_levers=False, walks_along="parameters.dependence_energy")


@pytest.mark.parametrize("number", [0, 1], ids=["votes", "months"])
def test_probabilities_are_those_of_a_run(number: int, blockade: Path) -> None:
    """Of the scenario with its drawn parameters, and at either side of each tip, as 'sim run --set' has them."""
    source, replicates = (blockade, 40) if number else ("harbour-blockade", 100)
    options = (source, "--replicates", replicates, "--uncertain-parameters")

    def ran(*settings: str) -> dict[str, float]:
        reported = document("run", *options, *(part for setting in settings for part in ("--set", setting)))
        (row,) = (row for row in reported["votes"][number]["members"] if row["iso3"] == "GUL")
        return {name: row[name] for name in REPORTED}

    resolution = ("SH/2", "SH/3")[number]
    found = document("explain", source, "GUL", *options[1:], "--resolution", resolution, "--no-levers")
    assert found["probabilities"] == ran()
    assert found["parameter_uncertainty"]
    case = prepare(read_scenario(source, [f"replicates={replicates}", "parameter_uncertainty=true"]))
    tips, _ = tips_of_some(case, number)
    for lever, tip in {lever.kind: (lever, tip) for lever, tip in tips}.values():
        for value, chances in ((tip.before, tip.probabilities_before), (tip.beyond, tip.probabilities_beyond)):
            setting = f"{lever.key}={value!r}"
            if lever.kind == "attribute":
                attribute = lever.key.partition(" of ")[0]
                setting = f"change=[{{members=['GUL'], attribute='{attribute}', set={value!r}, reason='what if'}}]"
            assert chances.document() == ran(setting), lever.key


def test_no_months_are_made_for_a_vote_that_sees_none(blockade: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chances are those of the whole scenario; only where feedback is on does the vote need a plan of months."""
    case = prepare(read_scenario(blockade, ["parameters.vote_feedback=0", "replicates=20"]))
    whole = compute_expected_chances(case, 1)
    member = WatchedMember(case, 1, case.world.index["GUL"], 20)
    seeing = case.spec.model_copy(update={"parameters": {**case.spec.parameters, "vote_feedback": 1.0}})

    def refuse(*given: object, **named: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("sim.case.prepared.make_plan", refuse)
    assert member.expected(case.spec).tolist() == whole[member.index].tolist()
    with pytest.raises(NotImplementedError):
        member.expected(seeing)
