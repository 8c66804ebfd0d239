"""The months of a run for its readers: month by month, by member, and who votes one way and helps the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import FloatArray
from sim.results.months import (
    MemberMonths,
    MonthlySeries,
    MonthsReport,
    SeriesChange,
    SeriesExpectation,
    TwoFaced,
)
from sim.results.series import make_series
from sim.runner.months import SIDES, Band, MonthsResult
from sim.runner.result import RunResult
from sim.scoring.months import compute_scores, describes_what_happened, find_acts, measure_openness
from sim.summaries.about import summarise_about
from sim.summaries.month_changes import DIGITS, change_of, find_way, list_compared_months, round_figures

SHOWN = 0.05
"""Share of runs from which a member is listed as one that votes one way and helps the other."""


def report_months(result: RunResult) -> MonthsReport | None:
    """The part ``months`` of ``sim run --json``; None where the scenario has no months."""
    months = result.months
    if months is None:
        return None
    means = {name: months.member_mean(name) for name in months.members}
    is_scored = describes_what_happened(result)
    return MonthsReport(
        months=list(months.months),
        replicates=months.watched,
        totals={name: _series(months.total(name)) for name in months.totals},
        units={name: make_series(name).unit for name in months.members},
        members=[_member(result, means, i) for i in range(result.case.world.size)],
        two_faced=list_two_faced(result),
        scores=compute_scores(result) if is_scored else None,
        acts=find_acts(result) if is_scored else [],
        openness=measure_openness(result) if is_scored else None,
        base=None if result.base is None or result.base.months is None else _compare_with_base(result),
        about=None if result.base is None or result.base.months is None else summarise_about(result),
        expected=_judge_series(result),
    )


def _series(band: Band) -> MonthlySeries:
    return MonthlySeries(mean=round_figures(band.mean), p05=round_figures(band.low), p95=round_figures(band.high))


def _member(result: RunResult, means: Mapping[str, FloatArray], index: int) -> MemberMonths:
    """Means of every series of a member that is not 0 in all months."""
    world = result.case.world
    own = {name: mean[:, index] for name, mean in means.items()}
    series = {name: round_figures(mean) for name, mean in own.items() if mean.any()}
    return MemberMonths(iso3=world.iso3[index], name=world.names[index], series=series)


def list_two_faced(result: RunResult) -> list[TwoFaced]:
    """Members that vote one way and help the other side, vote by vote, the most likely first.

    The open vote is compared with help in any of the months, open or covert, to the side that the vote does not take.
    """
    months, case = result.months, result.case
    assert months is not None
    found: list[TwoFaced] = []
    decides = np.ones(case.world.size, dtype=bool)
    decides[[case.roles.target, *([] if case.roles.victim is None else [case.roles.victim])]] = False
    for vote, sides in zip(result.votes, months.sides, strict=True):
        shares = dict(zip(SIDES, sides, strict=True))
        most = np.maximum(shares["supports_and_helps_target"], shares["withholds_and_helps_victim"])
        found += [
            TwoFaced(
                resolution=vote.resolution,
                iso3=case.world.iso3[i],
                name=case.world.names[i],
                **{name: float(share[i]) for name, share in shares.items()},
            )
            for i in np.argsort(-most, kind="stable")
            if most[i] >= SHOWN and decides[i]
        ]
    return found


def _compare_with_base(result: RunResult) -> dict[str, SeriesChange]:
    """What a what-if changed: every series of the whole in one number, next to that of its base."""
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    over = list_compared_months(result)
    return {name: change_of(result, name, over) for name in result.months.totals if name in result.base.months.totals}


def _judge_series(result: RunResult) -> dict[str, SeriesExpectation]:
    """What the author of a what-if expected of series, and what was found."""
    wanted = result.case.spec.expected
    if wanted is None or result.base is None or result.base.months is None:
        return {}
    found, over = {}, list_compared_months(result)
    for name, expected in wanted.series.items():
        one = change_of(result, name, over)
        way = find_way(one)
        found[name] = SeriesExpectation(**dict(one), expected=expected, found=way, is_as_expected=way == expected)
    return found


def sum_up(name: str, months: MonthsResult) -> float:
    """A series of the whole in one number: the sum of its means where it is an amount, otherwise the last month's."""
    mean = months.total(name).mean
    return float(f"{mean.sum() if make_series(name).is_amount else mean[-1]:.{DIGITS}g}")
