"""Reading the files that a command is given; warnings are printed on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sim import specs
from sim.case import prepare
from sim.case.idle import find_idle_changes
from sim.cli.output import say
from sim.errors import InputError, Problem, make_input_error
from sim.specs import Scenario, load_scenario_world
from sim.specs.differences import list_differences
from sim.specs.files import show_path
from sim.specs.scenario.warnings import collect_warnings
from sim.world.rollcalls.doubts import find_doubts
from sim.world.rollcalls.files import load_rollcalls

if TYPE_CHECKING:  # running a scenario loads nothing of these
    from sim.specs import Experiment, Goal


def read_option_day(option: str, text: str) -> date:
    """The day that an option gives.

    Raises
    ------
    InputError : the text is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise make_input_error(option, "", f"got '{text}'; a day such as 2022-03-02 is needed.") from None


def read_scenario(reference: str, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario, with overrides; see `sim.specs.read_scenario`. What has no effect in it is named."""
    spec = specs.read_scenario(reference, overrides)
    _warn(collect_warnings(reference, spec, (_read_unchanged(reference) if overrides else None) or spec))
    _warn(_idle_overrides(reference, spec, overrides))
    world = load_scenario_world(spec)
    for path in spec.known_rollcalls:
        _warn(find_doubts(show_path(Path(path)), load_rollcalls(Path(path), world.iso3), world))
    if spec.change:
        with suppress(InputError):  # which is reported when the scenario is prepared to run
            _warn(find_idle_changes(prepare(spec, reads_votes=False), reference))
    return spec


def _idle_overrides(reference: str, spec: Scenario, overrides: Sequence[str]) -> Iterator[Problem]:
    """Settings of ``--set`` without which the scenario is the same; `overrides` are all of a command."""
    if spec.base is not None and _is_unchanged(spec, spec.base):
        yield Problem(reference, "", f"has no effect: it is the same as the scenario that it starts from, {spec.base}.")
    for number, text in enumerate(overrides):
        key = text.partition("=")[0].strip()
        if key in HOW_IT_RUNS:
            continue
        try:
            other = specs.read_scenario(reference, [*overrides[:number], *overrides[number + 1 :]])
        except InputError:
            continue
        if other.document() == spec.document():
            yield Problem(f"--set {key}", "", "has no effect: the scenario has this value without it.")


def _is_unchanged(spec: Scenario, base: str) -> bool:
    """Whether a what-if is the same as the scenario that it starts from."""
    return not list_differences(specs.read_scenario(base).document(), spec.document())


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


HOW_IT_RUNS = ("replicates", "seed", "parameter_uncertainty")
"""Keys that say how a scenario is run, and may well be set to what they are."""


def _read_unchanged(reference: str) -> Scenario | None:
    """A scenario as its files have it; None where they alone are not valid."""
    try:
        return specs.read_scenario(reference)
    except InputError:
        return None


def _warn(warnings: Iterable[Problem]) -> None:
    for warning in warnings:
        say(f"warning: {warning}")
