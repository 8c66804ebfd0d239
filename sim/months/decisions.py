"""What members decide in a month, each from its own state alone: one function per phase.

Each function works on all members in many replicates, arrays (R, N), and on one member in one replicate, scalars. So
both engines run the same lines. `sim.months.phases` has their order, and what members learn of each other in between.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.case.conditions import JOINED, OWN_DECISION
from sim.case.inputs import FOR_VICTIM, MonthInputs
from sim.months.record import Gift, Help, Offer, Party, Trade
from sim.months.state import MonthState, compute_dependence
from sim.rules.aid import AidResponses, adapt_aid
from sim.rules.beliefs import compute_expected_punishment, compute_listing_chance
from sim.rules.coalition import JoiningWeights, compute_joining_utility, compute_member_effort
from sim.rules.drift import DriftWeights, compute_energy_dependence, cut_off, deepen_security, drift_alignment
from sim.rules.energy import (
    adapt_capacity,
    compute_realised_price,
    compute_willingness,
    keep_unless_banned,
    measure_spare,
    reduce_share,
)
from sim.rules.parameters import Parameters
from sim.rules.rerouting import build_route, pay_premium
from sim.rules.revenue import compute_part_lent, compute_part_paid
from sim.rules.support import (
    INSTRUMENTS,
    PAID,
    PRIVATE,
    LeaningWeights,
    compute_odds,
    compute_part_given,
    gate,
    leaning,
    survive,
)

HELP_ORDER = ("finance", *(name for name in INSTRUMENTS if name != "finance"))
"""The instruments in the order in which they are decided: finance first, because paid help may depend on it."""


STEPS = 8
"""Steps in which peers hear of visible help: whole numbers up to this, whose sums are exact in single precision."""

MILLION = 1e6


def sanction(party: Party) -> None:
    """Join the coalition, stay in it or leave it: by a package or policy, or by one's own decision in the war."""
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
        utility = compute_joining_utility(inputs.alignment + state.shift, state.dependence, month.allies, weights)
        utility = utility + parameters["leave_cost"] * joined
        joined = (utility > state.join_noise) * (is_own * inputs.seat)
    state.joined = np.maximum(joined, month.now.membership == JOINED)
    state.trade_closed = state.joined * month.now.goods_closed


def weigh_enforcement(party: Party) -> FloatArray:
    """Weigh each member's part in the coalition's enforcement, (..., N)."""
    state = party.state
    return state.joined * party.inputs.power * compute_member_effort(party.month.now.effort, state.dependence)


def expect_punishment(party: Party) -> None:
    """Weigh what a month of open help would cost: the believed hazard at the announced effort, and what is at stake."""
    state, month = party.state, party.month
    at_stake = party.inputs.exposure * (1.0 - state.isolation)
    month.punishment = compute_expected_punishment(
        state.belief, month.effort, at_stake, party.parameters["listing_cost"]
    )


def offer(party: Party) -> None:
    """Shed what substitutes replace, and offer what one keeps buying and what one could buy on top."""
    state, inputs, month, parameters = party.state, party.inputs, party.month, party.parameters
    cells, left = inputs.cells, month.now.left
    rate = month.now.war * cells.commodity_values(parameters, "substitution_months", inverse=True)
    shed = cells.at_cells(state.joined) * rate
    state.kept = reduce_share(state.kept, shed)
    if month.now.is_ban_chosen and month.now.war > 0:
        joined = cells.at_cells(state.joined)
        state.kept = keep_unless_banned(state.kept, cells.part, joined, parameters["ban_share"])
    willing = cells.at_cells(compute_willingness(state.joined, month.punishment, parameters["energy_visibility"]))
    month.offer = Offer(
        held=np.floor(cells.before * left * state.kept),
        spare=np.floor(measure_spare(state.capacity, cells.before, willing) * left),
    )


