"""A goal as a frozen value: the outcome that is wanted, how surely, and the levers that may be moved for it, at a cost.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, PrivateAttr, Strict, model_validator

from sim.rules.adoption import Rule
from sim.specs.design import LARGEST, plain, wrong
from sim.specs.names import AttributeName, MemberName, MemberReference
from sim.specs.scenario import Action, Scenario
from sim.specs.section import Section, Text, Texts

MOST_VALUES = 10_001
"""Values of one lever."""
DEFAULT_STEPS = 50
"""Steps that a lever's range is walked in where the file gives none."""
DIGITS = 12
OUTCOMES = ("rule", "count", "split", "member")
ONE_OF_OUTCOMES = {"oneOf": [{"required": [outcome]} for outcome in OUTCOMES]}
Edit = Literal["multiply", "add"]
NEUTRAL = {"multiply": 1.0, "add": 0.0}
"""Value of an edit that changes nothing."""


class Count(Section):
    """So many members with one action."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]})

    action: Action = Field(description="The action that is counted.")
    at_least: int | None = Field(None, ge=0, le=1000, description="The fewest members, the target among them.")
    at_most: int | None = Field(None, ge=0, le=1000, description="The most members, the target among them.")

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise wrong("got no bound; at_least, at_most or both are needed.")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise wrong(f"got at_least = {self.at_least} and at_most = {self.at_most}, which nothing meets.")
        return self


class Split(Section):
    """The counts of a vote, met within some members."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [action]} for action in ("support", "abstain", "oppose", "absent")]}
    )

    support: int | None = Field(None, ge=0, le=1000, description="How many support the resolution.")
    abstain: int | None = Field(None, ge=0, le=1000, description="How many abstain.")
    oppose: int | None = Field(None, ge=0, le=1000, description="How many oppose it, the target among them.")
    absent: int | None = Field(None, ge=0, le=1000, description="How many are absent.")
    within: int = Field(5, ge=0, le=1000, description="How many members each count may be off.")

    @model_validator(mode="after")
    def _has_a_count(self) -> Self:
        if not self.counts():
            raise wrong("got no count; at least one of support, abstain, oppose and absent is needed.")
        return self

    def counts(self) -> dict[str, int]:
        """The counts that are given, by action."""
        found = {action: getattr(self, action) for action in ("support", "abstain", "oppose", "absent")}
        return {action: count for action, count in found.items() if count is not None}


class MemberAction(Section):
    """One member with one action."""

    member: MemberName = Field(description="The member that is to act so, by code or name.")
    action: Action = Field(description="What it is to do.")


class Wanted(Section):
    """What is wanted: exactly one of a rule met, a count, a split and a member's action."""

    model_config = ConfigDict(json_schema_extra=ONE_OF_OUTCOMES)  # type: ignore[typeddict-item]

    probability: float = Field(ge=0.001, le=1, description="In what share of the replicates, at least.")
    resolution: Text | None = Field(None, description="The vote that is meant; if left out, the first.")
    rule: Rule | None = Field(None, description="The rule that decides: a simple majority, or two-thirds.")
    adopted: bool = Field(True, description="Whether the resolution is to be adopted under the rule, or to fail.")
    count: Count | None = Field(None, description="A number of members with one action.")
    split: Split | None = Field(None, description="The counts of the vote.")
    member: MemberAction | None = Field(None, description="The action of one member.")

    @model_validator(mode="after")
    def _has_one_outcome(self) -> Self:
        given = [outcome for outcome in OUTCOMES if getattr(self, outcome) is not None]
        if len(given) != 1:
            got = " and ".join(given) or "none of them"
            raise wrong(f"got {got}; exactly one of {', '.join(OUTCOMES)} is needed.")
        if not self.adopted and self.rule is None:
            raise wrong("got adopted without a rule, by which it is decided.")
        return self


