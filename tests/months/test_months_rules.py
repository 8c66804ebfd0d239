"""The rules of the months: bounds, signs, conservation, and what theory has closed forms for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.worlds import examples

from sim.case.market import make_cells
from sim.randomness import Draws
from sim.rules.beliefs import (
    compute_expected_punishment,
    compute_listing_chance,
    compute_posterior_mean,
    compute_prior_counts,
    spread_assumption,
)
from sim.rules.coalition import (
    JoiningWeights,
    compute_coalition_effort,
    compute_joining_utility,
    compute_logit_noise,
    compute_member_effort,
)
from sim.rules.drift import DriftWeights, compute_energy_dependence, cut_off, deepen_security, drift_alignment
from sim.rules.energy import (
    LOWEST_PRICE,
    adapt_capacity,
    compute_part_used,
    compute_realised_price,
    compute_willingness,
    find_ceiling,
    find_clearing_use,
    find_log_price,
    find_reservation,
    keep_unless_banned,
    measure_spare,
    reduce_share,
    reroute_exports,
)
from sim.rules.rerouting import build_route, compute_part_missing, compute_part_passed, measure_capacity, pay_premium
from sim.rules.revenue import compute_part_earned, compute_part_lent, compute_part_paid
from sim.rules.support import LeaningWeights, compute_odds, compute_part_given, gate, leaning, survive
from sim.rules.totals import TOTAL_GRID, sum_exactly

share = st.floats(0, 1, allow_subnormal=False)
tonnes = st.floats(0, 1e5, allow_subnormal=False)
utility = st.floats(-20, 20, allow_subnormal=False)
weight = st.floats(0, 10, allow_subnormal=False)


def shares(size: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, size, elements=share)


@examples(max_examples=200)
@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)), st.randoms())
def test_a_total_is_the_same_in_any_order(values: np.ndarray, random: object) -> None:
    order = list(range(len(values)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert sum_exactly(values) == sum_exactly(values[order]) == sum(np.rint(values * TOTAL_GRID)) / TOTAL_GRID
    assert sum_exactly(np.tile(values, (3, 1))[:, order]).tolist() == [sum_exactly(values)] * 3


@examples(max_examples=200)
@given(share, st.floats(0.1, 50), st.lists(st.tuples(st.booleans(), share), max_size=40))
def test_beliefs_are_the_mean_of_the_gamma_posterior(
    prior: float, strength: float, months: list[tuple[bool, float]]
) -> None:
    """Gelman et al. (2013), 2.6: (r s + k) / (s + t) after k listings in t months of help, in whatever order."""
    listings, tried = compute_prior_counts(np.float64(prior), strength)
    for was_listed, visible in months:
        listings, tried = listings + was_listed, tried + visible
    expected = (prior * strength + sum(hit for hit, _ in months)) / (strength + sum(visible for _, visible in months))
    assert compute_posterior_mean(listings, tried) == pytest.approx(expected, abs=1e-12)


def test_beliefs_come_to_the_rate_at_which_members_are_listed() -> None:
    """One unit: with listings drawn from their hazard, the belief converges to it, from a prior off tenfold."""
    rate, visible, months = 0.1, 0.3, 60_000
    draws = Draws(7).uniforms("listing", "2022-05", "AAA", 0, months)
    listings, tried = compute_prior_counts(np.float64(10 * rate), 12.0)
    listed = (draws < compute_listing_chance(np.float64(rate * visible))).sum()
    assert compute_posterior_mean(listings + listed, tried + months * visible) == pytest.approx(rate, rel=0.1)


def test_listings_come_as_often_as_their_hazard_says() -> None:
    """|z| < 4 over 40,000 trials at a fixed seed; the chance of an event at hazard h is 1 - exp(-h)."""
    draws, count = Draws(7).uniforms("listing", "2022-05", "AAA", 0, 40_000), 40_000
    chance = float(compute_listing_chance(np.float64(0.6 * 1.1 * 0.1)))
    assert chance == pytest.approx(1 - np.exp(-0.066))
    assert abs((draws < chance).sum() - count * chance) < 4 * (count * chance * (1 - chance)) ** 0.5


def test_what_is_assumed_has_its_value_as_median_and_nine_runs_in_ten_within_its_factor() -> None:
    noise = compute_logit_noise(Draws(5).uniforms("listing_cost", "start", "", 0, 20_000))
    values = np.asarray(spread_assumption(50.0, noise, 0.35))
    assert np.median(values) == pytest.approx(50, rel=0.03)
    assert np.quantile(values, (0.05, 0.95)) == pytest.approx([50 / 2.8, 50 * 2.8], rel=0.05)
    assert (np.asarray(spread_assumption(50.0, noise, 0.0)) == 50).all()


def test_a_decision_holds_as_often_as_the_logit_says() -> None:
    """|z| < 4: utility above the kept noise with chance 1 / (1 + exp(-u)), McFadden (1974)."""
    kept_noise, count = compute_logit_noise(Draws(3).uniforms("joining", "start", "AAA", 0, 40_000)), 40_000
    for own in (-3.0, -0.5, 0.0, 2.0):
        chance = 1 / (1 + np.exp(-own))
        assert abs((own > kept_noise).sum() - count * chance) < 4 * (count * chance * (1 - chance)) ** 0.5


@examples(max_examples=100)
@given(st.integers(0, 2**32), st.integers(1, 70))
def test_noise_of_one_member_has_the_bits_of_many(seed: int, size: int) -> None:
    draws = np.random.default_rng(seed).random(size)
    many = compute_logit_noise(draws).tolist()
    assert (
        many == [compute_logit_noise(draw) for draw in draws] == compute_logit_noise(np.repeat(draws, 3)[::3]).tolist()
    )


elasticity = st.floats(0.01, 20)


@examples(max_examples=300)
@given(st.integers(0, 2**32), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1), elasticity, elasticity)
def test_nothing_is_created_or_lost_and_the_market_clears(
    seed: int, size: int, left: float, room: float, of_supply: float, of_demand: float
) -> None:
    rng = np.random.default_rng(seed)
    before = rng.uniform(0, 5e3, (size, 1)) * (rng.random((size, 1)) < 0.8)
    cells = make_cells(size, ("crude",), before, ceiling=before + room * rng.uniform(0, 9e3, (size, 1)))
    held = np.floor(cells.before * (1 - left * rng.random(len(cells))))
    free = np.floor(measure_spare(cells.ceiling, cells.before, rng.random(len(cells))))
    kept, spare = cells.per_commodity(held), cells.per_commodity(free)
    log_price = find_log_price(cells.supply, kept, spare, of_supply, of_demand)
    part = np.minimum(compute_part_used(log_price, of_demand), find_clearing_use(cells.supply, kept, spare))
    flow = np.floor(held + part[cells.commodity] * free)
    unsold = cells.supply - cells.per_commodity(flow)
    assert 0 <= part[0] <= 1
    assert unsold[0] >= 0
    assert cells.per_commodity(flow)[0] + unsold[0] == cells.supply[0]
    if np.log(LOWEST_PRICE) < log_price[0]:  # supply is demand, but for what rounding down to whole tonnes leaves
        offered = cells.supply[0] * np.exp(of_supply * log_price[0])
        assert cells.per_commodity(flow)[0] == pytest.approx(offered, abs=len(cells) + 1e-5 * cells.supply[0] + 1e-6)


@examples(max_examples=200)
@given(tonnes, tonnes, tonnes, st.floats(1, 1e5), elasticity, elasticity, st.floats(0, 5))
def test_the_discount_rises_with_what_is_to_be_sold_and_falls_with_room(
    supply: float, more: float, held: float, room: float, of_supply: float, of_demand: float, extra: float
) -> None:
    def price(supply: float = supply, held: float = held, room: float = room, **other: float) -> np.float64:
        own = {"supply_elasticity": of_supply, "demand_elasticity": of_demand} | other
        return np.exp(find_log_price(np.float64(supply), np.float64(held), np.float64(room), **own))

    slack = 1e-4  # of Newton's method
    assert price(supply=supply + more) <= price() + slack
    assert price(room=room + more) >= price() - slack
    assert price(held=held + more) >= price() - slack
    assert price(demand_elasticity=of_demand + extra) >= price() - slack
    assert price(supply_elasticity=of_supply + extra) >= price() - slack


@examples(max_examples=200)
@given(share, st.floats(0, 100))
def test_a_cap_binds_a_part_of_the_sales(discount: float, cap: float) -> None:
    price = compute_realised_price(100.0, discount, np.inf, 0.0)
    assert price == 100.0 * (1 - discount)
    capped = compute_realised_price(100.0, discount, cap, 0.5)
    assert min(price, cap) - 1e-9 <= capped <= price
    assert capped == pytest.approx((price + min(price, cap)) / 2)


def test_the_market_as_solved_by_hand() -> None:
    """All supply of 100 is for sale at half the price: S p = A + B (1 - p) with A = 40 and B = 20 gives p = 1 / 2."""
    one = np.float64(1.0)
    assert np.exp(find_log_price(100.0, 40 * one, 20 * one, 1.0, 1.0)) == pytest.approx(0.5)
    assert compute_part_used(np.log(0.5 * one), 1.0) == pytest.approx(0.5)
    assert compute_part_used(np.log(0.5 * one), 0.0) == 0  # no discount moves anybody
    assert find_log_price(100.0, 100 * one, 20 * one, 0.1, 5.0) == 0  # nothing has to be placed
    assert np.exp(find_log_price(100.0, 40 * one, 0 * one, 0.5, 5.0)) == pytest.approx(0.4**2)  # nobody can take more


@examples(max_examples=200)
@given(st.floats(0, 5), st.floats(0, 2), st.floats(0, 5))
def test_less_revenue_pays_for_less(earned: float, more: float, weight: float) -> None:
    before, after = (compute_part_paid(np.float64(value), weight) for value in (earned, earned + more))
    assert before <= after * (1 + 1e-12)
    assert compute_part_paid(np.float64(earned), 0.0) == compute_part_paid(np.float64(1.0), weight) == 1
    assert 0 <= compute_part_lent(np.float64(earned), weight) <= 1
    assert compute_part_lent(np.float64(1.0 + earned), weight) == 1
    assert compute_part_earned(np.float64(earned), 0.0) == 1


@examples(max_examples=200)
@given(weight, weight, share, share, st.floats(0, 1000), share)
def test_who_has_nothing_to_lose_cannot_be_deterred(
    belief: float, effort: float, stake: float, visibility: float, cost: float, more: float
) -> None:
    punished = compute_expected_punishment(np.float64(belief), effort, np.float64(stake), cost)
    cut = compute_expected_punishment(np.float64(belief), effort, np.float64(0.0), cost)
    assert cut == 0
    assert compute_willingness(np.float64(0.0), cut, visibility) == 1
    assert survive(cut, visibility, 0.5) == survive(np.float64(0.0), visibility, 0.5)
    assert 0 <= compute_willingness(np.float64(0.0), punished, visibility) <= 1
    assert compute_willingness(np.float64(1.0), punished, visibility) == 0
    for higher in (
        compute_expected_punishment(np.float64(belief + more), effort, np.float64(stake), cost),
        compute_expected_punishment(np.float64(belief), effort + more, np.float64(stake), cost),
        compute_expected_punishment(np.float64(belief), effort, np.float64(min(stake + more, 1.0)), cost),
        compute_expected_punishment(np.float64(belief), effort, np.float64(stake), cost + more),
    ):
        assert higher >= punished


@examples(max_examples=200)
@given(utility, st.floats(0, 500), st.floats(0, 500), share, weight, weight)
def test_help_falls_with_punishment_and_rises_with_the_premium(
    own: float, punished: float, more: float, visibility: float, concealment: float, premium: float
) -> None:
    """The amounts, their visible part and the part given openly fall together; nothing leaves [0, 1]."""
    base, harder = (survive(np.float64(h), visibility, concealment) for h in (punished, punished + more))
    odds = compute_odds(np.float64(own))
    given, less = compute_part_given(odds * base.odds), compute_part_given(odds * harder.odds)
    assert 0 <= less <= given * (1 + 1e-12) <= 1 + 1e-9
    assert compute_part_given(odds * base.odds * pay_premium(np.float64(0.3), premium)) >= given * (1 - 1e-12)
    assert 0 <= harder.opened <= base.opened * (1 + 1e-12) <= 1 + 1e-9
    assert visibility - 1e-12 <= harder.seen <= base.seen * (1 + 1e-12) <= 1 + 1e-9
    assert less * harder.seen <= given * base.seen + 1e-12


def test_help_is_as_the_logit_of_three_ways_says() -> None:
    """McFadden (1974): nothing, open, covert with utilities 0, u - H and u - c - s H."""
    own, punished, visibility, concealment = 0.7, 1.2, 0.3, 0.5
    openly, covertly = np.exp(own - punished), np.exp(own - concealment - visibility * punished)
    survival = survive(np.float64(punished), visibility, concealment)
    assert compute_part_given(compute_odds(np.float64(own)) * survival.odds) == pytest.approx(
        (openly + covertly) / (1 + openly + covertly)
    )
    assert survival.opened == pytest.approx(openly / (openly + covertly))
    assert survival.seen == pytest.approx((openly + visibility * covertly) / (openly + covertly))


@examples(max_examples=200)
@given(utility, weight, share, weight, st.builds(JoiningWeights, weight, weight, weight, utility))
def test_signs_of_joining(own: float, dependence: float, allies: float, more: float, weights: JoiningWeights) -> None:
    base = compute_joining_utility(np.float64(own), np.float64(dependence), np.float64(allies), weights)
    assert compute_joining_utility(np.float64(own + more), np.float64(dependence), np.float64(allies), weights) >= base
    assert compute_joining_utility(np.float64(own), np.float64(dependence + more), np.float64(allies), weights) <= base
    assert compute_joining_utility(np.float64(own), np.float64(dependence), np.float64(1.0), weights) >= base


@examples(max_examples=200)
@given(utility, weight, share, weight, st.builds(LeaningWeights, weight, weight, weight))
def test_signs_of_helping(
    own: float, dependence: float, isolation: float, more: float, weights: LeaningWeights
) -> None:
    base = leaning(np.float64(own), np.float64(dependence), np.float64(isolation), weights)
    assert leaning(np.float64(own + more), np.float64(dependence), np.float64(isolation), weights) <= base
    assert leaning(np.float64(own), np.float64(dependence + more), np.float64(isolation), weights) >= base
    assert leaning(np.float64(own), np.float64(dependence), np.float64(1.0), weights) >= base


@examples(max_examples=200)
@given(share, share, share, share, weight, weight)
def test_shares_stay_shares(a: float, b: float, c: float, rate: float, money: float, more: float) -> None:
    one, two, three = np.float64(a), np.float64(b), np.float64(c)
    for value in (
        cut_off(one, two),
        deepen_security(one, two, three, rate),
        reduce_share(one, two),
        gate(one, two, c),
        compute_energy_dependence(
            one, np.float64(money), np.float64(np.round(more, 6))
        ),  # paid in millions, to the euro
        reroute_exports(one, two, c, 1.0 + money),
        compute_listing_chance(np.float64(money)),
        build_route(one, two, 1.0 + money),
        compute_part_passed(np.float64(money), np.float64(more)),
        compute_part_missing(one - np.float64(money), 1.0),
    ):
        assert 0 <= value <= 1 + 1e-12
    assert cut_off(one, two) >= one
    assert deepen_security(one, two, three, rate) >= one
    assert compute_member_effort(money, np.float64(more)) <= money
    assert compute_coalition_effort(one, two + 1.0, money) >= 0


def test_a_drift_goes_where_it_is_pulled_and_a_shock_fades() -> None:
    """The fixed point of s' = s + r (-d - s) is -d, approached by the factor 1 - r a month."""
    weights = DriftWeights(rate=0.1, dependence=0.5, isolation=2.0)
    shift = np.float64(0.0)
    for _ in range(400):
        shift = drift_alignment(shift, np.float64(0.6), np.float64(0.25), weights)
    assert shift == pytest.approx(-0.5 * 0.6 - 2.0 * 0.25)
    shock = np.float64(-1.0)
    for month in range(1, 13):
        shock = drift_alignment(shock, np.float64(0.0), np.float64(0.0), weights)
        assert shock == pytest.approx(-(0.9**month))
    assert drift_alignment(np.float64(0.0), np.float64(0.0), np.float64(0.0), weights) == 0


