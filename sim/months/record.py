"""What members know and do in a month: the record that the phases fill in, and what is reported of it."""

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
    """What buyers are ready to buy, at the cells of the market (..., C); whole tonnes.

    Parameters
    ----------
    held : the earlier purchases that they keep.
    spare : what they could buy on top.
    """

    held: FloatArray
    spare: FloatArray


@dataclass(frozen=True)
class Trade:
    """What buyers buy at the market.

    Parameters
    ----------
    flow : bought from the target, whole tonnes, at the cells (..., C).
    paid : the price of it, millions of euros (..., N).
    """

    flow: FloatArray
    paid: FloatArray


@dataclass(frozen=True)
class Help:
    """Help given to the target (..., N).

    Parameters
    ----------
    visible : months of open help that the help of the month looks like, in [0, 1].
    amounts, opened : by instrument, the part of what it could give that a member gives, and the part of it that is
        given openly, each in [0, 1], of members that are able to give it.
    """

    visible: FloatArray
    amounts: Mapping[str, FloatArray]
    opened: Mapping[str, FloatArray]


@dataclass(frozen=True)
class Gift:
    """Help given to the victim.

    Parameters
    ----------
    amounts : by instrument the amount, of members that are able to give it.
    aid : share of the donor's yearly product (..., N).
    """

    amounts: Mapping[str, FloatArray]
    aid: FloatArray


@dataclass(repr=False)
class MonthRecord(Shown):
    """The current month, of all members or of one. Each part is set by its phase.

    Parameters
    ----------
    now : the month's conditions.
    allies : part of the peers, as weighted in the vote, that sanction the target, in [0, 1].
    effort : how hard the coalition has announced to enforce, 0 or greater.
    punishment : expected cost of a month of open help; utility.
    offer : the offer at the market for the target's fuels.
    discount : on the world price, at which the market clears, by commodity, in [0, 1].
    use : part of all spare capacity that is used at it, by commodity, in [0, 1].
    trade : what is bought at this market.
    earned : revenue of the target from its fuels, over that of a month before the war, 0 or greater.
    missing : part of its earlier imports of goods that the target misses, in [0, 1].
    donated : what all donors gave the victim in the month before; millionths of all members' yearly product.
    help, gift : help to the target and to the victim.
    listed : 1 where a member's firms are listed, else 0.
    heard_listed, heard_visible : weighted means of the peers' listings, and of their visible help in steps.
    """

    now: Conditions
    allies: FloatArray = field(init=False)
    effort: FloatArray = field(init=False)
    punishment: FloatArray = field(init=False)
    offer: Offer = field(init=False)
    discount: FloatArray = field(init=False)
    use: FloatArray = field(init=False)
    trade: Trade = field(init=False)
    earned: FloatArray = field(init=False)
    missing: FloatArray = field(init=False)
    donated: FloatArray = field(init=False)
    help: Help = field(init=False)
    gift: Gift = field(init=False)
    listed: FloatArray = field(init=False)
    heard_listed: FloatArray = field(init=False)
    heard_visible: FloatArray = field(init=False)


class Party(Protocol):
    """Whoever decides in a month: all members in many replicates, arrays (R, N), or one member in one, scalars.

    Parameters
    ----------
    inputs : its inputs at the first month.
    parameters : every parameter by name.
    state : its state after the months so far.
    month : the current month.
    """

    inputs: MonthInputs
    parameters: Parameters
    state: MonthState
    month: MonthRecord

    def draw(self, process: str, occasion: str, where: BoolArray) -> Number:
        """Uniform numbers in [0, 1) for a process and an occasion, at least where `where` is true."""


@dataclass(frozen=True, repr=False)
class MonthView(Shown):
    """What is reported of a month, for all members, in addition to the state after it.

    Parameters
    ----------
    offer, discount, use, trade, help, gift, effort, listed : as in `MonthRecord`, arrays (..., N); the effort is (...).
    goods_closed, rerouted : as in the month's `Conditions`.
    """

    offer: Offer
    discount: FloatArray
    use: FloatArray
    trade: Trade
    help: Help
    gift: Gift
    effort: FloatArray
    listed: FloatArray
    goods_closed: float
    rerouted: FloatArray
