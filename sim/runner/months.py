"""The months of a run: samples of the first replicates, and their means and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np

from sim.arrays import ActionArray, FloatArray, SingleArray
from sim.case.inputs import MonthInputs
from sim.months.record import MonthView
from sim.months.series import compute_member_series, total_series
from sim.months.state import MonthState
from sim.results.showing import Shown
from sim.rules.choice import SUPPORT

WATCHED = 200
"""Number of replicates whose months are kept; the standard error of a probability is then at most 0.035. Votes are kept
of all replicates."""
LOW, HIGH = 0.05, 0.95
COUNTED_SERIES = {"helpers": "helps_target", "helpers_covert": "helps_covertly", "helpers_of_victim": "helps_victim"}
"""Series of the whole that count members: name to the summed series over members."""
SIDES = ("supports_and_helps_target", "supports_and_helps_covertly", "withholds_and_helps_victim")
"""Ways to vote for one side and help the other in some month: shares of the replicates, per vote and member."""


class Band(NamedTuple):
    """Mean and 90 % interval over replicates, arrays of the same shape."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def measure_band(samples: SingleArray) -> Band:
    """Mean and 90 % interval over the replicates, the first axis."""
    values = samples.astype(np.float64, order="C")  # sums round in the order of memory
    low, high = np.quantile(values, (LOW, HIGH), axis=0)
    return Band(values.mean(axis=0), low, high)


@dataclass(frozen=True, eq=False, repr=False)
class MonthsSummary(Shown):
    """Means and intervals of the series of the months; it is equal only to itself.

    Parameters
    ----------
    months : names, (T,).
    watched : number of replicates behind the figures.
    members : bands of arrays (T, N) by series over members.
    totals : bands of arrays (T,) by series of the whole.
    sides : per vote, shares (3, N) of the replicates in which a member votes for one side and helps the other, in the
        order of `SIDES`.
    """

    months: tuple[str, ...]
    watched: int
    members: Mapping[str, Band]
    totals: Mapping[str, Band]
    sides: tuple[FloatArray, ...]

    def member_mean(self, name: str) -> FloatArray:
        """Mean (T, N) of a series over members."""
        return self.members[name].mean

    def member_band(self, name: str) -> Band:
        """Mean and interval (T, N) of a series over members."""
        return self.members[name]

    def of_member(self, name: str, index: int) -> Band:
        """Mean and interval (T,) of a series of one member."""
        return Band(*(values[:, index] for values in self.members[name]))

    def total(self, name: str) -> Band:
        """Mean and interval (T,) of a series of the whole."""
        return self.totals[name]


@dataclass(frozen=True, eq=False, repr=False)
class MonthsSamples(Shown):
    """The months replicate by replicate; the figures of a `MonthsSummary` are computed when they are needed.

    Parameters
    ----------
    months : names, (T,).
    members : samples (R, T, N) by series over members.
    totals : samples (R, T) by series of the whole.
    actions : action codes (R, N) of each vote in the same replicates.
    """

    months: tuple[str, ...]
    members: Mapping[str, SingleArray]
    totals: Mapping[str, SingleArray]
    actions: tuple[ActionArray, ...]

    @property
    def watched(self) -> int:
        """Number of replicates behind the figures."""
        return len(next(iter(self.totals.values())))

    def member_mean(self, name: str) -> FloatArray:
        """Mean (T, N) of a series over members."""
        return self.members[name].astype(np.float64, order="C").mean(axis=0)

    def member_band(self, name: str) -> Band:
        """Mean and interval (T, N) of a series over members."""
        return measure_band(self.members[name])

    def of_member(self, name: str, index: int) -> Band:
        """Mean and interval (T,) of a series of one member."""
        return measure_band(self.members[name][..., index])

    def total(self, name: str) -> Band:
        """Mean and interval (T,) of a series of the whole."""
        return measure_band(self.totals[name])

    @cached_property
    def sides(self) -> tuple[FloatArray, ...]:
        """Per vote, shares (3, N) of the replicates in which a member votes for one side and helps the other."""
        helps = [self.members[name].any(axis=1) for name in ("helps_target", "helps_covertly", "helps_victim")]
        target, covert, victim = helps
        return tuple(
            np.stack(
                [(supports & target).mean(axis=0), (supports & covert).mean(axis=0), (~supports & victim).mean(axis=0)]
            )
            for supports in (actions == SUPPORT for actions in self.actions)
        )

    def summarise(self) -> MonthsSummary:
        """All figures, without the samples."""
        return MonthsSummary(
            months=self.months,
            watched=self.watched,
            members={name: self.member_band(name) for name in self.members},
            totals={name: self.total(name) for name in self.totals},
            sides=self.sides,
        )


