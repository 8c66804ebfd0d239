"""A month, in phases that look at one's own state alone; what lies between them is what members exchange.

Each phase works on all members in many replicates, arrays (R, N), and on one member in one replicate, scalars: the
ensemble and the Mesa model run the same lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.case.conditions import JOINED, OWN_DECISION, Conditions
from sim.case.inputs import FOR_VICTIM, MonthInputs
from sim.months.state import State, dependence_of
from sim.rules.beliefs import listing_chance
from sim.rules.coalition import JoiningWeights, joining, own_effort
from sim.rules.drift import DriftWeights, cut_off, energy_dependence, secured, shifted
from sim.rules.energy import adapted, kept, realised_price, spare, willingness
from sim.rules.parameters import Parameters
from sim.rules.support import INSTRUMENTS, PAID, PRIVATE, LeaningWeights, gate, leaning, threat

LENT = ("finance", *(name for name in INSTRUMENTS if name != "finance"))
"""The instruments in the order in which they are decided: finance first, since it lets the paid ones through."""


@dataclass(frozen=True)
class Offer:
    """What buyers would do at the market, at its cells (..., C), whole tonnes: what they keep, and could take up."""

    held: FloatArray
    spare: FloatArray


@dataclass(frozen=True)
class Trade:
    """What they did.

    Parameters
    ----------
    flow : bought from the target, whole tonnes, at the cells (..., C).
    paid : for it, millions of euros (..., N).
    """

    flow: FloatArray
    paid: FloatArray


@dataclass(frozen=True)
class Help:
    """Help given to the target in a month (..., N).

    Parameters
    ----------
    visible : help to the target, each instrument times how visible it is.
    amounts, opened : instrument to the amount, and to whether it is given openly, of those who are able to give it.
    """

    visible: FloatArray
    amounts: Mapping[str, FloatArray]
    opened: Mapping[str, BoolArray]


@dataclass(frozen=True)
class Gift:
    """Help to the victim in a month.

    Parameters
    ----------
    amounts : instrument to the amount, of those who are able to give it.
    aid : share of the donor's yearly product (..., N).
    """

    amounts: Mapping[str, FloatArray]
    aid: FloatArray


@dataclass(frozen=True)
class MonthView:
    """What a month came to, beside the state after it.

    Parameters
    ----------
    use : part of the spare capacity needed, by commodity (..., K).
    effort : how hard the coalition enforced (...).
    listed : 1 where a member's firms were listed (..., N).
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


def decide(state: State, inputs: MonthInputs, now: Conditions, allies: FloatArray, parameters: Parameters) -> None:
    """Join the coalition or not: by a package or policy, or of one's own will once the target has attacked."""
    is_own = now.membership == OWN_DECISION
    joined = state.joined * is_own
    if now.war > 0:
        weights = JoiningWeights(
            alignment=parameters["join_alignment"],
            dependence=parameters["join_dependence"],
            allies=parameters["join_allies"],
            reluctance=parameters["join_reluctance"],
        )
        utility = joining(inputs.alignment + state.shift, state.dependence, allies, weights)
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
        np.floor(cells.before * now.left * state.kept),
        np.floor(spare(state.capacity, cells.before, willing) * now.left),
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
    flow = np.floor(offered.held + part * offered.spare)
    if now.war > 0:
        state.capacity = adapted(state.capacity, cells.ceiling, part, parameters["capacity_months"] / now.war)
    discount, bound = cells.discounts(parameters["discount_max"]), now.capped * parameters["cap_services"]
    price = realised_price(now.price, use, discount, now.cap, bound)
    bought, before = cells.per_member(flow * cells.value), cells.per_member(cells.before * cells.value)
    state.energy = energy_dependence(inputs.energy, bought, before)
    return Trade(flow, cells.per_member(flow * (price[..., cells.commodity] * cells.premium)))


