"""The months of many replicates at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import FloatArray
from sim.case.ballot import Ballot, Threats
from sim.case.conditions import Conditions
from sim.case.inputs import MonthInputs, of_replicates
from sim.case.plan import Plan
from sim.case.utilities import Position
from sim.months.position import moved
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
from sim.randomness import Draws, to_unit
from sim.rules.coalition import effort, noise
from sim.rules.energy import use
from sim.rules.influence import GRID
from sim.rules.parameters import Parameters
from sim.rules.totals import exact_total

if TYPE_CHECKING:
    from sim.rules.influence import Peers

NOISES = ("joining", "helping the target", "helping the victim")
"""Processes of the draws that are kept through the months."""
START = "start"
STRIP = 400
"""Replicates whose arrays fit the second-level cache of common processors."""


class _Strip:
    """Some of the replicates, few enough for their arrays to stay in the processor's cache."""

    def __init__(self, rows: slice, inputs: MonthInputs, parameters: Parameters, noises: Sequence[FloatArray]) -> None:
        self.rows, self.inputs = rows, inputs.of_replicates(rows)
        self.parameters = {name: of_replicates(value, rows) for name, value in parameters.items()}
        joining, helping, victim = (np.copy(values[rows], order="F") for values in noises)
        self.state = initial_state(self.inputs, self.parameters, (joining, helping, victim))
        self.joined = self.allies = np.zeros_like(joining)


