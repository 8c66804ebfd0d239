"""The series that are reported of a month: an array over members, or one number per replicate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from sim.arrays import FloatArray
from sim.case.inputs import FOR_VICTIM, MonthInputs
from sim.case.market import DISCOUNTED
from sim.months.decisions import close_trade, offer_goods
from sim.months.record import MonthView
from sim.months.state import MonthState
from sim.results.series import MEMBER_SERIES
from sim.rules.rerouting import compute_part_passed
from sim.rules.support import HELPS_FROM, INSTRUMENTS
from sim.rules.totals import sum_exactly

REPORTED_HELP = tuple(name for name in INSTRUMENTS if name != "recognition")


def compute_member_series(inputs: MonthInputs, state: MonthState, view: MonthView) -> dict[str, FloatArray]:
    """The series of a month over members, each (R, N)."""
    lent = {name: _spread_over_members(inputs, view, name, view.help.amounts) for name in REPORTED_HELP}
    given = {name: _spread_over_members(inputs, view, name, view.gift.amounts) for name in FOR_VICTIM}
    hidden = {name: amount * (1.0 - view.help.opened[name]) for name, amount in view.help.amounts.items()}
    covert = [_spread_over_members(inputs, view, name, hidden) for name in REPORTED_HELP]
    aid = view.gift.aid * inputs.gdp * 1e3
    series = {
        "alignment_shift": state.shift,
        "dependence": state.dependence,
        "dependence_energy": state.energy,
        "dependence_security": state.security,
        "isolation": state.isolation,
        "belief": state.belief,
        "joined": state.joined,
        "trade_closed": state.trade_closed,
        "listed": view.listed,
        "helps_target": _helps(lent.values()),
        "helps_covertly": _helps(covert),
        "open_part": _part_in_the_open(lent.values(), covert),
        "visible_help": view.help.visible,
        **{f"support_{name}": lent[name] for name in REPORTED_HELP},
        "recognised": state.recognised,
        "passed_on": pass_goods_on(inputs, state),
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


def total_series(inputs: MonthInputs, state: MonthState, view: MonthView) -> dict[str, FloatArray]:
    """The series of a month over all members together, each (R,): money in millions of euros, fuel in kilotonnes."""
    cells = inputs.cells
    flows, discounts = cells.per_commodity(view.trade.flow) / 1e3, cells.on_world_price(view.discount)
    totals = {
        "members_joined": sum_exactly(state.joined),
        "coverage": sum_exactly(state.joined * inputs.target_trade),
        "effort": view.effort,
        "listings": sum_exactly(view.listed),
        "goods_closed": sum_exactly(close_trade(state, inputs)),
        "help_goods": sum_exactly(pass_goods_on(inputs, state)),
        **{f"help_{name}": _total_help(inputs, view, name) for name in REPORTED_HELP if name != "goods"},
        "aid": sum_exactly(view.gift.aid * inputs.gdp * 1e3),
        "revenue": sum_exactly(view.trade.paid),
    }
    totals["goods_missing"] = totals["goods_closed"] - totals["help_goods"]
    for place, name in enumerate(cells.commodities):
        totals[f"sold_{name}"] = flows[..., place]
        totals[f"unsold_{name}"] = cells.supply[place] / 1e3 - flows[..., place]
        if name in DISCOUNTED:
            totals[f"discount_{name}"] = discounts[..., place]
    return totals


def pass_goods_on(inputs: MonthInputs, state: MonthState) -> FloatArray:
    """Goods that members pass on to the target, millions of euros a month (R, N): the part of their offers it takes."""
    offered = offer_goods(state, inputs)
    return offered * compute_part_passed(sum_exactly(close_trade(state, inputs)), sum_exactly(offered))[..., None]


def _helps(amounts: Iterable[FloatArray]) -> FloatArray:
    """1 where a member gives a part of some instrument that counts, else 0."""
    return np.where(np.max(np.stack([*amounts]), axis=0) >= HELPS_FROM, 1.0, 0.0)


def _part_in_the_open(lent: Iterable[FloatArray], covert: Iterable[FloatArray]) -> FloatArray:
    """Part of a member's help that is open, in [0, 1]; 0 where it gives none."""
    given, hidden = sum(lent), sum(covert)
    return np.where(given > 0, 1.0 - hidden / np.where(given > 0, given, 1.0), 0.0)


def _total_help(inputs: MonthInputs, view: MonthView, name: str) -> FloatArray:
    return sum_exactly(_spread_over_members(inputs, view, name, view.help.amounts))


def _spread_over_members(
    inputs: MonthInputs, view: MonthView, name: str, amounts: Mapping[str, FloatArray]
) -> FloatArray:
    """Spread the amounts of an instrument over all members; 0 for members that cannot give it."""
    spread = np.zeros_like(view.listed)
    if name in amounts:
        able = inputs.instruments[name].able
        spread[..., slice(None) if able is None else able] = amounts[name]
    return spread
