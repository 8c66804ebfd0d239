"""The months of a run in tables and sentences, the same on the screen of ``sim run`` and on the page of ``sim report``.

All are made from the part ``months`` of the run's document, see `sim.summaries.months`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.summaries.months import SHOWN
from sim.views.report.page import AS_SHORT, Column, Table, table
from sim.views.report.parts import joined

Months = Mapping[str, Any]

MOST_SHOWN = 15
"""Members listed of a vote, or of the helpers."""
TOTALS = {
    "members_joined": (Column("sanction", 0), 1.0),
    "helpers": (Column("help the target", 0), 1.0),
    "listings": (Column("listed", 1), 1.0),
    "revenue": (Column("fuel revenue, bn EUR", 1), 1e-3),
    "discount_crude": (Column("crude discount, %", 0), 100.0),
    "unsold_crude": (Column("crude unsold, Mt", 1), 1e-3),
    "unsold_pipeline_gas": (Column("gas unsold, Mt", 1), 1e-3),
    "aid": (Column("aid to the victim, bn EUR", 1), 1e-3),
}
"""Series of the whole that are listed: what they are called, and what a unit of the document is in theirs."""
CHANGES = ("members_joined", "helpers", "listings", "revenue", "unsold_crude", "unsold_pipeline_gas", "aid")
HELP = ("goods", "finance", "arms", "fighters", "labour", "territory")
TWO_FACED = {
    "supports_and_helps_target": "supports, helps the target",
    "supports_and_helps_covertly": "of that covertly",
    "withholds_and_helps_victim": "does not support, helps the victim",
}
MEASURED = {
    "crude_imports": "crude bought",
    "crude_import_share": "part of all crude bought",
    "revenue_share": "part of the target's fuel revenue",
    "supplier_crude_share": "part of the target's crude sold",
    "revenue": "paid to the target for fuels",
}
"""What the published figures measure, as they are told."""
ERRORS = {
    "relative_error": "error",
    "last_value_error": "last value's",
    "linear_trend_error": "linear trend's",
}
RULES = {"last_value": "repeating the last value", "linear_trend": "a linear trend"}
COVERT = (
    "Covert help is not avowed, and need not be the government's: goods and finance come from firms and banks, also of "
    "members that sanction the target."
)
NOBODY_TWO_FACED = "No member votes one way and helps the other."


def by_month_table(months: Months) -> Table:
    """The whole, month by month."""
    names = [name for name in TOTALS if name in months["totals"]]
    rows = [
        [month, *(TOTALS[name][1] * months["totals"][name]["mean"][place] for name in names)]
        for place, month in enumerate(months["months"])
    ]
    title = f"Month by month: means over {months['replicates']} replicates"
    note = "Intervals are in 'sim run --json', and in months.parquet of a run that is kept."
    return table(title, [Column("month"), *(TOTALS[name][0] for name in names)], rows, note)


def two_faced_tables(months: Months) -> list[Table]:
    """A table per vote of those that most often vote one way and help the other."""
    by_vote = _by_vote(months)
    said = f"Per cent of replicates, from {100 * SHOWN:.0f} % of either kind, by the greater; help is of any month."
    columns = [Column("member"), *(Column(name, 0, " %") for name in TWO_FACED.values())]
    found = []
    for number, (resolution, members) in enumerate(by_vote.items(), 1):
        rows = [[member["name"], *_shares(member)] for member in members[:MOST_SHOWN]]
        more = f" {len(members) - MOST_SHOWN} more do so less often." if len(members) > MOST_SHOWN else ""
        covert = f" {COVERT}" if number == len(by_vote) else ""
        found.append(table(f"Vote one way, help the other: {resolution}", columns, rows, f"{said}{more}{covert}"))
    return found


def two_faced_rest(months: Months) -> Table | None:
    """Those that the tables of the votes leave out; None where they hold all."""
    left_out = [member for members in _by_vote(months).values() for member in members[MOST_SHOWN:]]
    rows = [[member["name"], member["resolution"], *_shares(member)] for member in left_out]
    columns = [Column("member"), Column("resolution"), *(Column(name, 0, " %") for name in TWO_FACED.values())]
    return table("Vote one way, help the other less often", columns, rows) if rows else None


def _by_vote(months: Months) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for member in months["two_faced"]:
        found.setdefault(member["resolution"], []).append(member)
    return found


def _shares(member: Mapping[str, Any]) -> list[float]:
    return [100 * member[key] for key in TWO_FACED]


def _surest(months: Months) -> list[Mapping[str, Any]]:
    """Members that help the target in the last month, the surest first."""
    ranked = sorted(months["members"], key=lambda member: -_last(member, "helps_target"))
    return [member for member in ranked if _last(member, "helps_target") >= SHOWN]


def _last(member: Mapping[str, Any], name: str) -> float:
    series = member["series"].get(name)
    return float(series[-1]) if series else 0.0


def helpers_table(months: Months) -> Table | None:
    """Help to the target by instrument in the last month, beside what is bought from it; None where nobody helps."""
    surest = _surest(months)
    named = [*(f"support_{name}" for name in HELP), "recognised", "helps_covertly"]
    rows = [
        [member["name"], *(100 * _last(member, name) for name in named), _last(member, "energy_paid") / 1e3]
        for member in surest[:MOST_SHOWN]
    ]
    columns = [
        Column("member"),
        *(Column(name, 0) for name in (*HELP, "recognition", "any covert")),
        Column("fuel, bn EUR", 1),
    ]
    more = f" {len(surest) - MOST_SHOWN} more help less surely." if len(surest) > MOST_SHOWN else ""
    note = f"Amounts: 100 where every replicate gives it in full. Recognition, any covert: share of replicates.{more}"
    return table("Help to the target in the last month, in per cent", columns, rows, note) if rows else None


def published_table(months: Months) -> Table | None:
    """The figures that nothing was fitted to, and who followed with sanctions; None where nothing is published."""
    scores = months["scores"]
    if scores is None:
        return None
    names = {member["iso3"]: member["name"] for member in months["members"]}
    rows = [
        [
            f"{MEASURED[one['measure']]}, {names.get(one['who'], one['who'])}, {one['period']}",
            one["unit"],
            one["published"],
            one["simulated"],
            *(None if one[name] is None else 100 * one[name] for name in ERRORS),
        ]
        for one in scores["figures"]["score"]
        if one["simulated"] is not None
    ]
    note = "Last value, linear trend: errors of what carries the data to August 2022 on." if rows else ""
    if scores["senders"] is not None:
        of = scores["senders"]["members"]
        missed, false = (
            joined([names.get(iso3, iso3) for iso3 in of[name]] or ["none"]) for name in ("misses", "false_alarms")
        )
        note += (
            f" Of the members that followed with sanctions by 7 March 2022 it has {len(of['hits'])} and misses "
            f"{missed}; it adds {false}."
        )
    columns = [
        Column("figure after August 2022"),
        Column("unit"),
        Column("published", AS_SHORT),
        Column("simulated", 0),
        *(Column(name, 0, " %") for name in ERRORS.values()),
    ]
    title = "Held against what was published later; nothing was fitted to it"
    return table(title, columns, rows, note.strip()) if rows or note else None


def change_table(months: Months) -> Table | None:
    """The months beside those of the base; None where there is none."""
    base = months["base"]
    if base is None:
        return None
    rows = [
        [TOTALS[name][0].name, *(TOTALS[name][1] * base[name][key] for key in ("base", "what_if", "change"))]
        for name in CHANGES
        if name in base
    ]
    columns = [Column(""), *(Column(name, 1) for name in ("base", "what-if", "change"))]
    title = "The months against the base: sums over them, members in the last"
    return table(title, columns, rows, "On the same random numbers.")


def months_answer(months: Months) -> str:
    """What the months came to, in two sentences."""
    first, last = months["months"][0], months["months"][-1]
    ends = {name: [months["totals"][name]["mean"][place] for place in (0, -1)] for name in months["totals"]}
    parts = [_from_to("the members that sanction the target go", ends["members_joined"], 1.0, 0)]
    if "revenue" in ends:
        parts.append(_from_to("its fuel revenue", ends["revenue"], 1e-3, 1) + " billion euros a month")
    covertly = sum(_last(member, "helps_covertly") for member in months["members"])
    parts.append(f"{ends['helpers'][-1]:.0f} members help it in the last month, {covertly:.0f} of them covertly")
    said = f"From {first} to {last}, on average over {months['replicates']} replicates, {joined(parts)}"
    surest = [member["name"] for member in _surest(months)[:3]]
    told = [f"The surest helpers are {joined(surest)}"] if surest else []
    met = None if months["scores"] is None else months["scores"]["scored_within_a_quarter"]
    if met is not None and met["simulated"] is not None:
        rules = [f"{100 * met[key]:.0f} % by {name}" for key, name in RULES.items() if met[key] is not None]
        beside = f" ({joined(rules)})" if rules else ""
        told.append(f"{100 * met['simulated']:.0f} % of the figures published later are met within a quarter{beside}")
    return f"{said}. {'; '.join(told)}." if told else f"{said}."


def _from_to(what: str, ends: list[float], scale: float, digits: int) -> str:
    return f"{what} from {scale * ends[0]:.{digits}f} to {scale * ends[1]:.{digits}f}"
