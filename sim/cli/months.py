"""The tables of the months in ``sim run``: month by month, who votes one way and helps the other, published figures."""

from __future__ import annotations

from rich.console import Console

from sim.cli.output import print_table
from sim.results.months import MonthsReport
from sim.summaries.months_tables import (
    NOBODY_TWO_FACED,
    by_month_table,
    helpers_table,
    months_change_table,
    published_table,
    two_faced_tables,
)


def print_months_tables(screen: Console, months: MonthsReport) -> None:
    """Print the tables of the months; of those that are by vote, the last vote's alone."""
    of_last = two_faced_tables(months)[-1:]
    single = [make(months) for make in (months_change_table, by_month_table, helpers_table, published_table)]
    for found in (*single[:2], *of_last, *single[2:]):
        if found is not None:
            screen.print()
            print_table(screen, found)
    if not of_last:
        screen.print(f"\n{NOBODY_TWO_FACED}")
