"""Scenarios compared with a base, in tables for people and as rows for other programs."""

from __future__ import annotations

from sim.results.changes import ComparedScenario, ComparedVote, ComparisonSummary
from sim.results.data import DataTable, collect_data
from sim.results.tables import CHANGE, COUNT, MEAN, SHARE, Column, Table, table
from sim.results.wording import write_interval
from sim.summaries.about_tables import SERIES_COLUMNS, about_tables, make_series_row, note_of_ranges
from sim.summaries.edits import has_edited_movers
from sim.summaries.tables import (
    change_table,
    make_adoption_table,
    make_edited_table,
    make_movers_table,
    make_settings_table,
)
from sim.whatif.compare import Comparison, list_figures

MOST_SERIES = 3
"""Series of a scenario that the table of all scenarios shows."""
MOST_EDITED, MOST_MOVERS = 10, 15
"""Edited members, and members that vote differently, that a screen shows."""


def comparison_tables(found: ComparisonSummary) -> list[Table]:
    """All scenarios in one table, then the tables of every vote."""
    own = [made for one in found.compared for made in make_scenario_tables(found.base, one)]
    return [*make_overview_tables(found), *own]


def make_overview_tables(found: ComparisonSummary) -> list[Table]:
    """All scenarios in one table of the series that they are about, where they have months, and in one of votes."""
    leading = [
        (one.scenario if place == 0 else "", series)
        for one in found.compared
        if one.months is not None
        for place, series in enumerate([*one.months.series.values()][:MOST_SERIES])
    ]
    rows = [[name, *make_series_row(series)] for name, series in leading]
    columns = [Column("scenario"), *SERIES_COLUMNS]
    note = (
        "Amounts are summed from the month of the first event that differs on, or over all months where anything else "
        "differs; of other series it is the last month."
    )
    note += note_of_ranges([series for _, series in leading])
    months = [table(f"Months compared with '{found.base}'", columns, rows, note)] if rows else []
    return [*months, make_comparison_table(found)]


def make_scenario_tables(base: str, found: ComparedScenario) -> list[Table]:
    """What one scenario changes, and the tables of its votes."""
    return [
        make_settings_table(base, found.changed),
        *([] if found.months is None else about_tables(found.months)),
        *(made for vote in found.votes for made in vote_tables(vote)),
    ]


def make_comparison_table(found: ComparisonSummary) -> Table:
    """A row per scenario and vote: what changes, and whether that decides the outcome."""
    rows = [
        [
            one.scenario if vote is one.votes[0] else "",
            vote.resolution,
            vote.base.tally.support.mean,
            vote.tally.support.mean,
            vote.base.change.support,
            write_interval(*vote.base.change_interval.support, is_signed=True),
            vote.base.change.oppose,
            vote.base.adoption["two-thirds"].now,
            len(vote.base.moved),
        ]
        for one in found.compared
        for vote in one.votes
    ]
    columns = [
        Column("scenario"),
        Column("vote"),
        Column("support, base", MEAN),
        Column("support", MEAN),
        Column("change", CHANGE),
        Column("90 % of runs"),
        Column("change of oppose", CHANGE),
        Column("two thirds", SHARE),
        Column("vote differently", COUNT),
    ]
    note = (
        "Means over the runs, and their changes against the base. Two thirds: share of runs in which the resolution is "
        "adopted by two thirds. Vote differently: members that do so in some run."
    )
    return table(f"Compared with '{found.base}'", columns, rows, note)


def vote_tables(vote: ComparedVote) -> list[Table]:
    """The tables of one vote: who is edited, and where members vote differently, tally, adoption and these members."""
    edited, moved = vote.base.edited, vote.base.moved
    is_shown = has_edited_movers(vote.base)
    found = [make_edited_table(vote.resolution, edited).on_screen(MOST_EDITED)] if is_shown else []
    if moved:
        found += [change_table(vote), make_adoption_table(vote.base)]
        found.append(make_movers_table(vote.resolution, moved).on_screen(MOST_MOVERS))
    return found


def make_comparison_data(comparison: Comparison, found: ComparisonSummary) -> list[DataTable]:
    """A row per figure, as one long table; and a row per scenario and vote."""
    wide = [(one, vote) for one in found.compared for vote in one.votes]
    return [
        collect_data("figures", "a row per figure", list_figures(comparison)),
        collect_data("scenarios", "a row per scenario and vote", wide),
    ]
