"""How simulated months compare with published figures, next to two baselines that are made from the data alone.

Figures dated to 31 August 2022 are for calibration; later figures are scored; others are only shown. The baselines use
the earlier figures of the same series: *last value* repeats the last one, *linear trend* continues their line of least
squares.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from sim.arrays import FloatArray
from sim.results.scores_of_months import ExportScore, FlowScores, Met, PublishedFigure
from sim.scoring.aid import score_aid
from sim.scoring.exports import score_exports
from sim.scoring.orderings import compare_senders, forecast_last_and_trend
from sim.scoring.published import OutcomeFigure, Published

BARRELS_PER_TONNE = 7.33
WAR_BEGINS = date(2022, 2, 24)
NEAR = 0.25
"""Relative error within which a figure counts as met."""


@dataclass(frozen=True)
class Simulated:
    """Monthly series of one run, or means over many. T months, N members.

    Parameters
    ----------
    months : "2022-02" and so on, in order, without gaps, (T,).
    members : codes, (N,).
    groups : members of each group that figures name, such as ``EU``.
    crude : crude bought from the target, tonnes a month, (T, N).
    revenue : paid to the target for all fuels, billions of euros a month, (T, N).
    crude_need : crude bought from everyone, tonnes a month, (N,).
    joined : codes of the members that sanction by 7 March 2022; None where not simulated.
    given : codes of the members that are not scored: the target, the victim, and those whose sanctions the scenario
        states.
    aid : aid to the victim, billions of euros a month, (T, N); None where not simulated.
    exports : to the target in a month before the war, millions of euros (N,); None where not simulated.
    closed, passed_on : the part of that which sanctions end, and goods that members pass on to the target, millions of
        euros a month, (T, N).
    target : code of the target.
    """

    months: tuple[str, ...]
    members: tuple[str, ...]
    groups: Mapping[str, frozenset[str]]
    crude: FloatArray
    revenue: FloatArray
    crude_need: FloatArray
    joined: frozenset[str] | None = None
    given: frozenset[str] = frozenset()
    aid: FloatArray | None = None
    exports: FloatArray | None = None
    closed: FloatArray | None = None
    passed_on: FloatArray | None = None
    target: str = ""
    index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {code: place for place, code in enumerate(self.members)})

    def find_columns(self, who: str) -> list[int]:
        """Find the columns of the members of a figure."""
        if who == "ALL":
            return list(range(len(self.members)))
        codes = [code for part in who.split(";") for code in sorted(self.groups.get(part, frozenset({part})))]
        return [self.index[code] for code in codes if code in self.index]


def score_flows(simulated: Simulated, published: Published) -> FlowScores:
    """Compare simulated months with everything published about them."""
    figures = [
        _compare(figure, MEASURES[figure.measure](figure, simulated), _baselines(figure, published, simulated))
        for figure in published.figures
        if figure.measure in MEASURES
    ]
    sums, by_month = (
        ({}, {})
        if simulated.aid is None
        else score_aid(simulated.months, simulated.aid, simulated.index, published.aid)
    )
    return FlowScores(
        figures={use: [one for one in figures if one.use == use] for use in ("calibrate", "score", "show")},
        scored_within_a_quarter=share_met(figures),
        exports=_exports(simulated, published),
        senders=None
        if simulated.joined is None
        else compare_senders(simulated.joined, published.sanctioning, simulated.given),
        aid=sums,
        aid_by_month=by_month,
    )


def share_met(figures: Sequence[PublishedFigure]) -> Met:
    """Share of the scored figures that the run and the baselines meet within a quarter."""
    scored = [one for one in figures if one.use == "score"]
    return Met(
        simulated=_share_near([one.relative_error for one in scored]),
        last_value=_share_near([one.last_value_error for one in scored]),
        linear_trend=_share_near([one.linear_trend_error for one in scored]),
    )


def _share_near(errors: Sequence[float | None]) -> float | None:
    known = [error for error in errors if error is not None]
    return sum(map(is_met, known)) / len(known) if known else None


def is_met(error: float) -> bool:
    """Whether a figure with this relative error is met within a quarter."""
    return abs(error) <= NEAR


def kilobarrels_a_day(tonnes: float, month: str) -> float:
    """Thousand barrels a day of a month's tonnes, 7.33 barrels a tonne."""
    return tonnes * BARRELS_PER_TONNE / 1000 / count_days(month)


def count_days(month: str) -> int:
    """Days of a month such as "2022-02"."""
    return monthrange(int(month[:4]), int(month[5:]))[1]


def measure_part_elapsed(month: str, first: date, last: date) -> float:
    """Share of a month's days between two days, both included."""
    start, end = date(int(month[:4]), int(month[5:]), 1), date(int(month[:4]), int(month[5:]), count_days(month))
    days = (min(end, last) - max(start, first)).days + 1
    return max(days, 0) / count_days(month)


