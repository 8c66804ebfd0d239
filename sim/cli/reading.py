"""Reading the files that a command is given; warnings are printed on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim import specs
from sim.cli.output import say
from sim.errors import InputError, Problem
from sim.specs import Experiment, Goal, Scenario
from sim.specs.scenario.warnings import warnings_of


def read_scenario(reference: str, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario, with overrides; see `sim.specs.read_scenario`."""
    spec = specs.read_scenario(reference, overrides)
    _warn(warnings_of(reference, spec, _read_unchanged(reference) or spec))
    return spec


def read_experiment(reference: str, overrides: Sequence[str] = ()) -> Experiment:
    """An experiment, with overrides; see `sim.specs.read_experiment`."""
    spec = specs.read_experiment(reference, overrides)
    _warn(spec.warnings)
    return spec


def read_goal(reference: str, overrides: Sequence[str] = ()) -> Goal:
    """A goal, with overrides; see `sim.specs.read_goal`."""
    goal = specs.read_goal(reference, overrides)
    _warn(goal.warnings)
    return goal


def _read_unchanged(reference: str) -> Scenario | None:
    """A scenario as its files have it; None where they alone are not valid."""
    try:
        return specs.read_scenario(reference)
    except InputError:
        return None


def _warn(warnings: Iterable[Problem]) -> None:
    for warning in warnings:
        say(f"warning: {warning}")
