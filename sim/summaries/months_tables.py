"""The months of a run in tables and sentences, the same on the screen and on the page."""

from __future__ import annotations

from collections.abc import Callable

from sim.results.months import MemberMonths, MonthsReport, TwoFaced
from sim.results.series import make_series
from sim.results.tables import COUNT, MEAN, SHARE, Column, Kind, Table, table
from sim.results.wording import write_number, write_share
from sim.scoring.flows import is_met
from sim.summaries.about_tables import about_tables
from sim.summaries.months import SHOWN
from sim.summaries.sentences import list_words

MOST_SHOWN = 15
"""Members listed of a vote, or of the helpers."""
SHOWN_TOTALS = {
    "members_joined": Column("sanction", MEAN),
    "helpers": Column("help the target", MEAN),
    "help_goods": Column("goods passed on, bn EUR", MEAN),
    "listings": Column("listed", MEAN),
    "revenue": Column("fuel revenue, bn EUR", MEAN),
    "discount_crude": Column("crude discount", SHARE),
    "unsold_crude": Column("crude unsold, Mt", MEAN),
    "unsold_pipeline_gas": Column("gas unsold, Mt", MEAN),
    "aid": Column("aid to the victim, bn EUR", MEAN),
}
"""Series of the whole that are listed, and their headings."""
THOUSANDS = ("million euros", "kilotonnes")
"""Units that are listed by the thousand."""
HELP = ("goods", "finance", "arms", "fighters", "labour", "territory")
SIDES = ("supports_and_helps_target", "supports_and_helps_covertly", "withholds_and_helps_victim")
MEASURED = {
    "crude_imports": "crude bought",
    "crude_import_share": "part of all crude bought",
    "revenue_share": "part of the target's fuel revenue",
    "supplier_crude_share": "part of the target's crude sold",
    "revenue": "paid to the target for fuels",
}
"""What the published figures measure."""
COVERT = (
    "Covert help is denied or hidden, and need not come from the government: goods and finance come from firms and "
    "banks, some of them in members that sanction the target."
)
NOBODY_TWO_FACED = "No member votes one way and helps the other."


def scale_of(name: str) -> float:
    """What the numbers of a series are multiplied by where it is listed."""
    return 1e-3 if make_series(name).unit in THOUSANDS else 1.0


def make_by_month_table(months: MonthsReport) -> Table:
    """The whole, month by month."""
    names = [name for name in SHOWN_TOTALS if name in months.totals]
    rows = [
        [month, *(scale_of(name) * months.totals[name].mean[place] for name in names)]
        for place, month in enumerate(months.months)
    ]
    title = f"Month by month: means over {months.replicates} runs"
    note = (
        "Sanction, help the target, listed: members. Intervals are in 'sim run --json', and in months.parquet of a run "
        "that is kept."
    )
    return table(title, [Column("month"), *(SHOWN_TOTALS[name] for name in names)], rows, note)


def make_two_faced_tables(months: MonthsReport) -> list[Table]:
    """A table per vote: the members that vote one way and help the other side in most runs."""
    by_vote = _by_vote(months)
    said = f"Shares of runs, of the members with at least {write_share(SHOWN)} in one column. Help of any month counts."
    found = []
    for number, (resolution, members) in enumerate(by_vote.items(), 1):
        rows = [[member.name, *_shares(member)] for member in members[:MOST_SHOWN]]
        more = f" {len(members) - MOST_SHOWN} more do so in fewer runs." if len(members) > MOST_SHOWN else ""
        covert = f" {COVERT}" if number == len(by_vote) else ""
        title = f"Vote one way, help the other: {resolution}"
        found.append(table(title, [Column("member"), *_side_columns()], rows, f"{said}{more}{covert}"))
    return found


def describe_two_faced_rest(months: MonthsReport) -> Table | None:
    """Those that the tables of the votes leave out; None where they hold all."""
    left_out = [member for members in _by_vote(months).values() for member in members[MOST_SHOWN:]]
    rows = [[member.name, member.resolution, *_shares(member)] for member in left_out]
    columns = [Column("member"), Column("resolution"), *_side_columns()]
    return table("Vote one way, help the other in fewer runs", columns, rows) if rows else None