def lend(state: State, inputs: MonthInputs, now: Conditions, risk: FloatArray, parameters: Parameters) -> Help:
    """Give each instrument of help to the target openly, covertly or not at all.

    Parameters
    ----------
    risk : expected secondary sanctions.
    """
    visible = _nothing(state)
    through = gate(visible, now.payments_closed, parameters["help_without_finance"])  # of members that finance nothing
    amounts: dict[str, FloatArray] = {}
    opened: dict[str, BoolArray] = {}
    if now.war == 0:
        return Help(visible, amounts, opened)
    weight, seen = parameters["support_sanctions_weight"], parameters["covert_visibility"]
    covertly = threat(risk, seen, weight)
    openly = threat(risk, 1.0, weight) + parameters["openness_cost"]
    sided = inputs.alignment + state.shift
    of_state = _leaning(state, sided, parameters) - state.help_noise
    of_firms = of_state + parameters["support_alignment_weight"] * (1.0 - parameters["support_firms"]) * sided
    for name in LENT:
        if name not in inputs.instruments or (name == "recognition" and not now.is_recognition_open):
            continue
        able, readiness = inputs.instruments[name].able, inputs.instruments[name].readiness
        own = at(of_firms if name in PRIVATE else of_state, able) + readiness
        opened[name] = own > at(openly, able)
        if name == "recognition":
            acts = added(_nothing(state), able, np.where(opened[name], 1.0, 0.0))
            state.recognised = np.maximum(state.recognised, acts)
            continue
        amount = (own > at(covertly, able)) * at(now.selling.get(name, 1.0), able)
        if name in PAID:
            amount = amount * at(through, able)
        if name == "finance":
            financed = added(_nothing(state), able, amount)
            through = gate(financed, now.payments_closed, parameters["help_without_finance"])
        amounts[name] = amount
        visible = added(visible, able, np.where(opened[name], amount, seen * amount))
    return Help(visible, amounts, opened)


def give(state: State, inputs: MonthInputs, now: Conditions, parameters: Parameters) -> Gift:
    """Help the victim with arms, volunteers and aid; nothing in the months depends on it."""
    armed = _nothing(state)
    amounts: dict[str, FloatArray] = {}
    if now.war == 0:
        return Gift(amounts, armed)
    lean = -_leaning(state, inputs.alignment + state.shift, parameters) - state.victim_noise
    for name in FOR_VICTIM:
        if name in inputs.instruments:
            able = inputs.instruments[name].able
            amounts[name] = np.where(at(lean, able) + inputs.instruments[name].readiness > 0, 1.0, 0.0)
            if name == "arms_to_victim":
                amounts[name] = amounts[name] * at(now.selling.get("arms", 1.0), able)
                armed = added(armed, able, amounts[name])
    meant = parameters["aid_general"] + parameters["aid_near"] * inputs.near
    goal = meant * state.joined + parameters["aid_arms"] * inputs.supplier * armed
    return Gift(amounts, goal * (inputs.seat * now.war))


def _leaning(state: State, sided: FloatArray, parameters: Parameters) -> FloatArray:
    weights = LeaningWeights(
        alignment=parameters["support_alignment_weight"],
        dependence=parameters["support_dependence_weight"],
        isolation=parameters["support_isolation_weight"],
    )
    return leaning(sided, state.dependence, state.isolation, weights)


def is_listed(
    now: Conditions, visible: FloatArray, effort: FloatArray, draw: FloatArray, parameters: Parameters
) -> FloatArray:
    """1 where a member's firms are detected and listed this month, else 0.

    Parameters
    ----------
    visible : help to the target, each instrument times how visible it is.
    effort : how hard the coalition enforces.
    draw : uniform numbers in [0, 1).
    """
    chance = listing_chance(visible, effort, parameters["listing_rate"] * now.war)
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
    tied, rate = inputs.tied, parameters["drift_security"]
    deeper = secured(at(state.security, tied), at(isolated, tied), at(inputs.security, tied), rate)
    state.security = put(state.security, tied, deeper)
    state.trade_kept = kept(state.trade_kept, state.joined * (now.goods_closed / parameters["trade_months"]))
    state.dependence = dependence_of(state, inputs, parameters)
    weights = DriftWeights(
        rate=parameters["drift_rate"],
        dependence=parameters["drift_dependence"],
        isolation=parameters["drift_isolation"],
    )
    state.shift = shifted(state.shift, state.dependence - inputs.dependence, isolated, weights)


def _nothing(state: State) -> FloatArray:
    return np.zeros_like(state.help_noise)


def at(values: FloatArray | float, able: IntArray | None) -> FloatArray:
    """Values (..., N) of those who are able; one member's own, and what holds for all, as they are."""
    return values if able is None or np.ndim(values) == 0 else values[..., able]  # type: ignore[index, return-value]


def put(values: FloatArray, able: IntArray | None, some: FloatArray) -> FloatArray:
    """The values (..., N) with those of some members replaced."""
    if able is None:
        return some
    values[..., able] = some
    return values


def added(total: FloatArray, able: IntArray | None, values: FloatArray) -> FloatArray:
    """The total (..., N) with values added for those who are able."""
    if able is None:
        return total + values
    total[..., able] += values
    return total
