"""The months of a run for its users: month by month, by member, and who votes one way and helps the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.months.series import MEMBER_SERIES
from sim.runner.months import SIDES, Band
from sim.runner.result import RunResult
from sim.scoring.months import acts_of, scores_of

SHOWN = 0.05
"""Probability from which a member counts as one that says one thing and does another."""
DIGITS = 4


def months_summary(result: RunResult) -> dict[str, Any] | None:
    """The part ``months`` of ``sim run --json``; None where the scenario has no months."""
    months = result.months
    if months is None:
        return None
    scores = scores_of(result)
    means = {name: months.member_mean(name) for name in months.members}
    return {
        "months": list(months.months),
        "replicates": months.watched,
        "totals": {name: _statistics(months.total(name)) for name in months.totals},
        "units": dict(MEMBER_SERIES) | {name: "kilotonnes" for name in months.members if name not in MEMBER_SERIES},
        "members": [_member(result, means, i) for i in range(result.case.world.size)],
        "two_faced": two_faced(result),
        "scores": None if scores is None else scores.document(),
        "acts": [one.document() for one in acts_of(result)],
        "base": None if result.base is None or result.base.months is None else months_change(result),
    }


def _statistics(band: Band) -> dict[str, list[float]]:
    return {"mean": _rounded(band.mean), "p05": _rounded(band.low), "p95": _rounded(band.high)}


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def _member(result: RunResult, means: Mapping[str, FloatArray], index: int) -> dict[str, Any]:
    """Means of every series of a member that is ever other than 0."""
    world = result.case.world
    own = {name: mean[:, index] for name, mean in means.items()}
    series = {name: _rounded(mean) for name, mean in own.items() if mean.any()}
    return {"iso3": world.iso3[index], "name": world.names[index], "series": series}


def two_faced(result: RunResult) -> list[dict[str, Any]]:
    """Members that vote one way and help the other, vote by vote, the likeliest first.

    The open vote beside help in any of the months, open or covert, to the side that the vote does not take.
    """
    months, case = result.months, result.case
    assert months is not None
    found: list[dict[str, Any]] = []
    decides = np.ones(case.world.size, dtype=bool)
    decides[[case.roles.target, *([] if case.roles.victim is None else [case.roles.victim])]] = False
    for vote, sides in zip(result.votes, months.sides, strict=True):
        shares = dict(zip(SIDES, sides, strict=True))
        most = np.maximum(shares["supports_and_helps_target"], shares["withholds_and_helps_victim"])
        found += [
            {
                "resolution": vote.resolution,
                "iso3": case.world.iso3[i],
                "name": case.world.names[i],
                **{name: float(share[i]) for name, share in shares.items()},
            }
            for i in np.argsort(-most, kind="stable")
            if most[i] >= SHOWN and decides[i]
        ]
    return found


def months_change(result: RunResult) -> dict[str, dict[str, float]]:
    """What a what-if changed: sums (money, fuel, listings) or the last month's figure, beside those of its base."""
    assert result.base is not None
    after, before = result.months, result.base.months
    assert after is not None
    assert before is not None
    found = {}
    for name in after.totals.keys() & before.totals.keys():
        one, other = (_told(name, months.total(name).mean) for months in (after, before))
        found[name] = {"base": other, "what_if": one, "change": one - other}
    return {name: found[name] for name in after.totals if name in found}


def _told(name: str, mean: FloatArray) -> float:
    """A series in one number: money, fuel and listings summed over the months, the rest as in the last of them."""
    is_sum = name in ("revenue", "aid", "listings") or name.startswith(("sold_", "unsold_"))
    return float(f"{mean.sum() if is_sum else mean[-1]:.{DIGITS}g}")
