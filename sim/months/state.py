"""The state that the months change, per replicate and member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray, Number
from sim.case.conditions import Touch
from sim.case.inputs import MonthInputs, weigh_dependence
from sim.results.showing import Shown
from sim.rules.beliefs import posterior_mean, prior_counts
from sim.rules.coalition import logit_noise
from sim.rules.drift import cut_off
from sim.rules.parameters import Parameters
from sim.rules.payoffs import sanction_risk

NOISES = ("joining", "helping the target", "helping the victim")
"""Processes whose draws are the same in all months."""
START = "start"
"""The occasion of these draws."""


@dataclass(repr=False)
class MonthState(Shown):
    """The state of members: arrays (R, N), or scalars for one member in one replicate.

    Parameters
    ----------
    shift : change of alignment since the start; utility.
    energy, security : dependence on the target, in [0, 1].
    trade_kept : part of the trade with the target that remains, in [0, 1].
    dependence : dependence over all channels; utility.
    isolation : part of exposure lost, in [0, 1].
    listings, escapes : counts behind the belief, prior included.
    joined : 1 for members that sanction the target, else 0.
    kept, capacity : part of earlier purchases not shed, in [0, 1], and capacity for the target's fuels, tonnes; at the
        cells of the market (R, C).
    recognised : 1 where the breakaway entity is recognised, else 0.
    join_noise, help_noise, victim_noise : logit noise, the same in all months.
    """

    shift: FloatArray
    energy: FloatArray
    security: FloatArray
    trade_kept: FloatArray
    dependence: FloatArray
    isolation: FloatArray
    listings: FloatArray
    escapes: FloatArray
    joined: FloatArray
    kept: FloatArray
    capacity: FloatArray
    recognised: FloatArray
    join_noise: FloatArray
    help_noise: FloatArray
    victim_noise: FloatArray

    @property
    def belief(self) -> FloatArray:
        """Belief that help to the target is punished, q, in [0, 1]."""
        return posterior_mean(self.listings, self.escapes)

    def risk(self, exposure: FloatArray) -> FloatArray:
        """Expected secondary sanctions, q E (1 - I), in [0, 1]."""
        return sanction_risk(self.belief, exposure, self.isolation)

    def of_replicates(self, rows: slice) -> MonthState:
        """The state of some replicates."""
        return MonthState(**{name: values[rows] for name, values in vars(self).items()})

    def apply_touch(self, touch: Touch, parameters: Parameters) -> None:
        """Apply the immediate effects of an event."""
        if touch.shift.any():
            self.shift = self.shift + touch.shift
        if touch.isolated.any():
            self.isolation = np.maximum(self.isolation, touch.isolated)
        if touch.relieved.any():
            self.isolation = self.isolation * (1.0 - touch.relieved)
        if touch.listed.any():
            self.isolation = cut_off(self.isolation, parameters["grade_targeted"] * touch.listed)
        if touch.listed.any() or touch.heard.any():
            self.listings = self.listings + touch.listed + parameters["belief_neighbours"] * touch.heard


def initial_state(inputs: MonthInputs, parameters: Parameters, draws: Sequence[Number]) -> MonthState:
    """The state before the first month.

    Parameters
    ----------
    draws : uniform numbers in [0, 1) for each process of `NOISES`, on the occasion `START`.
    """
    join_noise, help_noise, victim_noise = (logit_noise(draw) for draw in draws)
    nothing = np.zeros_like(join_noise)
    cells = np.zeros((len(inputs.cells), *nothing.shape[:-1])).T
    listings, escapes = prior_counts(parameters["enforcement"], parameters["belief_strength"])
    return MonthState(
        shift=nothing,
        energy=inputs.energy + nothing,
        security=inputs.security + nothing,
        trade_kept=nothing + 1.0,
        dependence=inputs.dependence + nothing,
        isolation=inputs.isolation + nothing,
        listings=nothing + listings,
        escapes=nothing + escapes,
        joined=nothing,
        kept=cells + 1.0,
        capacity=cells + inputs.cells.before,
        recognised=nothing,
        join_noise=join_noise,
        help_noise=help_noise,
        victim_noise=victim_noise,
    )


def dependence_of(state: MonthState, inputs: MonthInputs, parameters: Parameters) -> FloatArray:
    """Dependence over all channels in a state; utility."""
    trade = inputs.trade * state.trade_kept
    return weigh_dependence(
        energy=state.energy, trade=trade, security=state.security, fixed=inputs.fixed_dependence, parameters=parameters
    )
