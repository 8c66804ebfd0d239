"""A month, in phases that look at one's own state alone; what lies between them is what members exchange.

Each phase works on all members in many replicates, arrays (R, N), and on one member in one replicate, scalars: the
ensemble and the Mesa model run the same lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.months.conditions import JOINED, OWN_DECISION, Conditions
from sim.months.inputs import FOR_VICTIM, IntArray, MonthInputs
from sim.months.state import State, dependence_of
from sim.rules.beliefs import listing_chance
from sim.rules.coalition import joining, own_effort
from sim.rules.drift import cut_off, energy_dependence, secured, shifted
from sim.rules.energy import adapted, kept, realised_price, rerouted, spare, willingness
from sim.rules.support import INSTRUMENTS, PAID, PRIVATE, gate, helping, leaning
from sim.rules.totals import whole
from sim.world import FloatArray

Parameters = Mapping[str, float]


LENT = ("finance", *(name for name in INSTRUMENTS if name != "finance"))
"""The instruments in the order in which they are decided: finance first, since it lets the paid ones through."""


@dataclass(frozen=True)
class Offer:
    """What buyers would do at the market, at its cells (..., C), kilotonnes: what they keep, and could take up."""

    held: FloatArray
    spare: FloatArray


@dataclass(frozen=True)
class Trade:
    """What they did.

    Parameters
    ----------
    flow : bought from the target, kilotonnes, at the cells (..., C).
    paid : for it, millions of euros (..., N).
    """

    flow: FloatArray
    paid: FloatArray


@dataclass(frozen=True)
class Help:
    """Help given in a month (..., N).

    Parameters
    ----------
    visible : help to the target, each instrument times how visible it is.
    hidden : the covert part of the help to the target, not yet weighted.
    amounts : instrument to the amount, of those who are able to give it.
    """

    visible: FloatArray
    hidden: FloatArray
    amounts: Mapping[str, FloatArray]


@dataclass(frozen=True)
class MonthView:
    """What a month came to, beside the state after it.

    Parameters
    ----------
    use : part of the spare capacity needed, by commodity (..., K).
    effort : how hard the coalition enforced (...).
    listed : 1 where a member's firms were listed (..., N).
    goods_closed : part of the coalition's exports to the target that sanctions end, in [0, 1].
    """

    offer: Offer
    use: FloatArray
    trade: Trade
    help: Help
    effort: FloatArray
    listed: FloatArray
    goods_closed: float


def decide(state: State, inputs: MonthInputs, now: Conditions, allies: FloatArray, parameters: Parameters) -> None:
    """Join the coalition or not: by a package or policy, or of one's own will once the target has attacked."""
    is_own = now.membership == OWN_DECISION
    joined = state.joined * is_own
    if now.war > 0:
        names = ("alignment", "dependence", "allies", "reluctance")
        weights = tuple(parameters[f"join_{name}"] for name in names)
        utility = joining(inputs.alignment + state.shift, state.dependence, allies, weights)  # type: ignore[arg-type]
        joined = np.maximum(joined, (utility > state.join_noise) * (is_own * inputs.seat))
    state.joined = np.maximum(joined, now.membership == JOINED)


def enforced(state: State, inputs: MonthInputs, now: Conditions) -> FloatArray:
    """What a member adds to the coalition's enforcement, (..., N); summed over members."""
    return state.joined * inputs.power * own_effort(now.effort, state.dependence)


def offer(state: State, inputs: MonthInputs, now: Conditions, risk: FloatArray, parameters: Parameters) -> Offer:
    """Shed what substitutes replace, and say what could be taken up.

    Parameters
    ----------
    risk : expected secondary sanctions.
    """
    cells = inputs.cells
    rate = now.war * cells.commodity_values(parameters, "substitution_months", inverse=True)
    shed = cells.at_cells(state.joined) * rate
    state.kept = kept(state.kept, shed)
    willing = cells.at_cells(inputs.thrift * willingness(state.joined, risk, parameters["energy_deterrence"]))
    return Offer(
        whole(cells.before * now.left * state.kept),
        whole(spare(state.capacity, cells.before, willing) * now.left),
    )


def trade(
    state: State, inputs: MonthInputs, now: Conditions, offered: Offer, use: FloatArray, parameters: Parameters
) -> Trade:
    """Buy at the price that clears the market, and build up capacity for more.

    Parameters
    ----------
    use : part of the spare capacity that is needed, by commodity (..., K).
    """
    cells = inputs.cells
    part = use[..., cells.commodity]
    flow = whole(offered.held + part * offered.spare)
    if now.war > 0:
        state.capacity = adapted(state.capacity, cells.ceiling, part, parameters["capacity_months"] / now.war)
    price = realised_price(now.price, use, parameters["discount_max"], now.cap, now.capped * parameters["cap_services"])
    bought, before = cells.per_member(flow * cells.value), cells.per_member(cells.before * cells.value)
    state.energy = energy_dependence(inputs.energy, bought, before)
    return Trade(flow, cells.per_member(flow * (price[..., cells.commodity] * cells.premium)))


def reroute(state: State, inputs: MonthInputs, now: Conditions, parameters: Parameters) -> None:
    """Send a part of one's own oil exports round the target's pipelines, once it is at war.

    Alternatives have little room and grow slowly, so that the first barrels are a signal rather than an exit.
    """
    if now.war > 0:
        state.rerouted = rerouted(
            state.rerouted, inputs.transit, parameters["reroute_room"], parameters["reroute_months"] / now.war
        )


