"""The design of an experiment as a frozen value: the factors that vary, and how they are combined into points.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from sim.limits import MOST_POINTS
from sim.rules.parameters import load_registry
from sim.specs.section import Section, Text
from sim.specs.values import LARGEST, to_plain, word_validator_error

DesignKind = Literal["factorial", "zip", "latin-hypercube", "sobol", "random", "morris", "saltelli", "table"]

STEPPED = ("factorial", "zip")  # designs whose ranges are divided into steps
SAMPLED = ("latin-hypercube", "sobol", "random", "morris", "saltelli")  # designs that draw samples
POWERS_OF_TWO = ("sobol", "saltelli")  # designs whose samples are evenly spread only for a power of two
DECIMALS = 12  # decimals that steps are rounded to, so that 3 * 0.05 is 0.15
OVER = ("design", "over")
"""Key of the table of factors."""
BY_SCENARIO = "scenario"
"""The name of the factor that a list of scenarios adds."""


def _plain_values(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(to_plain(value) for value in values)


FactorValues = Annotated[tuple[Any, ...], Strict(False), Field(min_length=1), AfterValidator(_plain_values)]


class Factor(Section):
    """The values of one key of the scenario: an even range of numbers, or a list of values."""

    start: float | None = Field(None, alias="from", description="The number that the range begins with.")
    end: float | None = Field(None, alias="to", description="The number that the range ends with.")
    steps: int | None = Field(
        None, ge=2, le=MOST_POINTS, description="How many values the range has, including both ends."
    )
    values: FactorValues | None = Field(
        None, description="The values, in place of a range; a value may be a list or a table."
    )

    @model_validator(mode="after")
    def _is_range_or_values(self) -> Self:
        given = [name for name, value in (("from", self.start), ("to", self.end)) if value is not None]
        if self.values is not None:
            if given or self.steps is not None:
                raise word_validator_error("values and a range are given where exactly one of them is needed.")
        elif len(given) < 2:
            got = f"only {given[0]} is" if given else "nothing is"
            raise word_validator_error(f"{got} given where from and to, or values, are needed.")
        elif not self.low < self.high:
            raise word_validator_error(f"from = {self.low:g} is not below to = {self.high:g}.")
        elif not math.isfinite(self.high - self.low):
            raise word_validator_error("the range is wider than numbers of this program reach.")
        return self

    @property
    def low(self) -> float:
        """Lower end of a range."""
        return 0.0 if self.start is None else self.start

    @property
    def high(self) -> float:
        """Upper end of a range."""
        return 0.0 if self.end is None else self.end

    @property
    def count(self) -> int:
        """Number of values of a factor of a stepped design."""
        return len(self.values) if self.values is not None else self.steps or 0


def is_whole(name: str) -> bool:
    """Whether a key holds a whole number, so that its range has only whole numbers.

    Parameters
    ----------
    name : dotted key, such as ``parameters.rounds``.
    """
    section, _, parameter = name.partition(".")
    if section == "event":
        return parameter.endswith(".phase_months")
    return section == "parameters" and parameter in load_registry() and load_registry()[parameter].is_count


def list_values(name: str, factor: Factor) -> tuple[Any, ...]:
    """List the values of one factor of a stepped design: the given values, or the steps of its range with both ends.

    Parameters
    ----------
    name : dotted key that the factor sets.
    factor : the factor.
    """
    if factor.values is not None:
        return factor.values
    steps = factor.count
    width = factor.high - factor.low
    inner = (round(factor.low + width * step / (steps - 1), DECIMALS) for step in range(1, steps - 1))
    numbers = (factor.low, *inner, factor.high)
    return tuple(round(number) for number in numbers) if is_whole(name) else numbers


class Design(Section):
    """Which points of which factors are run."""

    kind: DesignKind = Field(description="How the factors are combined into points.")
    samples: int | None = Field(
        None,
        ge=1,
        le=MOST_POINTS,
        description="Number of points, a power of two for sobol. For morris the number of trajectories, each of "
        "one point more than there are factors; for saltelli a power of two, each of two points more.",
    )
    seed: int = Field(0, ge=0, le=LARGEST - 1, description="The number that the drawing of points is keyed by.")
    file: Text | None = Field(
        None, description="The points of a table: a CSV file as seen from this file, dotted keys in its first row."
    )
    priors: float | None = Field(
        None,
        ge=0.001,
        le=100,
        description="Vary every fitted parameter too, by so many standard deviations of its prior around its default.",
    )
    over: Mapping[str, Factor] = Field(
        default_factory=dict, description="What is varied: dotted keys of the scenario, each with a range or values."
    )


def count_points_per_scenario(design: Design) -> int:
    """How many points a design has for one scenario."""
    if design.kind in SAMPLED:
        extra = {"morris": 1, "saltelli": 2}.get(design.kind)
        return (design.samples or 0) * (1 if extra is None else len(design.over) + extra)
    counts = [factor.count for factor in design.over.values()]
    return math.prod(counts) if design.kind == "factorial" else max(counts, default=0)
