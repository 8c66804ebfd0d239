"""The months in ``sim run``: the whole month by month, the members that moved, the figures they are held against."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from sim.cli.output import table
from sim.evaluation.months_summary import SHOWN

MOST_SHOWN = 12
COLUMNS = {
    "members_joined": ("sanction", 1.0, "{:.0f}"),
    "helpers": ("help the target", 1.0, "{:.0f}"),
    "listings": ("listed", 1.0, "{:.1f}"),
    "revenue": ("fuel revenue, bn EUR", 1e-3, "{:.1f}"),
    "discount_crude": ("crude discount, %", 100.0, "{:.0f}"),
    "unsold_crude": ("crude unsold, Mt", 1e-3, "{:.1f}"),
    "unsold_pipeline_gas": ("gas unsold, Mt", 1e-3, "{:.1f}"),
    "aid": ("aid to the victim, bn EUR", 1e-3, "{:.1f}"),
}
CHANGES = ("members_joined", "helpers", "listings", "revenue", "unsold_crude", "unsold_pipeline_gas", "aid")
HELP = ("goods", "finance", "arms", "fighters", "labour", "territory")


def print_months(screen: Console, months: dict[str, Any]) -> None:
    """Print what the months came to."""
    _print_totals(screen, months)
    _print_two_faced(screen, months["two_faced"])
    _print_helpers(screen, months)
    _print_scores(screen, months["scores"])
    if months["base"] is not None:
        _print_change(screen, months["base"])


def _print_totals(screen: Console, months: dict[str, Any]) -> None:
    names = [name for name in COLUMNS if name in months["totals"]]
    rows = [
        [month, *(_cell(name, months["totals"][name]["mean"][place]) for name in names)]
        for place, month in enumerate(months["months"])
    ]
    title = f"Month by month: means over {months['replicates']} replicates; --json has the intervals"
    screen.print()
    screen.print(table(title, ["month", *(COLUMNS[name][0] for name in names)], rows))


def _cell(name: str, value: float) -> str:
    _, scale, form = COLUMNS[name]
    return form.format(scale * value)


def _print_two_faced(screen: Console, members: list[dict[str, Any]]) -> None:
    screen.print()
    if not members:
        screen.print("no member votes one way and helps the other")
        return
    keys = ("supports_and_helps_target", "supports_and_helps_covertly", "withholds_and_helps_victim")
    last = members[-1]["resolution"]
    shown = [member for member in members if member["resolution"] == last]
    rows = [[m["name"], *(f"{100 * m[key]:.0f} %" for key in keys)] for m in shown[:MOST_SHOWN]]
    columns = ["member", "supports, helps the target", "of that covertly", "does not support, helps the victim"]
    screen.print(table(f"Vote one way and help the other ({last}), in per cent of replicates", columns, rows))
    if len(shown) > MOST_SHOWN:
        screen.print(f"and {len(shown) - MOST_SHOWN} more above {100 * SHOWN:.0f} %; --json has them, by vote")


def _print_helpers(screen: Console, months: dict[str, Any]) -> None:
    """Help to the target by instrument in the last month, beside what is bought from it."""
    rows = []
    ranked = sorted(months["members"], key=lambda member: -_last(member, "helps_target"))
    for member in ranked[:MOST_SHOWN]:
        if _last(member, "helps_target") >= SHOWN:
            cells = [f"{100 * _last(member, f'support_{name}'):.0f}" for name in HELP]
            recognised = f"{100 * _last(member, 'recognised'):.0f}"
            covert = f"{100 * _last(member, 'helps_covertly'):.0f}"
            rows.append([member["name"], *cells, recognised, covert, f"{_last(member, 'energy_paid') / 1e3:.1f}"])
    if rows:
        title = "Help to the target in the last month, amounts in per cent"
        columns = ["member", *HELP, "recognition", "any covert", "fuel, bn EUR"]
        screen.print()
        screen.print(table(title, columns, rows))


def _last(member: dict[str, Any], name: str) -> float:
    series = member["series"].get(name)
    return float(series[-1]) if series else 0.0


def _print_scores(screen: Console, scores: dict[str, Any] | None) -> None:
    if scores is None:
        return
    rows = [
        [
            one["id"],
            f"{one['published']:g} {one['unit']}",
            f"{one['simulated']:.0f}",
            f"{100 * one['relative_error']:+.0f} %",
            *("-" if one[name] is None else f"{100 * one[name]:+.0f} %" for name in BASELINES),
        ]
        for one in scores["figures"]["score"]
        if one["simulated"] is not None
    ]
    screen.print()
    if rows:
        columns = ["figure after August 2022", "published", "simulated", "error", "last value", "linear trend"]
        screen.print(table("Held against what was published later; nothing was fitted to it", columns, rows, texts=2))
    if scores["senders"] is not None:
        hits, false, missed = (scores["senders"]["members"][name] for name in ("hits", "false_alarms", "misses"))
        screen.print(
            f"of the members that followed with sanctions by 7 March 2022 it has {len(hits)} and misses "
            f"{', '.join(missed) or 'none'}; it adds {', '.join(false) or 'none'}"
        )


BASELINES = ("last_value_error", "linear_trend_error")


def _print_change(screen: Console, base: dict[str, dict[str, float]]) -> None:
    rows = [
        [COLUMNS[name][0], *(_cell(name, base[name][key]) for key in ("base", "what_if", "change"))]
        for name in CHANGES
        if name in base
    ]
    screen.print()
    title = "Against the base, same random numbers: sums over the months, members in the last"
    screen.print(table(title, ["", "base", "what-if", "change"], rows))
