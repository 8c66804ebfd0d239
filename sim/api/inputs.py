"""The arguments of the functions of the package, and how they become a scenario, an experiment or a goal."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

import sim
from sim.arguments import (
    FLAG,
    PATH,
    TEXT,
    Argument,
    check_arguments,
    check_subclass,
    check_whole_number,
    each,
    one_of,
    read_mapping,
)
from sim.errors import Problem, make_input_error
from sim.limits import MOST_REPLICATES
from sim.runner.batch import ENGINES
from sim.specs import (
    Experiment,
    Goal,
    Scenario,
    list_references,
    list_shipped_scenarios,
    parse_experiment,
    parse_goal,
    parse_scenario,
    read_experiment,
    read_goal,
    read_scenario,
)
from sim.specs.listing import name_references
from sim.specs.scenario.spec import LAST_SEED
from sim.specs.scenario.warnings import collect_warnings

Given = ParamSpec("Given")
Found = TypeVar("Found")
AnyScenario: TypeAlias = str | Path | Mapping[str, object] | Scenario
AnyExperiment: TypeAlias = str | Path | Mapping[str, object] | Experiment
AnyGoal: TypeAlias = str | Path | Mapping[str, object] | Goal


def _source(kind: type, noun: str) -> Argument[object]:
    """A name, a path, a dictionary as a TOML file would hold it, or what was read from one of these."""

    def read(given: Any) -> object:
        if isinstance(given, kind) or (isinstance(given, str) and given):
            return given
        if isinstance(given, os.PathLike):
            return Path(given)
        if isinstance(given, Mapping):
            return read_mapping(given)
        raise TypeError

    return Argument(f"a name, a path, a dictionary or {noun}", read)


def _read_member_class(given: object) -> object:
    from sim.model import MemberState  # Mesa is slow to load

    return check_subclass(MemberState).read(given)


def _read_executor(given: object) -> object:
    methods = [getattr(given, name, None) for name in ("check_workers", "results")]
    if isinstance(given, type) or not all(map(callable, methods)):
        raise TypeError
    return given


def _read_axes(given: object) -> object:
    from matplotlib.axes import Axes  # slow to load

    if not isinstance(given, Axes):
        raise TypeError
    return given


SCENARIO = _source(Scenario, "a Scenario")


def _read_scenarios(given: Any) -> object:
    if given is None or isinstance(given, str | os.PathLike):
        return given if given is None else os.fspath(given)
    if isinstance(given, Mapping | Scenario):
        raise TypeError
    return each(SCENARIO, "a list of scenarios", least=1).read(given)


SCENARIOS = Argument("a list of scenarios, or a name, a pattern or a folder", _read_scenarios)
TEXTS = each(TEXT, "a list of texts")
SETTINGS = each(TEXT, "a list of texts such as 'replicates=50'")
ARGUMENTS: Mapping[str, Argument[Any]] = {
    "scenario": SCENARIO,
    "base": SCENARIO,
    "others": each(SCENARIO, "a name, a path, a Scenario or a dictionary of overrides", least=1),
    "scenarios": SCENARIOS,
    "members": check_whole_number(1),
    "experiment": _source(Experiment, "an Experiment"),
    "goal": _source(Goal, "a Goal"),
    "overrides": Argument("a dictionary such as {'vote.severity': -3.0}", read_mapping),
    "set": Argument("a dictionary such as {'vote.severity': -3.0}", read_mapping),
    "replicates": check_whole_number(1, MOST_REPLICATES),
    "seed": check_whole_number(0, LAST_SEED),
    "engine": one_of(*ENGINES),
    "member_class": Argument("a subclass of sim.model.MemberState", _read_member_class),
    "workers": check_whole_number(1),
    "executor": Argument("an executor such as sim.runner.executors.Processes(4)", _read_executor),
    "out": PATH,
    "member": TEXT,
    "resolution": TEXT,
    "tries_levers": FLAG,
    "along": TEXT,
    "outputs": TEXTS,
    "event": TEXT,
    "kind": TEXT,
    "ax": Argument("an Axes of Matplotlib", _read_axes),
    "output": TEXT,
    "over": TEXTS,
    "is_observed": FLAG,
}
"""The allowed values of the arguments of the functions of the package, by name."""


def check_inputs(**others: Argument[Any]) -> Callable[[Callable[Given, Found]], Callable[Given, Found]]:
    """Make a function of the package refuse arguments that it cannot take.

    Parameters
    ----------
    **others : the allowed values of arguments of the function that differ from those in `ARGUMENTS`.
    """

    def decorate(function: Callable[Given, Found]) -> Callable[Given, Found]:
        return check_arguments(f"sim.{function.__name__}", **{**ARGUMENTS, **others})(function)

    return decorate


def read_spec(
    scenario: AnyScenario,
    overrides: Mapping[str, object] | None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """A scenario with other values for some of its keys."""
    numbers = {"replicates": replicates, "seed": seed}
    given = {**(overrides or {}), **{key: value for key, value in numbers.items() if value is not None}}
    written = _scenario_of(scenario)
    spec = set_values(written, given)
    _warn(collect_warnings(f"scenario '{written.title}'", spec, written))
    return spec


def set_values(written: Scenario, values: Mapping[str, object]) -> Scenario:
    """A scenario with other values for some of its keys, without warnings.

    Raises
    ------
    InputError : a value is not valid.
    """
    if not values:
        return written
    spec = parse_scenario({**written.document(), "set": values}, written.title, Path())
    return spec.model_copy(update={"base": written.base})


def read_scenarios(given: str | Path | Sequence[AnyScenario] | None) -> dict[str, AnyScenario]:
    """Scenarios by their names; patterns and folders stand for the scenarios in them.

    Raises
    ------
    InputError : a pattern or a folder stands for none, or two scenarios have one name.
    """
    listed = [*list_shipped_scenarios()] if given is None else [given] if isinstance(given, str | Path) else [*given]
    references = list_references([str(one) for one in listed if isinstance(one, str | Path)])
    named: dict[str, AnyScenario] = dict(zip(name_references(references), references, strict=True))
    for one in listed:
        if isinstance(one, str | Path):
            continue
        title = one.title if isinstance(one, Scenario) else str(one.get("title", one.get("base", "scenario")))
        name = re.sub(r"\W+", "-", title.casefold()).strip("-") or "scenario"
        if name in named:
            raise make_input_error(
                "sim.run_all", "scenarios", f"two scenarios are called '{title}'.", "Give them titles."
            )
        named[name] = one
    return named


def _scenario_of(scenario: AnyScenario) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Mapping):
        return parse_scenario(scenario, "scenario", Path())
    return read_scenario(scenario)


def read_experiment_spec(experiment: AnyExperiment, overrides: Sequence[str]) -> Experiment:
    """An experiment with other values for some of its keys."""
    if isinstance(experiment, Experiment):
        bases = {reference: base.document() for reference, base in experiment.bases.items()}
        where = experiment.title or "experiment"
        spec = parse_experiment(experiment.document(), where, Path(), overrides, bases)
        _warn([*experiment.warnings, *spec.warnings])
        return spec
    if isinstance(experiment, Mapping):
        spec = parse_experiment(experiment, "experiment", Path(), overrides)
    else:
        spec = read_experiment(experiment, overrides)
    _warn(spec.warnings)
    return spec


def read_goal_spec(goal: AnyGoal, overrides: Sequence[str]) -> Goal:
    """A goal with other values for some of its keys.

    Raises
    ------
    InputError : it is not valid; or it was read already, and there are overrides.
    """
    if isinstance(goal, Goal):
        if overrides:
            message = "a goal that was read cannot be changed."
            raise make_input_error("sim.reach", "overrides", message, "Give its name, its path or a dictionary.")
        spec = goal
    elif isinstance(goal, Mapping):
        spec = parse_goal(goal, "goal", Path(), overrides)
    else:
        spec = read_goal(goal, overrides)
    _warn(spec.warnings)
    return spec


def _warn(found: Iterable[Problem]) -> None:
    """Warn of likely mistakes in an input, at the line that called the package."""
    frame, level = sys._getframe(), 1
    package = f"{Path(sim.__file__).parent}{os.sep}"
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    for warning in dict.fromkeys(found):
        warnings.warn(str(warning), stacklevel=level)
