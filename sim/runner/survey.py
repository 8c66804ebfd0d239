"""What has to be known of all points of a plan at once, in one pass: there may be a hundred thousand of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from sim.runner.batch import RunPoint
from sim.specs import Scenario


class Points(Protocol):
    """Points in the order of their numbers. They may be made when they are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> RunPoint: ...

    def __iter__(self) -> Iterator[RunPoint]: ...


@dataclass
class Survey:
    """What has to be known of all points at once.

    Parameters
    ----------
    replicates : how many are run of each point.
    has_months : whether months are simulated between the votes of each point.
    specs : of the scenarios that read the same files, one.
    is_numeric : by factor, whether all its values are numbers.
    prepared : the points that come with a prepared scenario.
    """

    replicates: list[int] = field(default_factory=list)
    has_months: list[bool] = field(default_factory=list)
    specs: tuple[Scenario, ...] = ()
    is_numeric: dict[str, bool] = field(default_factory=dict)
    prepared: list[RunPoint] = field(default_factory=list)


def survey_points(points: Points) -> Survey:
    """Survey the points of a plan."""
    found, specs = Survey(), dict[object, Scenario]()
    for point in points:
        found.replicates.append(point.replicates)
        found.has_months.append(point.has_months)
        for name, value in point.values.items():
            found.is_numeric[name] = found.is_numeric.get(name, True) and _is_number(value)
        if point.case is not None:
            found.prepared.append(point)
        if point.spec is not None:
            specs[_list_inputs(point.spec)] = point.spec
    found.specs = tuple(specs.values())
    return found


def _is_number(value: JsonValue) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _list_inputs(spec: Scenario) -> object:
    """What decides which files of data a scenario reads."""
    return spec.world, spec.months is None, spec.known_rollcalls, tuple(term.file for term in spec.term)
