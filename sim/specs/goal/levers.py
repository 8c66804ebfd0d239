"""The levers of a goal as frozen values: what may be moved in a scenario, how far, and at what cost.

Users read the descriptions here: editors show them through the JSON Schema, and messages quote them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.specs.experiment.design import is_whole
from sim.specs.names import AttributeName, members_of
from sim.specs.scenario.spec import Action
from sim.specs.section import MemberReferences, Section, Text
from sim.specs.values import validator_error
from sim.world import World

Setting = float | tuple[str, ...]
"""Where a lever is put: a number, or the codes of the members that it moves."""

MOST_VALUES = 10_001
"""Values of one lever."""
DEFAULT_STEPS = 50
"""Steps that a lever's range is walked in where the file gives none."""
DECIMALS = 12
LARGEST_COST = 1_000_000_000
NEUTRAL = {"multiply": 1.0, "add": 0.0}
"""Value of an edit that changes nothing."""
SHARED = {"population": "population", "gdp": "gdp_usd"}
"""What a cost may be in proportion to, and the attribute of the world that it is."""

KIND = Field(description="What kind of lever this is.")
Cost = Annotated[float, Field(ge=0, le=LARGEST_COST)]


class _Lever(Section):
    """What all levers share."""

    cost: Cost = Field(description="The cost of moving a number by 1 from where it stands, or of moving each member.")
    fixed: Cost = Field(0.0, description="The cost of moving it at all.")
    reason: str = Field("", description="What moving it would mean, and why it costs so much.")


class _Range(_Lever):
    """A lever over numbers."""

    start: float = Field(alias="from", description="The lowest value.")
    end: float = Field(alias="to", description="The highest value.")
    step: float | None = Field(
        None, ge=1e-9, le=1e9, description="The steps in which it moves; a fiftieth of the range."
    )

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if not self.start < self.end:
            raise validator_error(f"got from = {self.start:g} and to = {self.end:g}; from must be below to.")
        if self.step is not None and not self.step <= self.end - self.start:
            raise validator_error(f"got step = {self.step:g}; the range is {self.end - self.start:g} wide.")
        if self.step is not None and (self.end - self.start) / self.step > MOST_VALUES - 1:
            raise validator_error(f"got step = {self.step:g}; it makes more than {MOST_VALUES:,} values.")
        return self

    @property
    def stride(self) -> float:
        """The steps in which it moves."""
        return self.step or (self.end - self.start) / DEFAULT_STEPS

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers will do."""
        return False

    def values(self, now: float) -> tuple[float, ...]:
        """The values it may take, from low to high: the steps of its range, both ends, and where it stands."""
        count = math.floor((self.end - self.start) / self.stride + 1e-9)
        walked = {round(self.start + self.stride * number, DECIMALS) for number in range(count + 1)}
        values = {min(value, self.end) for value in walked} | {self.end, now}
        return tuple(sorted({float(round(value)) for value in values} if self.is_whole else values))

    def cost_of(self, value: float, now: float) -> float:
        """The cost of a value: nothing where the lever stands; else the fixed cost, and the change times the cost."""
        return 0.0 if value == now else self.fixed + self.cost * abs(value - now)


class NumberLever(_Range):
    """A number of the scenario."""

    kind: Literal["number"] = KIND
    key: Text = Field(description="The key of the number, such as vote.target_threat.")

    @property
    def name(self) -> str:
        """What the lever is called in tables."""
        return self.key

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers will do."""
        return is_whole(self.key)


class AttributeLever(_Range):
    """An attribute of some members, edited for all of them alike."""

    kind: Literal["attribute"] = KIND
    members: MemberReferences = Field(min_length=1, description="The members and groups whose attribute is edited.")
    attribute: AttributeName = Field(description="The attribute that is edited.")
    edit: Literal["multiply", "add"] = Field(
        description="How it is edited: multiplied (1 changes nothing) or added to (0)."
    )

    @property
    def name(self) -> str:
        """What the lever is called in tables."""
        return f"{self.edit} {self.attribute} of {', '.join(self.members)}"


class _Choice(_Lever):
    """A lever over members, of whom any may be moved, each at a cost."""

    members: MemberReferences = Field(
        min_length=1,
        description="The members and groups of whom any may be moved; '-' before a name takes it away again.",
    )
    per: Literal["member", "population", "gdp"] = Field(
        "member",
        description="What the cost is of: a member, or each per cent that it has of the world's population or product.",
    )
    costs: Mapping[str, Cost] = Field(
        default_factory=dict, description="Costs of single members, by code or name, in place of the common one."
    )

    def candidates(self, world: World) -> tuple[str, ...]:
        """Codes of the members of whom any may be moved."""
        return members_of(world, self.members)

    def cost_of(self, codes: tuple[str, ...], world: World) -> float:
        """The cost of moving some members: nothing for none; else the fixed cost, and the cost of each."""
        if not codes:
            return 0.0
        own = {world.resolve(name)[0]: cost for name, cost in self.costs.items()}
        size = self._sizes(world)
        return self.fixed + math.fsum(own.get(code, self.cost * size[world.index[code]]) for code in codes)

    def _sizes(self, world: World) -> list[float]:
        """What the common cost is multiplied by, for every member."""
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
        """What the lever is called in tables."""
        return f"join {self.key}: {', '.join(self.members)}"


class LeaveLever(_ListLever):
    """Members that may be taken from a list of members of the scenario."""

    kind: Literal["leave"] = KIND

    @property
    def name(self) -> str:
        """What the lever is called in tables."""
        return f"leave {self.key}: {', '.join(self.members)}"


class PledgeLever(_Choice):
    """Members whose vote may be had by an open pledge: given rather than drawn, for their peers to see."""

    kind: Literal["pledge"] = KIND
    action: Action = Field(description="What they pledge to do.")
    resolution: Text | None = Field(None, description="The only vote it holds for; if left out, every vote.")

    @property
    def name(self) -> str:
        """What the lever is called in tables."""
        on = "" if self.resolution is None else f" on {self.resolution}"
        return f"pledge {self.action}{on}: {', '.join(self.members)}"


GoalLever = Annotated[
    NumberLever | AttributeLever | JoinLever | LeaveLever | PledgeLever,
    Field(discriminator="kind"),
]
