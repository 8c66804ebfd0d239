"""Figures that members lack: estimated from members like them, with an uncertainty that the runs carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from support.commands import sim
from support.engines import assert_same_votes

from sim.case import DRAW_RUN, Case, draw_case, draw_inputs, prepare
from sim.ensemble import simulate
from sim.specs import read_scenario
from sim.world import World, load_world
from sim.world.estimates import FEWEST_DONORS, MOST_DONORS, find_donors, with_figures
from sim.world.world import Fill


@pytest.fixture(scope="module")
def case() -> Case:
    return prepare(read_scenario("es-11-3"))


def with_estimates(world: World, *codes: str, quantity: str = "dependence.energy") -> World:
    """The world in which some members have no figure of their own."""
    fills = tuple(Fill(code, quantity, "made up", is_estimate=True) for code in codes)
    return replace(world, fills=(*world.fills, *fills))


# --- the estimate ----------------------------------------------------------------------------------------------------


def test_donors_are_of_the_region_and_nearest_in_income(case: Case) -> None:
    world, food = case.world, case.known.donors["dependence"]["food"]
    income = np.log(world.attributes["income_usd"])
    for i, figures in food.items():
        others = [
            j
            for j in range(world.size)
            if world.regions[j] == world.regions[i] and j not in food and j not in case.roles.targets
        ]
        assert len(others) >= FEWEST_DONORS
        nearest = sorted(others, key=lambda j: abs(income[j] - income[i]))[:MOST_DONORS]
        assert figures.tolist() == sorted(case.known.dependence["food"][nearest])
        assert case.known.dependence["food"][i] == figures[len(figures) // 2]


def test_a_member_with_a_figure_keeps_it(case: Case) -> None:
    target = case.roles.target
    known = [i for i in range(case.world.size) if i not in case.known.donors["dependence"]["food"]]
    assert case.known.dependence["food"][known].tolist() == case.world.ties["food"][known, target].tolist()


def test_a_small_region_borrows_from_all() -> None:
    world = load_world("seven-harbours")
    channels = {"energy": world.ties["energy"][:, 0]}
    found = find_donors(with_estimates(world, "BRI", "CAL"), channels, np.array([0]))["energy"]
    assert sorted(found) == [1, 2]
    assert found[1].tolist() == sorted(channels["energy"][3:].tolist())


def test_without_anybody_to_learn_from_there_is_no_estimate() -> None:
    world = load_world("seven-harbours")
    assert find_donors(with_estimates(world, *world.iso3), {"energy": np.ones(7)}, np.array([0])) == {}


# --- the runs --------------------------------------------------------------------------------------------------------


def test_a_run_draws_one_of_the_donors(case: Case) -> None:
    found = draw_inputs(case, np.arange(1000)[:, None]).ballots[0].dependence
    expected = case.ballots[0].dependence
    estimated = sorted({i for members in case.known.donors["dependence"].values() for i in members})
    certain = np.setdiff1d(np.arange(case.world.size), estimated)
    assert (found[:, certain] == expected[certain]).all()
    food, reached = case.known.donors["dependence"]["food"], case.known.control > 0
    spread = [i for i, figures in food.items() if np.ptp(figures) > 0 and reached[i]]
    assert len(spread) > 20
    assert (found[:, spread].std(axis=0) > 0).all()


def test_draws_are_keyed_by_member_and_run(case: Case) -> None:
    whole = draw_inputs(case, np.arange(23)[:, None]).ballots[0].dependence
    later = draw_inputs(case, np.arange(7, 23)[:, None]).ballots[0].dependence
    assert later.tobytes() == np.ascontiguousarray(whole[7:]).tobytes()
    for replicate in (0, 4, 5, 22):
        own = draw_case(case, replicate)
        assert own.ballots[0].dependence.tolist() == whole[replicate].tolist()
        assert draw_case(own, 17) is own, "what is drawn is known"
    assert (whole[0] == whole[DRAW_RUN - 1]).all()
    assert (whole[0] != whole[DRAW_RUN]).any()


def test_figures_are_drawn_evenly() -> None:
    draws = (np.arange(1000) + 0.5)[:, None] / 1000
    found = with_figures(np.zeros((1000, 2)), {1: np.array([0.1, 0.2, 0.4, 0.8])}, draws)
    values, counts = np.unique(found[:, 1], return_counts=True)
    assert values.tolist() == [0.1, 0.2, 0.4, 0.8]
    assert counts.tolist() == [250] * 4
    assert not found[:, 0].any()


@pytest.mark.parametrize("name", ["es-11-3", "2022-2023"])
def test_both_engines_draw_the_same(name: str) -> None:
    case = prepare(read_scenario(name))
    assert not case.known.is_certain
    assert_same_votes(case, DRAW_RUN - 1, 2)


def test_batches_do_not_matter(case: Case) -> None:
    whole = simulate(case, 0, 12)[0].actions
    parts = [simulate(case, first, count)[0].actions for first, count in ((0, 7), (7, 5))]
    assert np.concatenate(parts).tolist() == whole.tolist()


def test_what_a_scenario_sets_is_no_longer_drawn() -> None:
    spec = read_scenario("es-11-3")
    change = {"members": ["ALL"], "set": 0.25, "reason": "as if it were known"}
    names = [f"{kind}.{channel}" for kind, members in prepare(spec).known.donors.items() for channel in members]
    document = {**spec.document(), "change": [{**change, "attribute": name} for name in names]}
    case = prepare(type(spec).model_validate(document))
    found = draw_inputs(case, np.arange(40)[:, None]).ballots[0]
    assert (found.dependence == case.ballots[0].dependence).all()
    assert (found.sanction_risk == case.ballots[0].sanction_risk).all()


# --- what is said of it ----------------------------------------------------------------------------------------------


def test_an_own_world_says_which_figures_are_estimates(tmp_path: Path) -> None:
    for path in load_world("seven-harbours").folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "fills.csv").write_text(
        "iso3,quantity,rule,estimated\nBRI,dependence.energy,not reported,1\nCAL,dependence.food,from the press,0\n",
        encoding="utf-8",
    )
    world = load_world(tmp_path)
    assert [fill.is_estimate for fill in world.fills] == [True, False]
    case = prepare(read_scenario("harbour-blockade", [f"world={tmp_path}"]))
    assert list(case.known.donors["dependence"]) == ["energy"]
    assert_same_votes(case, 3, 4)


def test_a_channel_of_which_nobody_has_a_figure_is_reported() -> None:
    told = sim("check", "es-11-1", "--set", "vote.0.date=2014-03-01").stderr
    assert "no figure of food with RUS before 2014-03-01" in told
    assert "food" not in sim("check", "ga-68-262").stderr
    assert load_world("un", at=date(2014, 3, 27)).ties["food"].sum() == 0
