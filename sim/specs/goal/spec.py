"""A goal as a frozen value: the wanted outcome, its probability, and the levers that may be moved for it at a cost.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, PrivateAttr, Strict, model_validator

from sim.errors import Problem
from sim.rules.adoption import AdoptionRule
from sim.specs.experiment.spec import Counts
from sim.specs.goal.levers import GoalLever, Setting
from sim.specs.names import MemberName
from sim.specs.scenario.spec import Action, Scenario
from sim.specs.section import Section, Text, Texts
from sim.specs.values import LARGEST, PlainTable, word_validator_error

OUTCOMES = ("rule", "count", "split", "member")
ONE_OF_OUTCOMES = {"oneOf": [{"required": [outcome]} for outcome in OUTCOMES]}


class WantedCount(Section):
    """A number of members with one action."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]})

    action: Action = Field(description="The action that is counted.")
    at_least: int | None = Field(None, ge=0, le=1000, description="The fewest members, including the target.")
    at_most: int | None = Field(None, ge=0, le=1000, description="The most members, including the target.")

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise word_validator_error("no bound is given where at_least, at_most or both are needed.")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise word_validator_error(f"no count is both at least {self.at_least} and at most {self.at_most}.")
        return self


class WantedSplit(Counts):
    """The counts of a vote, including the target's own vote, and how near they have to be."""

    within: int = Field(5, ge=0, le=1000, description="How many members each count may differ by.")


class MemberAction(Section):
    """One member with one action."""

    member: MemberName = Field(description="The member, by code or name.")
    action: Action = Field(description="The action that is wanted of it.")


class Wanted(Section):
    """The wanted outcome: exactly one of a rule that is met, a count, a split and a member's action."""

    model_config = ConfigDict(json_schema_extra=ONE_OF_OUTCOMES)  # type: ignore[typeddict-item]

    probability: float = Field(
        ge=0.001, le=1, description="The share of runs in which the outcome is wanted, at least."
    )
    resolution: Text | None = Field(None, description="The resolution of the outcome; if left out, the first.")
    rule: AdoptionRule | None = Field(None, description="The rule of adoption: a simple majority, or two-thirds.")
    adopted: bool = Field(True, description="Whether the resolution is to be adopted under the rule, or to fail.")
    count: WantedCount | None = Field(None, description="A number of members with one action.")
    split: WantedSplit | None = Field(None, description="The counts of the vote.")
    member: MemberAction | None = Field(None, description="The action of one member.")

    @model_validator(mode="after")
    def _has_one_outcome(self) -> Self:
        given = [outcome for outcome in OUTCOMES if getattr(self, outcome) is not None]
        if len(given) != 1:
            got = f"{' and '.join(given)} are" if given else "none is"
            raise word_validator_error(f"{got} given where exactly one of {', '.join(OUTCOMES)} is needed.")
        if not self.adopted and self.rule is None:
            raise word_validator_error("adopted is given without a rule of adoption.")
        return self


class Goal(Section):
    """A wanted outcome of a scenario, and the levers that may be moved to reach it."""

    title: str = Field("", description="What the goal is called.")
    question: str = Field("", description="The question that it answers.")
    scenario: Text = Field(description="The scenario that is changed: the name of a shipped one, or a file.")
    replicates: int = Field(300, ge=20, le=1_000_000, description="How many runs each combination is tested with.")
    seed: int = Field(0, ge=0, le=LARGEST - 1, description="The number that the search is keyed by.")
    cost_unit: Text = Field("points", description="The unit of costs.")
    set: PlainTable = Field(
        default_factory=dict, description="What to set in the scenario first, by dotted key: 'vote.severity' = 1.2."
    )
    goal: Wanted = Field(description="What is wanted.")
    lever: Annotated[tuple[GoalLever, ...], Strict(False)] = Field(
        min_length=1, max_length=20, description="What may be moved, and at what cost."
    )
    reasons: str = Field("", description="Why the goal is set this way, and where the costs come from.")
    sources: Texts = Field((), description="Where its facts come from.")

    _base: Scenario | None = PrivateAttr(default=None)
    _now: tuple[Setting, ...] = PrivateAttr(default=())
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())

    def with_base(self, base: Scenario, now: tuple[Setting, ...], warnings: tuple[Problem, ...]) -> Self:
        """The same goal with its scenario, the setting of each lever in it, and its warnings."""
        goal = self.model_copy()
        goal._base, goal._now, goal._warnings = base, now, warnings
        return goal

    @property
    def base(self) -> Scenario:
        """The scenario, with the settings of the goal's ``[set]``."""
        if self._base is None:
            raise ValueError("the goal was made without its scenario")
        return self._base

    @property
    def now(self) -> tuple[Setting, ...]:
        """The setting of each lever in the scenario; a lever over members moves none of them."""
        return self._now

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is allowed in the goal but seldom meant: levers without effect, a what-if that is undone."""
        return self._warnings

    def document(self) -> dict[str, object]:
        """The goal as plain data."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")
