"""An experiment as a frozen value: the scenarios, the design that varies them, and the split that it looks for.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

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

from sim.errors import Problem
from sim.limits import MOST_REPLICATES
from sim.specs.experiment.design import BY_SCENARIO, Design, count_points_per_scenario
from sim.specs.scenario.spec import Scenario
from sim.specs.section import Section, Text, Texts
from sim.specs.values import LARGEST, PlainTable, word_validator_error

Output = Literal["tally", "members", "votes", "months"]

OUTPUTS: tuple[Output, ...] = ("tally", "members", "votes", "months")
COUNTED = ("support", "abstain", "oppose", "absent")


class Counts(Section):
    """How many members take each action; at least one count is given."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [action]} for action in COUNTED]})

    support: int | None = Field(None, ge=0, le=1000, description="How many support the resolution.")
    abstain: int | None = Field(None, ge=0, le=1000, description="How many abstain.")
    oppose: int | None = Field(None, ge=0, le=1000, description="How many oppose it.")
    absent: int | None = Field(None, ge=0, le=1000, description="How many are absent.")

    @model_validator(mode="after")
    def _has_a_count(self) -> Self:
        if not self.counts():
            raise word_validator_error(
                "no count is given where at least one of support, abstain, oppose and absent is needed."
            )
        return self

    def counts(self) -> dict[str, int]:
        """The counts that are given, by action."""
        return {action: getattr(self, action) for action in COUNTED if getattr(self, action) is not None}


class TargetSplit(Counts):
    """The counts that points are ranked by."""

    besides_target: bool = Field(False, description="Whether the counts leave out the target's own vote.")
    resolution: Text | None = Field(None, description="The resolution of the counts; if left out, the first.")


class ExpectedCourse(Section):
    """What the author of an experiment expected of it, written before it was run."""

    direction: Text = Field(description="What is expected to happen along the levers, in words.")


def _references(value: object) -> object:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not items or not all(isinstance(item, str) and item for item in items):
        raise word_validator_error("the name or path of a scenario, or a list of them, is needed.")
    if len(set(items)) < len(items):
        raise word_validator_error("names a scenario twice; name each scenario once.")
    return tuple(items)


def _outputs(outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    return tuple(output for output in OUTPUTS if output == "tally" or output in outputs)


class Experiment(Section):
    """One or more scenarios, run at many points.

    The experiment holds the scenarios that it names. So a worker elsewhere needs no file, and editing a file meanwhile
    changes nothing.
    """

    title: str = Field("", description="What the experiment is called.")
    question: str = Field("", description="The question that it answers.")
    scenario: Annotated[
        tuple[Text, ...],
        BeforeValidator(_references),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
        ),
    ] = Field(description="The scenario that is varied: the name of a shipped one, or a file; or a list of these.")
    replicates: int | None = Field(
        None,
        ge=1,
        le=MOST_REPLICATES,
        description="How many runs at each point; if left out, the number of the scenario.",
    )
    seed: int | None = Field(
        None, ge=0, le=LARGEST - 1, description="The number that draws are keyed by; if left out, the scenario's."
    )
    random_numbers: Literal["common", "independent"] = Field(
        "common", description="Whether all points share their random numbers, or each has its own."
    )
    outputs: Annotated[tuple[Output, ...], Strict(False), AfterValidator(_outputs)] = Field(
        ("tally",), description="What is kept: tallies always; members, single votes and months on request."
    )
    set: PlainTable = Field(
        default_factory=dict, description="What to set at every point, by dotted key: 'vote.severity' = 1.2."
    )
    design: Design = Field(description="Which points are run.")
    target_split: TargetSplit | None = Field(None, description="Rank the points by their distance from these counts.")
    expected: ExpectedCourse | None = Field(
        None, description="What the experiment is expected to show, written before it is run."
    )
    reasons: str = Field("", description="Why the experiment is designed this way.")
    sources: Texts = Field((), description="Where its facts come from.")

    _bases: dict[str, Scenario] = PrivateAttr(default_factory=dict)
    _documents: dict[str, dict[str, object]] = PrivateAttr(default_factory=dict)
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())

    def with_bases(self, bases: Mapping[str, Scenario], warnings: Iterable[Problem] = ()) -> Self:
        """The same experiment with its scenarios, before a point sets anything, and with its warnings."""
        experiment = self.model_copy()
        experiment._bases, experiment._warnings = dict(bases), tuple(warnings)
        experiment._documents = {reference: base.document() for reference, base in bases.items()}
        return experiment

    @property
    def first(self) -> Scenario:
        """The first of its scenarios."""
        return next(iter(self._bases.values()))

    @property
    def bases(self) -> Mapping[str, Scenario]:
        """Each scenario by its name here, with the experiment's own ``[set]``, seed and replicates."""
        return self._bases

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is allowed in the experiment but seldom meant: factors without effect, a what-if that is undone."""
        return self._warnings

    def base_document(self, reference: str) -> Mapping[str, object]:
        """The document of one of the bases; it is shared, so do not change it."""
        return self._documents[reference]

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of what varies, in the order of a point's values; a list of scenarios comes first."""
        by_scenario = (BY_SCENARIO,) if len(self.scenario) > 1 else ()
        return (*by_scenario, *self.design.over)

    @property
    def size(self) -> int:
        """Number of points, counted without making them."""
        return len(self.scenario) * count_points_per_scenario(self.design)

    def document(self) -> dict[str, object]:
        """The experiment as plain data that reads back to the same experiment; a table is included with its columns."""
        return {name: _to_lists(value) for name, value in self._dumped().items()}

    def _dumped(self) -> dict[str, object]:
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"design": {"file"}})


def _to_lists(value: object) -> object:
    if isinstance(value, dict):
        return {key: _to_lists(item) for key, item in value.items()}
    return [_to_lists(item) for item in value] if isinstance(value, list | tuple) else value
