"""A series of a what-if less that of its base, over the months that both have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.results.months import SeriesChange
from sim.results.series import make_series
from sim.runner.months import HIGH, LOW, Band, MonthsResult
from sim.runner.result import RunResult

DIGITS = 4
UNCHANGED = 0.02
"""Change of a series, as part of the base's figure, below which it counts as unchanged."""


def round_figures(values: FloatArray | Sequence[float]) -> list[float]:
    """Figures with four digits."""
    return [float(f"{value:.{DIGITS}g}") for value in values]


def list_common_months(result: RunResult) -> list[str]:
    """The months that a what-if and its base both have."""
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    return [month for month in result.months.months if month in result.base.months.months]


def find_way(one: SeriesChange) -> str:
    """Which way the mean of a series goes: up, down or unchanged."""
    if one.change == 0 or abs(one.change) < UNCHANGED * abs(one.base):
        return "unchanged"
    return "up" if one.change > 0 else "down"


def change_of(result: RunResult, name: str) -> SeriesChange:
    """A series of the what-if less that of the base, over the months that both have, run by run where runs are kept."""
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    now, was, common = result.months, result.base.months, list_common_months(result)
    after, before = (_in_one_number(result, months, name, common) for months in (now, was))
    runs = min(len(after), len(before))
    change = after[:runs] - before[:runs]
    low, high = np.quantile(change, (LOW, HIGH))
    base, what_if, mean, low, high = round_figures([before.mean(), after.mean(), change.mean(), low, high])
    return SeriesChange(base=base, what_if=what_if, change=mean, p05=low, p95=high)


def _in_one_number(result: RunResult, months: MonthsResult, name: str, common: Sequence[str]) -> FloatArray:
    """A series in one number per run: the sum over the months where it is an amount, otherwise the last month.

    Where the runs are not kept, it is one number: that of the means.
    """
    member, _, series = name.rpartition(":")
    found = months.members if member else months.totals
    if series not in found:
        return np.zeros(1)
    values = found[series]
    samples = values.mean[None] if isinstance(values, Band) else values.astype(np.float64)
    if member:
        samples = samples[..., result.case.world.index[member]]
    samples = samples[:, [months.months.index(month) for month in common]]
    return np.asarray(samples.sum(axis=1) if make_series(series).is_amount else samples[:, -1])
