"""From the order in which members joined sanctions: do those whose peers have joined already join sooner?

Only members that join in the end are compared, so that similar wishes do not count as following.
Partial likelihood of the order (Cox 1972, ties by Breslow), one stratum for each target. Members that a group bound
are among the peers, but made no decision of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from scipy.optimize import minimize

from sim.arrays import BoolArray, FloatArray
from sim.fitting.peers.network import find_peers_on, load_peers_world, load_world_on, mix_within_regions, read_questions
from sim.results.peers import PeerEstimate
from sim.specs import Scenario, find_members
from sim.world.tables import read_rows

Z_90 = 1.6449
PLACEBOS = 99
SEED = 20261127


@dataclass(frozen=True)
class Choice:
    """Who joined next, of those that had not yet: rows (n, 2) of the share of peers that had, and the ideal point."""

    inputs: FloatArray
    joins: BoolArray


@dataclass(frozen=True)
class JoiningOrder:
    """The order of joining against one target.

    Parameters
    ----------
    days : when each member that decided for itself joined, by place.
    bound : when members joined without a decision of their own, by place.
    known_on : the day before which peers and ideal points are known, by day of joining.
    """

    days: Mapping[int, date]
    bound: Mapping[int, date]
    known_on: Callable[[date], date]


def estimate_order(courses: Sequence[JoiningOrder], label: str, placebos: int = PLACEBOS) -> PeerEstimate:
    """The influence of peers on the order of joining, and that of so many placebo peers of the same regions."""
    found, error, decisions = _fit(courses, None)
    rng = np.random.default_rng(SEED)
    world = load_world_on(date(read_questions()["order"]["last_year"] + 1, 1, 1))
    placebo = np.array([_fit(courses, mix_within_regions(world, rng))[0] for _ in range(placebos)])
    low, high = found - Z_90 * error, found + Z_90 * error
    return conclude(label, decisions, found, low, high, placebo)


def conclude(label: str, decisions: int, effect: float, low: float, high: float, placebo: FloatArray) -> PeerEstimate:
    """An estimate with its rank among placebo peers; identified where neither 0 nor placebo peers do as well."""
    fewer = min(int((placebo <= effect).sum()), int((placebo >= effect).sum()))
    p = min(1.0, 2 * (fewer + 1) / (len(placebo) + 1))
    return PeerEstimate(
        label=label,
        decisions=decisions,
        effect=effect,
        low=low,
        high=high,
        placebo_p=p,
        is_identified=low > 0 and p <= 0.1,
    )


def _fit(courses: Sequence[JoiningOrder], mixed: np.ndarray | None) -> tuple[float, float, int]:
    """Weight of peers in the order of joining, its standard error, and the number of decisions."""
    choices = [choice for course in courses for choice in list_choices(course, mixed)]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = 0.005 * float(weights @ weights), 0.01 * weights
        for choice in choices:
            score = choice.inputs @ weights
            odds = np.exp(score - score.max())
            share = odds / odds.sum()
            count = int(choice.joins.sum())
            total += count * float(np.log(odds.sum()) + score.max()) - float(score[choice.joins].sum())
            slope = slope + count * (share @ choice.inputs) - choice.inputs[choice.joins].sum(axis=0)
        return total, slope

    found = minimize(loss, np.zeros(2), jac=True, method="BFGS")
    curve = 0.01 * np.eye(2)
    for choice in choices:
        odds = np.exp(choice.inputs @ found.x - (choice.inputs @ found.x).max())
        share = odds / odds.sum()
        middle = choice.inputs - share @ choice.inputs
        curve = curve + choice.joins.sum() * (middle * share[:, None]).T @ middle
    return float(found.x[0]), float(np.sqrt(np.linalg.inv(curve)[0, 0])), sum(int(c.joins.sum()) for c in choices)


def list_choices(course: JoiningOrder, mixed: np.ndarray | None = None) -> Iterator[Choice]:
    """The days on which somebody joined while others still waited, after at least one had joined.

    Parameters
    ----------
    mixed : the order of members in which peers are looked up, for placebo peers.
    """
    when = {**course.bound, **course.days}
    for day in sorted(set(course.days.values())):
        waiting = [i for i, own in course.days.items() if own >= day]
        joins = np.array([course.days[i] == day for i in waiting])
        before = [i for i, own in when.items() if own < day]
        if joins.all() or not before:
            continue
        known = course.known_on(day)
        world, peers = load_world_on(known), find_peers_on(known)
        look = np.arange(world.size) if mixed is None else mixed
        points = np.nan_to_num(world.ideal_points[max(world.ideal_points)])
        yield Choice(np.stack([peers[np.ix_(look[waiting], look[before])].sum(axis=1), points[waiting]], axis=1), joins)


def follow_courses_by_year() -> list[JoiningOrder]:
    """The order in which members began to sanction each target, by year, over all targets of the record."""
    dated, first, last = load_peers_world(), *(read_questions()["order"][key] for key in ("first_year", "last_year"))
    index = {iso3: i for i, iso3 in enumerate(dated.iso3)}
    starts: dict[str, dict[str, int]] = {}
    for row in read_rows(dated.folder / "sanctions.csv"):
        own = starts.setdefault(row["iso3"], {})
        year = int(row["date_from"][:4]) if row["date_from"] else 0
        own[row["sender"]] = min(own.get(row["sender"], last + 1), year)
    courses = []
    for senders in starts.values():
        days = {index[s]: date(y, 7, 1) for s, y in senders.items() if s in index and first <= y <= last}
        bound = {index[s]: date(max(y, 1), 7, 1) for s, y in senders.items() if s in index and y < first}
        for group, year in senders.items():
            if group not in index and year <= last:
                for i in _members_of_group(group, date(max(year, first), 7, 1), index):
                    bound[i] = min(bound.get(i, date.max), date(max(year, 1), 7, 1))
        free = {i: day for i, day in days.items() if bound.get(i, date.max) > day}
        if len(set(free.values())) > 1:
            courses.append(JoiningOrder(free, {i: day for i, day in bound.items() if i not in free}, _new_year))
    return courses


def follow_course_by_day(spec: Scenario) -> JoiningOrder:
    """The order in which members joined the sanctions of a scenario, by the days of its events.

    Who was listed without a day of its own joined by then.
    """
    world, listed = load_world_on(spec.vote[0].date), read_questions()["order"]["listed"]
    when: dict[int, date] = {}
    grouped: set[int] = set()
    events: Any = [event for event in spec.event if event.kind == "sanctions" and not event.against]
    for event in sorted(events, key=lambda one: one.date):
        for reference in event.members:
            inside = [world.index[iso3] for iso3 in find_members(world, (reference,))]
            grouped |= set(inside) if len(inside) > 1 else set()
            for i in inside:
                when.setdefault(i, event.date)
    for row in read_rows(load_peers_world().folder / "outcomes" / "sanctioning.csv"):
        if row[f"listed_{listed:%Y_%m_%d}"] == "1" and row["iso3"] != spec.roles.victim:
            when.setdefault(world.index[row["iso3"]], listed)
    days = {i: day for i, day in when.items() if i not in grouped and day <= listed}
    bound = {i: day for i, day in when.items() if i in grouped}
    return JoiningOrder(days, bound, lambda day: spec.vote[0].date)


def _new_year(day: date) -> date:
    return date(day.year, 1, 1)


def _members_of_group(group: str, day: date, index: Mapping[str, int]) -> list[int]:
    world = load_world_on(_new_year(day))
    try:
        return [index[iso3] for iso3 in world.resolve(group)]
    except KeyError:  # UN binds everybody
        return []
