"""Simulating the months of many replicates at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray, Number
from sim.case.ballot import Ballot, Threats
from sim.case.inputs import of_replicates
from sim.case.plan import Plan
from sim.case.utilities import MonthlyTerms
from sim.months.phases import PHASES, PartyValue
from sim.months.record import Gift, Help, MonthRecord, MonthView, Offer, Trade
from sim.months.state import NOISES, START, MonthState, draw_assumptions, make_initial_state
from sim.months.terms import find_monthly_terms
from sim.randomness import Draws, to_unit
from sim.rules.influence import GRID, round_weights, sum_over_peers
from sim.rules.parameters import Parameters
from sim.rules.totals import sum_exactly

if TYPE_CHECKING:
    from sim.rules.influence import Peers

REPLICATES_PER_STRIP = 400
"""Number of replicates whose arrays fit into the second-level cache of common processors."""


class Strip:
    """Some of the replicates, few enough for their arrays to stay in the processor's cache.

    It is both a `Party` and the `Assembly`: its arrays (R, N), with members outermost in memory, hold all members.
    """

    month: MonthRecord

    def __init__(self, run: MonthRun, rows: slice, draws: Sequence[FloatArray]) -> None:
        self.run, self.rows, self.plan = run, rows, run.plan
        self.inputs = run.plan.inputs.of_replicates(rows)
        self.parameters: Parameters = {name: of_replicates(value, rows) for name, value in run.parameters.items()}
        self.state = make_initial_state(self.inputs, self.parameters, [of_replicates(draw, rows) for draw in draws])
        self.nothing = np.zeros_like(self.state.shift)
        self.heard: dict[str, tuple[FloatArray, FloatArray]] = {}

    def draw(self, process: str, occasion: str, where: BoolArray) -> FloatArray:
        """Uniform numbers (R, N); they are drawn only for members that need one in some replicate."""
        self.run.draw(process, occasion, np.flatnonzero(where.any(axis=0)))
        return self.run.drawn[:, self.rows].T

    def total(self, of: PartyValue) -> FloatArray:
        """The exact sum over members, a column (R, 1) as drawn parameters are."""
        return sum_exactly(of(self))[:, None]

    def per_commodity(self, of: PartyValue) -> FloatArray:
        """Exact sums (R, K) over buyers."""
        return self.inputs.cells.per_commodity(of(self))

    def let_know(self, name: str, value: Number) -> None:
        """Put a value into the current month."""
        setattr(self.month, name, value)

    def let_know_of_peers(self, name: str, of: PartyValue) -> None:
        """Put sums over peers into the current month; only changes since the last month are summed again."""
        values, (before, sums) = of(self), self.heard.get(name, (self.nothing, self.nothing))
        changes = values - before
        if changes.any():
            more = sum_over_peers(self.run.weights, changes.T.astype(np.float32))
            sums = sums + np.multiply(more, 1.0 / GRID, dtype=np.float64).T
        self.heard[name] = values, sums
        setattr(self.month, name, sums)

    def view(self) -> MonthView:
        """What is reported of the month."""
        month = self.month
        return MonthView(
            offer=month.offer,
            discount=month.discount,
            use=month.use,
            trade=month.trade,
            help=month.help,
            gift=month.gift,
            effort=month.effort[:, 0],
            listed=month.listed,
            goods_closed=month.now.goods_closed,
            rerouted=month.now.rerouted,
        )


class MonthRun:
    """Replicates `first` to `first + count - 1` of a scenario's months.

    Parameters
    ----------
    plan : the months of all members; inputs (R, N) differ between replicates.
    peers : weights of the peers, as in the vote.
    parameters : every parameter by name; arrays (R, 1) differ between replicates.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        peers: Peers,
        parameters: Parameters,
        iso3: tuple[str, ...],
        draws: Draws,
        first: int,
        count: int,
    ) -> None:
        self.plan, self.iso3, self.draws = plan, iso3, draws
        self.first, self.count = first, count
        self.parameters = draw_assumptions(parameters, self._draw_for_all)
        # Whole numbers up to 2^20 and zeros and ones: every sum is exact in single precision.
        self.weights = round_weights(peers)
        self.number = 0
        size = len(iso3)
        self.occasion, self.drawn, self.is_drawn = ("", ""), np.zeros((size, count)), np.zeros(size, dtype=bool)
        noises = []
        for process in NOISES:
            self.draw(process, START, np.arange(size))
            noises.append(self.drawn.T.copy())
        parts = [
            slice(start, min(start + REPLICATES_PER_STRIP, count)) for start in range(0, count, REPLICATES_PER_STRIP)
        ]
        self.strips = [Strip(self, rows, noises) for rows in parts]

    def _draw_for_all(self, process: str, occasion: str, member: str) -> FloatArray:
        return self.draws.uniforms(process, occasion, member, self.first, self.count)[:, None]

    @property
    def state(self) -> MonthState:
        """The state of all replicates."""
        states = [vars(strip.state) for strip in self.strips]
        return MonthState(**{name: np.concatenate([state[name] for state in states]) for name in states[0]})

    def monthly_terms(self, ballot: Ballot) -> MonthlyTerms:
        """The terms that the months change, on the day of a vote, arrays (R, N)."""
        parts = []
        for strip in self.strips:
            conflict, dependence = (of_replicates(term, strip.rows) for term in (ballot.conflict, ballot.dependence))
            threats = Threats(*(of_replicates(threat, strip.rows) for threat in ballot.threats))
            parts.append(find_monthly_terms(strip, conflict, dependence, threats))
        return MonthlyTerms(*(np.concatenate(terms) for terms in zip(*parts, strict=True)))

    def draw(self, process: str, occasion: str, members: IntArray) -> None:
        """Draw a uniform number per replicate for some members, unless they have one for this occasion already."""
        if (process, occasion) != self.occasion:
            self.occasion, self.is_drawn[:] = (process, occasion), False
        missing = members[~self.is_drawn[members]]
        words = np.empty((len(missing), self.count), dtype=np.uint64)
        for row, member in zip(words, missing.tolist(), strict=True):
            row[:] = self.draws.words(process, occasion, self.iso3[member], self.first, self.count)
        self.drawn[missing], self.is_drawn[missing] = to_unit(words), True

    def apply_event(self, place: int) -> None:
        """Apply the immediate effects of an event of the month."""
        touch = self.plan.touches.get((self.number, place))
        if touch is not None:
            for strip in self.strips:
                strip.state.apply_touch(touch, strip.parameters)

    def pass_month(self, *, is_watched: bool = True) -> MonthView | None:
        """Run the phases of the current month, after its events and votes.

        Parameters
        ----------
        is_watched : whether a view of the month is returned.
        """
        phases = [phase for phase in PHASES if is_watched or not phase.is_reported_only]
        for strip in self.strips:
            strip.month = MonthRecord(self.plan.conditions[self.number])
            for phase in phases:
                phase.function(strip)
        self.number += 1
        return _concatenate_views([strip.view() for strip in self.strips]) if is_watched else None


def _concatenate_views(views: Sequence[MonthView]) -> MonthView:
    """Concatenate the views of strips to one view of all replicates."""

    def whole(get: Callable[[MonthView], FloatArray]) -> FloatArray:
        return np.concatenate([get(view) for view in views])

    def each(get: Callable[[MonthView], Mapping[str, Any]]) -> dict[str, Any]:
        return {name: np.concatenate([get(view)[name] for view in views]) for name in get(views[0])}

    return MonthView(
        offer=Offer(whole(lambda view: view.offer.held), whole(lambda view: view.offer.spare)),
        discount=whole(lambda view: view.discount),
        use=whole(lambda view: view.use),
        trade=Trade(whole(lambda view: view.trade.flow), whole(lambda view: view.trade.paid)),
        help=Help(
            visible=whole(lambda view: view.help.visible),
            amounts=each(lambda view: view.help.amounts),
            opened=each(lambda view: view.help.opened),
        ),
        gift=Gift(each(lambda view: view.gift.amounts), whole(lambda view: view.gift.aid)),
        effort=whole(lambda view: view.effort),
        listed=whole(lambda view: view.listed),
        goods_closed=views[0].goods_closed,
        rerouted=views[0].rerouted,
    )
