"""Parameter files: what ``sim calibrate`` writes and a scenario's ``fit`` names.

A file holds fitted values, their intervals, and joint draws from the posterior: draw d of one number goes with draw d
of every other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, Strict, ValidationError

from sim.arrays import FloatArray, IntArray
from sim.errors import InputError, Problem, make_input_error
from sim.rules.parameters import find_parameter_problems, load_registry
from sim.specs.draft import join_key
from sim.specs.files import read_toml
from sim.specs.problems import collect_findings
from sim.specs.scenario.schema import make_schema
from sim.specs.scenario.spec import Scenario
from sim.specs.section import Section, Text

FittedInterval = Annotated[tuple[float, float], Strict(False)]
DrawnNumbers = Annotated[tuple[float, ...], Strict(False)]
RESOLUTION_TERMS = ("severity", "divisiveness_conflict", "divisiveness_order", "target_threat", "sender_threat")
"""The numbers of a resolution that have draws."""


class FittedResolution(Section):
    """What was fitted for one resolution, and how well."""

    resolution: Text
    severity: float
    divisiveness: FittedInterval
    target_threat: float
    sender_threat: float
    intervals: Mapping[str, FittedInterval] = Field(default_factory=dict)
    scores: Mapping[str, float] = Field(default_factory=dict)


class PosteriorDraws(Section):
    """Joint draws from the posterior: of the shared parameters, and of the terms of each resolution."""

    parameters: Mapping[str, DrawnNumbers]
    texts: Mapping[str, Mapping[str, DrawnNumbers]] = Field(default_factory=dict)


class Fit(Section):
    """A parameter file.

    Parameters
    ----------
    settings, data : how the fit was made, and the hashes of the data that it was made from.
    intervals : 90 % interval of each fitted parameter.
    contraction : by how much the votes narrowed the variance of each parameter's prior; near 0 they hold no information
        on it.
    evidence : whether the votes identified each parameter.
    """

    settings: Mapping[str, Any]
    data: Mapping[str, str]
    parameters: Mapping[str, float]
    intervals: Mapping[str, FittedInterval] = Field(default_factory=dict)
    contraction: Mapping[str, float] = Field(default_factory=dict)
    evidence: Mapping[str, Literal["estimated", "not identified"]] = Field(default_factory=dict)
    text: Annotated[tuple[FittedResolution, ...], Strict(False)] = ()
    draws: PosteriorDraws | None = None

    def document(self) -> dict[str, Any]:
        """The file as plain data, without what is empty."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def size(self) -> int:
        """Number of draws."""
        return 0 if self.draws is None else len(next(iter(self.draws.parameters.values()), ()))

    def find_resolution(self, resolution: str) -> FittedResolution | None:
        """What was fitted for a resolution, if anything."""
        return next((text for text in self.text if text.resolution == resolution), None)

    def drawn_parameters(self, draws: IntArray) -> dict[str, FloatArray]:
        """The fitted parameters in some of the draws, each with the shape of `draws`."""
        return {name: np.array(values)[draws] for name, values in self._draws.parameters.items()}

    def shift_of(self, resolution: str, draws: IntArray) -> list[FloatArray | float]:
        """How far draws of each of the `RESOLUTION_TERMS` are from the fitted value; 0 where no draws are kept."""
        text, drawn = self.find_resolution(resolution), self._draws.texts.get(resolution, {})
        if text is None:
            return [0.0] * len(RESOLUTION_TERMS)
        fitted = (text.severity, *text.divisiveness, text.target_threat, text.sender_threat)
        return [
            np.array(drawn[name])[draws] - value if name in drawn else 0.0
            for name, value in zip(RESOLUTION_TERMS, fitted)
        ]

    @property
    def _draws(self) -> PosteriorDraws:
        if self.draws is None:
            raise ValueError("the parameter file holds no draws")
        return self.draws


def find_shipped_fit() -> Path:
    """The parameter file that holds the registry's defaults."""
    return Path(str(files("sim").joinpath("data/fitted.toml")))


def list_shipped_fits() -> tuple[str, ...]:
    """Names of the parameter files that come with the program for scenarios to name, sorted."""
    return tuple(sorted(path.stem for path in _fits_folder().glob("*.toml")))


def locate_fit(name: str, folder: Path | None = None) -> Path:
    """The parameter file that a scenario's ``fit`` names: a shipped one, or a path from a folder."""
    return _fits_folder() / f"{name}.toml" if name in list_shipped_fits() else (folder or Path()) / name


def _fits_folder() -> Path:
    return Path(str(files("sim").joinpath("data/fits")))


def fit_path(spec: Scenario) -> Path | None:
    """The parameter file that a scenario reads in addition to the registry's defaults; None where it reads none."""
    if spec.fit is not None:
        return locate_fit(spec.fit)
    return find_shipped_fit() if spec.parameter_uncertainty else None


def read_fit(path: Path) -> Fit:
    """Read and check a parameter file.

    Raises
    ------
    InputError : the file cannot be read or is not a parameter file; every problem is listed.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise make_input_error(str(path), "", f"cannot be read: {error.strerror}.") from None
    return _read(path, changed)


@lru_cache(16)
def _read(path: Path, changed: int) -> Fit:
    document = read_toml(path)
    try:
        fit = Fit.model_validate(document)
    except ValidationError as error:
        found = collect_findings(error, make_schema(Fit))
        problems = [Problem(str(path), join_key(finding.key), finding.message, finding.fix) for finding in found]
        raise InputError(problems) from None
    problems = [*find_parameter_problems(fit.parameters, str(path)), *_draw_problems(fit, str(path))]
    if problems:
        raise InputError(problems)
    return fit


def _draw_problems(fit: Fit, where: str) -> Iterator[Problem]:
    if fit.draws is None:
        return
    if not fit.size:
        yield Problem(where, "draws.parameters", "holds no draws.", "Leave [draws] out, or calibrate again.")
    for name, values in fit.draws.parameters.items():
        if name not in fit.parameters:
            yield Problem(where, f"draws.parameters.{name}", "is not a fitted parameter of this file.")
        elif name in load_registry() and load_registry()[name].is_count:
            yield Problem(where, f"draws.parameters.{name}", "is a count, and counts have no draws.", "Leave it out.")
        if len(values) != fit.size:
            yield Problem(
                where, f"draws.parameters.{name}", f"holds {len(values)} draws, while others hold {fit.size}."
            )
    for resolution, terms in fit.draws.texts.items():
        for name, values in terms.items():
            if name not in RESOLUTION_TERMS:
                yield Problem(
                    where,
                    f'draws.texts."{resolution}".{name}',
                    f"is not a term of a resolution; allowed are {', '.join(RESOLUTION_TERMS)}.",
                )
            elif len(values) != fit.size:
                yield Problem(
                    where,
                    f'draws.texts."{resolution}".{name}',
                    f"holds {len(values)} draws, while others hold {fit.size}.",
                )
