"""The tables of a whole run that are printed, in their order."""

from __future__ import annotations

from sim.results.months import MonthsReport
from sim.results.run import RunSummary
from sim.results.tables import Table
from sim.runner.result import RunResult
from sim.summaries.about_tables import about_tables
from sim.summaries.edits import has_edited_movers
from sim.summaries.months_tables import (
    make_by_month_table,
    make_exports_table,
    make_helpers_table,
    make_published_table,
    make_two_faced_tables,
)
from sim.summaries.summary import list_misses
from sim.summaries.tables import (
    make_edited_table,
    make_misses_table,
    make_movers_table,
    make_settings_table,
    tally_table,
)

MOST_EDITED, MOST_MISSES, MOST_MOVERS = 10, 40, 15
"""Rows of a table that a screen shows."""


def run_tables(result: RunResult, summary: RunSummary) -> list[Table]:
    """What is changed and the series it is about; of every vote who is edited, the tally, who moves; the months."""
    found: list[Table] = []
    if result.base is not None and summary.changed is not None:
        found.append(make_settings_table(result.base.case.spec.title, summary.changed))
    if summary.months is not None and summary.months.about is not None:
        found += about_tables(summary.months.about, summary.months.base)
    for number, vote in enumerate(summary.votes):
        if vote.base is not None and has_edited_movers(vote.base):
            found.append(make_edited_table(vote.resolution, vote.base.edited).on_screen(MOST_EDITED))
        found.append(tally_table(vote, result.replicates))
        if vote.base is not None and vote.base.moved:
            found.append(make_movers_table(vote.resolution, vote.base.moved).on_screen(MOST_MOVERS))
        elif vote.base is None and (misses := list_misses(result, number)):
            found.append(make_misses_table(misses).on_screen(MOST_MISSES))
    return found if summary.months is None else [*found, *make_short_months_tables(summary.months)]


def make_short_months_tables(months: MonthsReport) -> list[Table]:
    """The tables of the months; of those that are by vote, the last vote's alone."""
    after = [make_helpers_table(months), make_exports_table(months), make_published_table(months)]
    return [
        one for one in (make_by_month_table(months), *make_two_faced_tables(months)[-1:], *after) if one is not None
    ]
