"""An experiment as a frozen value: the scenarios, the design that varies them, and the split it looks for.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    Strict,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim.rules.parameters import registry
from sim.specs.scenario.spec import Scenario
from sim.specs.section import Section, Text, Texts

Kind = Literal["factorial", "zip", "latin-hypercube", "sobol", "random", "morris", "saltelli", "table"]
Output = Literal["tally", "members", "votes", "months"]

OUTPUTS: tuple[Output, ...] = ("tally", "members", "votes", "months")
STEPPED = ("factorial", "zip")  # designs whose ranges are walked in steps
SAMPLED = ("latin-hypercube", "sobol", "random", "morris", "saltelli")  # designs that draw samples
POWERS_OF_TWO = ("sobol", "saltelli")  # designs whose samples are spread evenly only in these numbers
MOST_POINTS = 1_000_000
DIGITS = 12  # decimals that stepped values are rounded to, so that 3 * 0.05 is 0.15
LARGEST = 2**63
COUNTED = ("support", "abstain", "oppose", "absent")
OVER = ("design", "over")
"""Key of the table of factors."""
BY_SCENARIO = "scenario"
"""The name of the factor that a list of scenarios adds."""


def wrong(message: str) -> PydanticCustomError:
    """A mistake that only these validators see, told as any other."""
    return PydanticCustomError("edit", "{message}", {"message": message, "fix": ""})


def plain(value: object) -> object:
    """A value as JSON can hold it: dates become texts.

    Raises
    ------
    PydanticCustomError
        If JSON cannot hold it: a number that is not finite or is too large.
    """
    match value:
        case bool() | str():
            return value
        case int() if -LARGEST <= value < LARGEST:
            return value
        case float() if math.isfinite(value):
            return value
        case dt.date() | dt.time():
            return value.isoformat()
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(name): plain(item) for name, item in value.items()}
        case int() | float():
            raise wrong("holds a number that is not finite, or too large.")
        case _:
            raise wrong("holds something that is no TOML value.")


def _plain_table(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: plain(value) for name, value in table.items()}


PlainTable = Annotated[Mapping[str, Any], AfterValidator(_plain_table)]
"""What to set, by dotted key."""


def _plain_values(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(plain(value) for value in values)


Values = Annotated[tuple[Any, ...], Strict(False), Field(min_length=1), AfterValidator(_plain_values)]


def _references(value: object) -> object:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not items or not all(isinstance(item, str) and item for item in items):
        raise wrong("the name or path of a scenario, or a list of them, is needed.")
    if len(set(items)) < len(items):
        raise wrong("names a scenario twice.")
    return tuple(items)


def _outputs(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    return tuple(output for output in OUTPUTS if output == "tally" or output in outputs)


class Factor(Section):
    """What one key of the scenario is set to: evenly from one number to another, or values one by one."""

    start: float | None = Field(None, alias="from", description="The number that the range begins with.")
    end: float | None = Field(None, alias="to", description="The number that the range ends with.")
    steps: int | None = Field(
        None, ge=2, le=MOST_POINTS, description="How many values the range is walked in, both ends among them."
    )
    values: Values | None = Field(
        None, description="The values, one by one, in place of a range; a value may be a list or a table."
    )

    @model_validator(mode="after")
    def _is_range_or_values(self) -> Self:
        given = [name for name, value in (("from", self.start), ("to", self.end)) if value is not None]
        if self.values is not None:
            if given or self.steps is not None:
                raise wrong("got values and a range; exactly one of them is needed.")
        elif len(given) < 2:
            got = given[0] if given else "neither"
            raise wrong(f"got {got}; from and to are needed, or values.")
        elif not self.low < self.high:
            raise wrong(f"got from = {self.low:g} and to = {self.high:g}; from must be below to.")
        elif not math.isfinite(self.high - self.low):
            raise wrong("the range is too wide.")
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
        """How many values a factor of a stepped design has."""
        return len(self.values) if self.values is not None else self.steps or 0


def is_whole(name: str) -> bool:
    """Whether a key holds a whole number, so that its range stays on whole numbers.

    Parameters
    ----------
    name : dotted key, such as ``parameters.rounds``.
    """
    section, _, parameter = name.partition(".")
    return section == "parameters" and parameter in registry() and registry()[parameter].is_count


def short_key(name: str) -> str:
    """A key without the 0 that may be left out where a list holds one table: ``vote.severity``."""
    parts = name.split(".")
    return ".".join(part for number, part in enumerate(parts) if not (number == 1 and part == "0"))


def levels(name: str, factor: Factor) -> tuple[Any, ...]:
    """The values of one factor of a stepped design: those given, or the steps of its range with both ends.

    Parameters
    ----------
    name : dotted key that the factor sets.
    factor : the factor.
    """
    if factor.values is not None:
        return factor.values
    steps = factor.count
    width = factor.high - factor.low
    inner = (round(factor.low + width * step / (steps - 1), DIGITS) for step in range(1, steps - 1))
    numbers = (factor.low, *inner, factor.high)
    return tuple(round(number) for number in numbers) if is_whole(name) else numbers


class Design(Section):
    """Which points of which factors are run."""

    kind: Kind = Field(description="How the factors are combined into points.")
    samples: int | None = Field(
        None,
        ge=1,
        le=MOST_POINTS,
        description="How many points are drawn, a power of two for sobol. Of morris how many trajectories, each of one "
        "point more than there are factors; of saltelli a power of two, each of two points more.",
    )
    seed: int = Field(0, ge=0, le=LARGEST - 1, description="The number that the drawing of points is keyed by.")
    file: Text | None = Field(
        None, description="The points of a table: a CSV file as seen from this file, dotted keys in its first row."
    )
    priors: float | None = Field(
        None,
        ge=0.001,
        le=100,
        description="Vary every fitted parameter as well: so many standard deviations of its prior around its default.",
    )
    over: Mapping[str, Factor] = Field(
        default_factory=dict, description="What is varied: dotted key of the scenario to range or values."
    )


class Counts(Section):
    """How many members do what; at least one count is given."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [action]} for action in COUNTED]})

    support: int | None = Field(None, ge=0, le=1000, description="How many support the resolution.")
    abstain: int | None = Field(None, ge=0, le=1000, description="How many abstain.")
    oppose: int | None = Field(None, ge=0, le=1000, description="How many oppose it.")
    absent: int | None = Field(None, ge=0, le=1000, description="How many are absent.")

    @model_validator(mode="after")
    def _has_a_count(self) -> Self:
        if not self.counts():
            raise wrong("got no count; at least one of support, abstain, oppose and absent is needed.")
        return self

    def counts(self) -> dict[str, int]:
        """The counts that are given, by action."""
        return {action: getattr(self, action) for action in COUNTED if getattr(self, action) is not None}


