"""The order of a month, written once: both engines run this list, phase by phase.

>>> from sim.months.phases import PHASES
>>> for phase in PHASES:
...     print(phase)
see_allies           together  see which peers sanction the target
sanction             each      join the coalition that sanctions the target, stay in it, or leave it
add_up_effort        together  add up how hard the coalition enforces its sanctions
expect_punishment    each      weigh what a month of open help would cost in secondary sanctions
offer                each      shed what substitutes replace, and offer what one could buy of the target's fuels
clear_market         together  find the discount at which the market clears
trade                each      buy at the market's price, and build up capacity for more
count_revenue        together  add up what the target is paid, which limits what it can pay for and lend
note_missing_goods   together  see what the target misses of the goods that it used to buy
help_target          each      give the target some of each instrument of help, openly or covertly
note_aid             together  see what all donors gave in the month before
help_victim          each      give the victim arms, volunteers and aid, which only reports depend on
get_listed           each      have one's firms listed by the coalition; the chance rises with visible help
hear_of_peers        together  hear of the peers' listings, and of help that went unpunished
learn                each      update the belief in enforcement; each listing of one's own costs exposure
drift                each      let dependence and alignment follow the changes of the month
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.arrays import FloatArray, Number
from sim.case.plan import Plan
from sim.months import decisions
from sim.months.record import Party
from sim.rules.coalition import compute_coalition_effort
from sim.rules.energy import compute_part_used, find_clearing_use, find_log_price
from sim.rules.parameters import Parameters
from sim.rules.rerouting import compute_part_missing
from sim.rules.revenue import compute_part_earned

PartyValue = Callable[[Party], FloatArray]


class Assembly(Protocol):
    """All members together: the interface, in either engine, for what passes between members.

    Parameters
    ----------
    plan : the months of all members.
    parameters : every parameter by name.
    """

    plan: Plan
    parameters: Parameters

    def total(self, of: PartyValue) -> FloatArray:
        """The exact sum over members of a value, in a shape that broadcasts with the values of members."""

    def per_commodity(self, of: PartyValue) -> FloatArray:
        """Exact sums (..., K) over buyers of whole tonnes at their cells of the market."""

    def let_know(self, name: str, value: Number) -> None:
        """Put the same value into the month of every member."""

    def let_know_of_peers(self, name: str, of: PartyValue) -> None:
        """Put the mean of its peers' values, small whole numbers, into the month of every member."""


def see_allies(assembly: Assembly) -> None:
    """Let members see which of their peers sanction the target."""
    assembly.let_know_of_peers("allies", lambda party: party.state.joined)


def add_up_effort(assembly: Assembly) -> None:
    """Add up how hard the coalition enforces its sanctions."""
    power, multiplier = assembly.total(decisions.weigh_enforcement), assembly.parameters["enforcement_effort"]
    assembly.let_know("effort", compute_coalition_effort(power, assembly.plan.senders_power, multiplier))


def clear_market(assembly: Assembly) -> None:
    """Find the discount, by commodity, at which the market clears, and the part of all spare capacity used at it."""
    held = assembly.per_commodity(lambda party: party.month.offer.held)
    spare = assembly.per_commodity(lambda party: party.month.offer.spare)
    supply, elasticity = assembly.plan.inputs.cells.supply, assembly.parameters["demand_elasticity"]
    log_price = find_log_price(supply, held, spare, assembly.parameters["supply_elasticity"], elasticity)
    assembly.let_know("discount", -np.expm1(log_price))
    assembly.let_know(
        "use", np.minimum(compute_part_used(log_price, elasticity), find_clearing_use(supply, held, spare))
    )


def count_revenue(assembly: Assembly) -> None:
    """Add up what the target is paid for its fuels, over what it was paid before the war."""
    revenue = assembly.total(lambda party: party.month.trade.paid)
    assembly.let_know("earned", compute_part_earned(revenue, assembly.plan.earlier_revenue))


def note_missing_goods(assembly: Assembly) -> None:
    """Find the part of its earlier imports that the target misses, with the routes that have been built so far."""
    missing = assembly.total(lambda party: decisions.miss_goods(party.state, party.inputs))
    assembly.let_know("missing", compute_part_missing(missing, assembly.plan.target_imports))


def note_aid(assembly: Assembly) -> None:
    """Let members see what all donors gave in the month before."""
    assembly.let_know("donated", assembly.total(decisions.weigh_aid))


def hear_of_peers(assembly: Assembly) -> None:
    """Let members hear of the listings among their peers, and of their visible help."""
    assembly.let_know_of_peers("heard_listed", lambda party: party.month.listed)
    assembly.let_know_of_peers("heard_visible", lambda party: np.rint(party.month.help.visible * decisions.STEPS))


@dataclass(frozen=True)
class Each:
    """A phase in which each member decides by itself.

    Parameters
    ----------
    function : works on all members in many replicates, or on one member in one. A member of Mesa's engine runs it
        through its method of the same name, so that a subclass can change it.
    description : what it does, in a line.
    is_reported_only : whether only reports depend on it, and nothing later.
    """

    function: Callable[[Party], None]
    description: str
    is_reported_only: bool = False

    @property
    def name(self) -> str:
        """The name of the function, and of the member's method."""
        return self.function.__name__

    def __str__(self) -> str:
        return f"{self.name:<20} each      {self.description}"


@dataclass(frozen=True)
class Together:
    """A phase that computes what members know of each other.

    Parameters
    ----------
    function : works on all members together.
    description : what it does, in a line.
    is_reported_only : whether only reports depend on it, and nothing later.
    """

    function: Callable[[Assembly], None]
    description: str
    is_reported_only: bool = False

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__

    def __str__(self) -> str:
        return f"{self.name:<20} together  {self.description}"


PHASES: tuple[Each | Together, ...] = (
    Together(see_allies, "see which peers sanction the target"),
    Each(decisions.sanction, "join the coalition that sanctions the target, stay in it, or leave it"),
    Together(add_up_effort, "add up how hard the coalition enforces its sanctions"),
    Each(decisions.expect_punishment, "weigh what a month of open help would cost in secondary sanctions"),
    Each(decisions.offer, "shed what substitutes replace, and offer what one could buy of the target's fuels"),
    Together(clear_market, "find the discount at which the market clears"),
    Each(decisions.trade, "buy at the market's price, and build up capacity for more"),
    Together(count_revenue, "add up what the target is paid, which limits what it can pay for and lend"),
    Together(note_missing_goods, "see what the target misses of the goods that it used to buy"),
    Each(decisions.help_target, "give the target some of each instrument of help, openly or covertly"),
    Together(note_aid, "see what all donors gave in the month before", is_reported_only=True),
    Each(
        decisions.help_victim,
        "give the victim arms, volunteers and aid, which only reports depend on",
        is_reported_only=True,
    ),
    Each(decisions.get_listed, "have one's firms listed by the coalition; the chance rises with visible help"),
    Together(hear_of_peers, "hear of the peers' listings, and of help that went unpunished"),
    Each(decisions.learn, "update the belief in enforcement; each listing of one's own costs exposure"),
    Each(decisions.drift, "let dependence and alignment follow the changes of the month"),
)
"""The phases of a month in their order, after its events and votes."""
