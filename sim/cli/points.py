"""The points of an experiment prepared without running them: the errors that a sweep of it would meet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from sim.case import prepare
from sim.cli.output import say
from sim.cli.progress import progress
from sim.errors import InputError, Problem
from sim.runner.designs import DesignPoint, list_points, make_scenario_at
from sim.specs import Experiment, Scenario
from sim.specs.draft import Key, join_key, shorten_key
from sim.specs.experiment.design import BY_SCENARIO, OVER

MOST_LISTED = 5
"""Values that a message names."""


class _Failure(NamedTuple):
    """A point that cannot be run, and what is wrong with it."""

    point: DesignPoint
    problems: Sequence[Problem]


def check_points(reference: str, experiment: Experiment) -> None:
    """Prepare every point; an error that only a combination of values causes is printed on stderr.

    Parameters
    ----------
    reference : the name of the experiment in messages.

    Raises
    ------
    InputError : no point can be run, or none with some value of a factor.
    """
    points = list_points(experiment)
    failures = list(_failures(experiment, points))
    hopeless = _find_hopeless(points, failures)
    blamed: dict[tuple[str, Problem], list[JsonValue]] = {}
    combined: list[_Failure] = []
    for point, problems in failures:
        names = [name for name, value in point.values.items() if (name, _write_value(value)) in hopeless]
        if not names:
            combined.append(_Failure(point, problems))
            continue
        for problem in problems:
            name = _culprit(problem, names, is_everywhere=len(failures) == len(points))
            blamed.setdefault((name, problem), []).append(point.values.get(name))
    if blamed:
        raise InputError(_refusal(reference, experiment, *cause, values) for cause, values in blamed.items())
    if combined:
        (point, (problem, *_)), *_ = combined
        there = ", ".join(f"{name} = {_write_value(value)}" for name, value in point.values.items())
        of = f"{len(combined)} of {len(points)} points cannot be run, because their values cannot be combined"
        say(f"warning: {reference}: {of}; the first is {there}: {problem.key}: {problem.message}")


def _failures(experiment: Experiment, points: Sequence[DesignPoint]) -> Iterator[_Failure]:
    """The points that cannot be run. Points that differ only in what cannot be wrong are prepared once."""
    verdicts: dict[str, Sequence[Problem]] = {}
    with progress("points checked", len(points)) as report:
        for done, point in enumerate(points, start=1):
            try:
                spec = make_scenario_at(experiment, point)
            except InputError as error:
                yield _Failure(point, _drop_places(error))
            else:
                kind = _kind(spec)
                if kind not in verdicts:
                    verdicts[kind] = _problems(spec)
                if verdicts[kind]:
                    yield _Failure(point, verdicts[kind])
            report(done)


def _problems(spec: Scenario) -> Sequence[Problem]:
    try:
        prepare(spec)
    except InputError as error:
        return _drop_places(error)
    return ()


def _drop_places(error: InputError) -> list[Problem]:
    """The problems of a point, by the keys of its scenario alone, so that those that points share are equal."""
    return [Problem("", one.key.removeprefix("set."), one.message, one.fix) for one in error.problems]


def _kind(spec: Scenario) -> str:
    """The part of a scenario on which its errors depend: neither its texts nor the size of its parameters."""
    document = spec.model_dump(mode="json", include={"world", "roles", "change", "months", "event", "fit"})
    votes = [(vote.resolution, f"{vote.date}") for vote in spec.vote]
    left_out = sorted(name for name, value in spec.parameters.items() if value == 0)
    return json.dumps([document, votes, left_out, spec.parameter_uncertainty], sort_keys=True)


def _find_hopeless(points: Sequence[DesignPoint], failures: Sequence[_Failure]) -> set[tuple[str, str]]:
    """The factors and values that fail at every point."""
    occurs, fails = (
        Counter((name, _write_value(value)) for point in some for name, value in point.values.items())
        for some in (points, [failure.point for failure in failures])
    )
    return {setting for setting, count in fails.items() if count == occurs[setting]}


def _culprit(problem: Problem, names: Sequence[str], *, is_everywhere: bool) -> str:
    """The factor that a problem comes from, of those whose values fail at every point; empty where it is none.

    Parameters
    ----------
    is_everywhere : whether all points fail, so that the scenario fails whatever a factor is set to.
    """
    own = [name for name in names if shorten_key(problem.key).startswith(shorten_key(name))]
    return "" if is_everywhere and not own else (own or names)[0]


def _refusal(
    reference: str, experiment: Experiment, name: str, problem: Problem, values: Sequence[JsonValue]
) -> Problem:
    """A problem at the factor whose values cause it, or of the scenario where none does."""
    if not name:
        return Problem(reference, "scenario", f"no point can be run: {problem.key}: {problem.message}", problem.fix)
    distinct = {_write_value(value): value for value in values}
    listed = ", ".join(list(distinct)[:MOST_LISTED]) + (", ..." if len(distinct) > MOST_LISTED else "")
    own = "" if shorten_key(problem.key).startswith(shorten_key(name)) else f"{problem.key}: "
    key = _place(experiment, name, list(distinct.values()))
    return Problem(reference, key, f"cannot be run with {listed}: {own}{problem.message}", problem.fix)


def _place(experiment: Experiment, name: str, values: Sequence[JsonValue]) -> str:
    """Where the values of a factor are in the experiment's file."""
    place: Key = ("scenario",) if name == BY_SCENARIO else (*OVER, name)
    listed = experiment.scenario if name == BY_SCENARIO else experiment.design.over[name].values
    if listed is None or len(values) > 1:
        return join_key(place)
    return join_key((*place, *(() if name == BY_SCENARIO else ("values",)), listed.index(values[0])))


def _write_value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
