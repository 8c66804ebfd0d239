"""The months in ``sim run``: month by month, who votes one way and helps the other, what they are held against."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from sim.cli.output import table
from sim.views.report.months_tables import (
    NOBODY_TWO_FACED,
    by_month_table,
    change_table,
    helpers_table,
    published_table,
    two_faced_tables,
)
from sim.views.report.page import Table


def print_months(screen: Console, months: dict[str, Any]) -> None:
    """Print what the months came to; of the votes the last alone."""
    _print(screen, by_month_table(months))
    of_last = two_faced_tables(months)[-1:]
    if not of_last:
        screen.print(f"\n{NOBODY_TWO_FACED}")
    for found in (*of_last, helpers_table(months), published_table(months), change_table(months)):
        if found is not None:
            _print(screen, found)


def _print(screen: Console, found: Table) -> None:
    texts = sum(column.digits is None for column in found.columns)
    rows = [[cell.text for cell in row] for row in found.rows]
    screen.print()
    screen.print(table(found.title, [column.name for column in found.columns], rows, texts=texts))
    if found.note:
        screen.print(found.note)
