"""The parameter registry: every number of the model, with its unit, bounds, default and origin.

A scenario's ``[parameters]`` are differences from the defaults. Values that the theory forbids are refused,
because the promise that a stronger incentive moves a member only in its own direction rests on them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from sim.arrays import Number
from sim.errors import Problem, suggest_nearest

Evidence = Literal["estimated", "published", "assumed", "not identified"]

Parameters = Mapping[str, Number]
"""Parameters by name: numbers, or arrays (R, 1) of those that each of many replicates has for itself."""


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    Parameters
    ----------
    name : as written in a scenario's ``[parameters]``.
    label : what people call it.
    unit : of the value. An amount of utility of 1 is one unit of log-odds.
    low, high : inclusive bounds.
    meaning : what it does.
    default : value used where a scenario gives none.
    source : ``"fitted"`` (by ``sim calibrate``), ``"fitted-months"`` (by ``sim calibrate --months``), or where the
        value comes from.
    prior : mean and standard deviation of the normal prior used in fitting, cut off at the bounds; None if not fitted.
    evidence : whether votes or figures say anything about it: ``"estimated"``, ``"published"``, ``"assumed"``, or
        ``"not identified"`` where it was fitted and its prior remained.
    is_count : whether it is a whole number.
    is_of_months : whether only the months between votes read it, so that a scenario without months never does.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    meaning: str
    default: float
    source: str
    evidence: Evidence
    prior: tuple[float, float] | None = None
    is_count: bool = False
    is_of_months: bool = False


# Pairs (smaller, larger): the shapes of retaliation and of sanctions over the actions must not cross.
ORDERED = (
    ("retaliation_absent", "retaliation_abstain"),
    ("sanction_abstain", "sanction_absent"),
    ("grade_targeted", "grade_sectoral"),
    ("grade_sectoral", "grade_comprehensive"),
)

FITS = {"fitted": "fitted.toml", "fitted-months": "fitted-months.toml"}
"""Sources of fitted values, and the files that hold them."""


@cache
def load_registry() -> Mapping[str, Parameter]:
    """Every parameter by name, in the order of the file they are declared in; fitted ones with their fitted value.

    A new one that no fit has seen yet has the mean of its prior.
    """
    data = files("sim").joinpath("data")
    declared = tomllib.loads(data.joinpath("parameters.toml").read_text(encoding="utf-8"))
    of_months = declared.pop("months")
    fitted = {source: _read(name)["parameters"] for source, name in FITS.items()}
    return {
        name: Parameter(
            name=name,
            **{**entry, "prior": tuple(entry["prior"]) if "prior" in entry else None},
            **_fitted_default(name, entry, fitted.get(entry["source"])),
            evidence=_evidence_of(name, entry["source"]),
            is_of_months=name in of_months,
        )
        for name, entry in (declared | of_months).items()
    }


def _evidence_of(name: str, source: str) -> Evidence:
    """What is known of a parameter, by its source and its fit."""
    if source in FITS:
        found: Evidence = _read(FITS[source]).get("evidence", {}).get(name, "estimated")
        return found
    if source.startswith("declared"):
        return "assumed"
    return "estimated" if source.startswith("chosen") else "published"


def _fitted_default(name: str, entry: Mapping[str, Any], fitted: Mapping[str, float] | None) -> dict[str, Any]:
    if fitted is None:
        return {}
    return {"default": fitted[name] if name in fitted else entry["prior"][0]}


@cache
def _read(name: str) -> Mapping[str, Any]:
    """A shipped parameter file, as ``sim calibrate`` wrote it, without its draws: most of the file, and its end."""
    text = files("sim").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text.partition("\n[draws.")[0])


def list_fitted_resolutions() -> frozenset[str]:
    """The resolutions that the defaults were fitted to."""
    return frozenset(text["resolution"] for text in _read(FITS["fitted"])["text"])


def find_unit_resolution() -> str:
    """The resolution whose divisiveness and threats are the units of the defaults."""
    return str(_read(FITS["fitted"])["text"][0]["resolution"])


def defaults() -> dict[str, float]:
    """The default value of every parameter."""
    return {name: parameter.default for name, parameter in load_registry().items()}


def find_parameter_problems(values: Mapping[str, object], where: str, prefix: str = "parameters") -> list[Problem]:
    """Find what is wrong with differences from the defaults: unknown names, wrong types, bounds, order.

    Parameters
    ----------
    values : parameter name to value, as read from a file.
    where : file the values come from, for the messages.
    prefix : key of the table that holds the values.
    """
    known = load_registry()
    problems = []
    for name, value in values.items():
        key = f"{prefix}.{name}" if prefix else name
        if name not in known:
            fix = suggest_nearest(name, known, "'sim list parameters' shows all parameters.")
            problems.append(Problem(where, key, "there is no such parameter.", fix))
            continue
        parameter = known[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            problems.append(Problem(where, key, f"{value!r} is given where a number is needed."))
        elif not parameter.low <= value <= parameter.high:
            allowed = f"{parameter.low:g} to {parameter.high:g}"
            unit = describe_unit(parameter.unit)
            problems.append(Problem(where, key, f"{_shorten(value)} is outside the range {allowed} ({unit})."))
        elif parameter.is_count and value != int(value):
            problems.append(Problem(where, key, f"{value!r} is given where a whole number is needed."))
    if problems:
        return problems
    merged = {**defaults(), **values}
    for smaller, larger in ORDERED:
        if merged[smaller] > merged[larger]:  # type: ignore[operator]
            problems.append(
                Problem(
                    where,
                    f"{prefix}.{smaller if smaller in values else larger}",
                    f"{smaller} = {merged[smaller]:g} must not exceed {larger} = {merged[larger]:g}.",
                )
            )
    return problems


def describe_unit(unit: str) -> str:
    """A unit as messages explain it: what utility is measured in is not common knowledge."""
    return f"{unit}; 1 is one unit of log-odds" if unit == "utility" else unit


def _shorten(value: float) -> str:
    return str(value) if abs(value) < 10**30 else "a number beyond 10^30"
