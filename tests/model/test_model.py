"""The Mesa model as a Mesa user meets it: steps, seeds, overrides, tables, batch runs and memory."""

from __future__ import annotations

import gc
import inspect
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from support.worlds import uniform_world

from sim.case import prepare, with_seed
from sim.ensemble import simulate
from sim.errors import InputError
from sim.model import AlignmentModel, MemberState
from sim.rules.choice import ACTIONS
from sim.specs import parse_scenario, read_scenario

SPEC = read_scenario("es-11-1")
CASE = prepare(SPEC)
MONTHS = prepare(read_scenario("2022-2023", ["months.end=2022-04-30"]))


def votes(model: AlignmentModel) -> list[int]:
    return [member.action for member in model.members]


def expected(seed: int, replicate: int = 0) -> list[int]:
    """The ensemble's votes of es-11-1 under a seed."""
    return simulate(with_seed(CASE, seed), replicate, 1)[0].actions[0].tolist()


def test_a_step_is_a_vote_where_there_are_no_months() -> None:
    model = AlignmentModel(CASE, replicate=0)
    assert isinstance(model, mesa.Model)
    assert len(model.agents) == len(model.members) == CASE.world.size
    assert all(isinstance(member, MemberState) for member in model.agents)
    model.step()
    assert not model.running
    assert model.round == CASE.rounds
    assert votes(model) == expected(SPEC.seed)
    before = votes(model)
    model.step()
    assert (votes(model), model.round) == (before, CASE.rounds)


def test_a_step_is_a_month_where_there_are_months() -> None:
    """Two votes fall in March, one in April, none in February; the clock of Mesa counts the months."""
    model, seen = AlignmentModel(MONTHS, replicate=1), []
    while model.running:
        model.step()
        seen.append((model.month_name, len(model.months), len(model.datacollector.tables["votes"]["date"])))
    assert seen == [("2022-02", 1, 0), ("2022-03", 2, 2), ("2022-04", 3, 3)]
    assert getattr(model, "steps", 3) == getattr(model, "time", 3) == 3  # 3.3 has no time, 4 no steps
    outcomes = simulate(MONTHS, 1, 1)
    cast = np.transpose([member.votes for member in model.members])
    assert cast.tolist() == [outcome.actions[0].tolist() for outcome in outcomes]


def test_rounds_may_be_steps() -> None:
    """Every round can be watched, and every month of the months is a step once its votes are over."""
    model = AlignmentModel(MONTHS, replicate=1, rounds_as_steps=True)
    tallies: list[tuple[str, int, int]] = []
    while model.running:
        model.step()
        tallies.append((model.ballot.resolution, model.round, len(model.months)))
    first, second, third = (ballot.resolution for ballot in MONTHS.ballots)
    rounds = range(MONTHS.rounds + 1)
    assert tallies == [
        (first, -1, 1),
        *((first, number, 1) for number in rounds),
        *((second, number, 1) for number in rounds),
        (second, MONTHS.rounds, 2),
        *((third, number, 2) for number in rounds),
        (third, MONTHS.rounds, 3),
    ]
    assert votes(model) == votes(AlignmentModel(MONTHS, replicate=1).run())


def test_the_tables_hold_votes_and_rounds() -> None:
    model = AlignmentModel(CASE, replicate=0, collect_rounds=True).run()
    (outcome,) = simulate(CASE, 0, 1, keeps_rounds=True)
    rounds = model.datacollector.get_table_dataframe("rounds")
    assert rounds["round"].tolist() == list(range(CASE.rounds + 1))
    for row, announced in zip(rounds.to_dict("records"), outcome.announcements, strict=True):
        assert [row[action] for action in ACTIONS] == np.bincount(announced[0], minlength=4).tolist()
    (vote,) = model.datacollector.get_table_dataframe("votes").to_dict("records")
    assert vote["resolution"] == CASE.ballots[0].resolution
    assert vote["date"] == CASE.ballots[0].date
    assert vote["is_settled"] == outcome.is_settled[0]
    assert [vote[action] for action in ACTIONS] == model.tally()
    assert "rounds" not in AlignmentModel(CASE, replicate=0).datacollector.tables


def test_a_step_is_collected_once_at_its_end() -> None:
    model = AlignmentModel(MONTHS, replicate=0).run()
    steps = model.datacollector.get_model_vars_dataframe()
    assert steps["month"].tolist() == ["2022-02", "2022-03", "2022-04"]
    assert steps["replicate"].tolist() == [0, 0, 0]
    members = model.datacollector.get_agent_vars_dataframe()
    assert len(members) == 3 * MONTHS.world.size
    last = members.groupby(level="AgentID").last().set_index("iso3").loc[list(MONTHS.world.iso3)]
    assert last["action"].tolist() == [ACTIONS[code] for code in votes(model)]
    state, view = model.months[-1]
    for column, values in (("sanctions", state.joined), ("isolation", state.isolation), ("help", view.help.visible)):
        assert last[column].tolist() == values.tolist()