def _by_vote(months: MonthsReport) -> dict[str, list[TwoFaced]]:
    found: dict[str, list[TwoFaced]] = {}
    for member in months.two_faced:
        found.setdefault(member.resolution, []).append(member)
    return found


def _side_columns() -> list[Column]:
    return [Column(str(TwoFaced.model_fields[name].title), SHARE) for name in SIDES]


def _shares(member: TwoFaced) -> list[float]:
    return [getattr(member, name) for name in SIDES]


def _list_helpers(months: MonthsReport) -> list[MemberMonths]:
    """Members that help the target in the last month, the most likely first."""
    ranked = sorted(months.members, key=lambda member: -member.last("helps_target"))
    return [member for member in ranked if member.last("helps_target") >= SHOWN]


def make_helpers_table(months: MonthsReport) -> Table | None:
    """Help to the target by kind in the last month, next to what is bought from it; None where nobody helps."""
    helpers = _list_helpers(months)
    named = ["helps_target", *(f"support_{name}" for name in HELP), "recognised", "helps_covertly"]
    rows = [
        [member.name, *(member.last(name) for name in named), member.last("energy_paid") * scale_of("energy_paid")]
        for member in helpers[:MOST_SHOWN]
    ]
    columns = [
        Column("member"),
        *(Column(name, SHARE) for name in ("helps", *HELP, "recognises", "any covert")),
        Column("fuel, bn EUR", MEAN),
    ]
    more = f" {len(helpers) - MOST_SHOWN} more help in fewer runs." if len(helpers) > MOST_SHOWN else ""
    note = (
        "Helps (gives at least a quarter of what it could of some help), recognises (the breakaway entity), any covert "
        "(help): share of runs. Goods to territory: what the member gives, as a part of what it could give, on average "
        f"over the runs. Fuel: what it pays the target for fuels in the month.{more}"
    )
    return table("Help to the target in the last month", columns, rows, note) if rows else None


ERRORS = ("error", "error of last value", "error of linear trend")
"""Headings of the errors of the model, and of two simple rules."""


def make_published_table(months: MonthsReport) -> Table | None:
    """The figures that nothing was fitted to, and who followed with sanctions; None where nothing is published."""
    scores = months.scores
    if scores is None:
        return None
    names = {member.iso3: member.name for member in months.members}
    rows = [
        [
            f"{MEASURED[one.measure]}, {names.get(one.who, one.who)}, {one.period}",
            one.unit,
            one.published,
            one.simulated,
            one.relative_error,
            None if one.relative_error is None else "yes" if is_met(one.relative_error) else "no",
            one.last_value_error,
            one.linear_trend_error,
        ]
        for one in scores.figures["score"]
        if one.simulated is not None
    ]
    note = "Last two columns: errors of two simple rules that continue the data to August 2022." if rows else ""
    if scores.senders is not None:
        of = scores.senders.members
        missed, added = (
            list_words([names.get(iso3, iso3) for iso3 in codes] or ["none"]) for codes in (of.misses, of.false_alarms)
        )
        note += (
            f" Of the members that followed with sanctions by 7 March 2022 the run finds {len(of.hits)} and misses "
            f"{missed}; it wrongly adds {added}."
        )
    columns = [
        Column("figure after August 2022"),
        Column("unit"),
        Column("published", COUNT),
        Column("simulated", COUNT),
        Column(ERRORS[0], RELATIVE),
        Column("within a quarter"),
        *(Column(name, RELATIVE) for name in ERRORS[1:]),
    ]
    title = "Compared with figures published later; nothing was fitted to them"
    return table(title, columns, rows, note.strip()) if rows or note else None


