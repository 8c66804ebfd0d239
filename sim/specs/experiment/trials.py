"""Whether what a design sets can be set: each value of each factor tried before anything is run.

A value is refused when it fails by itself and beside the other factors. Values that fail only together (two parameters
that cross) are not: they are points that fail, told as such when the experiment is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputError, Problem
from sim.rules.parameters import ORDERED, registry
from sim.specs.draft import Finding, Key
from sim.specs.experiment.design import STEPPED, Factor, Kind, is_whole, levels, short_key
from sim.specs.scenario.reading import scenario_from
from sim.specs.scenario.spec import Scenario

MOST_TRIED = 50  # values of one factor
BY_EXPERIMENT = ("seed", "replicates", "scenario", "base")
CROSSING = {name for pair in ORDERED for name in pair}


class _Value(NamedTuple):
    """A value to try, where it stands, and its place among the factor's values."""

    value: Any
    key: Key
    row: int


def trial_findings(kind: Kind, factors: Mapping[str, Factor], bases: Sequence[Scenario]) -> Iterator[Finding]:
    """What is wrong with the keys, values and ranges of a design, for the scenarios it varies.

    Parameters
    ----------
    kind : how the factors are combined.
    factors : the factors that are sound, by the key they set.
    bases : the scenarios, as they stand before a point sets anything.
    """
    for name, factor in factors.items():
        place: Key = ("design", "over", name)
        if name.partition(".")[0] in BY_EXPERIMENT:
            yield Finding(place, "cannot be varied.", "The experiment's own scenario, seed and replicates say it.")
            continue
        tried = list(_values_to_try(name, factor, place))
        found = [(item, told) for item in tried for told in _told(kind, factors, bases, name, item)]
        messages = {told for _, told in found}
        if messages and len(found) == len(tried) * len(messages):  # not of a value: of the key
            for told in dict.fromkeys(told for _, told in found):
                yield Finding(place, *told)
        else:
            for item, told in found:
                yield Finding(item.key, *told)


def _values_to_try(name: str, factor: Factor, place: Key) -> Iterator[_Value]:
    if factor.values is None:
        ends = (round(factor.low), round(factor.high)) if is_whole(name) else (factor.low, factor.high)
        yield _Value(ends[0], (*place, "from"), 0)
        yield _Value(ends[1], (*place, "to"), -1)
        return
    chosen = set(range(min(len(factor.values), MOST_TRIED)))
    if len(factor.values) > MOST_TRIED and all(isinstance(value, int | float) for value in factor.values):
        in_order = sorted(range(len(factor.values)), key=lambda index: factor.values[index])  # type: ignore[index]
        chosen |= {in_order[0], in_order[-1]}
    for index in sorted(chosen):
        yield _Value(factor.values[index], (*place, "values", index), index)


def _told(
    kind: Kind, factors: Mapping[str, Factor], bases: Sequence[Scenario], name: str, item: _Value
) -> list[tuple[str, str]]:
    """Messages and fixes of one value that fails in some base, alone and beside the others."""
    told: dict[tuple[str, str], None] = {}
    for base in bases:
        alone = _problems(base, {name: item.value}, name)
        if alone and len(factors) > 1:
            others = {other: _companion(kind, other, factor, item.row) for other, factor in factors.items()}
            beside = _problems(base, {**others, name: item.value}, name)
            alone = [problem for problem in alone if problem in beside]
        told.update(dict.fromkeys((_message(problem, name), problem.fix) for problem in alone))
    return list(told)


def _companion(kind: Kind, name: str, factor: Factor, index: int) -> Any:
    """The value that another factor has beside the value tried: in its row, or its first."""
    if factor.values is None and kind not in STEPPED:
        return factor.low
    values = levels(name, factor) if factor.count else (factor.low,)
    is_row = kind in ("zip", "table") and -1 <= index < len(values)
    return values[index if is_row else 0]


def _problems(base: Scenario, values: Mapping[str, Any], name: str) -> list[Problem]:
    try:
        scenario_from({**base.document(), "set": dict(values)}, "", Path())
    except InputError as error:
        return [problem for problem in error.problems if not is_crossing(problem, values[name])]
    return []


def is_crossing(problem: Problem, value: object) -> bool:
    """Whether a parameter is within its bounds and only on the wrong side of another."""
    parameter = registry().get(problem.key.rpartition("parameters.")[2])
    return (
        parameter is not None
        and parameter.name in CROSSING
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and parameter.low <= value <= parameter.high
    )


def _message(problem: Problem, name: str) -> str:
    """The message, with the key it is about where that is not the factor's own."""
    key = problem.key.removeprefix("set.")
    is_own = not key or short_key(key).startswith(short_key(name))
    return problem.message if is_own else f"sets {key}: {problem.message}"