class GoalLever(Section):
    """What may be moved: a key of the scenario, or an attribute of some members; how far, and at what cost."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["key"]}, {"required": ["members", "attribute", "edit"]}]}
    )

    key: Text | None = Field(None, description="The key of the scenario, such as vote.target_threat.")
    members: Annotated[tuple[MemberReference, ...], Strict(False), Field(min_length=1)] | None = Field(
        None, description="The members and groups whose attribute is edited."
    )
    attribute: AttributeName | None = Field(None, description="The attribute that is edited.")
    edit: Edit | None = Field(None, description="How it is edited: multiplied (1 changes nothing) or added to (0).")
    start: float = Field(alias="from", description="The lowest value.")
    end: float = Field(alias="to", description="The highest value.")
    step: float | None = Field(
        None, ge=1e-9, le=1e9, description="The steps in which it moves; a fiftieth of the range."
    )
    cost: float = Field(ge=0, le=1_000_000_000, description="The cost of a change by 1 from where it stands.")
    fixed: float = Field(0.0, ge=0, le=1_000_000_000, description="The cost of moving it at all.")
    reason: str = Field("", description="What moving it would mean, and why it costs so much.")

    @model_validator(mode="after")
    def _is_key_or_edit(self) -> Self:
        edits = [name for name in ("members", "attribute", "edit") if getattr(self, name) is not None]
        if self.key is not None and edits:
            raise wrong(f"got key and {' and '.join(edits)}; a key, or members, attribute and edit, is needed.")
        if self.key is None and len(edits) < 3:
            got = " and ".join(edits) or "none of them"
            raise wrong(f"got {got}; a key, or members, attribute and edit, is needed.")
        if not self.start < self.end:
            raise wrong(f"got from = {self.start:g} and to = {self.end:g}; from must be below to.")
        if self.step is not None and not self.step <= self.end - self.start:
            raise wrong(f"got step = {self.step:g}; the range is {self.end - self.start:g} wide.")
        if self.step is not None and (self.end - self.start) / self.step > MOST_VALUES - 1:
            raise wrong(f"got step = {self.step:g}; it makes more than {MOST_VALUES:,} values.")
        return self

    @property
    def name(self) -> str:
        """What the lever is called in tables."""
        if self.key is not None:
            return self.key
        return f"{self.edit} {self.attribute} of {', '.join(self.members or ())}"

    def values(self, now: float, is_whole: bool = False) -> tuple[float, ...]:
        """The values it may take, from low to high: the steps of its range, both ends, and where it stands.

        Parameters
        ----------
        now : where it stands.
        is_whole : whether only whole numbers will do.
        """
        step = self.step or (self.end - self.start) / DEFAULT_STEPS
        count = math.floor((self.end - self.start) / step + 1e-9)
        walked = {round(self.start + step * number, DIGITS) for number in range(count + 1)}
        values = {min(value, self.end) for value in walked} | {self.end, now}
        return tuple(sorted({float(round(value)) for value in values} if is_whole else values))

    def cost_of(self, value: float, now: float) -> float:
        """The cost of a value: nothing where the lever stands; else the fixed cost, and the change times the cost."""
        return 0.0 if value == now else self.fixed + self.cost * abs(value - now)


def _plain_table(table: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in table.items()}


class Goal(Section):
    """An outcome that is wanted of a scenario, and the levers that may be moved to reach it."""

    title: str = Field("", description="What the goal is called.")
    question: str = Field("", description="The question that it answers.")
    scenario: Text = Field(description="The scenario that is changed: a shipped one's name, or a file.")
    replicates: int = Field(300, ge=20, le=1_000_000, description="How many runs each combination is judged by.")
    seed: int = Field(0, ge=0, le=LARGEST - 1, description="The number that the search is keyed by.")
    cost_unit: Text = Field("points", description="What costs are counted in.")
    set: Annotated[dict[str, Any], AfterValidator(_plain_table)] = Field(
        default_factory=dict, description="What to set in the scenario first, by dotted key: 'vote.severity' = 1.2."
    )
    goal: Wanted = Field(description="What is wanted.")
    lever: Annotated[tuple[GoalLever, ...], Strict(False)] = Field(
        min_length=1, max_length=20, description="What may be moved, and at what cost."
    )
    reasons: str = Field("", description="Why the goal is set so, and where the costs come from.")
    sources: Texts = Field((), description="Where its facts come from.")

    _base: Scenario | None = PrivateAttr(default=None)
    _now: tuple[float, ...] = PrivateAttr(default=())

    def with_base(self, base: Scenario, now: tuple[float, ...]) -> Self:
        """The same goal with its scenario, and where each lever stands in it."""
        goal = self.model_copy()
        goal._base, goal._now = base, now
        return goal

    @property
    def base(self) -> Scenario:
        """The scenario, with what the goal sets in it."""
        if self._base is None:
            raise ValueError("the goal was made without its scenario")
        return self._base

    @property
    def now(self) -> tuple[float, ...]:
        """Where each lever stands in the scenario."""
        return self._now

    def document(self) -> dict[str, object]:
        """The goal as plain data."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")