def test_run_vote_steps_until_another_vote_is_over() -> None:
    document = SPEC.document()
    (vote,) = document["vote"]
    document["vote"] = [vote, {**vote, "resolution": "again"}]
    case = prepare(parse_scenario(document, "two votes", Path()))
    model, other = AlignmentModel(case, replicate=0), AlignmentModel(case, replicate=0).run()
    assert model.run_vote().ballot.resolution == vote["resolution"]
    assert model.running
    assert model.run_vote().ballot.resolution == "again"
    assert not model.running
    assert votes(model) == votes(other)
    first, second = simulate(case, 0, 1)
    assert votes(model) == second.actions[0].tolist()
    assert [member.votes for member in model.members] == np.stack([first.actions[0], second.actions[0]]).T.tolist()
    months = AlignmentModel(MONTHS, replicate=0)
    assert [months.run_vote().month_name for _ in range(3)] == ["2022-03", "2022-04", "2022-04"]


def test_members_print_as_what_they_are_and_do() -> None:
    model = AlignmentModel(CASE, replicate=0).run()
    (india,) = (member for member in model.members if member.iso3 == "IND")
    assert repr(india) == f"<MemberState India: {ACTIONS[india.action]}>"


@pytest.mark.parametrize("steps", [0, 1, 2])
@pytest.mark.parametrize("rounds_as_steps", [False, True])
def test_a_model_goes_on_from_where_it_was_pickled(steps: int, rounds_as_steps: bool) -> None:
    model = AlignmentModel(MONTHS, replicate=2, rounds_as_steps=rounds_as_steps)
    for _ in range(steps):
        model.step()
    kept = pickle.loads(pickle.dumps(model))
    assert votes(kept.run()) == votes(model.run())
    assert [member.votes for member in kept.members] == [member.votes for member in model.members]
    assert kept.datacollector.tables == model.datacollector.tables


class Observer(mesa.Agent):
    """An agent of another kind."""


def test_another_kind_of_agent_changes_nothing() -> None:
    model = AlignmentModel(MONTHS, replicate=0)
    Observer(model)
    assert len(model.members) == MONTHS.world.size
    assert votes(model.run()) == votes(AlignmentModel(MONTHS, replicate=0).run())
    assert model.datacollector.get_agent_vars_dataframe()["iso3"].isna().sum() == 3


def test_without_seed_and_replicate_every_model_is_another_run() -> None:
    models = [AlignmentModel(CASE) for _ in range(6)]
    assert len({model.replicate for model in models}) == len(models)
    assert {model.spec.seed for model in models} == {SPEC.seed}
    again = AlignmentModel(CASE, replicate=models[0].replicate)
    assert votes(again.run()) == votes(models[0].run()) == expected(SPEC.seed, models[0].replicate)
    assert AlignmentModel(CASE, seed=1).replicate == AlignmentModel(CASE, rng=1).replicate == 0


@pytest.mark.parametrize("replicate", [-1, 1.5, True, "7"])
def test_replicates_that_do_not_exist_are_refused(replicate: object) -> None:
    with pytest.raises(InputError, match="AlignmentModel, replicate"):
        AlignmentModel(CASE, replicate=replicate)


@pytest.mark.parametrize("scenario", [5, None, ["es-11-1"]])
def test_what_is_no_scenario_is_refused(scenario: object) -> None:
    with pytest.raises(InputError, match="a name, a path, a dictionary, a Scenario or a Case is needed"):
        AlignmentModel(scenario)


def scenario_of_mesa(**parts: object) -> object:
    scenarios = pytest.importorskip("mesa.experimental.scenarios", reason="Mesa has scenarios from 3.5 on")
    return scenarios.Scenario(**parts)


@pytest.mark.filterwarnings("ignore")
def test_a_scenario_of_mesa_gives_seed_file_replicate_and_overrides() -> None:
    own = scenario_of_mesa(rng=5, file="es-11-1", replicate=2, parameters__enforcement=0.8)
    model = AlignmentModel(scenario=own)
    assert model.scenario is own
    assert (model.spec.seed, model.replicate, model.case.parameters["enforcement"]) == (5, 2, 0.8)
    spec = read_scenario("es-11-1", ["parameters.enforcement=0.8", "seed=5"])
    assert votes(model.run()) == simulate(prepare(spec), 2, 1)[0].actions[0].tolist()
    others = [AlignmentModel(scenario=scenario_of_mesa(file=CASE)) for _ in range(2)]
    assert len({(other.spec.seed, other.replicate) for other in others}) == 2
    with pytest.raises(InputError, match="Did you mean 'enforcement'"):
        AlignmentModel(scenario=scenario_of_mesa(rng=5, parameters__enforcment=0.8))


@pytest.mark.parametrize("keyword", ["seed", "rng"])
@pytest.mark.parametrize("scenario", ["es-11-1", SPEC, CASE], ids=["name", "scenario", "case"])
def test_either_spelling_of_the_seed_gives_the_votes_of_the_ensemble(keyword: str, scenario: object) -> None:
    model = AlignmentModel(scenario, **{keyword: np.int64(5)}, replicate=2)
    assert votes(model.run()) == expected(5, 2)
    assert votes(AlignmentModel(scenario, replicate=0).run()) == expected(SPEC.seed)
    assert expected(5, 2) != expected(SPEC.seed)


