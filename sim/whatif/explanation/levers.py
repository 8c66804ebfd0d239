"""Levers, which are inputs that a what-if can change: numbers of a scenario, each with its value and its range."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.case import Case
from sim.case.changes import find_bounds
from sim.errors import Problem
from sim.rules.parameters import ORDERED, load_registry
from sim.specs import Change, Scenario, Vote
from sim.specs.labels import label_attribute, label_key
from sim.specs.scenario.schema import make_schema
from sim.specs.scenario.terms import LARGEST_FIGURE, OwnTerm
from sim.world.quantities import check_coverage


@dataclass(frozen=True)
class Lever:
    """An input that a what-if can change: one number of a scenario.

    Parameters
    ----------
    key : as it is written in a scenario: ``parameters.grievance``, ``vote.0.severity``, ``dependence.arms of IND``.
    label : what people call it, without the member.
    kind : ``attribute``, ``vote`` or ``parameter``.
    now : its value in the scenario.
    low, high : its range, which holds `now`.
    unit : what it is counted in.
    at : makes the scenario with the lever at a value.
    """

    key: str
    label: str
    kind: str
    now: float
    low: float
    high: float
    unit: str
    at: Callable[[float], Scenario]

    @property
    def width(self) -> float:
        """Difference of the ends of its range."""
        return self.high - self.low


def find_levers(case: Case, number: int, iso3: str) -> tuple[Lever, ...]:
    """Every lever of a vote: the attributes of one member, the numbers of the resolution, parameters, own weights.

    The range of a parameter is that of the registry, given the values of the others. Counts such as rounds are not
    levers, and neither are weights of ties that the world does not know for the target.

    Parameters
    ----------
    number : which vote of the case, from 0.
    iso3 : the member whose attributes are levers.
    """
    return (*_attributes(case, number, iso3), *_vote_numbers(case, number), *_parameters(case), *_own_weights(case))


def _attributes(case: Case, number: int, iso3: str) -> Iterator[Lever]:
    spec, member = case.spec, case.world.index[iso3]
    values = case.standings[number].terms.values

    for name in values:
        low, high = _find_range(case, number, name)
        now = float(values[name][member])

        def at(value: float, name: str = name) -> Scenario:
            edit = {"members": (iso3,), "attribute": name, "set": value, "reason": "what if"}
            return spec.model_copy(update={"change": (*spec.change, Change.model_validate(edit))})

        yield Lever(
            key=f"{name} of {iso3}",
            label=label_attribute(name, spec),
            kind="attribute",
            now=now,
            low=min(low, now),
            high=max(high, now),
            unit="of the attribute",
            at=at,
        )


def _find_range(case: Case, number: int, name: str) -> tuple[float, float]:
    """The range of an attribute; of an own figure without bounds, from the lowest to the highest of the members."""
    values = case.standings[number].terms.values[name]
    low, high = find_bounds(name, case.spec)
    return (low, high) if high < LARGEST_FIGURE else (float(values.min()), float(values.max()))


def _own_weights(case: Case) -> Iterator[Lever]:
    spec = case.spec
    for place, term in enumerate(spec.term):

        def at(value: float, place: int = place, term: OwnTerm = term) -> Scenario:
            weighed = term.model_copy(update={"weight": value})
            return spec.model_copy(update={"term": (*spec.term[:place], weighed, *spec.term[place + 1 :])})

        low, high = term.weights
        yield Lever(
            key=f"term.{place}.weight",
            label=label_key(f"term.{place}.weight", spec),
            kind="parameter",
            now=term.weight,
            low=low,
            high=high,
            unit="utility",
            at=at,
        )


def _vote_numbers(case: Case, number: int) -> Iterator[Lever]:
    vote = case.spec.vote[number]
    for name, described in make_schema(Vote)["properties"].items():
        if described.get("type") == "number":
            yield _vote_lever(
                case, number=number, name=name, place=None, now=float(getattr(vote, name)), bounds=described
            )
        elif described.get("type") == "array" and described["items"].get("type") == "number":
            for place, now in enumerate(getattr(vote, name)):
                yield _vote_lever(
                    case, number=number, name=name, place=place, now=float(now), bounds=described["items"]
                )


def _vote_lever(case: Case, number: int, name: str, place: int | None, now: float, bounds: dict[str, float]) -> Lever:
    spec = case.spec

    def at(value: float) -> Scenario:
        whole = getattr(spec.vote[number], name)
        new = value if place is None else (*whole[:place], value, *whole[place + 1 :])
        votes = (*spec.vote[:number], spec.vote[number].model_copy(update={name: new}), *spec.vote[number + 1 :])
        return spec.model_copy(update={"vote": votes})

    key = f"vote.{number}.{name}" if place is None else f"vote.{number}.{name}.{place}"
    unit = "utility" if name == "severity" else "of the vote"
    return Lever(
        key=key,
        label=label_key(key),
        kind="vote",
        now=now,
        low=bounds["minimum"],
        high=bounds["maximum"],
        unit=unit,
        at=at,
    )


def find_unknown_ties(case: Case) -> dict[str, Problem]:
    """Parameters that weigh ties which the world does not know for the target, each with what is missing.

    A scenario may leave such ties out, with a weight of 0; any other weight is refused.
    """
    found = {}
    for name in load_registry():
        weights = {**case.parameters, name: 1.0}
        for problem in check_coverage(case.world, case.roles, weights, f"scenario '{case.spec.title}'"):
            found[name] = problem
    return found


def _parameters(case: Case) -> Iterator[Lever]:
    spec, unknown = case.spec, find_unknown_ties(case)
    for name, parameter in load_registry().items():
        if parameter.is_count or name in unknown:
            continue
        low, high = parameter.low, parameter.high
        for smaller, larger in ORDERED:
            if name == smaller:
                high = min(high, case.parameters[larger])
            if name == larger:
                low = max(low, case.parameters[smaller])

        def at(value: float, name: str = name) -> Scenario:
            return spec.model_copy(update={"parameters": {**spec.parameters, name: value}})

        yield Lever(
            key=f"parameters.{name}",
            label=parameter.label,
            kind="parameter",
            now=case.parameters[name],
            low=low,
            high=high,
            unit=parameter.unit,
            at=at,
        )
