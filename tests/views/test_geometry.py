"""Seats, map places and labels: everyone has one, nobody's lies on another's."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

from sim.summaries.tallies import CODES, REPORTED
from sim.views.geography import LAND_FILE, make_map, project, read_rings
from sim.views.seats import SEATED, arrange_seats, count_rows, measure_seat_distance, seats
from sim.views.spreading import push_apart, spread
from sim.views.styles import STYLES
from sim.world import load_world


def nearest(places):
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
    return gaps[~np.eye(len(places), dtype=bool)].min()


@given(st.integers(1, 400))
def test_every_seat_is_in_the_half_circle_and_apart(count):
    places = seats(count)
    assert places.shape == (count, 2)
    assert (np.hypot(*places.T) <= 1 + 1e-9).all()
    assert (places[:, 1] >= -1e-9).all()
    if count > 1:
        even = np.sqrt(np.pi / 2 * (1 - 0.42**2) / count)
        assert measure_seat_distance(count) > 0.5 * even
    assert count_rows(count) >= 1


@given(st.lists(st.sampled_from([-1, 0, 1, 2, 3]), min_size=1, max_size=250))
def test_blocs_sit_together_in_their_order(actions):
    actions = np.array(actions)
    places = arrange_seats(actions)
    assert np.isnan(places[actions < 0]).all()
    seated = places[actions >= 0]
    assert not np.isnan(seated).any()
    assert sorted(map(tuple, seated)) == sorted(map(tuple, seats(len(seated))))
    angles = np.arctan2(places[:, 1], places[:, 0])
    for left, right in pairwise(SEATED):
        one, other = angles[actions == CODES[left]], angles[actions == CODES[right]]
        if len(one) and len(other):
            assert one.min() >= other.max() - 1e-9


def test_the_styles_are_those_of_the_actions_and_unlike():
    assert tuple(STYLES) == REPORTED
    assert len({(style.fill, style.marker) for style in STYLES.values()}) == len(STYLES)
    assert set(SEATED) == set(REPORTED)


def test_members_too_small_to_see_have_dots_of_their_own_near_their_places():
    world = load_world("un-2022")
    drawn = make_map(world)
    names = {world.iso3[i] for i in drawn.dotted}
    assert {"SGP", "MLT", "LUX", "TUV"} <= names
    assert not names & {"FRA", "NLD", "IND"}
    own = project(world.attributes["longitude"], world.attributes["latitude"])[drawn.dotted]
    assert nearest(drawn.dots) >= drawn.distance > 0.05  # of the radius of the globe
    away = np.linalg.norm(drawn.dots - own, axis=1)
    assert away.max() < drawn.distance


def test_shapes_are_where_their_members_are():
    world = load_world("un-2022")
    drawn = make_map(world)
    own = project(world.attributes["longitude"], world.attributes["latitude"])
    wrong = [
        world.iso3[i]
        for i, rings in drawn.shapes.items()
        if not any(
            (ring.min(axis=0) - 0.1 < own[i]).all() and (own[i] < ring.max(axis=0) + 0.1).all() for ring in rings
        )
    ]
    assert wrong == []
    assert set(drawn.shapes) | set(drawn.dotted) == set(range(world.size))
    simferopol = project(np.array(34.3), np.array(45.2))
    assert [
        world.iso3[i] for i, rings in drawn.shapes.items() if any(Path(r).contains_point(simferopol) for r in rings)
    ] == ["UKR"]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=40))
def test_marks_are_pushed_apart_also_from_one_place(wanted):
    places = push_apart(np.array(wanted), 0.1)
    assert len(places) == 1 or nearest(places) >= 0.1 - 1e-9


def test_a_world_without_land_has_a_dot_for_everyone():
    world = load_world("seven-harbours")
    drawn = make_map(world)
    assert (len(drawn.shapes), drawn.elsewhere, len(drawn.dots)) == (0, [], world.size)


def test_the_map_is_equal_earth():
    """Extent of the map in radii: 2.7066 east and 1.3173 north, and equal areas (Savric et al. 2019)."""
    assert project(np.array(180.0), np.array(0.0))[0] == pytest.approx(2.70663, abs=1e-4)
    assert project(np.array(0.0), np.array(90.0))[1] == pytest.approx(1.31737, abs=1e-4)
    latitudes = np.linspace(-89, 89, 3001)
    edge = project(np.full_like(latitudes, 180.0), latitudes)
    area = 2 * np.cumsum((edge[1:, 0] + edge[:-1, 0]) / 2 * np.diff(edge[:, 1]))
    sphere = 2 * np.pi * (np.sin(np.radians(latitudes[1:])) - np.sin(np.radians(latitudes[0])))
    assert area == pytest.approx(sphere, rel=1e-3)


def test_land_comes_in_closed_rings_on_the_map():
    rings = [ring for _, rings in read_rings(load_world("un-2022").folder / LAND_FILE) for ring in rings]
    assert len(rings) > 177
    assert all(np.allclose(ring[0], ring[-1], atol=1e-6) for ring in rings)
    assert max(np.abs(np.diff(ring[:, 0])).max() for ring in rings) < 0.7  # none leaps across the map
    assert max(np.abs(ring[:, 0]).max() for ring in rings) < 2.9


@given(st.lists(st.floats(0, 100), min_size=0, max_size=10))
def test_labels_are_kept_apart_inside_and_in_order(wanted):
    wanted = np.sort(np.array(wanted, dtype=float))
    found = spread(wanted, 10.0, 0.0, 100.0)
    assert (np.diff(found) > 10 - 1e-6).all()
    assert ((found > -1e-6) & (found < 100 + 1e-6)).all()


def test_labels_that_lie_apart_stay_and_too_many_are_refused():
    assert spread(np.array([5.0, 50.0]), 10.0, 0.0, 100.0).tolist() == [5.0, 50.0]
    with pytest.raises(ValueError, match="do not fit"):
        spread(np.zeros(12), 10.0, 0.0, 100.0)