MonthsResult = MonthsSamples | MonthsSummary


def merge_months(parts: Sequence[MonthsResult]) -> MonthsResult | None:
    """Merge the months of consecutive replicates; None where there are none.

    Raises
    ------
    ValueError : one of several parts is a summary, whose intervals cannot be merged.
    """
    if len(parts) < 2:
        return parts[0] if parts else None
    samples = [part for part in parts if isinstance(part, MonthsSamples)]
    if len(samples) < len(parts):
        raise ValueError("summarised months cannot be merged")

    def follow(series: Sequence[Mapping[str, SingleArray]]) -> dict[str, SingleArray]:
        return {name: np.concatenate([part[name] for part in series]) for name in series[0]}

    return MonthsSamples(
        months=samples[0].months,
        members=follow([part.members for part in samples]),
        totals=follow([part.totals for part in samples]),
        actions=tuple(np.concatenate(votes) for votes in zip(*(part.actions for part in samples), strict=True)),
    )


@dataclass
class Recorder:
    """Records the months of replicates while they are simulated, one group of replicates after another.

    Parameters
    ----------
    names : names of the months, in their order.
    """

    names: tuple[str, ...]
    members: list[list[dict[str, SingleArray]]] = field(default_factory=list)
    totals: list[list[dict[str, SingleArray]]] = field(default_factory=list)

    def record_month(self, number: int, inputs: MonthInputs, state: MonthState, view: MonthView) -> None:
        """Record a month of replicates, arrays (R, ...).

        Parameters
        ----------
        number : number of the month, from 1; month 1 begins a new group of replicates.
        inputs : the inputs of these replicates.
        """
        if number == 1:
            self.members.append([])
            self.totals.append([])
        own = compute_member_series(inputs, state, view)
        whole = total_series(inputs, state, view)
        whole |= {name: own[of].sum(axis=-1) for name, of in COUNTED_SERIES.items()}
        for found, batch in ((own, self.members[-1]), (whole, self.totals[-1])):
            batch.append({name: values.astype(np.float32) for name, values in found.items()})

    def samples(self, actions: Sequence[ActionArray]) -> MonthsSamples:
        """Everything recorded, with the votes of the same replicates."""
        return MonthsSamples(self.names, _stack(self.members), _stack(self.totals), tuple(actions))


def _stack(parts: Sequence[Sequence[Mapping[str, SingleArray]]]) -> dict[str, SingleArray]:
    """Stack months and replicates to samples (R, T, ...) by series."""
    return {
        name: np.concatenate([np.stack([month[name] for month in part], axis=1) for part in parts])
        for name in parts[0][0]
    }


Nested = TypeVar("Nested")


def add_replicate_axis(part: Nested) -> Nested:
    """Add a first axis for one replicate to the scalars and arrays (N,) of a state or view."""
    if isinstance(part, np.ndarray | np.floating):
        return np.asarray(part)[None]  # type: ignore[return-value]
    if isinstance(part, Mapping):
        return {name: add_replicate_axis(inner) for name, inner in part.items()}  # type: ignore[return-value]
    if is_dataclass(part):
        return type(part)(**{name: add_replicate_axis(inner) for name, inner in vars(part).items()})  # type: ignore[misc]
    return part


def list_month_columns(months: MonthsResult, iso3: Sequence[str]) -> dict[str, Sequence[object]]:
    """Columns of a table with a row per month, series and member: mean and 90 % interval over the watched replicates.

    The series of the whole come first and have no member.
    """
    names: list[str] = []
    dates: list[str] = []
    members: list[str | None] = []
    bands: list[FloatArray] = []
    series: list[tuple[str, Band, list[str | None]]] = [(name, months.total(name), [None]) for name in months.totals]
    series += [(name, months.member_band(name), [*iso3]) for name in months.members]
    for name, band, who in series:
        names += [name] * len(months.months) * len(who)
        dates += [month for month in months.months for _ in who]
        members += who * len(months.months)
        bands.append(np.stack(band).reshape(3, -1))
    mean, low, high = np.concatenate(bands, axis=1)
    return {"month": dates, "series": names, "iso3": members, "mean": mean, "p05": low, "p95": high}
