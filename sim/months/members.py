"""All members of Mesa's engine together: what they share in a month, and what is reported of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from sim.arrays import FloatArray, Number
from sim.case.plan import Plan
from sim.months.phases import PartyValue
from sim.months.record import Gift, Help, MonthView, Offer, Party, Trade
from sim.months.state import MonthState
from sim.rules.parameters import Parameters
from sim.rules.totals import sum_exactly

AT_CELLS = ("kept", "capacity")
"""Parts of the state with a value for each of a member's cells of the market."""


class Listener(Party, Protocol):
    """A party of one, with peers."""

    def hear(self, values: FloatArray) -> FloatArray:
        """The mean of its peers' values, out of values (N,), weighted as in the vote."""


class AgentAssembly:
    """All members, each a party of its own: the `Assembly` of Mesa's engine.

    Parameters
    ----------
    members : in the order of their indices.
    """

    def __init__(self, plan: Plan, parameters: Parameters, members: Sequence[Listener]) -> None:
        self.plan, self.parameters, self.members = plan, parameters, members
        self.cells = [np.flatnonzero(plan.inputs.cells.member == index) for index in range(len(members))]

    def collect(self, of: PartyValue) -> FloatArray:
        """Collect a value of each member, (N,)."""
        return np.array([of(member) for member in self.members])

    def collect_at_cells(self, of: PartyValue) -> FloatArray:
        """Collect the members' values at their cells of the market, (C,)."""
        found = np.empty(len(self.plan.inputs.cells))
        for member, cells in zip(self.members, self.cells, strict=True):
            found[cells] = of(member)
        return found

    def total(self, of: PartyValue) -> FloatArray:
        """The exact sum over members."""
        return sum_exactly(self.collect(of))

    def per_commodity(self, of: PartyValue) -> FloatArray:
        """Exact sums (K,) over buyers."""
        return self.plan.inputs.cells.per_commodity(self.collect_at_cells(of))

    def let_know(self, name: str, value: Number) -> None:
        """Put the same value into the month of every member."""
        for member in self.members:
            setattr(member.month, name, value)

    def let_know_of_peers(self, name: str, of: PartyValue) -> None:
        """Put the mean of its peers' values into the month of every member."""
        values = self.collect(of)
        for member in self.members:
            setattr(member.month, name, member.hear(values))

    def state(self) -> MonthState:
        """The state of all members, arrays (N,) and, at the market's cells, (C,)."""

        def of(name: str) -> FloatArray:
            collect = self.collect_at_cells if name in AT_CELLS else self.collect
            return collect(lambda party: getattr(party.state, name))

        return MonthState(**{name: of(name) for name in vars(self.members[0].state)})

    def view(self, number: int) -> MonthView:
        """What is reported of a month, by its number in the plan."""
        now, shared = self.plan.conditions[number], self.members[0].month
        return MonthView(
            offer=Offer(
                held=self.collect_at_cells(lambda party: party.month.offer.held),
                spare=self.collect_at_cells(lambda party: party.month.offer.spare),
            ),
            discount=shared.discount,
            use=shared.use,
            trade=Trade(
                flow=self.collect_at_cells(lambda party: party.month.trade.flow),
                paid=self.collect(lambda party: party.month.trade.paid),
            ),
            help=Help(
                visible=self.collect(lambda party: party.month.help.visible),
                amounts=self.collect_by_instrument(lambda party: party.month.help.amounts),
                opened=self.collect_by_instrument(lambda party: party.month.help.opened),
            ),
            gift=Gift(
                amounts=self.collect_by_instrument(lambda party: party.month.gift.amounts),
                aid=self.collect(lambda party: party.month.gift.aid),
            ),
            effort=shared.effort,
            listed=self.collect(lambda party: party.month.listed),
            goods_closed=now.goods_closed,
            rerouted=now.rerouted,
        )

    def collect_by_instrument(self, of: Callable[[Party], Mapping[str, Any]]) -> dict[str, Any]:
        """Collect, by instrument, the values of members that are able to give it, where anybody has decided on it."""
        parts, found = [of(member) for member in self.members], {}
        for name, ready in self.plan.inputs.instruments.items():
            decided = next((part[name] for part in parts if name in part), None)
            if decided is not None:
                able = range(len(parts)) if ready.able is None else ready.able
                nothing = np.zeros_like(decided)
                found[name] = np.array([parts[index].get(name, nothing) for index in able])
        return found