def test_capacity_closes_the_gap_at_its_lag_and_only_where_it_is_needed() -> None:
    start, top = np.float64(2.0), np.float64(10.0)
    discounts, none = np.array([1.0, 0.5, 0.0]), np.float64(0.0)
    assert adapt_capacity(start, top, discounts, none, 4.0).tolist() == [4.0, 3.0, 2.0]
    assert find_ceiling(start, np.float64(0.0), np.float64(0.7), np.float64(0.0)) == 2.0
    assert find_ceiling(start, np.float64(60.0), np.float64(0.5), np.float64(60.0)) == 15.0


def test_a_richer_buyer_builds_nothing_up_to_its_reservation_and_builds_above_it() -> None:
    incomes = np.array([1_000.0, 2_500.0, 2_500.0 * np.e, 2_500.0 * np.e**2])
    reservation = find_reservation(incomes, 2500.0, 0.2)
    assert reservation == pytest.approx([0.0, 0.0, 0.2, 0.4])
    assert (find_reservation(incomes, 2500.0, 0.0) == 0).all()  # income does not matter
    start, top = np.float64(2.0), np.float64(10.0)
    built = {d: adapt_capacity(start, top, np.float64(d), reservation, 4.0) - start for d in (0.1, 0.2, 0.3, 0.6)}
    assert built[0.1] == pytest.approx([0.2, 0.2, 0.0, 0.0])
    assert built[0.2] == pytest.approx([0.4, 0.4, 0.0, 0.0])
    assert built[0.3] == pytest.approx([0.6, 0.6, 0.2, 0.0])
    assert built[0.6] == pytest.approx([1.2, 1.2, 0.8, 0.4])


