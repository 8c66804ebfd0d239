"""The months of a run, kept replicate by replicate for the first of them: enough for means and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from sim.arrays import ActionArray, FloatArray, SingleArray
from sim.case.inputs import MonthInputs
from sim.months.record import Gift, Help, MonthView, Offer, Trade
from sim.months.series import member_series, total_series
from sim.months.state import State
from sim.rules.parameters import Parameters

Samples = SingleArray

WATCHED = 200
"""Replicates whose months are kept: their standard error of a probability is 0.035 at most. Votes are of all."""
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, eq=False)
class MonthsResult:
    """Series of the months in the first replicates of a run; equal to itself alone.

    Parameters
    ----------
    months : names, (T,).
    members : series to samples (W, T, N).
    totals : series to samples (W, T).
    actions : action codes (W, N) of each vote in the same replicates.
    """

    months: tuple[str, ...]
    members: Mapping[str, Samples]
    totals: Mapping[str, Samples]
    actions: tuple[ActionArray, ...]

    @property
    def watched(self) -> int:
        """Replicates that were kept."""
        return len(next(iter(self.totals.values())))


def spread(samples: Samples) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean and 90 % interval over the replicates, the first axis."""
    values = samples.astype(np.float64)
    low, high = np.quantile(values, (LOW, HIGH), axis=0)
    return values.mean(axis=0), low, high


@dataclass
class Recorder:
    """Takes down the months of a block as they are lived, those of some of its replicates after those of others.

    Parameters
    ----------
    names : of the months, in their order.
    """

    names: tuple[str, ...]
    members: list[list[dict[str, Samples]]] = field(default_factory=list)
    totals: list[list[dict[str, Samples]]] = field(default_factory=list)

    def month(self, number: int, inputs: MonthInputs, parameters: Parameters, state: State, view: MonthView) -> None:
        """Take down a month of replicates, arrays (R, ...).

        Parameters
        ----------
        number : of months that are over, 1 after the first; with the first, other replicates begin.
        inputs, parameters : those that these replicates have lived them with.
        """
        if number == 1:
            self.members.append([])
            self.totals.append([])
        own = member_series(inputs, state, view, parameters["diversion_share"])
        whole = total_series(inputs, state, view, parameters["discount_max"])
        for found, block in ((own, self.members[-1]), (whole, self.totals[-1])):
            block.append({name: values.astype(np.float32) for name, values in found.items()})

    def result(self, actions: Sequence[ActionArray]) -> MonthsResult:
        """Everything taken down, with the votes of the block."""
        return MonthsResult(self.names, _stacked(self.members), _stacked(self.totals), tuple(actions))


def joined(blocks: Sequence[MonthsResult]) -> MonthsResult:
    """The months of replicates that follow one another."""

    def whole(series: Sequence[Mapping[str, Samples]]) -> dict[str, Samples]:
        return {name: np.concatenate([block[name] for block in series]) for name in series[0]}

    if len(blocks) == 1:
        return blocks[0]
    return MonthsResult(
        blocks[0].months,
        whole([block.members for block in blocks]),
        whole([block.totals for block in blocks]),
        tuple(np.concatenate(votes) for votes in zip(*(block.actions for block in blocks), strict=True)),
    )


def _stacked(blocks: Sequence[Sequence[Mapping[str, Samples]]]) -> dict[str, Samples]:
    """Series to samples (W, T, ...)."""
    return {
        name: np.concatenate([np.stack([month[name] for month in block], axis=1) for block in blocks])
        for name in blocks[0][0]
    }


Part = TypeVar("Part", State, MonthView, Offer, Trade, Help, Gift)


def alone(part: Part) -> Part:
    """A state or view of one replicate, as the only one of a block."""
    return type(part)(**{name: _alone(value) for name, value in vars(part).items()})


def _alone(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.floating):
        return np.asarray(value)[None]
    if isinstance(value, Mapping):
        return {name: _alone(inner) for name, inner in value.items()}
    if isinstance(value, Offer):
        return alone(value)
    if isinstance(value, Trade):
        return alone(value)
    if isinstance(value, Gift):
        return alone(value)
    return alone(value) if isinstance(value, Help) else value


def month_columns(months: MonthsResult, iso3: Sequence[str]) -> dict[str, object]:
    """Columns of a table with a row per month, series and member: mean and 90 % interval over the replicates kept.

    The series of the whole come first and have no member.
    """
    names: list[str] = []
    dates: list[str] = []
    members: list[str | None] = []
    values: list[FloatArray] = []
    for series, who in ((months.totals, [None]), (months.members, [*iso3])):
        for name, samples in series.items():
            names += [name] * len(months.months) * len(who)
            dates += [month for month in months.months for _ in who]
            members += who * len(months.months)
            values.append(np.stack(spread(samples)).reshape(3, -1))
    mean, low, high = np.concatenate(values, axis=1)
    return {"month": dates, "series": names, "iso3": members, "mean": mean, "p05": low, "p95": high}
