"""One member in one replicate of the months: the phases of `sim.months.step`, with what it knows and remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.case.ballot import Ballot
from sim.case.conditions import Conditions
from sim.case.plan import Plan
from sim.case.utilities import Position
from sim.months.position import moved
from sim.months.run import NOISES, START
from sim.months.state import State, initial_state
from sim.months.step import (
    Gift,
    Help,
    MonthView,
    Offer,
    Trade,
    decide,
    enforced,
    give,
    is_listed,
    lend,
    offer,
    settle,
    trade,
)
from sim.rules.coalition import effort, noise
from sim.rules.energy import use
from sim.rules.totals import exact_total

AT_CELLS = ("kept", "capacity")
"""Parts of the state that a member has for each of its cells of the market."""
Allies = Callable[[int, FloatArray], FloatArray]


class MemberMonths:
    """A member between votes.

    Parameters
    ----------
    plan : the months of all members.
    draw : uniform number of a process and an occasion for this member.
    """

    def __init__(
        self, plan: Plan, index: int, parameters: Mapping[str, float], draw: Callable[[str, str], float]
    ) -> None:
        self.plan, self.parameters, self.draw = plan.of_member(index), parameters, draw
        self.inputs = self.plan.inputs
        self.cells = np.flatnonzero(plan.inputs.cells.member == index)
        joining, helping, victim = (noise(np.float64(draw(process, START))) for process in NOISES)  # type: ignore[arg-type]
        self.state = initial_state(self.inputs, parameters, (joining, helping, victim))

    def position(self, ballot: Ballot) -> Position:
        """Where the member is on the day of a vote."""
        return moved(ballot.conflict, ballot.dependence, ballot.threats, self.state, self.inputs, self.parameters)

    def event(self, month: int, place: int) -> None:
        """Take in what an event does at once."""
        touch = self.plan.touches.get((month, place))
        if touch is not None:
            self.state.touched(touch, self.parameters)

    def decide(self, now: Conditions, allies: FloatArray) -> None:
        """Join the coalition or not, and weigh the secondary sanctions to expect."""
        decide(self.state, self.inputs, now, allies, self.parameters)
        self.risk = self.state.risk(self.inputs.exposure)

    def offer(self, now: Conditions) -> Offer:
        """Say what one keeps buying, and what one could take up."""
        self.offered = offer(self.state, self.inputs, now, self.risk, self.parameters)
        return self.offered

    def trade(self, now: Conditions, part: FloatArray) -> Trade:
        """Buy at the price that clears the market."""
        return trade(self.state, self.inputs, now, self.offered, part, self.parameters)

    def lend(self, now: Conditions) -> Help:
        """Help the target, openly, covertly or not at all."""
        self.lent = lend(self.state, self.inputs, now, self.risk, self.parameters)
        return self.lent

    def give(self, now: Conditions) -> Gift:
        """Help the victim, or not."""
        return give(self.state, self.inputs, now, self.parameters)

    def is_listed(self, now: Conditions, hard: FloatArray) -> FloatArray:
        """Whether one's firms are listed this month."""
        draw = np.float64(self.draw("listing", now.name))
        self.listed = is_listed(now, self.lent.visible, hard, draw, self.parameters)  # type: ignore[arg-type]
        return self.listed

    def settle(self, now: Conditions, heard: FloatArray) -> None:
        """Learn, and let dependence and alignment follow."""
        settle(self.state, self.inputs, now, self.lent, self.listed, heard, self.parameters)


def live_month(plan: Plan, number: int, members: Sequence[MemberMonths], allies: Allies) -> MonthView:
    """A month of all members, phase by phase, each member by itself.

    Parameters
    ----------
    number : of the month in the plan.
    allies : what a member, by its index, gets from its peers' values (N,), weighted as in the vote.
    """
    parameters, cells = members[0].parameters, plan.inputs.cells
    now = [member.plan.conditions[number] for member in members]
    pairs = list(zip(members, now, strict=True))
    joined = np.array([member.state.joined for member in members])
    for index, (member, own) in enumerate(pairs):
        member.decide(own, allies(index, joined))
    power = exact_total(np.array([enforced(member.state, member.inputs, own) for member, own in pairs]))
    hard = effort(power, plan.senders_power, parameters["enforcement_effort"])
    held, spare, flow = np.zeros(len(cells)), np.zeros(len(cells)), np.zeros(len(cells))
    for member, own in pairs:
        offered = member.offer(own)
        held[member.cells], spare[member.cells] = offered.held, offered.spare
    part = use(cells.supply, cells.per_commodity(held), cells.per_commodity(spare))
    done = [member.trade(own, part) for member, own in pairs]
    for member, own_trade in zip(members, done, strict=True):
        flow[member.cells] = own_trade.flow
    lent = [member.lend(own) for member, own in pairs]
    listed = np.array([member.is_listed(own, hard) for member, own in pairs])
    gifts = [member.give(own) for member, own in pairs]
    for index, (member, own) in enumerate(pairs):
        member.settle(own, allies(index, listed))
    return MonthView(
        Offer(held, spare),
        part,
        Trade(flow, np.array([own_trade.paid for own_trade in done])),
        Help(
            np.array([own.visible for own in lent]),
            _together(plan, [own.amounts for own in lent], 0.0),
            _together(plan, [own.opened for own in lent], False),
        ),
        Gift(_together(plan, [own.amounts for own in gifts], 0.0), np.array([own.aid for own in gifts])),
        hard,
        listed,
        now[0].goods_closed,
        plan.conditions[number].rerouted,
    )


def _together(plan: Plan, parts: Sequence[Mapping[str, Any]], nothing: float) -> dict[str, Any]:
    """Instrument to the values of those who are able to give it, of all members' parts."""
    found = {}
    for name, ready in plan.inputs.instruments.items():
        if any(name in part for part in parts):
            able = range(len(parts)) if ready.able is None else ready.able
            found[name] = np.array([parts[index].get(name, nothing) for index in able])
    return found


def gathered(members: Sequence[MemberMonths]) -> State:
    """The state of all members, arrays (N,) and, at the market's cells, (C,)."""
    states = [vars(member.state) for member in members]
    size = sum(len(member.cells) for member in members)
    found = {}
    for name in states[0]:
        if name in AT_CELLS:
            found[name] = np.empty(size)
            for member, state in zip(members, states, strict=True):
                found[name][member.cells] = state[name]
        else:
            found[name] = np.array([state[name] for state in states])
    return State(**found)
