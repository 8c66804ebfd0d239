"""Warnings of experiments and goals, and what ``sim check`` finds in the points of a design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.experiment_files import catch_messages, read, valid
from support.goals import GOALS, LEVERS, harbour_goal

import sim
from sim.case import prepare
from sim.cli.commands.check import check
from sim.errors import InputError
from sim.rules.parameters import load_registry
from sim.runner.designs import DesignPoint, list_points, make_scenario_at
from sim.runner.run import run_case
from sim.specs import Experiment, list_shipped_names, read_experiment, read_goal, read_scenario

CERTAIN = "es-11-1-sanctions-certain"
OF_MONTHS = [name for name, parameter in load_registry().items() if parameter.is_of_months]


def read_messages(experiment: Experiment) -> list[str]:
    return [str(warning) for warning in experiment.warnings]


def design(over: dict[str, Any], **keys: Any) -> Any:
    document = {**valid(over=over), **keys}
    del document["target_split"], document["set"]
    return document


def test_nothing_is_seldom_meant_in_what_ships() -> None:
    for name in list_shipped_names("experiments"):
        assert not read_experiment(name).warnings
    for name in list_shipped_names("goals"):
        assert not read_goal(name).warnings


# What-ifs undone


def test_a_what_if_undone_at_every_point_is_reported_once_and_its_base_is_not() -> None:
    over = {"vote.severity": {"values": [-5, -4]}}
    document = design(over, scenario=["es-11-1", CERTAIN])
    assert read(document).warnings == ()
    (line,) = read_messages(read({**document, "set": {"parameters.enforcement": 0.5}}))
    assert line.startswith(f"{CERTAIN}, parameters.enforcement: this what-if sets 1.0; here it is set to 0.5 instead")
    assert read_messages(read(document, "parameters.enforcement=0.5")) == [line]


def test_a_what_if_undone_by_a_factor_is_reported() -> None:
    over = {"parameters.enforcement": {"from": 0, "to": 1, "steps": 3}}
    (line,) = read_messages(read(design(over, scenario=CERTAIN)))
    assert line.startswith(f"{CERTAIN}, parameters.enforcement: this what-if sets 1.0; here it is varied by the design")
    assert not read(design(over, scenario="es-11-1")).warnings


def test_a_what_if_undone_by_a_goal_is_reported() -> None:
    (warning,) = harbour_goal(
        GOALS["rule"], [LEVERS[0]], scenario=CERTAIN, set={"parameters.enforcement": 0.2}
    ).warnings
    assert str(warning).startswith(f"{CERTAIN}, parameters.enforcement: this what-if sets 1.0")


def test_python_warns_and_the_command_line_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(UserWarning, match=r"this what-if sets 1\.0; here it is set to 0\.2 instead"):
        sim.run(CERTAIN, {"parameters.enforcement": 0.2}, replicates=1)
    over = {"parameters.belief_strength": {"values": [1, 2]}, "vote.severity": {"values": [-4]}}
    with pytest.warns(UserWarning, match="only the months between votes read it"):
        sim.sweep(read(design(over, replicates=1)), tmp_path)
    assert check([CERTAIN], ["parameters.enforcement=0.2"]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{CERTAIN}: good\n"
    assert printed.err.startswith(f"warning: {CERTAIN}, parameters.enforcement: this what-if sets 1.0")


# Factors without effect


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from([*OF_MONTHS, "grievance", "inertia", "rounds"]), st.floats(0, 1), min_size=1))
def test_factors_over_parameters_of_the_months_are_reported_where_there_are_none(drawn: dict[str, float]) -> None:
    at = {
        name: load_registry()[name].low + share * (load_registry()[name].high - load_registry()[name].low)
        for name, share in drawn.items()
    }
    moved = {
        f"parameters.{name}": round(value) if load_registry()[name].is_count else value for name, value in at.items()
    }
    over = {name: {"values": [value]} for name, value in moved.items()}
    experiment = read(design(over))
    dead = {problem.key.split('"')[1] for problem in experiment.warnings if '"' in problem.key}
    assert dead == {name for name in moved if name.removeprefix("parameters.") in OF_MONTHS}


def test_no_vote_depends_on_parameters_of_the_months() -> None:
    base = read_scenario("harbour-blockade", ["replicates=50"])
    low, high = (
        base.model_copy(update={"parameters": {name: getattr(load_registry()[name], end) for name in OF_MONTHS}})
        for end in ("low", "high")
    )
    tallies = [run_case(prepare(spec)).votes[0].tallies.tolist() for spec in (base, low, high)]
    assert tallies[0] == tallies[1] == tallies[2]


def test_a_design_in_which_nothing_moves_is_reported() -> None:
    over = {"parameters.belief_strength": {"from": 1, "to": 20}}
    lines = read_messages(read(design(over) | {"design": {"kind": "sobol", "samples": 2, "over": over}}))
    assert lines == [
        'x.toml, design.over."parameters.belief_strength": has no effect in harbour-blockade: only the months between '
        "votes read it, and the scenario has no months.",
        "x.toml, design: nothing that it varies has an effect, so every point asks the same question.",
    ]
    (line,) = read_messages(
        read(design({"parameters.belief_strength": {"values": [1, 2]}, "vote.severity": {"values": [1, 2]}}))
    )
    assert 'design.over."parameters.belief_strength": has no effect' in line


def test_a_factor_over_a_late_change_has_no_effect_and_over_its_date_has() -> None:
    late = {"members": ["ELM"], "attribute": "isolation", "set": 1, "date": "2031-03-03", "reason": "too late"}
    keys = {"set": {"change": [late]}}
    lines = read_messages(read({**design({"change.set": {"values": [0, 1]}}), **keys}))
    assert any('design.over."change.set": has no effect' in line for line in lines)
    dates = {"values": ["2031-03-01", "2031-03-03"]}
    assert not any("design" in line for line in read_messages(read({**design({"change.date": dates}), **keys})))


def test_a_lever_without_effect_is_reported() -> None:
    lever = {**LEVERS[0], "key": "parameters.belief_strength", "from": 1.0, "to": 20.0}
    (warning,) = harbour_goal(GOALS["rule"], [LEVERS[0], lever]).warnings
    assert warning.key == "lever.1"
    assert "has no effect: only the months between votes" in warning.message


# Points

CHOICES = {
    "roles.target": ["ASH", "ELM", "FER"],
    "parameters.dependence_energy": [0, 1],
    "parameters.sanction_abstain": [0.1, 0.8],
    "parameters.sanction_absent": [0.4, 0.9],
    "change.0.set": [0.5, 1.5],
}
EDIT = {"members": ["GUL"], "attribute": "dependence.arms", "set": 0.5, "reason": "an edit"}


def checked(document: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    """What ``sim check`` refuses of an experiment, and what it warns of."""
    path = folder / "x.toml"
    path.write_text(tomli_w.dumps(document), encoding="utf-8")
    refused = [f"{problem}".removeprefix(f"{path}, ") for problem in catch_messages(check, [str(path)])]
    warned = capsys.readouterr().err.splitlines()
    return refused, [line.removeprefix(f"warning: {path}").lstrip(":, ") for line in warned]


def cannot_run(experiment: Experiment, point: DesignPoint) -> bool:
    try:
        prepare(make_scenario_at(experiment, point))
    except InputError:
        return True
    return False


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(list(CHOICES)), min_size=1, max_size=3, unique=True).flatmap(
        lambda names: st.fixed_dictionaries(
            {name: st.lists(st.sampled_from(CHOICES[name]), min_size=1, unique=True) for name in names}
        )
    )
)
def test_check_finds_what_a_sweep_would_fail_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], over: dict[str, list[Any]]
) -> None:
    """It refuses values that fail at every point they are in, and warns of points that fail for their combination."""
    keys = {"set": {"change": [EDIT], "parameters.dependence_food": 0, "parameters.dependence_aid": 0}}
    document = design({name: {"values": values} for name, values in over.items()}) | keys
    experiment = read(document)
    points = list_points(experiment)
    failed = [point for point in points if cannot_run(experiment, point)]
    hopeless = [
        (name, value)
        for name, values in over.items()
        for value in values
        if all(point in failed for point in points if point.values[name] == value)
    ]
    refused, warned = checked(document, tmp_path, capsys)
    assert bool(refused) == bool(hopeless)
    assert bool(warned) == (bool(failed) and not hopeless)
    if refused and len(failed) < len(points):
        places = {f'design.over."{name}"' for name, _ in hopeless}
        assert all(line.startswith(tuple(places)) for line in refused)


def test_a_target_whose_ties_the_world_does_not_know_is_reported_at_its_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused, _ = checked(design({"roles.target": {"values": ["ASH", "ELM"]}}), tmp_path, capsys)
    place = 'design.over."roles.target".values.1: cannot be run with "ELM": the world seven-harbours knows ties of'
    assert refused
    assert all(line.startswith(place) for line in refused)


def test_a_scenario_that_cannot_be_run_is_reported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = design({"vote.severity": {"values": [-4, -5]}})
    keys = {"set": {"roles.target": "ELM", "parameters.dependence_food": 0, "parameters.dependence_aid": 0}}
    (line,), _ = checked(document | keys, tmp_path, capsys)
    assert line.startswith("scenario: no point can be run: roles.target: the world seven-harbours knows ties of")


def test_points_that_fail_together_are_counted_and_the_first_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over = {f"parameters.sanction_{action}": {"from": 0, "to": 1, "steps": 3} for action in ("abstain", "absent")}
    refused, (warned,) = checked(design(over), tmp_path, capsys)
    assert refused == []
    assert warned.startswith("3 of 9 points cannot be run, because their values cannot be combined; the first is ")
    assert "sanction_abstain = 0.5, parameters.sanction_absent = 0.0" in warned
