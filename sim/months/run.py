"""The months of many replicates at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.months.plan import Plan
from sim.months.state import State, initial_state
from sim.months.step import Help, Offer, Trade, decide, enforced, is_listed, lend, offer, settle, trade
from sim.randomness import Draws
from sim.rules.coalition import effort, noise
from sim.rules.energy import use
from sim.rules.influence import GRID
from sim.rules.totals import exact_total
from sim.world import FloatArray

if TYPE_CHECKING:
    from sim.rules.influence import Peers

NOISES = ("joining", "helping the target", "helping the victim")
"""Processes of the draws that are kept through the months."""
START = "start"


@dataclass(frozen=True)
class MonthView:
    """What a month came to, beside the state after it.

    Parameters
    ----------
    use : part of the spare capacity needed, by commodity (..., K).
    effort : how hard the coalition enforced (...).
    listed : 1 where a member's firms were listed (..., N).
    """

    offer: Offer
    use: FloatArray
    trade: Trade
    help: Help
    effort: FloatArray
    listed: FloatArray


class MonthRun:
    """Replicates `first` to `first + count - 1` of a scenario's months, arrays (R, N) with members outermost in memory.

    Parameters
    ----------
    peers : weights of the peers, as in the vote.
    """

    def __init__(
        self,
        plan: Plan,
        peers: Peers,
        parameters: Mapping[str, float],
        iso3: tuple[str, ...],
        draws: Draws,
        first: int,
        count: int,
    ) -> None:
        self.plan, self.parameters, self.iso3, self.draws = plan, parameters, iso3, draws
        self.first, self.count = first, count
        # Whole numbers up to 2^20 and zeros and ones: every sum is exact in single precision.
        self.weights = (peers * GRID).astype(np.float32)
        kept = tuple(noise(self.uniforms(process, START)) for process in NOISES)
        self.state: State = initial_state(plan.inputs, parameters, kept)  # type: ignore[arg-type]
        self.number = 0

    def uniforms(self, process: str, occasion: str) -> FloatArray:
        """One uniform number per replicate and member, (R, N)."""
        found = np.empty((len(self.iso3), self.count))
        for row, iso3 in zip(found, self.iso3, strict=True):
            row[:] = self.draws.uniforms(process, occasion, iso3, self.first, self.count)
        return found.T

    def among_peers(self, values: FloatArray) -> FloatArray:
        """Sum over the peers of values 0 or 1, weighted as in the vote: (R, N), or (N,) where all replicates agree."""
        return ((self.weights @ values.T.astype(np.float32)).T / GRID).astype(np.float64)

    def event(self, place: int) -> None:
        """Take in what an event of the month does at once."""
        touch = self.plan.touches.get((self.number, place))
        if touch is not None:
            self.state.touched(touch, self.parameters)

    def month(self) -> MonthView:
        """Live through the month at hand, once its events and votes are over."""
        state, inputs, now, parameters = (
            self.state,
            self.plan.inputs,
            self.plan.conditions[self.number],
            self.parameters,
        )
        decide(state, inputs, now, self.among_peers(state.joined), parameters)
        power = exact_total(enforced(state, inputs, now))
        hard = effort(power, self.plan.senders_power, parameters["enforcement_effort"])
        risk = state.risk(inputs.exposure)
        offered = offer(state, inputs, now, risk, parameters)
        cells = inputs.cells
        part = use(cells.supply, cells.per_commodity(offered.held), cells.per_commodity(offered.spare))
        done = trade(state, inputs, now, offered, part, parameters)
        lent = lend(state, inputs, now, risk, parameters)
        listed = is_listed(lent, hard[..., None], self.uniforms("listing", now.name), parameters)
        settle(state, inputs, now, lent, listed, self.among_peers(listed), parameters)
        self.number += 1
        return MonthView(offered, part, done, lent, hard, listed)