class MonthRun:
    """Replicates `first` to `first + count - 1` of a scenario's months, arrays (R, N) with members outermost in memory.

    Parameters
    ----------
    plan : inputs (R, N) are those of each replicate.
    peers : weights of the peers, as in the vote.
    parameters : arrays (R, 1) are those of each replicate.
    """

    def __init__(
        self,
        plan: Plan,
        peers: Peers,
        parameters: Parameters,
        iso3: tuple[str, ...],
        draws: Draws,
        first: int,
        count: int,
    ) -> None:
        self.plan, self.parameters, self.iso3, self.draws = plan, parameters, iso3, draws
        self.first, self.count = first, count
        # Whole numbers up to 2^20 and zeros and ones: every sum is exact in single precision.
        self.weights = (peers * GRID).astype(np.float32)
        noises = [noise(self.uniforms(process, START)) for process in NOISES]
        parts = [slice(start, min(start + STRIP, count)) for start in range(0, count, STRIP)]
        self.strips = [_Strip(rows, plan.inputs, parameters, noises) for rows in parts]
        self.number = 0

    @property
    def state(self) -> State:
        """The state of all replicates."""
        states = [vars(strip.state) for strip in self.strips]
        return State(**{name: np.concatenate([state[name] for state in states]) for name in states[0]})

    def position(self, ballot: Ballot) -> Position:
        """Where members are on the day of a vote, arrays (R, N)."""
        parts = []
        for strip in self.strips:
            conflict, dependence = (of_replicates(term, strip.rows) for term in (ballot.conflict, ballot.dependence))
            threats = Threats(*(of_replicates(threat, strip.rows) for threat in ballot.threats))
            parts.append(moved(conflict, dependence, threats, strip.state, strip.inputs, strip.parameters))
        return Position(*(np.concatenate(terms) for terms in zip(*parts, strict=True)))

    def uniforms(self, process: str, occasion: str, members: Sequence[int] | None = None) -> FloatArray:
        """One uniform number per replicate and member, of some members or of all, (R, n)."""
        members = range(len(self.iso3)) if members is None else members
        words = np.empty((len(members), self.count), dtype=np.uint64)
        for row, member in zip(words, members, strict=True):
            row[:] = self.draws.words(process, occasion, self.iso3[member], self.first, self.count)
        return to_unit(words).T

    def among_peers(self, values: FloatArray) -> FloatArray:
        """Sum over the peers of small whole numbers (R, N), weighted as in the vote; mostly 0, so few peers count."""
        peers = np.flatnonzero(values.any(axis=0))
        if not len(peers):
            return np.zeros_like(values)
        sums = self.weights[:, peers] @ values[:, peers].T.astype(np.float32)
        return (sums.astype(np.float64) / GRID).T

    def event(self, place: int) -> None:
        """Take in what an event of the month does at once."""
        touch = self.plan.touches.get((self.number, place))
        if touch is not None:
            for strip in self.strips:
                strip.state.touched(touch, strip.parameters)

    def month(self, *, is_watched: bool = True) -> MonthView | None:
        """Live through the month at hand, once its events and votes are over."""
        now = self.plan.conditions[self.number]
        acts = [self._act(strip, now, is_watched) for strip in self.strips]
        # Who helps in no replicate is not listed in any, and need not be drawn for.
        helpers = np.flatnonzero(np.any([act.help.visible.any(axis=0) for act in acts], axis=0))
        draw = self.uniforms("listing", now.name, helpers.tolist())
        views = []
        for strip, act in zip(self.strips, acts, strict=True):
            listed = np.zeros_like(act.help.visible)
            visible, hard = act.help.visible[:, helpers], act.effort[..., None]
            listed[:, helpers] = is_listed(now, visible, hard, draw[strip.rows], strip.parameters)
            heard = self.among_peers(listed)
            settle(strip.state, strip.inputs, now, act.help, listed, heard, strip.parameters)
            if is_watched:
                views.append(replace(act, listed=listed))
        self.number += 1
        return _joined(views) if views else None

    def _act(self, strip: _Strip, now: Conditions, is_watched: bool) -> MonthView:
        """What members decide, trade and give in a strip; nobody is listed yet."""
        state, inputs, parameters = strip.state, strip.inputs, strip.parameters
        strip.allies = strip.allies + self.among_peers(state.joined - strip.joined)
        strip.joined = state.joined
        decide(state, inputs, now, strip.allies, parameters)
        power = exact_total(enforced(state, inputs, now))[:, None]  # a column, as drawn parameters are
        hard = effort(power, self.plan.senders_power, parameters["enforcement_effort"])[:, 0]
        risk = state.risk(inputs.exposure)
        offered = offer(state, inputs, now, risk, parameters)
        cells = inputs.cells
        part = use(cells.supply, cells.per_commodity(offered.held), cells.per_commodity(offered.spare))
        done = trade(state, inputs, now, offered, part, parameters)
        lent = lend(state, inputs, now, risk, parameters)
        gift = give(state, inputs, now, parameters) if is_watched else UNTOLD
        return MonthView(offered, part, done, lent, gift, hard, UNTOLD.aid, now.goods_closed, now.rerouted)


UNTOLD = Gift({}, np.zeros(0))
"""Help to the victim in months that nobody watches."""


def _joined(views: Sequence[MonthView]) -> MonthView:
    """One view of the replicates of many."""

    def whole(get: Callable[[MonthView], FloatArray]) -> FloatArray:
        return np.concatenate([get(view) for view in views])

    def each(get: Callable[[MonthView], Mapping[str, Any]]) -> dict[str, Any]:
        return {name: np.concatenate([get(view)[name] for view in views]) for name in get(views[0])}

    return MonthView(
        Offer(whole(lambda view: view.offer.held), whole(lambda view: view.offer.spare)),
        whole(lambda view: view.use),
        Trade(whole(lambda view: view.trade.flow), whole(lambda view: view.trade.paid)),
        Help(
            whole(lambda view: view.help.visible),
            each(lambda view: view.help.amounts),
            each(lambda view: view.help.opened),
        ),
        Gift(each(lambda view: view.gift.amounts), whole(lambda view: view.gift.aid)),
        whole(lambda view: view.effort),
        whole(lambda view: view.listed),
        views[0].goods_closed,
        views[0].rerouted,
    )