def lend(state: State, inputs: MonthInputs, now: Conditions, risk: FloatArray, parameters: Parameters) -> Help:
    """Give or withhold each instrument of help, to the target and to the victim.

    Parameters
    ----------
    risk : expected secondary sanctions.
    """
    if now.war == 0:
        return Help(_nothing(state), _nothing(state), {})
    names = ("alignment", "dependence", "isolation")
    weights = tuple(parameters[f"support_{name}_weight"] for name in names)
    sided = inputs.alignment + state.shift
    lean = leaning(sided, state.dependence, state.isolation, weights)  # type: ignore[arg-type]
    of_state = lean - state.help_noise
    of_firms = of_state + (weights[0] * (1.0 - parameters["support_firms"])) * sided
    amounts: dict[str, FloatArray] = {}
    visible, hidden = _lend_to_target(state, inputs, now, (of_state, of_firms), risk, amounts, parameters)
    armed = _lend_to_victim(state, inputs, now, -lean - state.victim_noise, amounts)
    meant = parameters["aid_general"] + parameters["aid_near"] * inputs.near
    goal = meant * state.joined + parameters["aid_arms"] * inputs.supplier * armed
    state.aid = goal * (inputs.seat * now.war)
    state.helped, state.hid = np.maximum(state.helped, visible > 0), np.maximum(state.hid, hidden > 0)
    state.helped_victim = np.maximum(state.helped_victim, (state.aid > 0) | (armed > 0))
    return Help(visible, hidden, amounts)


def _lend_to_target(
    state: State,
    inputs: MonthInputs,
    now: Conditions,
    leans: tuple[FloatArray, FloatArray],
    risk: FloatArray,
    amounts: dict[str, FloatArray],
    parameters: Parameters,
) -> tuple[FloatArray, FloatArray]:
    """Help to the target, how visible it is and what of it is hidden; the amounts are put down by instrument.

    Parameters
    ----------
    leans : what speaks for helping, less the noise: of the state, and of its firms.
    """
    visible, hidden, financed = _nothing(state), _nothing(state), _nothing(state)
    weight, seen = parameters["support_sanctions_weight"], parameters["covert_visibility"]
    for name in LENT:
        if name not in inputs.instruments or (name == "recognition" and not now.is_recognition_open):
            continue
        able, readiness = inputs.instruments[name].able, inputs.instruments[name].readiness
        own, threat = at(leans[name in PRIVATE], able), at(risk, able)
        is_open = helping(own - parameters["openness_cost"], readiness, threat, 1.0, weight) > 0
        if name == "recognition":
            amounts[name] = np.where(is_open, 1.0, 0.0)
            state.recognised = np.maximum(state.recognised, added(_nothing(state), able, amounts[name]))
            continue
        amount = (helping(own, readiness, threat, seen, weight) > 0) * at(now.selling.get(name, 1.0), able)
        if name in PAID:
            amount = amount * gate(at(financed, able), now.payments_closed, parameters["help_without_finance"])
        amounts[name] = amount
        if name == "finance":
            financed = added(financed, able, amount)
        visible = added(visible, able, np.where(is_open, amount, seen * amount))
        hidden = added(hidden, able, np.where(is_open, 0.0, amount))
    return visible, hidden


def _lend_to_victim(
    state: State, inputs: MonthInputs, now: Conditions, lean: FloatArray, amounts: dict[str, FloatArray]
) -> FloatArray:
    """1 where the victim is armed, less what firms have halted; the amounts are put down by instrument."""
    armed = _nothing(state)
    for name in FOR_VICTIM:
        if name in inputs.instruments:
            able = inputs.instruments[name].able
            amounts[name] = np.where(at(lean, able) + inputs.instruments[name].readiness > 0, 1.0, 0.0)
            if name == "arms_to_victim":
                amounts[name] = amounts[name] * at(now.selling.get("arms", 1.0), able)
                armed = added(armed, able, amounts[name])
    return armed


def is_listed(
    now: Conditions, help_given: Help, effort: FloatArray, draw: FloatArray, parameters: Parameters
) -> FloatArray:
    """1 where a member's firms are detected and listed this month, else 0."""
    chance = listing_chance(help_given.visible, effort, parameters["listing_rate"] * now.war)
    return np.where(draw < chance, 1.0, 0.0)


def settle(
    state: State,
    inputs: MonthInputs,
    now: Conditions,
    help_given: Help,
    listed: FloatArray,
    heard: FloatArray,
    parameters: Parameters,
) -> None:
    """Learn from listings, and let isolation, dependence and alignment follow.

    Parameters
    ----------
    listed : 1 where the member's firms were listed this month.
    heard : listings among the peers, as weighted in the vote.
    """
    state.listings = state.listings + listed + parameters["belief_neighbours"] * heard
    state.escapes = state.escapes + ((help_given.visible > 0) - listed)
    state.isolation = cut_off(state.isolation, parameters["grade_targeted"] * listed)
    isolated = state.isolation - inputs.isolation
    state.security = secured(state.security, isolated, inputs.security, parameters["drift_security"])
    state.trade_kept = kept(state.trade_kept, state.joined * (now.goods_closed / parameters["trade_months"]))
    state.dependence = dependence_of(state, inputs, parameters)
    weights = (parameters["drift_rate"], parameters["drift_dependence"], parameters["drift_isolation"])
    state.shift = shifted(state.shift, state.dependence - inputs.dependence, isolated, weights)


def _nothing(state: State) -> FloatArray:
    return np.zeros_like(state.help_noise)


def at(values: FloatArray | float, able: IntArray | None) -> FloatArray:
    """Values (..., N) of those who are able; one member's own, and what holds for all, as they are."""
    return values if able is None or np.ndim(values) == 0 else values[..., able]  # type: ignore[index, return-value]


def added(total: FloatArray, able: IntArray | None, values: FloatArray) -> FloatArray:
    """The total (..., N) with values added for those who are able."""
    if able is None:
        return total + values
    total[..., able] += values
    return total