def trade(party: Party) -> None:
    """Buy at the price that clears the market, and build up capacity for more."""
    state, inputs, month, parameters = party.state, party.inputs, party.month, party.parameters
    cells, now = inputs.cells, month.now
    flow = np.floor(month.offer.held + month.use[..., cells.commodity] * month.offer.spare)
    if now.war > 0:
        discount, reservation = month.discount[..., cells.commodity], cells.at_cells(inputs.reservation)
        state.capacity = adapt_capacity(
            state.capacity, cells.ceiling, discount, reservation, parameters["capacity_months"] / now.war
        )
    price = compute_realised_price(
        now.price,
        cells.on_world_price(month.discount),
        cap=now.cap,
        bound=now.capped * parameters["cap_services"],
    )
    bought, before = cells.per_member(flow * cells.value), cells.per_member(cells.before * cells.value)
    state.energy = compute_energy_dependence(inputs.energy, bought, before)
    month.trade = Trade(flow=flow, paid=cells.per_member(flow * (price[..., cells.commodity] * cells.premium)))


def help_target(party: Party) -> None:
    """Give the target some of each instrument of help, openly or covertly."""
    state, inputs, now, parameters = party.state, party.inputs, party.month.now, party.parameters
    visible = _zeros(state)
    through = gate(0.0, now.payments_closed, parameters["help_without_finance"])  # of members that finance nothing
    paid = compute_part_paid(party.month.earned, parameters["revenue_weight"])
    amounts: dict[str, FloatArray] = {}
    opened: dict[str, FloatArray] = {}
    party.month.help = Help(visible, amounts, opened)
    if now.war == 0:
        return
    sided = inputs.alignment + state.shift
    of_state = _lean(state, sided, parameters) - state.help_noise
    of_firms = of_state + parameters["support_alignment_weight"] * (1.0 - parameters["support_firms"]) * sided
    punishment, hidden = party.month.punishment, (parameters["covert_visibility"], parameters["concealment_cost"])
    usual = survive(punishment, *hidden)
    ready = {True: compute_odds(of_firms) * usual.odds, False: compute_odds(of_state) * usual.odds}
    for name in HELP_ORDER:
        if name not in inputs.instruments or (name == "recognition" and not now.is_recognition_open):
            continue
        able, pursued = inputs.instruments[name].able, now.pursued.get(name, 1.0)
        survival = usual if pursued == 1.0 else survive(punishment * pursued, *hidden)
        odds = pick(ready[name in PRIVATE], able) * inputs.instruments[name].odds
        if pursued != 1.0:
            odds = odds * pick(survival.odds / usual.odds, able)
        if name == "recognition":
            acts = add(_zeros(state), able, np.where(odds * pick(survival.opened, able) > 1.0, 1.0, 0.0))
            state.recognised = np.maximum(state.recognised, acts)
            continue
        if name in PAID:
            odds = odds * pick(paid, able)
        if name == "goods":
            odds = odds * pay_premium(party.month.missing, parameters["goods_premium"])
        amount = compute_part_given(odds)
        if name in now.selling:
            amount = amount * pick(now.selling[name], able)
        if name in PAID and now.payments_closed > 0:
            amount = amount * pick(through, able)
        if name == "finance":
            financed = amount if able is None else add(_zeros(state), able, amount)
            through = gate(financed, now.payments_closed, parameters["help_without_finance"])
        if name == "goods":
            amount = build_route(pick(state.route, able), amount, parameters["route_months"] / now.war)
            state.route = put(state.route, able, amount)
        amounts[name], opened[name] = amount, pick(survival.opened, able)
        seen = pick(survival.seen, able) if pursued == 1.0 else pick(pursued * survival.seen, able)
        visible = add(visible, able, amount * seen)
    party.month.help = Help(np.minimum(visible, 1.0), amounts, opened)


def close_trade(state: MonthState, inputs: MonthInputs) -> FloatArray:
    """Close exports to the target, millions of euros a month (..., N)."""
    return state.trade_closed * inputs.exports


def offer_goods(state: MonthState, inputs: MonthInputs) -> FloatArray:
    """Offer to pass goods on, millions of euros a month (..., N), by the routes in use of others than the coalition."""
    return state.route * (inputs.capacity * (1.0 - state.joined))


