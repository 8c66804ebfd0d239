"""What a what-if of months is about, in sentences and in a table."""

from __future__ import annotations

from collections.abc import Iterable

from sim.results.months import CoalitionChange, MonthsAbout, SeriesAbout
from sim.results.tables import COUNT, Column, Table, table
from sim.results.wording import write_change_of_share, write_number, write_share
from sim.summaries.sentences import list_words

LARGER = {"million euros": ("billion euros", 1e-3), "kilotonnes": ("million tonnes", 1e-3)}
"""Units of series of which people read larger ones, and the factor."""
SHARE_UNITS = ("share", "probability", "part of what it could")
"""Units of series that are written in per cent."""
UNNAMED = (*SHARE_UNITS, "members", "0 to 1")
"""Units that the label of a series need not name."""
SERIES_COLUMNS = (
    Column("series"),
    Column("base"),
    Column("what-if"),
    Column("change"),
    Column("90 % of runs"),
)
SIZABLE = 10
"""Size from which a series is written with one decimal."""
MOST_NAMED = 3
"""Series that a sentence names."""


def answer_about(about: MonthsAbout) -> list[str]:
    """What became of the series that a what-if is about, why nothing moved, and who left or joined."""
    if about.unmoved:
        found = ["No series of the months moves by 2 %. Why, as far as is known:", *about.unmoved]
    else:
        named = [_write_change(one) for one in about.series.values()][:MOST_NAMED]
        found = [f"From base to what-if, over {about.first} to {about.last}: {'; '.join(named)}."] if named else []
    return [*found, _write_coalition(about.coalition)]


def _write_change(one: SeriesAbout) -> str:
    unit, _ = LARGER.get(one.unit, (one.unit, 1.0))
    named = "" if unit in UNNAMED else f" {unit}"
    is_relative = one.base and one.unit not in SHARE_UNITS
    part = f" ({write_number(100 * one.change / one.base, is_signed=True)} %)" if is_relative else ""
    return f"{one.label} {_write_value(one, one.base)} to {_write_value(one, one.what_if)}{named}{part}"


def _write_value(one: SeriesAbout, value: float) -> str:
    """A value of a series: in per cent, or with as many decimals as its base and its what-if need."""
    return write_share(value) if one.unit in SHARE_UNITS else _write_amount(one, value)


def _write_difference(one: SeriesAbout, change: float) -> str:
    """A difference of two values of a series, with its sign."""
    return write_change_of_share(change) if one.unit in SHARE_UNITS else _write_amount(one, change, is_signed=True)


def _write_amount(one: SeriesAbout, value: float, *, is_signed: bool = False) -> str:
    """A number of a series that is not a share: one decimal from ten on, and two below."""
    _, scale = LARGER.get(one.unit, (one.unit, 1.0))
    largest = scale * max(abs(one.base), abs(one.what_if))
    return write_number(scale * value, 1 if largest >= SIZABLE else 2, is_signed=is_signed)


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
    rows = [[*make_series_row(one), _judge(one)] for one in about.series.values()]
    columns = [*SERIES_COLUMNS, Column("found")]
    title = f"The series that the what-if is about, {about.first} to {about.last}"
    note = (
        "Amounts are sums over the months; other series are of the last month. A change of less than 2 % counts as "
        "unchanged."
    )
    return table(title, columns, rows, note + note_of_outliers(about.series.values())) if rows else None


def note_of_outliers(series: Iterable[SeriesAbout]) -> str:
    """A sentence that goes on from a note where a mean change is outside the range of 90 % of runs; else nothing."""
    outside = " A mean outside its range: a few runs differ much from the others."
    return outside if any(_is_outside(one) for one in series) else ""


def _is_outside(one: SeriesAbout) -> bool:
    """Whether the mean change is outside the range of 90 % of runs, as both are written."""
    mean, *ends = (_write_difference(one, value) for value in (one.change, one.p05, one.p95))
    return not one.p05 <= one.change <= one.p95 and mean not in ends


def make_series_row(one: SeriesAbout) -> list[object]:
    """A series as a row, under `SERIES_COLUMNS`."""
    unit, _ = LARGER.get(one.unit, (one.unit, 1.0))
    low, high = (_write_difference(one, end) for end in (one.p05, one.p95))
    values = (_write_value(one, one.base), _write_value(one, one.what_if), _write_difference(one, one.change))
    return [
        one.label if unit in UNNAMED else f"{one.label}, {unit}",
        *values,
        low if low == high else f"{low} to {high}",
    ]


def _judge(one: SeriesAbout) -> str:
    """Which way a series went, and whether its author had expected that."""
    if one.expected is None:
        return one.found
    return f"{one.found}, as expected" if one.expected == one.found else f"{one.found}, not {one.expected} as expected"


def make_coalition_table(coalition: CoalitionChange) -> Table:
    """The names of the members that stay, join and leave."""
    rows = [
        [verb, len(names), ", ".join(names)]
        for verb, names in (("leave", coalition.left), ("join", coalition.joined), ("stay", coalition.stayed))
    ]
    columns = [Column("they"), Column("members", COUNT), Column("names")]
    return table("Who sanctions the target in the last month, compared with the base", columns, rows)


def about_tables(about: MonthsAbout) -> list[Table]:
    """The series, and the names."""
    series = make_about_table(about)
    return [*([] if series is None else [series]), make_coalition_table(about.coalition)]
