"""The Mesa model as a Mesa user meets it: steps, seeds, overrides, tables, batch runs and memory."""

from __future__ import annotations

import gc
import inspect
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import mesa
import numpy as np
import pytest
from support.worlds import uniform_world

from sim.case import prepare, with_seed
from sim.ensemble import simulate
from sim.errors import InputError
from sim.model import AlignmentModel, MemberState
from sim.rules.choice import ACTIONS
from sim.specs import read_scenario, scenario_from

SPEC = read_scenario("es-11-1")
CASE = prepare(SPEC)


def votes(model: AlignmentModel) -> list[int]:
    return [member.action for member in model.members]


def expected(seed: int, replicate: int = 0) -> list[int]:
    """The ensemble's votes of es-11-1 under a seed."""
    return simulate(with_seed(CASE, seed), replicate, 1)[0].actions[0].tolist()


def test_a_step_is_a_round() -> None:
    model = AlignmentModel(CASE)
    assert isinstance(model, mesa.Model)
    assert len(model.agents) == len(model.members) == CASE.world.size
    assert all(isinstance(member, MemberState) for member in model.agents)
    for number in range(CASE.rounds + 1):
        assert model.running
        model.step()
        assert model.round == number
        assert sum(model.tally()) == CASE.world.size
    assert not model.running
    before = votes(model)
    model.step()
    assert (votes(model), model.round) == (before, CASE.rounds)


def test_run_goes_to_the_end_and_run_vote_to_the_end_of_a_vote() -> None:
    document = SPEC.document()
    (vote,) = document["vote"]
    document["vote"] = [vote, {**vote, "resolution": "again"}]
    case = prepare(scenario_from(document, "two votes", Path()))
    model, other = AlignmentModel(case), AlignmentModel(case).run()
    assert model.run_vote().ballot.resolution == vote["resolution"]
    assert model.running
    assert model.run_vote().ballot.resolution == "again"
    assert not model.running
    assert votes(model) == votes(other)
    first, second = simulate(case, 0, 1)
    assert votes(model) == second.actions[0].tolist()
    assert [member.votes for member in model.members] == np.stack([first.actions[0], second.actions[0]]).T.tolist()


@pytest.mark.parametrize("keyword", ["seed", "rng"])
@pytest.mark.parametrize("scenario", ["es-11-1", SPEC, CASE], ids=["name", "scenario", "case"])
def test_either_spelling_of_the_seed_gives_the_votes_of_the_ensemble(keyword: str, scenario: object) -> None:
    model = AlignmentModel(scenario, **{keyword: np.int64(5)}, replicate=2)
    assert votes(model.run()) == expected(5, 2)
    assert votes(AlignmentModel(scenario).run()) == expected(SPEC.seed)
    assert expected(5, 2) != expected(SPEC.seed)


def test_a_case_keeps_its_world_under_another_seed() -> None:
    """The world of a case may be made up in memory, so it is not to be read again."""
    world = uniform_world(5)
    document = {**SPEC.document(), "world": "made-up", "roles": {"target": "M0000", "senders": ["M0001"]}}
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
    model = AlignmentModel("es-11-1", parameters__enforcement=0.8, vote__severity=1.2)
    spec = read_scenario("es-11-1", ["parameters.enforcement=0.8", "vote.severity=1.2"])
    assert model.spec == spec
    assert votes(model.run()) == simulate(prepare(spec), 0, 1)[0].actions[0].tolist() != expected(SPEC.seed)
    assert votes(AlignmentModel(SPEC, parameters__enforcement=0.8, vote__severity=1.2).run()) == votes(model)


@pytest.mark.parametrize(
    ("override", "nearest"),
    [("parameters__enforcment", "enforcement"), ("vote__severty", "severity"), ("replicats", "replicates")],
)
def test_a_misspelt_override_is_refused_with_the_nearest_key(override: str, nearest: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean '{nearest}'"):
        AlignmentModel("es-11-1", **{override: 0.5})


def test_an_override_out_of_bounds_is_refused() -> None:
    with pytest.raises(InputError, match="allowed is 0 to 1"):
        AlignmentModel("es-11-1", parameters__enforcement=1.5)


def test_tables_have_a_row_per_round_and_per_member() -> None:
    model = AlignmentModel(CASE).run()
    rounds, size = CASE.rounds + 1, CASE.world.size
    table = model.datacollector.get_model_vars_dataframe()
    assert table["round"].tolist() == list(range(rounds))
    assert set(table["resolution"]) == {CASE.ballots[0].resolution}
    members = model.datacollector.get_agent_vars_dataframe()
    assert len(members) == rounds * size
    last = members.groupby(level="AgentID").last().set_index("iso3")["action"]
    assert last[list(CASE.world.iso3)].tolist() == [ACTIONS[code] for code in votes(model)]
    (outcome,) = simulate(CASE, 0, 1, keeps_rounds=True)
    for row, announced in zip(table.to_dict("records"), outcome.announcements, strict=True):
        assert [row[action] for action in ACTIONS] == np.bincount(announced[0], minlength=4).tolist()


@pytest.fixture
def _start_method() -> Iterator[None]:
    """Mesa 3.5 sets how processes start, for the whole program."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.usefixtures("_start_method")
@pytest.mark.parametrize("period", [1, -1])
def test_batch_run_gives_the_votes_of_the_ensemble(period: int) -> None:
    parameters: dict[str, object] = {"scenario": ["es-11-1"], "replicate": [0, 1]}
    seeds: dict[str, object] = {"rng": [1, 2]}
    if "rng" not in inspect.signature(mesa.batch_run).parameters:  # Mesa 3.3
        parameters["seed"], seeds = [1, 2], {}
    rows = mesa.batch_run(
        AlignmentModel, parameters, number_processes=1, data_collection_period=period, display_progress=False, **seeds
    )
    last = max(row["round"] for row in rows)
    assert last == CASE.rounds
    found: dict[tuple[int, int], dict[str, str]] = {}
    for row in rows:
        if row["round"] == last:
            found.setdefault((row["seed"], row["replicate"]), {})[row["iso3"]] = row["action"]
    assert set(found) == {(seed, replicate) for seed in (1, 2) for replicate in (0, 1)}
    for (seed, replicate), actions in found.items():
        wanted = [ACTIONS[code] for code in expected(seed, replicate)]
        assert [actions[iso3] for iso3 in CASE.world.iso3] == wanted


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