def test_who_sanctions_bans_a_fuel_once_it_can_do_without() -> None:
    kept, part, joined = np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.9, 0.1]), np.array([1.0, 1.0, 0.0])
    assert keep_unless_banned(kept, part, joined, 0.1).tolist() == [0.0, 0.5, 0.5]
    assert keep_unless_banned(kept, part, joined, 1.0).tolist() == [0.0, 0.0, 0.5]


@examples(max_examples=100)
@given(shares(5), shares(5), st.floats(0, 1e4), st.floats(0, 10))
def test_goods_are_neither_created_nor_lost(routes: np.ndarray, trade: np.ndarray, closed: float, scale: float) -> None:
    """What is passed on and what is missing add up to what was closed; who is cut off passes on nothing."""
    isolation = np.array([0.0, 0.2, 0.5, 0.9, 1.0])
    offered = routes * measure_capacity(1e4 * trade, isolation, 300.0, scale)
    passed = offered * compute_part_passed(np.float64(closed), offered.sum())
    missing = compute_part_missing(closed - offered.sum(), 1e4) * 1e4
    assert passed.sum() + missing == pytest.approx(closed, abs=1e-6)
    assert (passed <= offered).all()
    assert passed[-1] == 0


@examples(max_examples=100)
@given(st.floats(1, 1e5), st.floats(1, 1e5), st.floats(0, 1), st.floats(1, 1e4))
def test_a_small_trader_multiplies_its_trade_and_a_large_one_does_not(
    small: float, more: float, scale: float, capacity: float
) -> None:
    nobody = np.float64(0.0)
    one, other = (measure_capacity(np.float64(trade), nobody, capacity, scale) for trade in (small, small + more))
    assert other >= one * (1 - 1e-12)
    assert other / (small + more) <= one / small * (1 + 1e-12)
    assert measure_capacity(np.float64(100.0), nobody, capacity, scale) == pytest.approx(capacity)
