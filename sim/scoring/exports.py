"""Monthly exports of a group to the target and its neighbours: the months of a run against the record, by partner.

A partner's exports are simulated as the mean of the same calendar month in the years before the war, which carries the
season, plus the goods that it passes on, by the group's part in all that sanctions close. Exports to the target are
that mean less what sanctions close. Months to December 2022 are for calibration; later ones are scored once, next to
two rules that continue the months of the war before: *last value* and *linear trend*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.results.scores_of_months import ExportScore
from sim.scoring.orderings import forecast_last_and_trend
from sim.scoring.published import ExportRecord

SEASON = ("2019", "2020", "2021")
"""Years whose months are the reference."""
WAR_FROM, TRADE_CALIBRATION_ENDS = "2022-03", "2022-12"


def score_exports(
    months: Sequence[str],
    record: ExportRecord,
    *,
    group: Sequence[int],
    exports: FloatArray,
    closed: FloatArray,
    passed_on: FloatArray,
    index: Mapping[str, int],
    target: str,
) -> list[ExportScore]:
    """Compare simulated exports of a group with the record, partner by partner, before and after the calibration ends.

    Parameters
    ----------
    months : names, (T,).
    record : exports of the group by partner and month, millions of euros.
    group : indices of its members.
    exports : to the target in a month before the war, millions of euros (N,).
    closed : the part of that which sanctions end, millions of euros (T, N).
    passed_on : goods passed on to the target, millions of euros (T, N).
    """
    of_group, of_all = closed[:, group].sum(axis=1), closed.sum(axis=1)
    part = np.divide(of_group, of_all, out=np.zeros_like(of_all), where=of_all > 0)
    left = 1.0 - of_group / exports[group].sum()
    found = []
    for use, wanted in (("calibrate", _is_fitted), ("score", _is_scored)):
        for partner, values in record.items():
            rows = [place for place, month in enumerate(months) if month in values and wanted(month)]
            if not rows:
                continue
            season = np.array([find_season(values, months[row]) for row in rows])
            simulated = (
                season * left[rows] if partner == target else season + (part * passed_on[:, index[partner]])[rows]
            )
            found.append(_score(use, partner, values, [months[row] for row in rows], simulated))
    return found


def _is_fitted(month: str) -> bool:
    return WAR_FROM <= month <= TRADE_CALIBRATION_ENDS


def _is_scored(month: str) -> bool:
    return month > TRADE_CALIBRATION_ENDS


def find_season(values: Mapping[str, float], month: str) -> float:
    """Mean of the same calendar month in the years before the war."""
    return float(np.mean([values[f"{year}{month[4:]}"] for year in SEASON]))


def _score(
    use: str, partner: str, values: Mapping[str, float], months: Sequence[str], simulated: FloatArray
) -> ExportScore:
    published = [values[month] for month in months]
    last: list[float] | None = None
    trend: list[float] | None = None
    if use == "score":
        known = [month for month in values if _is_fitted(month)]
        of_known = [values[month] for month in known]
        both = [forecast_last_and_trend([_number(one) for one in known], of_known, _number(month)) for month in months]
        last, trend = [one for one, _ in both], [other for _, other in both]
    return ExportScore(
        iso3=partner,
        use=use,
        months=list(months),
        published=published,
        simulated=[float(value) for value in simulated],
        last_value=last,
        linear_trend=trend,
        error=measure_error(simulated, published),
        last_value_error=None if last is None else measure_error(last, published),
        linear_trend_error=None if trend is None else measure_error(trend, published),
    )


def measure_error(values: Sequence[float] | FloatArray, published: Sequence[float]) -> float:
    """Sum of absolute errors over the published sum."""
    return float(np.abs(np.subtract(values, published)).sum() / np.sum(published))


def _number(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])
