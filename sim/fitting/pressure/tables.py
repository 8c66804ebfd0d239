"""What was found about pressure, in sentences and tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.results.pressure import PlaceboEstimate, PressureEstimate, PressureReport, Verdict
from sim.results.tables import COUNT, SHARE, TEXT, UTILITY, Column, Kind, Table, table
from sim.results.wording import write_interval, write_number, write_share

P = Kind(lambda value: write_number(value, 2))
ERROR = Kind(lambda value: write_number(value, 2))
SAID: Mapping[Verdict, str] = {
    "coercion": "exposed members moved towards the one that threatened",
    "backlash": "exposed members moved away from the one that threatened",
    "none": "no effect of a size that matters",
    "not identified": "not identified",
}


def answer_pressure(found: PressureReport) -> list[str]:
    """Whether threats changed votes: one sentence for all, and one for each threatened vote."""
    return [_headline(found), *(_answer(one, found) for one in found.votes)]


def _headline(found: PressureReport) -> str:
    verdicts = {one.verdict for one in found.votes}
    if verdicts == {"not identified"}:
        return (
            f"Whether threats change votes is not identified: none of {len(found.votes)} threatened votes can be "
            "distinguished from votes without a threat, and an effect that matters would have been missed."
        )
    listed = "; ".join(f"{one.resolution}: {SAID[one.verdict]}" for one in found.votes)
    return f"Do threats change votes? {listed}."


def _answer(one: PressureEstimate, found: PressureReport) -> str:
    of = one.primary
    the = _with_article(one.name)
    role = "primary" if one.is_primary else "secondary"
    ends = "no interval, too few controls"
    if of.low is not None and of.high is not None:
        ends = f"{write_share(found.level)} interval {write_interval(of.low, of.high, 1, is_signed=True)}"
    corrected = "" if one.is_primary else f" ({write_number(one.adjusted_p, 2)} after Holm's correction)"
    return (
        f"{one.resolution} ({'public' if one.is_public else 'private'} threat by {the}; {role}): "
        f"{SAID[one.verdict]}. Pressure {write_number(of.effect, 1, is_signed=True)} ({ends}), which would have kept "
        f"{write_number(one.members)} members from voting against {the}; rank p "
        f"{write_number(of.rank_p, 2)} among {of.controls} votes{corrected}. {_detectable(one, found)}"
    )


def _detectable(one: PressureEstimate, found: PressureReport) -> str:
    if one.detectable is None or one.detectable_members is None:
        most = max(point.effect for point in one.power)
        return f"Not even {write_number(most, 1)} would have been found in {write_share(found.wanted)} of cases."
    return (
        f"An effect of {write_number(one.detectable, 1)} would have been found in {write_share(found.wanted)} of "
        f"cases; it would have kept {write_number(one.detectable_members)} members from voting so."
    )


def make_pressure_table(found: PressureReport) -> Table:
    """The threatened votes by the controls and the form of the plan."""
    columns = (
        Column("resolution"),
        Column("controls", COUNT),
        Column("slope", UTILITY),
        Column("median", UTILITY),
        Column("pressure", UTILITY),
        Column("from", UTILITY),
        Column("to", UTILITY),
        Column("p", P),
        Column("Holm", P),
        Column("error", ERROR),
        Column("verdict"),
    )
    rows = []
    for one in found.votes:
        of = one.primary
        ends = [of.slope, of.median, of.effect, of.low, of.high]
        tests = [of.rank_p, one.adjusted_p, of.clustered_error]
        rows.append([_short(one.resolution), of.controls, *ends, *tests, one.verdict])
    note = (
        "Log-odds of siding with the threatener at full leverage. Pressure: slope on the threatened vote less the "
        "median of its controls. p by rank; Holm: corrected for two secondary hypotheses; error: clustered by member. "
        f"Zero would need an interval within {write_number(found.smallest_effect, 1)} of 0."
    )
    return table("Pressure by the plan", columns, rows, note)


def make_alternatives_table(one: PressureEstimate) -> Table:
    """One threatened vote by every other set of controls and every other form."""
    columns = (
        Column("controls or form", TEXT),
        Column("controls", COUNT),
        Column("pressure", UTILITY),
        Column("from", UTILITY),
        Column("to", UTILITY),
        Column("p", P),
        Column("error", ERROR),
    )
    rows = [_row(of) for of in (one.primary, *one.sets, *one.forms)]
    note = "The first row is the plan's; a dash: too few controls for an interval."
    return table(f"{one.resolution}: every set of controls, and every form", columns, rows, note)


def _short(resolution: str) -> str:
    return resolution.removeprefix("A/RES/")


def _with_article(name: str) -> str:
    return f"the {name}" if name.startswith("United") else name


def _row(of: PlaceboEstimate) -> Sequence[object]:
    return [of.label, of.controls, of.effect, of.low, of.high, of.rank_p, of.clustered_error]


def make_power_table(found: PressureReport) -> Table:
    """How often pressure of each size would have been found, and how often the interval holds it."""
    columns = [Column("pressure added")]
    for one in found.votes:
        columns += [Column(f"{_short(one.resolution)}: found", SHARE), Column("covered", SHARE)]
    sizes = [write_number(point.effect, 2) for point in found.votes[0].power]
    labels = [*sizes, "none", "the size found", "twice that size"]
    points = [(*one.power, *one.recovery) for one in found.votes]
    rows = [
        [label, *(value for point in row for value in (point.found, point.covered))]
        for label, row in zip(labels, zip(*points))
    ]
    note = (
        "Added to each control vote in turn. Found: the rank test rejects; covered: the interval holds what was added."
    )
    return table("How often pressure would have been found", columns, rows, note)
