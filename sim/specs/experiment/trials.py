"""Whether the values of a design can be set: they are tried before anything is run.

Values are tried together, in the fewest points that contain each of them once. A point that can be read clears all its
values. Where a point cannot be read, the values that no other point has cleared are tried in halves, until what fails
is one value by itself. A value is refused where it also fails together with the values that do not. Values that fail
only together, such as two parameters that cross, are not refused: their points fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputError, Problem
from sim.limits import MOST_PROBLEMS
from sim.specs.draft import Finding, Key, join_key, shorten_key
from sim.specs.experiment.design import OVER, DesignKind, Factor, is_whole, list_values
from sim.specs.overrides import list_leaves
from sim.specs.scenario.reading import parse_scenario
from sim.specs.scenario.spec import Scenario
from sim.specs.study import is_crossing

MOST_TRIED = 50  # values of one factor
BY_EXPERIMENT = ("seed", "replicates", "scenario", "base")


class TrialValue(NamedTuple):
    """A value of a factor, and its key."""

    value: Any
    key: Key


TrialRow = Mapping[str, TrialValue]
"""A value for each factor, to be tried together."""


@dataclass(frozen=True)
class Trial:
    """The outcome of setting values in a scenario.

    Parameters
    ----------
    row : the values.
    scenario : the scenario with these values; None where they cannot be set.
    problems : why they cannot be set.
    """

    row: TrialRow
    scenario: Scenario | None
    problems: Sequence[Problem]


def find_unvariable(factors: Mapping[str, Factor]) -> Iterator[Finding]:
    """Find factors over keys that no design may vary."""
    for name in factors:
        if is_by_experiment(name):
            message = "cannot be varied."
            yield Finding((*OVER, name), message, "Set it with the experiment's own scenario, seed or replicates.")


def is_by_experiment(name: str) -> bool:
    """Whether the experiment itself sets a key."""
    return name.partition(".")[0] in BY_EXPERIMENT


def list_rows(kind: DesignKind, factors: Mapping[str, Factor]) -> list[TrialRow]:
    """List the points to try: the fewest that contain each value of each factor, or the ends of each range, once.

    Where the values of a row belong together, as in a table, the rows are those of the design.

    Parameters
    ----------
    kind : how the factors are combined.
    factors : the valid factors, by the key that they set.
    """
    varied = {name: factor for name, factor in factors.items() if not is_by_experiment(name)}
    if not varied:
        return []
    if kind in ("zip", "table"):
        columns = {name: list_values(name, factor) for name, factor in varied.items() if factor.count}
        places = sorted({place for name, factor in varied.items() if factor.count for place in _places(name, factor)})
        return [
            {name: _value(name, varied[name], values, min(place, len(values) - 1)) for name, values in columns.items()}
            for place in places
        ]
    tried = {name: _values_to_try(name, factor) for name, factor in varied.items()}
    length = max(len(values) for values in tried.values())
    return [{name: values[number % len(values)] for name, values in tried.items()} for number in range(length)]


def _values_to_try(name: str, factor: Factor) -> list[TrialValue]:
    if factor.values is None:
        ends = (round(factor.low), round(factor.high)) if is_whole(name) else (factor.low, factor.high)
        return [TrialValue(end, (*OVER, name, key)) for end, key in zip(ends, ("from", "to"))]
    return [_value(name, factor, factor.values, place) for place in _places(name, factor)]


def _places(name: str, factor: Factor) -> list[int]:
    """Which values of a factor are tried: both ends of a range, or the first of a list and its extremes."""
    if factor.values is None:
        return [0, factor.count - 1]
    values = factor.values
    chosen = set(range(min(len(values), MOST_TRIED)))
    if len(values) > MOST_TRIED and all(isinstance(value, int | float) for value in values):
        in_order = sorted(range(len(values)), key=lambda place: values[place])
        chosen |= {in_order[0], in_order[-1]}
    return sorted(chosen)


def _value(name: str, factor: Factor, values: Sequence[Any], place: int) -> TrialValue:
    key: Key = (*OVER, name)
    if factor.values is not None:
        return TrialValue(values[place], (*key, "values", place))
    ends = {0: "from", len(values) - 1: "to"}
    return TrialValue(values[place], (*key, ends[place]) if place in ends else key)


def try_row(base: Scenario, row: TrialRow) -> Trial:
    """Try the values of a row in a scenario.

    Parameters
    ----------
    base : the scenario before a point sets anything.
    """
    values = {name: item.value for name, item in row.items()}
    try:
        return Trial(row, parse_scenario({**base.document(), "set": values}, "", Path()), ())
    except InputError as error:
        assigned = {join_key(path): leaf for name, value in values.items() for path, leaf in list_leaves(name, value)}
        return Trial(row, None, [problem for problem in error.problems if not is_crossing(problem, assigned)])


def find_refusals(base: Scenario, trials: Sequence[Trial]) -> Iterator[Finding]:
    """Find what is wrong with values that cannot be set in a scenario, at the key of each.

    Parameters
    ----------
    base : the scenario.
    trials : the trials of all rows in it.
    """
    checked = {item.key for trial in trials if not trial.problems for item in trial.row.values()}
    for trial in (trial for trial in trials if trial.problems):
        unknown = {name: item for name, item in trial.row.items() if item.key not in checked}
        checked |= {item.key for item in trial.row.values()}
        faulty = dict(islice(_find_faulty(base, unknown), MOST_PROBLEMS))
        known = list(trial.row)
        if len(faulty) == MOST_PROBLEMS:  # nothing is known of the values after the last of them
            known = known[: known.index(next(reversed(faulty)))]
        sound = {name: trial.row[name] for name in known if name not in faulty}
        for name, by_itself in faulty.items():
            item = trial.row[name]
            together = try_row(base, {**sound, name: item}) if sound else by_itself
            for problem in together.problems:
                if problem in by_itself.problems or _is_own(problem, name):
                    yield Finding(item.key, _message(problem, name), problem.fix)


def _find_faulty(base: Scenario, row: TrialRow) -> Iterator[tuple[str, Trial]]:
    """Find the values that cannot be set by themselves: what can be read together is halved no further."""
    trial = try_row(base, row)
    if trial.problems and len(row) == 1:
        yield next(iter(row)), trial
    elif trial.problems:
        items, middle = list(row.items()), len(row) // 2
        yield from _find_faulty(base, dict(items[:middle]))
        yield from _find_faulty(base, dict(items[middle:]))


def gather_refusals(rows: Sequence[TrialRow], refused: Iterable[Finding]) -> Iterator[Finding]:
    """Gather the refusals of all scenarios, each once, by factor: at the factor itself where all its values share them.

    Parameters
    ----------
    rows : the rows that were tried.
    refused : what is wrong with their values.
    """
    by_factor = defaultdict(list)
    for finding in dict.fromkeys(refused):
        by_factor[finding.key[: len(OVER) + 1]].append(finding)
    for name in rows[0] if rows else ():
        place: Key = (*OVER, name)
        found = by_factor[place]
        tried = {row[name].key for row in rows}
        shared = list(dict.fromkeys(finding._replace(key=place) for finding in found))
        yield from shared if len(found) == len(tried) * len(shared) else found


def _message(problem: Problem, name: str) -> str:
    """The message, with its key where that is not the factor's own."""
    return problem.message if _is_own(problem, name) else f"sets {_key_of(problem)}: {problem.message}"


def _is_own(problem: Problem, name: str) -> bool:
    """Whether a problem is about the key of a factor, or about the scenario as a whole."""
    key = _key_of(problem)
    return not key or shorten_key(key).startswith(shorten_key(name))


def _key_of(problem: Problem) -> str:
    return problem.key.removeprefix("set.")