def accumulate(months: Sequence[str], series: FloatArray, first: date, last: date) -> FloatArray | None:
    """Sum a monthly series (T, ...) between two days; months count in proportion to their days.

    None where the series ends before the last day, or begins more than 31 days after the first day.
    """
    begins = date(int(months[0][:4]), int(months[0][5:]), 1)
    if months[-1] < f"{last:%Y-%m}" or (begins - first).days > 31:
        return None
    parts = np.array([measure_part_elapsed(month, first, last) for month in months])
    return np.asarray((parts.reshape(-1, *[1] * (series.ndim - 1)) * series).sum(axis=0))


def _crude_imports(figure: OutcomeFigure, run: Simulated) -> float | None:
    if figure.period not in run.months:
        return None
    tonnes = run.crude[run.months.index(figure.period), run.find_columns(figure.who)].sum()
    return kilobarrels_a_day(float(tonnes), figure.period)


def _crude_import_share(figure: OutcomeFigure, run: Simulated) -> float | None:
    need = float(run.crude_need[run.find_columns(figure.who)].sum())
    if figure.period not in run.months or need <= 0:
        return None
    tonnes = run.crude[run.months.index(figure.period), run.find_columns(figure.who)].sum()
    return 100 * float(tonnes) / need


def _supplier_crude_share(figure: OutcomeFigure, run: Simulated) -> float | None:
    if figure.period not in run.months:
        return None
    row = run.crude[run.months.index(figure.period)]
    return 100 * float(row[run.find_columns(figure.who)].sum() / row.sum()) if row.sum() > 0 else None


def _revenue(figure: OutcomeFigure, run: Simulated) -> float | None:
    paid = accumulate(run.months, run.revenue, WAR_BEGINS, figure.dated)
    return None if paid is None else float(paid[run.find_columns(figure.who)].sum())


def _revenue_share(figure: OutcomeFigure, run: Simulated) -> float | None:
    paid = accumulate(run.months, run.revenue, WAR_BEGINS, figure.dated)
    if paid is None or paid.sum() <= 0:
        return None
    return 100 * float(paid[run.find_columns(figure.who)].sum() / paid.sum())


MEASURES: Mapping[str, Callable[[OutcomeFigure, Simulated], float | None]] = {
    "crude_imports": _crude_imports,
    "crude_import_share": _crude_import_share,
    "supplier_crude_share": _supplier_crude_share,
    "revenue": _revenue,
    "revenue_share": _revenue_share,
}
"""The simulated value of each measure; other measures of the file are not simulated here."""


def _baselines(figure: OutcomeFigure, published: Published, run: Simulated) -> tuple[float | None, float | None]:
    """Last value and linear trend for a scored figure, from the earlier figures of its series.

    The share of a member's crude imports has no earlier figures, so its baselines are those of the imports divided by
    the need. No share is above 100 %.
    """
    if figure.use != "score":
        return None, None
    measure, scale = figure.measure, 1.0
    if measure == "crude_import_share":
        need = kilobarrels_a_day(float(run.crude_need[run.find_columns(figure.who)].sum()), figure.period)
        measure, scale = "crude_imports", 100 / need if need > 0 else 0.0
    earlier = [
        (one.dated.toordinal(), one.value)
        for one in published.figures
        if (one.measure, one.who, one.use) == (measure, figure.who, "calibrate")
    ]
    if len(earlier) < 2 or scale == 0:
        return None, None
    last, trend = forecast_last_and_trend(
        [day for day, _ in earlier], [value for _, value in earlier], figure.dated.toordinal()
    )
    most = 100.0 if figure.measure.endswith("share") else np.inf
    return min(scale * last, most), min(scale * trend, most)


def _compare(
    figure: OutcomeFigure, value: float | None, baselines: tuple[float | None, float | None]
) -> PublishedFigure:
    last, trend = baselines
    return PublishedFigure(
        id=figure.id,
        measure=figure.measure,
        who=figure.who,
        period=figure.period,
        unit=figure.unit,
        use=figure.use,
        published=figure.value,
        simulated=value,
        relative_error=relative_error(value, figure.value),
        last_value=last,
        last_value_error=relative_error(last, figure.value),
        linear_trend=trend,
        linear_trend_error=relative_error(trend, figure.value),
    )


def relative_error(value: float | None, published: float) -> float | None:
    """The value over the published value, minus 1; None without a value or where 0 is published."""
    return None if value is None or published == 0 else value / published - 1


def _exports(run: Simulated, published: Published) -> list[ExportScore]:
    """Exports to the target and its neighbours, by partner."""
    if run.exports is None or run.closed is None or run.passed_on is None:
        return []
    return [
        score
        for group, record in published.exports.items()
        for score in score_exports(
            run.months,
            record,
            group=run.find_columns(group),
            exports=run.exports,
            closed=run.closed,
            passed_on=run.passed_on,
            index=run.index,
            target=run.target,
        )
    ]
