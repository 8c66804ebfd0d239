"""What a what-if of months is about, in sentences and in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.results.months import CoalitionChange, MonthsAbout, SeriesAbout, SeriesChange
from sim.results.series import make_series
from sim.results.tables import COUNT, Column, Table, table
from sim.results.wording import write_change_of_share, write_number, write_share
from sim.summaries.month_changes import find_way
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
"""Series that a sentence names, and members that a row does."""
MAIN_SERIES = (
    "members_joined",
    "helpers",
    "help_goods",
    "listings",
    "revenue",
    "unsold_crude",
    "unsold_pipeline_gas",
    "aid",
)
"""Series of the whole that are compared with the base, whatever a what-if is about."""


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
    """A value of a series: in per cent with one decimal, or with as many decimals as its base and its what-if need."""
    return write_share(value, 1) if one.unit in SHARE_UNITS else _write_amount(one, value)


def _write_difference(one: SeriesAbout, change: float) -> str:
    """A difference of two values of a series, with its sign."""
    return write_change_of_share(change, 1) if one.unit in SHARE_UNITS else _write_amount(one, change, is_signed=True)


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


def make_series_table(about: MonthsAbout, changes: Mapping[str, SeriesChange] | None = None) -> Table | None:
    """The series that a what-if is about, and then the main ones of the whole; None where there are none.

    Parameters
    ----------
    changes : the change of series of the whole; those that are not given are left out.
    """
    others = {} if changes is None else {name: changes[name] for name in MAIN_SERIES if name in changes}
    shown = [
        *about.series.values(),
        *(_describe(name, one) for name, one in others.items() if name not in about.series),
    ]
    columns = [*SERIES_COLUMNS, Column("found")]
    title = f"The months compared with the base, from {about.first} on"
    first = (
        "The series that the what-if is about come first. " if about.series and len(shown) > len(about.series) else ""
    )
    note = (
        f"{first}Amounts are sums from {about.first} to {about.last}; other series are of the last month. A change of "
        "less than 2 % counts as unchanged."
    )
    rows = [[*make_series_row(one), _judge(one)] for one in shown]
    return table(title, columns, rows, note + note_of_ranges(shown)) if rows else None


def _describe(name: str, one: SeriesChange) -> SeriesAbout:
    of = make_series(name)
    return SeriesAbout(**dict(one), label=of.label, unit=of.unit, found=find_way(one), expected=None)


def note_of_ranges(series: Sequence[SeriesAbout]) -> str:
    """A sentence that goes on from a note: where ranges are not known, or a mean change is outside its range."""
    if any(one.p05 is None for one in series):
        return " A folder keeps no months of single runs, so that ranges of changes are not known."
    outside = " A mean outside its range: a few runs differ much from the others."
    return outside if any(_is_outside(one) for one in series) else ""


def _is_outside(one: SeriesAbout) -> bool:
    """Whether the mean change is outside the range of 90 % of runs, as both are written."""
    if one.p05 is None or one.p95 is None:
        return False
    mean, *ends = (_write_difference(one, value) for value in (one.change, one.p05, one.p95))
    return not one.p05 <= one.change <= one.p95 and mean not in ends


def make_series_row(one: SeriesAbout) -> list[object]:
    """A series as a row, under `SERIES_COLUMNS`."""
    unit, _ = LARGER.get(one.unit, (one.unit, 1.0))
    values = (_write_value(one, one.base), _write_value(one, one.what_if), _write_difference(one, one.change))
    return [
        one.label if unit in UNNAMED else f"{one.label}, {unit}",
        *values,
        _write_range(one),
    ]


def _write_range(one: SeriesAbout) -> str | None:
    """The range of the change in 90 % of runs; None where the runs are not kept."""
    if one.p05 is None or one.p95 is None:
        return None
    low, high = (_write_difference(one, end) for end in (one.p05, one.p95))
    return low if low == high else f"{low} to {high}"


def _judge(one: SeriesAbout) -> str:
    """Which way a series went, and whether its author had expected that."""
    if one.expected is None:
        found = one.found
    elif one.expected == one.found:
        found = f"{one.found}, as expected"
    else:
        found = f"{one.found}, not {one.expected} as expected"
    if not one.alone:
        return found
    names = list_words(one.alone) if len(one.alone) <= MOST_NAMED else f"the {len(one.alone)} members of its events"
    return f"{found} ({names} alone)"


def make_coalition_table(coalition: CoalitionChange) -> Table:
    """The names of the members that join and leave, and how many stay."""
    rows = [
        [verb, len(names), ", ".join(names) or None]
        for verb, names in (("leave", coalition.left), ("join", coalition.joined))
    ]
    rows.append(["stay", len(coalition.stayed), None])
    columns = [Column("they"), Column("members", COUNT), Column("names")]
    title = "Who sanctions the target in the last month, compared with the base"
    return table(title, columns, rows, "'--json' names those that stay.")


def about_tables(about: MonthsAbout, changes: Mapping[str, SeriesChange] | None = None) -> list[Table]:
    """The series, and the names; the arguments are as in `make_series_table`."""
    series = make_series_table(about, changes)
    return [*([] if series is None else [series]), make_coalition_table(about.coalition)]
