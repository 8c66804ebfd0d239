"""Peers: following that was put in is found, likeness is not mistaken for it, and nothing later is known."""

from datetime import date, timedelta

import numpy as np
import pytest

from sim.fitting.peers.network import find_peers_on, load_world_on, mix_within_regions
from sim.fitting.peers.order import (
    JoiningOrder,
    conclude,
    estimate_order,
    follow_course_by_day,
    follow_courses_by_year,
    list_choices,
)
from sim.fitting.peers.votes import Surprises, list_surprises
from sim.specs import read_scenario

DAY = date(2022, 1, 1)


def simulate_course(following, seed):
    """Thirty members that all join, one a day, sooner by `following` times the share of peers that have."""
    rng = np.random.default_rng(seed)
    joiners = rng.choice(193, 40, replace=False)
    when = {int(i): date(2021, 1, 1) for i in joiners[:5]}
    waiting = list(map(int, joiners[5:]))
    for step in range(len(waiting)):
        shares = find_peers_on(DAY)[np.ix_(waiting, list(when))].sum(axis=1)
        odds = np.exp(following * shares)
        when[waiting.pop(rng.choice(len(waiting), p=odds / odds.sum()))] = date(2021, 2, 1) + timedelta(days=step)
    first = set(map(int, joiners[:5]))
    days = {i: day for i, day in when.items() if i not in first}
    return JoiningOrder(days, {i: date(2021, 1, 1) for i in first}, lambda day: DAY)


def test_following_in_the_order_of_joining_is_found():
    following = 12.0
    found = estimate_order([simulate_course(following, seed) for seed in range(12)], "", placebos=19)
    assert found.effect == pytest.approx(following, abs=found.high - found.low)
    assert found.is_identified


def test_an_order_by_chance_shows_no_following():
    found = estimate_order([simulate_course(0.0, seed) for seed in range(12)], "", placebos=19)
    assert not found.is_identified


def test_who_joins_sees_only_those_that_joined_on_earlier_days():
    days = {1: DAY, 2: DAY, 3: DAY + timedelta(days=1)}
    (first,) = list_choices(
        JoiningOrder(days, {0: date(2021, 1, 1)}, lambda day: DAY)
    )  # on the last day nobody else waits
    assert first.inputs[:, 0] == pytest.approx(find_peers_on(DAY)[[1, 2, 3], 0])
    assert first.joins.tolist() == [True, True, False]


def test_the_course_by_day_is_that_of_the_events():
    world = load_world_on(date(2022, 3, 2))
    days = {world.iso3[i]: day for i, day in follow_course_by_day(read_scenario("2022-2023")).days.items()}
    assert days["USA"] == date(2022, 2, 22)
    assert days["CHE"] == date(2022, 2, 28)
    assert days["NOR"] == date(2022, 3, 7)
    assert "DEU" not in days  # the European Union decided
    assert "UKR" not in days


def test_members_bound_by_a_group_make_no_decision():
    for course in follow_courses_by_year():
        assert not course.days.keys() & course.bound.keys()


def test_following_earlier_surprises_is_found():
    peers, rng = find_peers_on(DAY), np.random.default_rng(0)
    curve, slope = np.zeros((3, 3)), np.zeros(3)
    for _ in range(40):
        before = rng.normal(size=193)
        now = 1.5 * (peers @ before) + 0.3 * before + rng.normal(size=193)
        one = Surprises(date(2022, 5, 1), now, before).moments(None)
        curve, slope = curve + one[0], slope + one[1]
    found = np.linalg.solve(curve, slope)
    assert found[0] == pytest.approx(1.5, abs=0.3)
    assert found[2] == pytest.approx(0.3, abs=0.05)


def test_placebo_peers_are_the_peers_in_another_order():
    rng = np.random.default_rng(1)
    before, now = rng.normal(size=193), rng.normal(size=193)
    mixed = mix_within_regions(load_world_on(DAY), rng)
    one = Surprises(date(2022, 5, 1), now, before)
    swapped = find_peers_on(DAY)[np.ix_(mixed, mixed)]
    of_peers = swapped @ before / swapped.sum(axis=1)
    wanted = (of_peers - of_peers.mean()) @ (now - now.mean())
    assert one.moments(mixed)[1][0] == pytest.approx(wanted)


def test_members_change_places_within_their_region():
    world = load_world_on(DAY)
    mixed = mix_within_regions(world, np.random.default_rng(2))
    assert sorted(mixed) == list(range(world.size))
    assert [world.regions[i] for i in mixed] == list(world.regions)


def test_a_surprise_knows_only_earlier_votes():
    found = list(list_surprises("RUS", 0))
    assert found
    assert len({one.day for one in found}) > 1
    assert all(np.nanmax(np.abs(one.now)) <= 2 for one in found)


def test_an_effect_is_identified_above_zero_and_beyond_placebo_peers_alone():
    placebo = np.linspace(-1, 1, 99)
    assert conclude("", 1, effect=3.0, low=1.0, high=5.0, placebo=placebo).is_identified
    assert not conclude("", 1, effect=3.0, low=-1.0, high=5.0, placebo=placebo).is_identified
    assert not conclude("", 1, effect=0.5, low=0.1, high=0.9, placebo=placebo).is_identified
    assert not conclude("", 1, effect=-3.0, low=-5.0, high=-1.0, placebo=placebo).is_identified
