"""A series of a what-if less that of its base, over the months that both have and in which they can differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.results.months import SeriesChange
from sim.results.series import make_series
from sim.runner.months import HIGH, LOW, Band, MonthsResult, MonthsSamples
from sim.runner.result import RunResult
from sim.specs import Event, Scenario
from sim.specs.differences import list_differences

DIGITS = 4
UNCHANGED = 0.02
"""Change of a series, as part of the base's figure, below which it counts as unchanged."""
NOT_FROM_THE_START = ("event.", "base.", "months.end.", "vote.", "pledge.")
"""Beginnings of keys of a scenario that change months from a day on, end them, or change none, as those of votes do."""


def round_figures(values: FloatArray | Sequence[float]) -> list[float]:
    """Figures with four digits."""
    return [float(f"{value:.{DIGITS}g}") for value in values]


def list_common_months(result: RunResult) -> list[str]:
    """The months that a what-if and its base both have."""
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    return [month for month in result.months.months if month in result.base.months.months]


def list_compared_months(result: RunResult) -> list[str]:
    """The months that a what-if and its base both have, from that of the first event that differs.

    They are all that both have where anything else differs, or where nothing does in these months.
    """
    assert result.base is not None
    common, first = list_common_months(result), _find_first_difference(result.base.case.spec, result.case.spec)
    return [month for month in common if month >= first] or common


def _find_first_difference(base: Scenario, spec: Scenario) -> str:
    """The month from which two scenarios can differ, such as 2022-12; empty where they can from the first on."""
    keys = (f"{key}." for key, _, _ in list_differences(base.document(), spec.document()))
    if not all(key.startswith(NOT_FROM_THE_START) for key in keys):
        return ""
    return min((f"{event.date:%Y-%m}" for event in list_new_events(base, spec)), default="")


def list_new_events(before: Scenario, now: Scenario) -> list[Event]:
    """The events that one of two scenarios has and the other does not."""
    return [
        *(event for event in now.event if event not in before.event),
        *(event for event in before.event if event not in now.event),
    ]


def find_way(one: SeriesChange) -> str:
    """Which way the mean of a series goes: up, down or unchanged."""
    if one.change == 0 or abs(one.change) < UNCHANGED * abs(one.base):
        return "unchanged"
    return "up" if one.change > 0 else "down"


def change_of(result: RunResult, name: str, over: Sequence[str]) -> SeriesChange:
    """A series of the what-if less that of the base, over some months, run by run where runs are kept."""
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    after, before = (_in_one_number(result, months, name, over) for months in (result.months, result.base.months))
    runs = min(len(after), len(before))
    change = after[:runs] - before[:runs]
    base, what_if, mean = round_figures([before.mean(), after.mean(), change.mean()])
    are_kept = all(isinstance(months, MonthsSamples) for months in (result.months, result.base.months))
    low, high = round_figures(np.quantile(change, (LOW, HIGH))) if are_kept else (None, None)
    return SeriesChange(base=base, what_if=what_if, change=mean, p05=low, p95=high)


def _in_one_number(result: RunResult, months: MonthsResult, name: str, over: Sequence[str]) -> FloatArray:
    """A series in one number per run: the sum over some months where it is an amount, otherwise the last of them.

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
    samples = samples[:, [months.months.index(month) for month in over]]
    return np.asarray(samples.sum(axis=1) if make_series(series).is_amount else samples[:, -1])
