"""A run as rows for other programs."""

from __future__ import annotations

from collections.abc import Iterator

from sim.results.data import DataColumn, DataTable, collect_data, collect_data_of_records
from sim.results.described import Result, quantity
from sim.results.months import MonthsReport
from sim.results.run import RunSummary
from sim.results.series import make_series


class _Of(Result):
    """What a row is of."""

    resolution: str = quantity("resolution", "the vote")


def run_data(found: RunSummary) -> list[DataTable]:
    """A row per vote; per vote and member; per vote and member that votes differently; and per month and series."""
    data = [
        collect_data("votes", "a row per vote", found.votes),
        collect_data(
            "members",
            "a row per vote and member",
            [(_Of(resolution=vote.resolution), member) for vote in found.votes for member in vote.members],
        ),
        collect_data(
            "movers",
            "a row per vote and member that votes differently from the base",
            [
                (_Of(resolution=vote.resolution), mover)
                for vote in found.votes
                for mover in (vote.base.moved if vote.base is not None else ())
            ],
        ),
    ]
    return data if found.months is None else [*data, *make_months_data(found.months)]


def make_months_data(months: MonthsReport) -> list[DataTable]:
    """A row per month with the mean of every series of the whole, and a long table with the intervals and members."""
    wide = collect_data_of_records(
        "months",
        "a row per month, means over the runs",
        [
            {"month": month, **{name: total.mean[place] for name, total in months.totals.items()}}
            for place, month in enumerate(months.months)
        ],
    )
    columns = [wide.columns[0]]
    for column in wide.columns[1:]:
        one = make_series(column.label)
        columns.append(DataColumn(column.name, one.label, one.unit, one.description))
    long = collect_data_of_records("series", "a row per month, series and member", list(_list_series(months)))
    return [DataTable(wide.name, wide.title, tuple(columns), wide.rows), long]


def _list_series(months: MonthsReport) -> Iterator[dict[str, object]]:
    """Every figure of the months; the code is empty for a series of the whole, which alone has an interval."""
    for name, total in months.totals.items():
        for month, *figures in zip(months.months, total.mean, total.p05, total.p95, strict=True):
            yield {
                "month": month,
                "series": name,
                "iso3": "",
                **dict(zip(("mean", "p05", "p95"), figures, strict=True)),
            }
    for member in months.members:
        for name, means in member.series.items():
            for month, mean in zip(months.months, means, strict=True):
                yield {"month": month, "series": name, "iso3": member.iso3, "mean": mean}