class TargetSplit(Counts):
    """The counts that points are ranked by."""

    besides_target: bool = Field(False, description="Whether the counts leave out the target's own vote.")
    resolution: Text | None = Field(None, description="The vote that is meant; if left out, the first.")


class Experiment(Section):
    """One or more scenarios, run at many points.

    The scenarios it names are read with it and travel with it: a worker elsewhere needs no file, and a file that is
    edited meanwhile changes nothing.
    """

    title: str = Field("", description="What the experiment is called.")
    question: str = Field("", description="The question that it answers.")
    scenario: Annotated[
        tuple[Text, ...],
        BeforeValidator(_references),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
        ),
    ] = Field(description="The scenario that is varied: a shipped one's name, or a file; or a list of them.")
    replicates: int | None = Field(
        None, ge=1, le=10_000_000, description="How many runs at each point; if left out, as many as the scenario says."
    )
    seed: int | None = Field(
        None, ge=0, le=LARGEST - 1, description="The number that draws are keyed by; if left out, the scenario's."
    )
    random_numbers: Literal["common", "independent"] = Field(
        "common", description="Whether all points share their random numbers, or each has its own."
    )
    outputs: Annotated[tuple[Output, ...], Strict(False), AfterValidator(_outputs)] = Field(
        ("tally",), description="What is kept: tallies always; members, single votes, and months, on demand."
    )
    set: PlainTable = Field(
        default_factory=dict, description="What to set at every point, by dotted key: 'vote.severity' = 1.2."
    )
    design: Design = Field(description="Which points are run.")
    target_split: TargetSplit | None = Field(None, description="Rank the points by how near they come to these counts.")
    reasons: str = Field("", description="Why the experiment is made so, and what is expected of it.")
    sources: Texts = Field((), description="Where its facts come from.")

    _bases: dict[str, Scenario] = PrivateAttr(default_factory=dict)
    _documents: dict[str, dict[str, object]] = PrivateAttr(default_factory=dict)

    def with_bases(self, bases: Mapping[str, Scenario]) -> Self:
        """The same experiment with its scenarios, as they stand before a point sets anything."""
        experiment = self.model_copy()
        experiment._bases = dict(bases)
        experiment._documents = {reference: base.document() for reference, base in bases.items()}
        return experiment

    @property
    def bases(self) -> Mapping[str, Scenario]:
        """Each scenario by its name here, with the experiment's own ``[set]``, seed and replicates in it."""
        return self._bases

    def base_document(self, reference: str) -> Mapping[str, object]:
        """The document of one of the bases; shared, so not to be changed."""
        return self._documents[reference]

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of what varies, in the order of a point's values; a list of scenarios comes first."""
        by_scenario = (BY_SCENARIO,) if len(self.scenario) > 1 else ()
        return (*by_scenario, *self.design.over)

    @property
    def size(self) -> int:
        """How many points there are, counted without making them."""
        return len(self.scenario) * points_per_scenario(self.design)

    def document(self) -> dict[str, object]:
        """The experiment as plain data that reads back to the same experiment; a table has its columns in it."""
        return {name: _listed(value) for name, value in self._dumped().items()}

    def _dumped(self) -> dict[str, object]:
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"design": {"file"}})


def points_per_scenario(design: Design) -> int:
    """How many points a design has for one scenario."""
    if design.kind in SAMPLED:
        extra = {"morris": 1, "saltelli": 2}.get(design.kind)
        return (design.samples or 0) * (1 if extra is None else len(design.over) + extra)
    counts = [factor.count for factor in design.over.values()]
    return math.prod(counts) if design.kind == "factorial" else max(counts, default=0)


def _listed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value
