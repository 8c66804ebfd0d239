"""The series that are reported of a month: an array over members, or one number per replicate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import FloatArray, Number
from sim.case.inputs import FOR_VICTIM, MonthInputs
from sim.case.market import DISCOUNTED
from sim.months.record import MonthView
from sim.months.state import MonthState
from sim.results.series import MEMBER_SERIES
from sim.rules.coalition import cost_to_target, entrepot_weight, import_growth
from sim.rules.support import INSTRUMENTS
from sim.rules.totals import exact_total

REPORTED_HELP = tuple(name for name in INSTRUMENTS if name != "recognition")


def member_series(
    inputs: MonthInputs, state: MonthState, view: MonthView, diversion_share: Number
) -> dict[str, FloatArray]:
    """The series of a month over members, each (R, N).

    Parameters
    ----------
    diversion_share : part of what the coalition no longer sells to the target that is rerouted through third members.
    """
    lent = {name: _spread_over_members(inputs, view, name, view.help.amounts) for name in REPORTED_HELP}
    given = {name: _spread_over_members(inputs, view, name, view.gift.amounts) for name in FOR_VICTIM}
    hidden = {name: amount * ~view.help.opened[name] for name, amount in view.help.amounts.items()}
    covert = [_spread_over_members(inputs, view, name, hidden) for name in REPORTED_HELP]
    aid = view.gift.aid * inputs.gdp * 1e3
    weight = entrepot_weight(lent["goods"] * (1.0 - state.joined), inputs.trade, inputs.commerce)
    lost = exact_total(state.joined * inputs.trade * inputs.commerce) * view.goods_closed
    diverted = import_growth(
        weight,
        exact_total(weight)[..., None],
        diversion_share * lost[..., None],
        inputs.coalition_trade * inputs.commerce,
    )
    series = {
        "alignment_shift": state.shift,
        "dependence": state.dependence,
        "dependence_energy": state.energy,
        "dependence_security": state.security,
        "isolation": state.isolation,
        "belief": state.belief,
        "joined": state.joined,
        "listed": view.listed,
        "helps_target": np.where(view.help.visible > 0, 1.0, 0.0),
        "helps_covertly": np.max(np.stack(covert), axis=0) > 0,
        **{f"support_{name}": lent[name] for name in REPORTED_HELP},
        "recognised": state.recognised,
        "diverted": diverted,
        "rerouted": view.rerouted + np.zeros_like(state.shift),
        "helps_victim": np.where((aid > 0) | (given["arms_to_victim"] > 0), 1.0, 0.0),
        "aid": aid,
        "arms_to_victim": given["arms_to_victim"],
        "volunteers": given["volunteers"],
        "energy_paid": view.trade.paid,
    }
    assert tuple(series) == tuple(MEMBER_SERIES)
    for name, part in zip(inputs.cells.commodities, inputs.cells.slices(), strict=True):
        bought = np.zeros_like(state.shift)
        bought[..., inputs.cells.member[part]] = view.trade.flow[..., part] / 1e3
        series[f"energy_{name}"] = bought
    return series


def total_series(
    inputs: MonthInputs, state: MonthState, view: MonthView, discount_max: Number
) -> dict[str, FloatArray]:
    """The series of a month over all members together, each (R,): money in millions of euros, fuel in kilotonnes."""
    cells = inputs.cells
    flows, discounts = cells.per_commodity(view.trade.flow) / 1e3, cells.discounts(discount_max) * view.use
    coverage = exact_total(state.joined * inputs.target_trade)
    totals = {
        "members_joined": exact_total(state.joined),
        "coverage": coverage,
        "cost_to_target": cost_to_target(coverage),
        "effort": view.effort,
        "listings": exact_total(view.listed),
        "helpers": exact_total(np.where(view.help.visible > 0, 1.0, 0.0)),
        "aid": exact_total(view.gift.aid * inputs.gdp * 1e3),
        "revenue": exact_total(view.trade.paid),
    }
    for place, name in enumerate(cells.commodities):
        totals[f"sold_{name}"] = flows[..., place]
        totals[f"unsold_{name}"] = cells.supply[place] / 1e3 - flows[..., place]
        if name in DISCOUNTED:
            totals[f"discount_{name}"] = discounts[..., place]
    return totals


def _spread_over_members(
    inputs: MonthInputs, view: MonthView, name: str, amounts: Mapping[str, FloatArray]
) -> FloatArray:
    """Spread the amounts of an instrument over all members; 0 for members that cannot give it."""
    spread = np.zeros_like(view.listed)
    if name in amounts:
        able = inputs.instruments[name].able
        spread[..., slice(None) if able is None else able] = amounts[name]
    return spread
