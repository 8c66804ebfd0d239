"""Factors from the priors of the fitted parameters, so that an experiment can vary them all without naming any."""

from __future__ import annotations

from typing import Any

from sim.rules.parameters import ORDERED, defaults, load_registry
from sim.specs.experiment.design import DECIMALS, SAMPLED


def with_prior_factors(document: dict[str, Any]) -> dict[str, Any]:
    """The design with a factor for every fitted parameter in place of its ``priors``; unchanged where it has none.

    Each factor covers so many standard deviations of the parameter's prior on either side of its default, within its
    bounds. Two parameters that must not cross stay on their sides of the middle between their defaults. Factors that
    the design already has are unchanged.

    Parameters
    ----------
    document : a design as plain data, valid or not.
    """
    widths, over = document.get("priors"), document.get("over", {})
    if not isinstance(widths, int | float) or isinstance(widths, bool) or not widths > 0:
        return document
    if document.get("kind") not in SAMPLED or not isinstance(over, dict):
        return document
    factors = {f"parameters.{name}": range_ for name, range_ in read_prior_ranges(float(widths)).items()}
    rest = {key: value for key, value in document.items() if key != "priors"}
    return {**rest, "over": {**factors, **over}}


def read_prior_ranges(widths: float) -> dict[str, dict[str, float]]:
    """The range of each fitted parameter, ``from`` and ``to``.

    Parameters
    ----------
    widths : standard deviations of the prior on either side of the default.
    """
    centres, found = defaults(), {}
    for name, parameter in load_registry().items():
        if parameter.prior is None:
            continue
        reach = widths * parameter.prior[1]
        low, high = max(parameter.low, centres[name] - reach), min(parameter.high, centres[name] + reach)
        for smaller, larger in ORDERED:
            middle = (centres[smaller] + centres[larger]) / 2
            low = max(low, middle) if name == larger else low
            high = min(high, middle) if name == smaller else high
        if low < high:
            found[name] = {"from": round(low, DECIMALS), "to": round(high, DECIMALS)}
    return found
