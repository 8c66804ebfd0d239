"""The months of a state: what happens in each, series with intervals, and every member month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.explore.result import Explored
from sim.results.described import Result
from sim.results.series import make_series
from sim.runner.months import Band, MonthsResult
from sim.summaries.about import describe_series
from sim.views.pictures.months import TOPICS, collect_lines, scale_band
from sim.views.styles import LOOKS, SENDERS, TARGET
from sim.world import World

MAPS = {
    "joined": SENDERS,
    "helps_target": TARGET,
    "helps_covertly": TARGET,
    "helps_victim": SENDERS,
}
"""Series of probabilities that the map shows, and the colour of each."""
TOTALS: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("Money", "billion euros a month", 1e3, ("revenue", "aid")),
    ("The target's trade with members that sanction it", "% of its trade", 0.01, ("coverage",)),
)
"""Charts of series of the whole: title, unit, the divisor of the numbers, and the series."""
SHIFT = "alignment_shift"
ALL_MEMBERS = "all members"
SHARES, UTILITIES = 100, 1000
"""Whole numbers per unit: the page gets probabilities in hundredths, and utilities in thousandths."""


class DatedItem(Result):
    """A vote or an event, with its date."""

    date: str
    what: str


class MemberGroup(Result):
    """A group of members, by their places."""

    name: str
    members: list[int]


class MemberMap(Result):
    """A series over members that the map shows: its label and colour."""

    key: str
    label: str
    colour: str


class Shift(Result):
    """The change of alignment on the map: its label, and the colour of each direction."""

    key: str
    label: str
    up: str
    down: str


class Calendar(Result):
    """What is the same in all runs: months, the votes and events of each, maps and groups."""

    months: list[str]
    items: list[list[DatedItem]]
    votes: list[bool]
    maps: list[MemberMap]
    shift: Shift
    groups: list[MemberGroup]
    looks: list[str]


class Line(Result):
    """A series with its 90 % interval, (T,) each."""

    label: str
    mean: list[float]
    low: list[float]
    high: list[float]


class Chart(Result):
    """Series in one unit, and whether the question of the page is about them."""

    title: str
    unit: str
    lines: list[Line]
    is_asked: bool = False


class Course(Result):
    """The results of the months of a run.

    Parameters
    ----------
    members : series to whole numbers (T, N), in hundredths of probability, and thousandths of utility for alignment.
    """

    replicates: int
    charts: list[Chart]
    members: Mapping[str, list[list[int]]]


def make_calendar(found: Explored) -> Calendar | None:
    """What is the same in all runs; None without months."""
    plan, world = found.case.plan, found.case.world
    if plan is None:
        return None
    dated = [
        [
            _vote(found, item) if isinstance(item, int) else DatedItem(date=str(item.date), what=item.what)
            for item in month.items
        ]
        for month in plan.months
    ]
    return Calendar(
        months=list(found.months),
        items=dated,
        votes=[any(isinstance(item, int) for item in month.items) for month in plan.months],
        maps=[MemberMap(key=key, label=make_series(key).label, colour=colour) for key, colour in MAPS.items()],
        shift=Shift(key=SHIFT, label=make_series(SHIFT).label, up=SENDERS, down=TARGET),
        groups=_groups(world),
        looks=[colour for colour, _ in LOOKS],
    )


def _vote(found: Explored, number: int) -> DatedItem:
    vote = found.spec.vote[number]
    return DatedItem(date=str(vote.date), what=f"vote on {vote.resolution}")


def _groups(world: World) -> list[MemberGroup]:
    """The groups of a world and their members' places, everyone first."""
    own = [MemberGroup(name=group.key, members=world.indices(group.members).tolist()) for group in world.groups]
    return [MemberGroup(name=ALL_MEMBERS, members=list(range(world.size))), *own]


def make_course(months: MonthsResult, world: World, asked: Sequence[str] = ()) -> Course:
    """The results of a run, month by month.

    Parameters
    ----------
    asked : the series that the question of the page is about; each has a chart of its own, before the others.
    """
    first = [_chart_series(months, world, name) for name in asked]
    charts = [(*TOPICS[topic], collect_lines(months, topic)) for topic in ("sanctions", "help", "fuel")]
    for title, unit, per_unit, names in TOTALS:
        charts.append(
            (title, unit, {make_series(name).label: scale_band(months.total(name), per_unit) for name in names})
        )
    shares = {key: _whole(months.member_mean(key), SHARES) for key in MAPS}
    return Course(
        replicates=months.watched,
        charts=[
            *first,
            *(
                Chart(title=title, unit=unit, lines=[_line(label, band) for label, band in lines.items()])
                for title, unit, lines in charts
            ),
        ],
        members={**shares, SHIFT: _whole(months.member_mean(SHIFT), UTILITIES)},
    )


def _chart_series(months: MonthsResult, world: World, name: str) -> Chart:
    member, _, key = name.rpartition(":")
    of = describe_series(name, world)
    band = months.of_member(key, world.index[member]) if member else months.total(key)
    return Chart(title=of.label[0].upper() + of.label[1:], unit=of.unit, lines=[_line(of.label, band)], is_asked=True)


def _line(label: str, band: Band) -> Line:
    mean, low, high = (np.round(values, 3).tolist() for values in band)
    return Line(label=label, mean=mean, low=low, high=high)


def _whole(means: FloatArray, units: int) -> list[list[int]]:
    """Means over the runs in whole units, (T, N)."""
    return np.rint(means * units).astype(int).tolist()
