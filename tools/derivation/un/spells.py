"""What holds from a day to a day: memberships, borders, pacts and forces."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from itertools import permutations

from tools.derivation.folders import FIGURES as UN_2022_FIGURES
from tools.derivation.folders import WORLD as UN_2022
from tools.derivation.un.common import CODES, INDEX, YEARS, Table, frame, records, texts
from tools.derivation.world import FORCES_THAT_MATTER, read_dyads

ATOP_LAST = 2018
"""Last year of the alliance records: a pact in force then counts as continuing."""
PACTS = ("NATO", "CSTO")
"""Organisations whose members have a defence pact with each other."""
COUNCIL = "UNSC"
LEFT_OUT = ("G8",)
"""The record lists Russia alone, as the others are listed under G7."""

Span = tuple[str, str]
"""First and last day; a year alone counts from the next, and to its end; blank is open."""


def membership_rows() -> Table:
    """The rows of ``memberships.csv``: ``organisation, iso3, date_from, date_to``.

    Organisations without dated records are those of ``un-2022`` with the changes of ``membership_changes.csv``: a
    blank first day says that the member was in before 2010, or that the day is not known.
    """
    dated = texts("organisation_membership.csv")
    rows: Table = [
        {"organisation": row.organisation, "iso3": row.iso3, "date_from": row.date_from, "date_to": row.date_to}
        for row in records(dated)
        if row.iso3 in INDEX and row.organisation not in LEFT_OUT
    ]
    known = {row["organisation"] for row in rows}
    rows += [row for row in _undated() if row["organisation"] not in known]
    seats = frame("unsc_membership.csv")
    for row in records(seats[seats["year"].isin(YEARS)]):
        span = {"date_from": f"{row.year}-01-01", "date_to": f"{row.year}-12-31"}
        rows.append({"organisation": COUNCIL, "iso3": row.iso3, **span})
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def _undated() -> Table:
    groups = tomllib.loads((UN_2022 / "world.toml").read_text(encoding="utf-8"))["group"]
    changes = texts("membership_changes.csv")
    rows: Table = []
    for group in groups:
        own = changes[changes["organisation"] == group["key"]]
        begins = next((row.date_from for row in records(own) if row.iso3 == ""), "")
        spans: dict[str, list[Span]] = {}
        for row in records(own[own["iso3"] != ""]):
            spans.setdefault(str(row.iso3), []).append((str(row.date_from), str(row.date_to)))
        for iso3 in sorted({*group["members"], *spans}):
            for date_from, date_to in spans.get(iso3, [(begins, "")]):
                rows.append({"organisation": group["key"], "iso3": iso3, "date_from": date_from, "date_to": date_to})
    return [row for row in rows if row["organisation"] != "UNSC 2022"]


def tie_spell_rows(memberships: Table) -> Table:
    """The rows of ``tie_spells.csv``: ``kind, iso3, partner, date_from, date_to``; a border has no dates."""
    borders = read_dyads(UN_2022_FIGURES / "dyads.csv.gz", list(CODES))["contiguous"]
    rows: Table = [
        _row("border", one, other, ("", ""))
        for one, other in permutations(CODES, 2)
        if borders[INDEX[one], INDEX[other]] or borders[INDEX[other], INDEX[one]]
    ]
    for organisation in PACTS:
        own = [row for row in memberships if row["organisation"] == organisation]
        for one, other in permutations(own, 2):
            span = _common(one, other)
            if one["iso3"] != other["iso3"] and span is not None:
                rows.append(_row("pact", str(one["iso3"]), str(other["iso3"]), span))
    rows += _alliances()
    rows += [_row("forces", host, "USA", span) for host, spans in _american_forces().items() for span in spans]
    for force in records(texts("foreign_forces.csv")):
        if force.counts == "1":
            rows.append(_row("forces", str(force.host), str(force.sender), (str(force.date_from), str(force.date_to))))
    once = {tuple(map(str, row.values())): row for row in rows}
    return [once[key] for key in sorted(once)]


def _row(kind: str, iso3: str, partner: str, span: Span) -> dict[str, object]:
    return {"kind": kind, "iso3": iso3, "partner": partner, "date_from": span[0], "date_to": span[1]}


def _common(one: Mapping[str, object], other: Mapping[str, object]) -> Span | None:
    """The days that two memberships share; days are whole dates, which sort as texts."""
    first = max(str(one["date_from"]), str(other["date_from"]))
    lasts = [str(row["date_to"]) for row in (one, other) if row["date_to"]]
    last = min(lasts, default="")
    return None if last and last < first else (first, last)


def _alliances() -> Table:
    """Pacts of defence and of consultation, by the years of the alliance records."""
    rows: Table = []
    spells = frame("alliances_atop.csv.gz")
    for kind, column in (("pact", "atop_defense"), ("consultation", "atop_consul")):
        own = spells[(spells[column] == 1) & spells["iso3"].isin(INDEX) & spells["partner"].isin(INDEX)]
        for row in records(own):
            last = "" if row.year_to >= ATOP_LAST else str(row.year_to)
            span = (str(row.year_from), last)
            rows.append(_row(kind, row.iso3, row.partner, span))
            if kind == "pact":  # one that binds a single side, such as Japan's with the United States, counts for both
                rows.append(_row(kind, row.partner, row.iso3, span))
    return rows


def _american_forces() -> dict[str, list[Span]]:
    """Spells with 100 or more American troops; the count of a year holds through the next."""
    counts = frame("us_troops_by_year.csv.gz")
    counts = counts[counts["year"].isin(YEARS) & (counts["us_troops_active_duty"] >= FORCES_THAT_MATTER)]
    refused = {(str(row.host), str(row.sender)) for row in records(texts("foreign_forces.csv")) if row.counts == "0"}
    spells: dict[str, list[Span]] = {}
    for host, years in counts.groupby("iso3")["year"].apply(list).items():
        if host not in INDEX or host == "USA" or (host, "USA") in refused:
            continue
        for year in years:
            last = "" if year == max(YEARS) else f"{year + 1}-12-31"
            own = spells.setdefault(str(host), [])
            if own and own[-1][1] == f"{year}-12-31":
                own[-1] = (own[-1][0], last)
            else:
                own.append((f"{year + 1}-01-01", last))
    return spells