def make_exports_table(months: MonthsReport) -> Table | None:
    """Exports to the target and its neighbours after what was fitted, by partner; None where none are on record."""
    scored = [] if months.scores is None else [one for one in months.scores.exports if one.use == "score"]
    names = {member.iso3: member.name for member in months.members}
    rows = [
        [
            names[one.iso3],
            sum(one.published),
            sum(one.simulated),
            *(
                write_share(error)
                for error in (one.error, one.last_value_error, one.linear_trend_error)
                if error is not None
            ),
        ]
        for one in scored
    ]
    columns = [Column("exports to"), Column("on record", COUNT), Column("simulated", COUNT)]
    columns += [Column(name) for name in ERRORS]
    title = "Exports after December 2022, million euros; nothing was fitted to them"
    note = (
        "Errors: sum of absolute errors of the months over the sum on record. Last two columns: errors of two simple "
        "rules that continue the record to December 2022."
    )
    return table(title, columns, rows, note) if rows else None


AID_RULES = {
    "score": "simulated",
    "last_value": "last value",
    "own_mean": "own mean",
    "pooled_persistence": "pooled persistence",
}


def make_aid_table(months: MonthsReport) -> Table | None:
    """Aid after what was fitted, by donor and month, next to simple rules; None where none is on record."""
    scores = {} if months.scores is None else months.scores.aid_by_month
    rows = [
        [
            label,
            "–" if scores[part].rank_correlation is None else f"{scores[part].rank_correlation:.2f}",
            write_share(scores[part].absolute_error or 0.0),
            scores[part].median_error * 1e3,
        ]
        for part, label in AID_RULES.items()
        if part in scores
    ]
    columns = [Column("rule"), Column("rank correlation"), Column("error"), Column("median error, m EUR", COUNT)]
    title = "Aid to the victim after August 2022, by donor and month; nothing was fitted to it"
    note = "Error: sum of absolute errors over the sum on record. The rules continue the record to August 2022."
    return table(title, columns, rows, note) if "score" in scores else None


RELATIVE = Kind(lambda value: f"{write_number(100 * value, 1, is_signed=True)} %")
"""Relative errors; with a decimal, since some are near a quarter."""


def months_tables(months: MonthsReport) -> list[Table]:
    """Every table of the months, in order."""
    single: list[Callable[[MonthsReport], Table | None]] = [
        make_by_month_table,
        make_helpers_table,
        make_exports_table,
        make_aid_table,
        make_published_table,
    ]
    about = [] if months.about is None else about_tables(months.about, months.base)
    found = [
        *about,
        *(make(months) for make in single),
        *make_two_faced_tables(months),
        describe_two_faced_rest(months),
    ]
    return [one for one in found if one is not None]


def answer_months(months: MonthsReport) -> list[str]:
    """What the months came to, in sentences."""
    totals = months.totals
    parts = [f"the members that sanction the target go from {_ends(months, 'members_joined')}"]
    if "revenue" in totals:
        parts.append(f"its fuel revenue from {_ends(months, 'revenue')} billion euros a month")
    helpers, covertly = totals["helpers"].mean[-1], sum(member.last("helps_covertly") for member in months.members)
    parts.append(
        f"{write_number(helpers)} members help it in the last month, {write_number(covertly)} of them covertly"
    )
    sentences = [f"From {months.months[0]} to {months.months[-1]}, on average: {list_words(parts)}."]
    likely = [member.name for member in _list_helpers(months)[:3]]
    if likely:
        sentences.append(f"The most likely helpers are {list_words(likely)}.")
    met = None if months.scores is None else months.scores.scored_within_a_quarter
    if met is not None and met.simulated is not None:
        rules = (("repeating the last value", met.last_value), ("a linear trend", met.linear_trend))
        others = [f"{write_share(share)} by {name}" for name, share in rules if share is not None]
        compared = f" ({list_words(others)})" if others else ""
        sentences.append(
            f"{write_share(met.simulated)} of the figures published later are met to within a quarter{compared}."
        )
    return sentences


def _ends(months: MonthsReport, name: str) -> str:
    mean, scale = months.totals[name].mean, scale_of(name)
    return f"{write_number(scale * mean[0], 1)} to {write_number(scale * mean[-1], 1)}"
