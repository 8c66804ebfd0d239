"""The tables of a whole run that are printed, in their order."""

from __future__ import annotations

from sim.results.months import MonthsReport
from sim.results.run import RunSummary
from sim.results.tables import Table
from sim.runner.result import RunResult
from sim.summaries.about_tables import about_tables
from sim.summaries.months_tables import (
    by_month_table,
    exports_table,
    helpers_table,
    months_change_table,
    published_table,
    two_faced_tables,
)
from sim.summaries.summary import list_misses
from sim.summaries.tables import edited_table, misses_table, movers_table, settings_table, tally_table

MOST_EDITED, MOST_MISSES, MOST_MOVERS = 10, 40, 15
"""Rows of a table that a screen shows."""


def run_tables(result: RunResult, summary: RunSummary) -> list[Table]:
    """What is changed and the series it is about; of every vote who is edited, the tally, who moves; the months."""
    found: list[Table] = []
    if result.base is not None and summary.changed is not None:
        found.append(settings_table(result.base.case.spec.title, summary.changed))
    if summary.months is not None and summary.months.about is not None:
        found += about_tables(summary.months.about)
    for number, vote in enumerate(summary.votes):
        if vote.base is not None and vote.base.edited:
            found.append(edited_table(vote.resolution, vote.base.edited).on_screen(MOST_EDITED))
        found.append(tally_table(vote, result.replicates))
        if vote.base is not None and vote.base.moved:
            found.append(movers_table(vote.resolution, vote.base.moved).on_screen(MOST_MOVERS))
        elif vote.base is None and (misses := list_misses(result, number)):
            found.append(misses_table(misses).on_screen(MOST_MISSES))
    return found if summary.months is None else [*found, *short_months_tables(summary.months)]


def short_months_tables(months: MonthsReport) -> list[Table]:
    """The tables of the months; of those that are by vote, the last vote's alone."""
    before = [months_change_table(months), by_month_table(months)]
    after = [helpers_table(months), exports_table(months), published_table(months)]
    return [one for one in (*before, *two_faced_tables(months)[-1:], *after) if one is not None]
