"""The state that the months change, per replicate and member."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray, Number
from sim.case.conditions import Touch
from sim.case.inputs import MonthInputs, weigh_dependence
from sim.results.showing import Shown
from sim.rules.beliefs import ASSUMED, compute_posterior_mean, compute_prior_counts, spread_assumption
from sim.rules.coalition import compute_logit_noise
from sim.rules.drift import cut_off
from sim.rules.parameters import Parameters

NOISES = ("joining", "helping the target", "helping the victim")
"""Processes whose draws are the same in all months."""
EVERYBODY = ""
"""The member by whose name a run draws what is the same for all."""
START = "start"
"""The occasion of these draws."""


@dataclass(repr=False)
class MonthState(Shown):
    """The state of members: arrays (R, N), or scalars for one member in one replicate.

    Parameters
    ----------
    shift : change of alignment since the start; utility.
    energy, security : dependence on the target, in [0, 1].
    dependence : dependence over all channels; utility.
    isolation : part of exposure lost, in [0, 1].
    listings, tried : counts behind the belief, prior included: listings, and months of open help under effort 1.
    prior_belief : the belief before the first month.
    joined : 1 for members that sanction the target, else 0.
    trade_closed : part of the trade with the target that the member's sanctions have ended, in [0, 1].
    route : part of its capacity to pass goods on that is in use, in [0, 1].
    kept, capacity : part of earlier purchases not shed, in [0, 1], and capacity for the target's fuels, tonnes; at the
        cells of the market (R, C).
    lent : part of its earlier aid and finance that the target can keep up, in [0, 1].
    recognised : 1 where the breakaway entity is recognised, else 0.
    aid, given : to the victim in the last month and so far, in shares of the donor's yearly product. Only reports
        depend on them.
    join_noise, help_noise, victim_noise : logit noise, the same in all months.
    """

    shift: FloatArray
    energy: FloatArray
    security: FloatArray
    dependence: FloatArray
    isolation: FloatArray
    listings: FloatArray
    tried: FloatArray
    prior_belief: FloatArray
    joined: FloatArray
    trade_closed: FloatArray
    route: FloatArray
    kept: FloatArray
    capacity: FloatArray
    lent: FloatArray
    recognised: FloatArray
    aid: FloatArray
    given: FloatArray
    join_noise: FloatArray
    help_noise: FloatArray
    victim_noise: FloatArray

    @property
    def belief(self) -> FloatArray:
        """Belief about the hazard q, in listings per month of open help at effort 1; 0 or greater."""
        return compute_posterior_mean(self.listings, self.tried)

    def belief_in_threat(self, enforcement: Number) -> FloatArray:
        """Belief that a threat over a vote is carried out, in [0, 1]: it moves in proportion to the believed hazard.

        Parameters
        ----------
        enforcement : this belief before the first month, in [0, 1].
        """
        is_known = self.prior_belief > 0
        change = np.where(is_known, self.belief / np.where(is_known, self.prior_belief, 1.0), 1.0)
        return np.minimum(enforcement * change, 1.0)

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


def draw_assumptions(parameters: Parameters, draw: Callable[[str, str, str], Number]) -> Parameters:
    """The parameters of runs, in which what is assumed has been drawn around its value.

    Parameters
    ----------
    draw : the runs' uniform numbers for a process, an occasion and a member.
    """
    spread = parameters["assumption_spread"]
    drawn = {
        name: spread_assumption(parameters[name], compute_logit_noise(draw(name, START, EVERYBODY)), spread)
        for name in ASSUMED
    }
    return {**parameters, **drawn}


def make_initial_state(inputs: MonthInputs, parameters: Parameters, draws: Sequence[Number]) -> MonthState:
    """The state before the first month.

    Parameters
    ----------
    draws : uniform numbers in [0, 1) for each process of `NOISES`, on the occasion `START`.
    """
    join_noise, help_noise, victim_noise = (compute_logit_noise(draw) for draw in draws)
    nothing = np.zeros_like(join_noise)
    cells = np.zeros((len(inputs.cells), *nothing.shape[:-1])).T
    listings, tried = compute_prior_counts(nothing + parameters["listing_rate"], parameters["belief_strength"])
    return MonthState(
        shift=nothing,
        energy=inputs.energy + nothing,
        security=inputs.security + nothing,
        dependence=inputs.dependence + nothing,
        isolation=inputs.isolation + nothing,
        listings=listings,
        tried=tried,
        prior_belief=compute_posterior_mean(listings, tried),
        joined=nothing,
        trade_closed=nothing,
        route=nothing + 0.0,
        kept=cells + 1.0,
        capacity=cells + inputs.cells.before,
        lent=nothing + 1.0,
        recognised=nothing,
        aid=nothing,
        given=nothing,
        join_noise=join_noise,
        help_noise=help_noise,
        victim_noise=victim_noise,
    )


def compute_dependence(state: MonthState, inputs: MonthInputs, parameters: Parameters) -> FloatArray:
    """Dependence over all channels in a state; utility."""
    fixed = inputs.fixed_dependence + state.lent * inputs.lent_dependence
    trade = inputs.trade * (1.0 - state.trade_closed)
    return weigh_dependence(
        energy=state.energy, trade=trade, security=state.security, fixed=fixed, parameters=parameters
    )
