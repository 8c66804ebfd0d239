"""The months of a state as plain data: what happened when, series with intervals, and every member month by month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.explore.result import Explored
from sim.runner.months import Band, MonthsResult
from sim.views.pictures.months import TOPICS, lines_of, scale
from sim.views.styles import LOOKS, MISS, STYLES
from sim.world import World

TOWARDS_SENDERS, TOWARDS_TARGET = STYLES["support"].fill, MISS
MAPS = {
    "joined": ("sanctions the target", TOWARDS_SENDERS),
    "helps_target": ("helps the target", TOWARDS_TARGET),
    "helps_covertly": ("helps the target covertly", TOWARDS_TARGET),
    "helps_victim": ("helps the victim", TOWARDS_SENDERS),
}
"""Series of probabilities that the map shows: how each is called, and its colour."""
TOTALS: tuple[tuple[str, str, float, Mapping[str, str]], ...] = (
    ("Money", "billion euros a month", 1e3, {"paid for the target's fuel": "revenue", "aid to the victim": "aid"}),
    ("The target's trade that is under sanctions", "% of it", 0.01, {"with members that sanction it": "coverage"}),
)
"""Charts of series of the whole: title, unit, what a unit is divided by, and label to series."""
SHIFT = "alignment_shift"
EVERYONE = "all members"
SHARES, UTILITIES = 100, 1000
"""Whole numbers per unit: probabilities are handed over in hundredths, utilities in thousandths."""


def calendar(found: Explored) -> dict[str, Any] | None:
    """What is the same in all replicates: months, what is dated in each, maps and groups; None without months."""
    plan, world = found.case.plan, found.case.world
    if plan is None:
        return None
    return {
        "months": list(found.months),
        "items": [
            [_item(found, item) if isinstance(item, int) else _said(str(item.date), item.what) for item in month.items]
            for month in plan.months
        ],
        "votes": [any(isinstance(item, int) for item in month.items) for month in plan.months],
        "maps": [{"key": key, "label": label, "colour": colour} for key, (label, colour) in MAPS.items()],
        "shift": {"key": SHIFT, "label": "alignment since the start", "up": TOWARDS_SENDERS, "down": TOWARDS_TARGET},
        "groups": _groups(world),
        "looks": [colour for colour, _ in LOOKS],
    }


def _item(found: Explored, number: int) -> dict[str, str]:
    vote = found.spec.vote[number]
    return _said(str(vote.date), f"vote on {vote.resolution}")


def _said(date: str, what: str) -> dict[str, str]:
    return {"date": date, "what": what}


def _groups(world: World) -> list[dict[str, Any]]:
    """The groups of a world and their members' indices, everyone first."""
    own = [{"name": group.key, "members": world.indices(group.members).tolist()} for group in world.groups]
    return [{"name": EVERYONE, "members": list(range(world.size))}, *own]


def course(months: MonthsResult) -> dict[str, Any]:
    """What a run came to, month by month.

    Returns
    -------
    ``replicates``; ``charts``, each with a title, a unit and lines of means and 90 % intervals (T,); ``members``:
    series to whole numbers (T, N), in hundredths of probability, and thousandths of utility for the alignment.
    """
    charts = [(*TOPICS[topic], lines_of(months, topic)) for topic in ("sanctions", "help", "fuel")]
    for title, unit, per_unit, named in TOTALS:
        charts.append((title, unit, {label: scale(months.total(name), per_unit) for label, name in named.items()}))
    shares = {key: _whole(months.member_mean(key), SHARES) for key in MAPS}
    return {
        "replicates": months.watched,
        "charts": [
            {"title": title, "unit": unit, "lines": [_line(label, band) for label, band in lines.items()]}
            for title, unit, lines in charts
        ],
        "members": {**shares, SHIFT: _whole(months.member_mean(SHIFT), UTILITIES)},
    }


def _line(label: str, band: Band) -> dict[str, Any]:
    mean, low, high = (np.round(values, 3).tolist() for values in band)
    return {"label": label, "mean": mean, "low": low, "high": high}


def _whole(means: FloatArray, units: int) -> list[list[int]]:
    """Means over the replicates in whole units, (T, N)."""
    return np.rint(means * units).astype(int).tolist()
