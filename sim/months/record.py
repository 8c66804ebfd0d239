"""What is known of a month and done in it: the record that the phases fill in, and what is reported of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sim.arrays import BoolArray, FloatArray, Number
from sim.case.conditions import Conditions
from sim.case.inputs import MonthInputs
from sim.months.state import MonthState
from sim.results.showing import Shown
from sim.rules.parameters import Parameters


@dataclass(frozen=True)
class Offer:
    """What buyers are ready to do at the market, at its cells (..., C), whole tonnes.

    Parameters
    ----------
    held : what they keep of what they bought before.
    spare : what they could take up beyond it.
    """

    held: FloatArray
    spare: FloatArray


@dataclass(frozen=True)
class Trade:
    """What buyers do at the market.

    Parameters
    ----------
    flow : bought from the target, whole tonnes, at the cells (..., C).
    paid : for it, millions of euros (..., N).
    """

    flow: FloatArray
    paid: FloatArray


@dataclass(frozen=True)
class Help:
    """Help given to the target (..., N).

    Parameters
    ----------
    visible : each instrument times how visible it is.
    amounts, opened : instrument to the amount, and to whether it is given openly, of those who are able to give it.
    """

    visible: FloatArray
    amounts: Mapping[str, FloatArray]
    opened: Mapping[str, BoolArray]


@dataclass(frozen=True)
class Gift:
    """Help given to the victim.

    Parameters
    ----------
    amounts : instrument to the amount, of those who are able to give it.
    aid : share of the donor's yearly product (..., N).
    """

    amounts: Mapping[str, FloatArray]
    aid: FloatArray


@dataclass(repr=False)
class MonthRecord(Shown):
    """The month at hand, of all members or of one; each part is there once its phase is over.

    Parameters
    ----------
    now : the month's conditions.
    allies : part of the peers, as weighted in the vote, that sanction the target, in [0, 1].
    risk : expected secondary sanctions, in [0, 1].
    effort : how hard the coalition enforces, 0 or greater.
    offer : at the target's market for fuels.
    use : part of all spare capacity that is needed, by commodity, in [0, 1].
    trade : what is bought there.
    help, gift : given to the target and to the victim.
    listed : 1 where a member's firms are listed, else 0.
    heard : listings among the peers, weighted.
    """

    now: Conditions
    allies: FloatArray = field(init=False)
    risk: FloatArray = field(init=False)
    effort: FloatArray = field(init=False)
    offer: Offer = field(init=False)
    use: FloatArray = field(init=False)
    trade: Trade = field(init=False)
    help: Help = field(init=False)
    gift: Gift = field(init=False)
    listed: FloatArray = field(init=False)
    heard: FloatArray = field(init=False)


class Party(Protocol):
    """Who decides in a month: all members in many replicates, arrays (R, N), or one member in one, scalars.

    Parameters
    ----------
    inputs : what it brings to the first month.
    parameters : every parameter by name.
    state : what the months have moved.
    month : the month at hand.
    """

    inputs: MonthInputs
    parameters: Parameters
    state: MonthState
    month: MonthRecord

    def draw(self, process: str, occasion: str, where: BoolArray) -> Number:
        """Uniform numbers in [0, 1) for a process and an occasion, at least where they are needed."""


@dataclass(frozen=True, repr=False)
class MonthView(Shown):
    """What a month came to, for all members: what is reported beside the state after it.

    Parameters
    ----------
    offer, use, trade, help, gift, effort, listed : as in `MonthRecord`, arrays (..., N), but the effort (...).
    goods_closed, rerouted : as in the month's `Conditions`.
    """

    offer: Offer
    use: FloatArray
    trade: Trade
    help: Help
    gift: Gift
    effort: FloatArray
    listed: FloatArray
    goods_closed: float
    rerouted: FloatArray
