"""What members decide in a month, each from its own state alone: one function per phase.

Each function works on all members in many replicates, arrays (R, N), and on one member in one replicate, scalars. So
both engines run the same lines. `sim.months.phases` has their order, and what members learn of each other in between.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.case.conditions import JOINED, OWN_DECISION
from sim.case.inputs import FOR_VICTIM
from sim.months.record import Gift, Help, Offer, Party, Trade
from sim.months.state import MonthState, dependence_of
from sim.rules.beliefs import listing_chance
from sim.rules.coalition import JoiningWeights, joining_utility, member_effort
from sim.rules.drift import DriftWeights, cut_off, deepen_security, drift_alignment, energy_dependence
from sim.rules.energy import adapt_capacity, measure_spare, realised_price, reduce_share, willingness
from sim.rules.parameters import Parameters
from sim.rules.support import INSTRUMENTS, PAID, PRIVATE, LeaningWeights, gate, leaning, threat

HELP_ORDER = ("finance", *(name for name in INSTRUMENTS if name != "finance"))
"""The instruments in the order in which they are decided: finance first, because paid help may depend on it."""


def sanction(party: Party) -> None:
    """Join the coalition or not: by a package or policy, or by one's own decision after the target has attacked."""
    state, inputs, month, parameters = party.state, party.inputs, party.month, party.parameters
    is_own = month.now.membership == OWN_DECISION
    joined = state.joined * is_own
    if month.now.war > 0:
        weights = JoiningWeights(
            alignment=parameters["join_alignment"],
            dependence=parameters["join_dependence"],
            allies=parameters["join_allies"],
            reluctance=parameters["join_reluctance"],
        )
        utility = joining_utility(inputs.alignment + state.shift, state.dependence, month.allies, weights)
        joined = np.maximum(joined, (utility > state.join_noise) * (is_own * inputs.seat))
    state.joined = np.maximum(joined, month.now.membership == JOINED)
    month.risk = state.risk(inputs.exposure)


def weigh_enforcement(party: Party) -> FloatArray:
    """Weigh each member's part in the coalition's enforcement, (..., N)."""
    state = party.state
    return state.joined * party.inputs.power * member_effort(party.month.now.effort, state.dependence)


def offer(party: Party) -> None:
    """Shed what substitutes replace, and offer what one keeps buying and what one could buy on top."""
    state, inputs, month, parameters = party.state, party.inputs, party.month, party.parameters
    cells, left = inputs.cells, month.now.left
    rate = month.now.war * cells.commodity_values(parameters, "substitution_months", inverse=True)
    shed = cells.at_cells(state.joined) * rate
    state.kept = reduce_share(state.kept, shed)
    willing = cells.at_cells(inputs.thrift * willingness(state.joined, month.risk, parameters["energy_deterrence"]))
    month.offer = Offer(
        held=np.floor(cells.before * left * state.kept),
        spare=np.floor(measure_spare(state.capacity, cells.before, willing) * left),
    )


def trade(party: Party) -> None:
    """Buy at the price that clears the market, and build up capacity for more."""
    state, inputs, month, parameters = party.state, party.inputs, party.month, party.parameters
    cells, now, part = inputs.cells, month.now, month.use[..., inputs.cells.commodity]
    flow = np.floor(month.offer.held + part * month.offer.spare)
    if now.war > 0:
        state.capacity = adapt_capacity(state.capacity, cells.ceiling, part, parameters["capacity_months"] / now.war)
    price = realised_price(
        now.price,
        month.use,
        discount_max=cells.discounts(parameters["discount_max"]),
        cap=now.cap,
        bound=now.capped * parameters["cap_services"],
    )
    bought, before = cells.per_member(flow * cells.value), cells.per_member(cells.before * cells.value)
    state.energy = energy_dependence(inputs.energy, bought, before)
    month.trade = Trade(flow=flow, paid=cells.per_member(flow * (price[..., cells.commodity] * cells.premium)))


def help_target(party: Party) -> None:
    """Give each instrument of help to the target openly, covertly or not at all."""
    state, inputs, now, parameters = party.state, party.inputs, party.month.now, party.parameters
    visible = _zeros(state)
    through = gate(visible, now.payments_closed, parameters["help_without_finance"])  # of members that finance nothing
    amounts: dict[str, FloatArray] = {}
    opened: dict[str, BoolArray] = {}
    party.month.help = Help(visible, amounts, opened)
    if now.war == 0:
        return
    weight, seen = parameters["support_sanctions_weight"], parameters["covert_visibility"]
    covertly = threat(party.month.risk, seen, weight)
    openly = threat(party.month.risk, 1.0, weight) + parameters["openness_cost"]
    sided = inputs.alignment + state.shift
    of_state = _lean(state, sided, parameters) - state.help_noise
    of_firms = of_state + parameters["support_alignment_weight"] * (1.0 - parameters["support_firms"]) * sided
    for name in HELP_ORDER:
        if name not in inputs.instruments or (name == "recognition" and not now.is_recognition_open):
            continue
        able, readiness = inputs.instruments[name].able, inputs.instruments[name].readiness
        own = pick(of_firms if name in PRIVATE else of_state, able) + readiness
        opened[name] = own > pick(openly, able)
        if name == "recognition":
            acts = add(_zeros(state), able, np.where(opened[name], 1.0, 0.0))
            state.recognised = np.maximum(state.recognised, acts)
            continue
        amount = (own > pick(covertly, able)) * pick(now.selling.get(name, 1.0), able)
        if name in PAID:
            amount = amount * pick(through, able)
        if name == "finance":
            financed = add(_zeros(state), able, amount)
            through = gate(financed, now.payments_closed, parameters["help_without_finance"])
        amounts[name] = amount
        visible = add(visible, able, np.where(opened[name], amount, seen * amount))
    party.month.help = Help(visible, amounts, opened)


