"""What a what-if of months is about, in sentences and in a table."""

from __future__ import annotations

from sim.results.months import CoalitionChange, MonthsAbout, SeriesAbout
from sim.results.tables import FIGURE, Column, Kind, Table, table
from sim.results.wording import write_figure, write_number
from sim.summaries.sentences import list_words

LARGER = {"million euros": ("billion euros", 1e-3), "kilotonnes": ("million tonnes", 1e-3)}
"""Units of series of which people read larger ones, and the factor."""
SIGNED = Kind(lambda value: f"{'+' if value > 0 else ''}{write_figure(value)}")
SERIES_COLUMNS = (
    Column("series"),
    Column("base", FIGURE),
    Column("what-if", FIGURE),
    Column("change", SIGNED),
    Column("90 % of runs"),
)
MOST_NAMED = 3
"""Series that a sentence names."""


def answer_about(about: MonthsAbout) -> list[str]:
    """What became of the series that a what-if is about, why nothing moved, and who left or joined."""
    if about.unmoved:
        found = ["No series of the months moves by 2 %. Why, as far as is known:", *about.unmoved]
    else:
        named = [_write_change(one) for one in about.series.values()][:MOST_NAMED]
        found = [f"Over {about.first} to {about.last}: {'; '.join(named)}."] if named else []
    return [*found, _write_coalition(about.coalition)]


def _write_change(one: SeriesAbout) -> str:
    unit, scale = LARGER.get(one.unit, (one.unit, 1.0))
    part = f" ({write_number(100 * one.change / one.base, is_signed=True)} %)" if one.base else ""
    return f"{one.label} {write_figure(scale * one.base)} to {write_figure(scale * one.what_if)} {unit}{part}"


def _write_coalition(coalition: CoalitionChange) -> str:
    parts = [
        f"{list_words(names)} {verb if len(names) > 1 else verb + 's'}"
        for names, verb in ((coalition.left, "leave"), (coalition.joined, "join"))
        if names
    ]
    changes = "; ".join(parts) if parts else "nobody leaves or joins"
    return f"Of the members that sanction the target in the last month, {len(coalition.stayed)} stay; {changes}."


def make_about_table(about: MonthsAbout) -> Table | None:
    """The series that a what-if is about; None where there are none."""
    rows = [[*make_series_row(one), one.expected or "", one.found, _judge(one)] for one in about.series.values()]
    columns = [*SERIES_COLUMNS, Column("expected"), Column("found"), Column("")]
    title = f"The series that the what-if is about, {about.first} to {about.last}"
    note = "Amounts are summed over the months; of other series it is the last month. Less than 2 % is unchanged."
    return table(title, columns, rows, note) if rows else None


def make_series_row(one: SeriesAbout) -> list[object]:
    """A series as a row, under `SERIES_COLUMNS`."""
    unit, scale = LARGER.get(one.unit, (one.unit, 1.0))
    ends = " to ".join(SIGNED.write(scale * end) for end in (one.p05, one.p95))
    return [f"{one.label}, {unit}", *(scale * value for value in (one.base, one.what_if, one.change)), ends]


def _judge(one: SeriesAbout) -> str:
    """Whether the author's expectation came about; empty where there was none."""
    if one.expected is None:
        return ""
    return "as expected" if one.expected == one.found else "not as expected"


def make_coalition_table(coalition: CoalitionChange) -> Table:
    """The names of the members that stay, join and leave."""
    rows = [
        [verb, len(names), ", ".join(names)]
        for verb, names in (("leave", coalition.left), ("join", coalition.joined), ("stay", coalition.stayed))
    ]
    columns = [Column(""), Column("members", FIGURE), Column("names")]
    return table("Who sanctions the target in the last month, compared with the base", columns, rows)


def about_tables(about: MonthsAbout) -> list[Table]:
    """The series, and the names."""
    series = make_about_table(about)
    return [*([] if series is None else [series]), make_coalition_table(about.coalition)]