def test_a_case_keeps_its_world_under_another_seed() -> None:
    """The world of a case may be made up in memory, so it is not to be read again."""
    world = uniform_world(5)
    roles = {"target": "M0000", "senders": ["M0001"]}
    document = {**SPEC.document(), "world": "made-up", "roles": roles, "leanings": {}}
    case = prepare(type(SPEC).model_validate(document, context=world), world)
    model = AlignmentModel(case, seed=3)
    assert votes(model.run()) == simulate(with_seed(case, 3), 0, 1)[0].actions[0].tolist()


def test_two_seeds_are_refused() -> None:
    with pytest.raises(InputError, match="both seed and rng"):
        AlignmentModel(CASE, seed=1, rng=1)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", 2**63])
def test_seeds_that_no_scenario_takes_are_refused(seed: object) -> None:
    for keyword in ("seed", "rng"):
        with pytest.raises(InputError):
            AlignmentModel(CASE, **{keyword: seed})


def test_overrides_are_those_of_the_command_line() -> None:
    model = AlignmentModel("es-11-1", replicate=0, parameters__enforcement=0.8, vote__severity=np.float64(1.2))
    spec = read_scenario("es-11-1", ["parameters.enforcement=0.8", "vote.severity=1.2"])
    assert model.spec == spec
    assert votes(model.run()) == simulate(prepare(spec), 0, 1)[0].actions[0].tolist() != expected(SPEC.seed)
    assert votes(AlignmentModel(SPEC, replicate=0, parameters__enforcement=0.8, vote__severity=1.2).run()) == votes(
        model
    )


@pytest.mark.parametrize(
    ("override", "nearest"),
    [("parameters__enforcment", "enforcement"), ("vote__severty", "severity"), ("replicats", "replicates")],
)
def test_a_misspelt_override_is_refused_with_the_nearest_key(override: str, nearest: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean '{nearest}'"):
        AlignmentModel("es-11-1", **{override: 0.5})


def test_an_override_out_of_bounds_is_refused() -> None:
    with pytest.raises(InputError, match="outside the range 0 to 1"):
        AlignmentModel("es-11-1", parameters__enforcement=1.5)


@pytest.fixture
def _start_method() -> Iterator[None]:
    """Mesa 3.5 sets how processes start, for the whole program."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("_start_method")
def test_batch_run_gives_the_votes_of_the_ensemble() -> None:
    run, parameters = batch_run(), {"scenario": ["es-11-1"], "replicate": [0, 1]}
    seeds: dict[str, object] = {"rng": [1, 2]}
    if "rng" not in inspect.signature(run).parameters:  # Mesa 3.3
        parameters["seed"], seeds = [1, 2], {}
    rows = run(AlignmentModel, parameters, number_processes=1, display_progress=False, **seeds)
    found = {(row["seed"], row["replicate"]): [row[action] for action in ACTIONS] for row in rows}
    assert found == {
        (seed, replicate): np.bincount(expected(seed, replicate), minlength=4).tolist()
        for seed in (1, 2)
        for replicate in (0, 1)
    }
    by_member = [row for row in rows if (row["seed"], row["replicate"]) == (2, 1) and "iso3" in row]
    if by_member:  # Mesa 3.3 leaves the members of the last step out
        assert [row["action"] for row in by_member] == [ACTIONS[code] for code in expected(2, 1)]


@pytest.mark.usefixtures("_start_method")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # later versions of Mesa prefer rng=[None] * 5
def test_iterations_of_batch_run_are_different_runs() -> None:
    rows = batch_run()(
        AlignmentModel, {"scenario": "es-11-1"}, iterations=5, number_processes=1, display_progress=False
    )
    found = {row["RunId"]: (row["replicate"], [row[action] for action in ACTIONS]) for row in rows}
    assert len({replicate for replicate, _ in found.values()}) == len(found) == 5
    for replicate, counts in found.values():
        assert counts == np.bincount(expected(SPEC.seed, replicate), minlength=4).tolist()


def batch_run() -> Callable[..., list[dict[str, Any]]]:
    if not hasattr(mesa, "batch_run"):
        pytest.skip("Mesa 4 has no batch_run")
    return mesa.batch_run


def alive() -> int:
    gc.collect()
    return sum(isinstance(thing, AlignmentModel | MemberState) for thing in gc.get_objects())


def test_models_are_freed() -> None:
    """Mesa 3.3.1 keeps a reference to every model (mesa issue 3179); ours drops it."""
    before = alive()
    for replicate in range(300):
        AlignmentModel(CASE, replicate=replicate)
    AlignmentModel(CASE).run()
    assert alive() == before


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory in use from Linux")
def test_ten_thousand_models_need_no_more_memory_than_the_first() -> None:
    """Below 20 MB growth; kept alive they would take about 2 GB."""

    def memory_in_use() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for replicate in range(200):
        AlignmentModel(CASE, replicate=replicate).step()
    before = memory_in_use()
    for replicate in range(10_000):
        AlignmentModel(CASE, replicate=replicate).step()
    assert memory_in_use() - before < 20_000_000