def help_victim(party: Party) -> None:
    """Help the victim with arms, volunteers and aid."""
    state, inputs, now, parameters = party.state, party.inputs, party.month.now, party.parameters
    armed = _zeros(state)
    amounts: dict[str, FloatArray] = {}
    party.month.gift = Gift(amounts, armed)
    if now.war == 0 or not inputs.has_victim:
        return
    lean = -_lean(state, inputs.alignment + state.shift, parameters) - state.victim_noise
    for name in FOR_VICTIM:
        if name in inputs.instruments:
            able = inputs.instruments[name].able
            amounts[name] = np.where(pick(lean, able) + inputs.instruments[name].readiness > 0, 1.0, 0.0)
            if name == "arms_to_victim":
                amounts[name] = amounts[name] * pick(now.selling.get("arms", 1.0), able)
                armed = add(armed, able, amounts[name])
    meant = parameters["aid_general"] + parameters["aid_near"] * inputs.near
    goal = meant * state.joined + parameters["aid_arms"] * inputs.supplier * armed
    party.month.gift = Gift(amounts, goal * (inputs.seat * now.war))


def get_listed(party: Party) -> None:
    """Have one's firms detected and listed; the chance rises with visible help and the coalition's effort."""
    month = party.month
    chance = listing_chance(month.help.visible, month.effort, party.parameters["listing_rate"] * month.now.war)
    draw = party.draw("listing", month.now.name, chance > 0)
    month.listed = np.where(draw < chance, 1.0, 0.0)


def learn(party: Party) -> None:
    """Update the belief in enforcement from one's own and peers' listings; each of one's own costs exposure."""
    state, month, parameters = party.state, party.month, party.parameters
    state.listings = state.listings + month.listed + parameters["belief_neighbours"] * month.heard
    state.escapes = state.escapes + ((month.help.visible > 0) - month.listed)
    state.isolation = cut_off(state.isolation, parameters["grade_targeted"] * month.listed)


def drift(party: Party) -> None:
    """Let dependence and alignment follow the changes of the month."""
    state, inputs, parameters = party.state, party.inputs, party.parameters
    isolated, tied = state.isolation - inputs.isolation, inputs.tied
    deeper = deepen_security(
        pick(state.security, tied), pick(isolated, tied), pick(inputs.security, tied), parameters["drift_security"]
    )
    state.security = put(state.security, tied, deeper)
    closed = party.month.now.goods_closed / parameters["trade_months"]
    state.trade_kept = reduce_share(state.trade_kept, state.joined * closed)
    state.dependence = dependence_of(state, inputs, parameters)
    weights = DriftWeights(
        rate=parameters["drift_rate"],
        dependence=parameters["drift_dependence"],
        isolation=parameters["drift_isolation"],
    )
    state.shift = drift_alignment(state.shift, state.dependence - inputs.dependence, isolated, weights)


def _lean(state: MonthState, sided: FloatArray, parameters: Parameters) -> FloatArray:
    weights = LeaningWeights(
        alignment=parameters["support_alignment_weight"],
        dependence=parameters["support_dependence_weight"],
        isolation=parameters["support_isolation_weight"],
    )
    return leaning(sided, state.dependence, state.isolation, weights)


def _zeros(state: MonthState) -> FloatArray:
    return np.zeros_like(state.help_noise)


def pick(values: FloatArray | float, able: IntArray | None) -> FloatArray:
    """Pick the values (..., N) of members that are able; scalars are returned unchanged."""
    return values if able is None or np.ndim(values) == 0 else values[..., able]  # type: ignore[index, return-value]


def put(values: FloatArray, able: IntArray | None, some: FloatArray) -> FloatArray:
    """Replace the values (..., N) of some members."""
    if able is None:
        return some
    values[..., able] = some
    return values


def add(total: FloatArray, able: IntArray | None, values: FloatArray) -> FloatArray:
    """Add values to a total (..., N) for members that are able."""
    if able is None:
        return total + values
    total[..., able] += values
    return total
