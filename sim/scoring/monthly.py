"""Published figures in the form of the months' series, for pictures."""

from __future__ import annotations

from collections import Counter

from sim.runner.result import RunResult
from sim.scoring.flows import BARRELS_PER_TONNE, count_days
from sim.scoring.months import LISTED_ON, is_published_target
from sim.scoring.published import load_published

Monthly = dict[str, dict[str, float]]
"""Figures by series and month; a series of a member has its code and a colon before it."""


def list_published(result: RunResult) -> Monthly:
    """The published figures of single months, by series, in the unit of the series; empty where there are none.

    Listings are those of members that do not sanction the target.
    """
    world, roles = result.case.world, result.case.roles
    published = load_published(world) if is_published_target(result) else None
    if published is None:
        return {}
    at_war = {world.iso3[roles.target], *([] if roles.victim is None else [world.iso3[roles.victim]])}
    others = published.listings.keys() - published.sanctioning - at_war
    months = (month for iso3 in others for month in published.listings[iso3])
    found: Monthly = {
        "members_joined": {LISTED_ON: float(len(published.sanctioning - at_war))},
        "listings": {month: float(count) for month, count in Counter(months).items()},
        "aid": {},
    }
    for iso3, given in published.aid.items():
        found[f"{iso3}:aid"] = {month: 1e3 * value for month, value in given.items()}
        for month, value in given.items():
            found["aid"][month] = found["aid"].get(month, 0.0) + 1e3 * value
    for one in published.figures:
        if one.measure == "crude_imports" and one.who in world.index and len(one.period) == len(LISTED_ON):
            kilotonnes = one.value * count_days(one.period) / BARRELS_PER_TONNE
            found.setdefault(f"{one.who}:energy_crude", {})[one.period] = kilotonnes
    return found
