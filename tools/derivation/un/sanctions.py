"""Sanctions with their dates: those graded by hand for ``un-2022``, and the Global Sanctions Database around them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.world.tables import read_rows
from tools.derivation.un.common import INDEX, UN_2022, Table, frame, records

FIRST, LAST = 2010, 2022
"""Years that count: a spell that ended before the first is left out; one of the last is still in force."""
DATABASE = "Global Sanctions Database 3"
GROUPS = {
    "EU": "EU",
    "LAS": "LAS",
    "AU": "AU",
    "ECOWAS": "ECOWAS",
    "OIC": "OIC",
    "G7": "G7",
    "MERCOSUR": "MERCOSUR",
}
"""Group of a sender in the database to the key of the group here: one row for the group, none for its members."""
BOYCOTT = ("LAS", "ISR")
LEFT_BOYCOTT = {"EGY": "", "JOR": "", "MAR": "", "BHR": "", "ARE": "2020-08-28"}
"""Members of the Arab League that gave up its boycott of Israel: last day of it, blank where that was before 2010."""
RANK = {"targeted": 1, "sectoral": 2, "comprehensive": 3}


def sanction_rows() -> Table:
    """The rows of ``sanctions.csv``.

    A pair graded by hand has that grade from the day or year it names. Before that, and for all other pairs, the
    database says who sanctioned whom and when. Its flags show breadth badly, so the rule is careful: an
    embargo on exports and imports is comprehensive, one on either is sectoral, everything else targeted.
    """
    graded = [row for row in read_rows(UN_2022 / "sanctions.csv") if not row["instrument"].startswith(DATABASE)]
    since = {(row["iso3"], row["sender"]): row["since"] for row in graded}
    rows: Table = [
        {
            "iso3": row["iso3"],
            "sender": row["sender"],
            "date_from": row["since"],
            "date_to": "",
            "breadth": row["breadth"],
            "secondary": row["secondary"],
            "instrument": row["instrument"],
            "note": row["note"],
        }
        for row in graded
    ]
    for key, (breadth, case) in _spells().items():
        iso3, sender, first, last = key
        begins = since.get((iso3, sender), "9999")[:4]
        if str(first) >= begins:
            continue  # graded by hand
        ends = last if not last or last[:4] < begins else begins
        rows.append(
            {
                "iso3": iso3,
                "sender": sender,
                "date_from": str(first),
                "date_to": ends,
                "breadth": breadth,
                "secondary": "0",
                "instrument": DATABASE,
                "note": f"case {case}",
            }
        )
    return sorted(rows, key=lambda row: [str(row[name]) for name in ("iso3", "sender", "date_from", "date_to")])


def _spells() -> dict[tuple[str, str, int, str], tuple[str, str]]:
    """Target, sender, first year and last day or year of each spell, to its breadth and the cases it rests on."""
    cases = frame("sanctions_dyads.csv.gz")
    cases = cases[(cases["year_to"] >= FIRST) & cases["target"].isin(INDEX)]
    found: dict[tuple[str, str, int, str], tuple[str, str]] = {}
    for case in records(cases):
        sender, last = _sender(case), "" if case.year_to >= LAST else str(case.year_to)
        if (case.sender_group, case.target) == BOYCOTT:
            sender = str(case.sender)
            if sender in LEFT_BOYCOTT:
                last = LEFT_BOYCOTT[sender]
                if not last:
                    continue
        if sender is None or sender == case.target:
            continue
        key = (str(case.target), sender, int(case.year_from), last)
        breadth, cited = found.get(key, ("targeted", str(case.case_id)))
        if str(case.case_id) not in cited.split(", "):
            cited = f"{cited}, {case.case_id}"
        found[key] = (max(breadth, _breadth(case), key=RANK.__getitem__), cited)
    return found


def _sender(case: Any) -> str | None:
    """A group that the world has, the Security Council, or a member; None for any other sender."""
    if case.sender == "UN":
        return "UN"
    if not pd.isna(case.sender_group) and case.sender_group in GROUPS:
        return GROUPS[case.sender_group]
    return str(case.sender) if case.sender in INDEX else None


def _breadth(case: Any) -> str:
    if case.exp_complete and case.imp_complete:
        return "comprehensive"
    return "sectoral" if case.exp_complete or case.imp_complete else "targeted"