def miss_goods(state: MonthState, inputs: MonthInputs) -> FloatArray:
    """What a member closes less what it offers to pass on, millions of euros a month (..., N)."""
    return close_trade(state, inputs) - offer_goods(state, inputs)


def weigh_aid(party: Party) -> FloatArray:
    """Weigh the aid of the month before in all members' yearly product, in millionths of it (..., N)."""
    return party.state.aid * party.inputs.power * MILLION


def help_victim(party: Party) -> None:
    """Help the victim with arms, volunteers and aid."""
    state, inputs, now, parameters = party.state, party.inputs, party.month.now, party.parameters
    armed = _zeros(state)
    amounts: dict[str, FloatArray] = {}
    party.month.gift = Gift(amounts, armed)
    others = np.maximum(party.month.donated - weigh_aid(party), 0.0) / MILLION
    state.aid = _zeros(state)
    if now.war == 0 or not inputs.has_victim:
        return
    ready = compute_odds(-_lean(state, inputs.alignment + state.shift, parameters) - state.victim_noise)
    for name in FOR_VICTIM:
        if name in inputs.instruments:
            able = inputs.instruments[name].able
            amounts[name] = np.where(inputs.instruments[name].odds * pick(ready, able) > 1.0, 1.0, 0.0)
            if name == "arms_to_victim":
                amounts[name] = amounts[name] * pick(now.selling.get("arms", 1.0), able)
                armed = add(armed, able, amounts[name])
    meant = parameters["aid_general"] + parameters["aid_near"] * inputs.near
    goal = meant * state.joined + parameters["aid_arms"] * inputs.supplier * armed
    responses = AidResponses(parameters["aid_front"], parameters["aid_others"], parameters["aid_fatigue"])
    aid = adapt_aid(goal, state.joined, others, held=now.held, given=state.given, responses=responses)
    state.aid = aid * (inputs.seat * now.war)
    state.given = state.given + state.aid
    party.month.gift = Gift(amounts, state.aid)


def get_listed(party: Party) -> None:
    """Have one's firms listed, by a hazard in proportion to visible help, announced effort and what is carried out."""
    month, parameters = party.month, party.parameters
    rate = parameters["listing_rate"] * parameters["carried_out"] * month.now.war
    chance = compute_listing_chance(month.help.visible * (month.effort * rate))
    draw = party.draw("listing", month.now.name, chance > 0)
    month.listed = np.where(draw < chance, 1.0, 0.0)


def learn(party: Party) -> None:
    """Update the belief from one's own and peers' listings and unpunished help; each of one's own costs exposure."""
    state, month, parameters = party.state, party.month, party.parameters
    others, announced = parameters["belief_neighbours"], month.effort * month.now.war
    state.listings = state.listings + month.listed + others * month.heard_listed
    state.tried = state.tried + announced * (month.help.visible + others / STEPS * month.heard_visible)
    state.isolation = cut_off(state.isolation, parameters["grade_targeted"] * month.listed)


def drift(party: Party) -> None:
    """Let dependence and alignment follow the changes of the month."""
    state, inputs, parameters = party.state, party.inputs, party.parameters
    isolated, tied = state.isolation - inputs.isolation, inputs.tied
    deeper = deepen_security(
        pick(state.security, tied), pick(isolated, tied), pick(inputs.security, tied), parameters["drift_security"]
    )
    state.security = put(state.security, tied, deeper)
    if party.month.now.war > 0:
        state.lent = _zeros(state) + compute_part_lent(party.month.earned, parameters["revenue_weight"])
    state.dependence = compute_dependence(state, inputs, parameters)
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
    """Pick the values (..., N) of members that are able; what is the same for all is returned unchanged."""
    is_same = np.ndim(values) == 0 or np.shape(values)[-1] == 1
    return values if able is None or is_same else values[..., able]  # type: ignore[index, return-value]


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
