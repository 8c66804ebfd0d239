"""The levers of a goal as frozen values: inputs that may be changed in a scenario, how far, and at what cost.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.specs.experiment.design import is_whole
from sim.specs.names import AttributeName, find_members
from sim.specs.scenario.spec import Action
from sim.specs.section import MemberReferences, Section, Text
from sim.specs.values import word_validator_error
from sim.world import World

Setting = float | tuple[str, ...]
"""The setting of a lever: a number, months by which a date is moved, or the codes of the members that it moves."""

MOST_VALUES = 10_001
"""Most values of one lever."""
DEFAULT_STEPS = 50
"""Steps in a lever's range where the file gives no step."""
MOST_MONTHS = 120
"""Most months by which a date may be moved."""
DECIMALS = 12
LARGEST_COST = 1_000_000_000
NEUTRAL = {"multiply": 1.0, "add": 0.0}
"""Value of an edit that changes nothing."""
SHARED = {"population": "population", "gdp": "gdp_usd"}
"""What a cost may be proportional to, and the attribute of the world for it."""

KIND = Field(description="What kind of lever this is.")
Cost = Annotated[float, Field(ge=0, le=LARGEST_COST)]


class _Lever(Section):
    """What all levers share."""

    cost: Cost = Field(
        description="The cost of moving a number by 1 from its value in the scenario, a date by a month, or of moving "
        "each member."
    )
    fixed: Cost = Field(0.0, description="The cost of using the lever at all.")
    reason: str = Field("", description="What using the lever would mean, and the reason for its cost.")


class _Range(_Lever):
    """A lever over numbers."""

    start: float = Field(alias="from", description="The lowest value.")
    end: float = Field(alias="to", description="The highest value.")
    step: float | None = Field(
        None, ge=1e-9, le=1e9, description="The step between values; if left out, a fiftieth of the range."
    )

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if not self.start < self.end:
            raise word_validator_error(f"from = {self.start:g} is not below to = {self.end:g}.")
        if self.step is not None and not self.step <= self.end - self.start:
            raise word_validator_error(f"step = {self.step:g} is larger than the range, {self.end - self.start:g}.")
        if self.step is not None and (self.end - self.start) / self.step > MOST_VALUES - 1:
            raise word_validator_error(f"step = {self.step:g} gives more than {MOST_VALUES:,} values.")
        return self

    @property
    def stride(self) -> float:
        """The step between values."""
        return self.step or (self.end - self.start) / DEFAULT_STEPS

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return False

    def values(self, now: float) -> tuple[float, ...]:
        """The allowed values, from low to high: the steps of the range, both ends, and `now`, the scenario's value."""
        count = math.floor((self.end - self.start) / self.stride + 1e-9)
        steps = {round(self.start + self.stride * number, DECIMALS) for number in range(count + 1)}
        values = {min(value, self.end) for value in steps} | {self.end, now}
        return tuple(sorted({float(round(value)) for value in values} if self.is_whole else values))

    def cost_of(self, value: float, now: float) -> float:
        """The cost of a value: 0 for `now`, the scenario's value; else the fixed cost plus the cost of the change."""
        return 0.0 if value == now else self.fixed + self.cost * abs(value - now)


class NumberLever(_Range):
    """A number of the scenario."""

    kind: Literal["number"] = KIND
    key: Text = Field(description="The key of the number, such as vote.target_threat.")

    @property
    def name(self) -> str:
        """The name of the lever in tables."""
        return self.key

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return is_whole(self.key)


class AttributeLever(_Range):
    """An attribute of some members, edited in the same way for all of them."""

    kind: Literal["attribute"] = KIND
    members: MemberReferences = Field(min_length=1, description="The members and groups whose attribute is edited.")
    attribute: AttributeName = Field(description="The attribute that is edited.")
    edit: Literal["multiply", "add"] = Field(
        description="How it is edited: multiplied (1 changes nothing) or added to (0 changes nothing)."
    )

    @property
    def name(self) -> str:
        """The name of the lever in tables."""
        return f"{self.edit} {self.attribute} of {', '.join(self.members)}"


class DateLever(_Range):
    """The date of an event or a change, moved by whole months."""

    kind: Literal["date"] = KIND
    key: Text = Field(description="The key of the date of an event or a change, such as event.12.date.")
    start: float = Field(
        alias="from", ge=-MOST_MONTHS, le=0, description="The most months that it may be earlier, such as -6; or 0."
    )
    end: float = Field(alias="to", ge=0, le=MOST_MONTHS, description="The most months that it may be later; or 0.")

    @property
    def name(self) -> str:
        """The name of the lever in tables."""
        return f"move {self.key} by months"

    @property
    def stride(self) -> float:
        """The step between values, one month by default."""
        return self.step or 1.0

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return True


class _Choice(_Lever):
    """A lever over members, any of whom may be moved at a cost."""

    members: MemberReferences = Field(
        min_length=1,
        description="The members and groups, any of whom may be moved; '-' before a name removes it again.",
    )
    per: Literal["member", "population", "gdp"] = Field(
        "member",
        description="What the cost is per: a member, or each per cent of the world's population or product it has.",
    )
    costs: Mapping[str, Cost] = Field(
        default_factory=dict, description="Costs of single members, by code or name, in place of the common cost."
    )

    def candidates(self, world: World) -> tuple[str, ...]:
        """Codes of the members, any of whom may be moved."""
        return find_members(world, self.members)

    def cost_of(self, codes: tuple[str, ...], world: World) -> float:
        """The cost of moving some members: 0 for none; else the fixed cost plus the cost of each."""
        if not codes:
            return 0.0
        own = {world.resolve(name)[0]: cost for name, cost in self.costs.items()}
        size = self._sizes(world)
        return self.fixed + math.fsum(own.get(code, self.cost * size[world.index[code]]) for code in codes)

    def _sizes(self, world: World) -> list[float]:
        """The factor of the common cost, for every member."""
        if self.per == "member":
            return [1.0] * world.size
        amounts = world.attributes[SHARED[self.per]].tolist()
        whole = math.fsum(amounts)
        return [100 * amount / whole for amount in amounts]


class _ListLever(_Choice):
    """A lever over a list of members."""

    key: Text = Field(description="The key of a list of members of the scenario, such as roles.senders.")


class JoinLever(_ListLever):
    """Members that may be added to a list of members of the scenario."""

    kind: Literal["join"] = KIND

    @property
    def name(self) -> str:
        """The name of the lever in tables."""
        return f"join {self.key}: {', '.join(self.members)}"


class LeaveLever(_ListLever):
    """Members that may be removed from a list of members of the scenario."""

    kind: Literal["leave"] = KIND

    @property
    def name(self) -> str:
        """The name of the lever in tables."""
        return f"leave {self.key}: {', '.join(self.members)}"


class PledgeLever(_Choice):
    """Members whose vote may be fixed by an open pledge, which their peers see."""

    kind: Literal["pledge"] = KIND
    action: Action = Field(description="What they pledge to do.")
    resolution: Text | None = Field(None, description="The only vote that is pledged; if left out, every vote.")

    @property
    def name(self) -> str:
        """The name of the lever in tables."""
        on = "" if self.resolution is None else f" on {self.resolution}"
        return f"pledge {self.action}{on}: {', '.join(self.members)}"


GoalLever = Annotated[
    NumberLever | DateLever | AttributeLever | JoinLever | LeaveLever | PledgeLever,
    Field(discriminator="kind"),
]
