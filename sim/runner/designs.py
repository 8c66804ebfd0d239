"""Designs: the points of an experiment in one order, and the scenario at each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.errors import make_input_error
from sim.specs import Design, Experiment, Factor, Scenario, parse_scenario
from sim.specs.experiment.design import BY_SCENARIO, SAMPLED, is_whole, list_values

MORRIS_LEVELS = 4
"""Levels of each factor that the trajectories of a Morris design go over."""


@dataclass(frozen=True, slots=True)
class DesignPoint:
    """One setting of all factors.

    Parameters
    ----------
    number : place in the design, from 0.
    values : the value of each factor, by dotted key, as plain data.
    """

    number: int
    values: Mapping[str, Any]


def list_combinations(experiment: Experiment) -> list[tuple[Any, ...]]:
    """List the values of all factors at each point. Scenarios vary slowest, then the first factor.

    Parameters
    ----------
    experiment : an experiment with a valid design.
    """
    rows = list(_rows(experiment.design))
    return [(ref, *row) for ref in experiment.scenario for row in rows] if len(experiment.scenario) > 1 else rows


def list_points(experiment: Experiment) -> tuple[DesignPoint, ...]:
    """List all points of an experiment, in the order of `list_combinations`.

    Parameters
    ----------
    experiment : an experiment with a valid design.
    """
    names = experiment.factors
    settings = enumerate(list_combinations(experiment))
    return tuple(DesignPoint(number, dict(zip(names, row, strict=True))) for number, row in settings)


def make_scenario_at(experiment: Experiment, point: DesignPoint) -> Scenario:
    """The scenario at one point, with the experiment's replicates and its seed, or the point's own.

    Parameters
    ----------
    experiment : the experiment.
    point : one of its points.

    Raises
    ------
    InputError
        If these values cannot be combined.
    """
    values = dict(point.values)
    reference = values.pop(BY_SCENARIO, experiment.scenario[0])
    document = dict(experiment.base_document(reference))
    if experiment.random_numbers == "independent":
        document["seed"] = _own_seed(document["seed"], point)
    return parse_scenario({**document, "set": values}, f"point {point.number}", Path())


def list_levels(experiment: Experiment) -> dict[str, list[Any]]:
    """List the distinct values of each factor: numbers from low to high, others in the order of the points.

    Parameters
    ----------
    experiment : the experiment.
    """
    points = list_points(experiment)
    return {name: _distinct(point.values[name] for point in points) for name in experiment.factors}


def _own_seed(seed: object, point: DesignPoint) -> int:
    """A seed for one point: a hash of the shared seed and the point's values."""
    text = json.dumps([seed, dict(point.values)], sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _distinct(values: Iterable[Any]) -> list[Any]:
    found = list({json.dumps(value, sort_keys=True): value for value in values}.values())
    is_numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)
    return sorted(found) if is_numeric else found


def _rows(design: Design) -> Iterator[tuple[Any, ...]]:
    """The values of the factors at each point."""
    if design.kind in SAMPLED:
        columns = [
            [_value_at(name, factor, share) for share in shares]
            for (name, factor), shares in zip(design.over.items(), draw_shares(design).T, strict=True)
        ]
        return zip(*columns, strict=True)
    stepped = [list_values(name, factor) for name, factor in design.over.items()]
    return product(*stepped) if design.kind == "factorial" else zip(*stepped, strict=True)


def draw_shares(design: Design) -> FloatArray:
    """Draw a number in [0, 1] for each point and factor of a sampled design, (points, factors); the same at every call.

    Parameters
    ----------
    design : a design that draws samples.

    Raises
    ------
    InputError
        If SALib draws this kind of design and is not installed.
    """
    dimensions, samples = len(design.over), design.samples or 0
    generator = np.random.default_rng(design.seed)
    if design.kind == "random":
        return generator.random((samples, dimensions))
    if design.kind in ("morris", "saltelli"):
        return _draw_by_salib(design, samples)
    from scipy.stats import qmc  # takes a tenth of a second to import

    if design.kind == "sobol":
        return qmc.Sobol(dimensions, scramble=True, seed=generator).random_base2(samples.bit_length() - 1)
    return qmc.LatinHypercube(dimensions, seed=generator).random(samples)


def _draw_by_salib(design: Design, samples: int) -> FloatArray:
    """Trajectories of Morris (1991), or the matrices of Saltelli (2010) for first and total Sobol indices."""
    require_salib("design.kind", f'"{design.kind}"')
    from SALib.sample import morris, sobol

    seed = make_salib_seed(design)
    if design.kind == "morris":
        return np.asarray(morris.sample(make_salib_problem(design), samples, num_levels=MORRIS_LEVELS, seed=seed))
    return np.asarray(sobol.sample(make_salib_problem(design), samples, calc_second_order=False, seed=seed))


def make_salib_problem(design: Design) -> dict[str, Any]:
    """The design in the form of SALib: names, and bounds of the draws."""
    names = list(design.over)
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def make_salib_seed(design: Design) -> int:
    """The design's seed for SALib: 32 bits, and not 0, which SALib treats as no seed."""
    return 1 + design.seed % (2**32 - 1)


def require_salib(where: str, what: str) -> None:
    """Refuse a feature that needs SALib where SALib is not installed.

    Raises
    ------
    InputError
        If SALib is not installed.
    """
    if find_spec("SALib") is None:
        raise make_input_error(where, "", f"{what} needs SALib.", "Install alignment-sim with the extra 'sensitivity'.")


def _value_at(name: str, factor: Factor, share: float) -> Any:
    """The value of a factor for a draw in [0, 1]; each value of a list, and each whole number, is equally likely."""
    share = min(float(share), float(np.nextafter(1.0, 0.0)))
    if factor.values is not None:
        return factor.values[int(share * len(factor.values))]
    if is_whole(name):
        return round(factor.low) + int(share * (round(factor.high) - round(factor.low) + 1))
    return min(factor.low + share * (factor.high - factor.low), factor.high)
