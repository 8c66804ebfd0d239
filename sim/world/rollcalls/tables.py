"""The tables of what was read of a file of roll calls."""

from __future__ import annotations

from sim.results.rollcalls import RollCallImport, Unmatched
from sim.results.tables import COUNT, TEXT, Column, Table, table


def make_resolutions_table(found: RollCallImport) -> Table:
    """The roll calls that were read."""
    counted = ("yes", "no", "abstain", "absent", "not on record")
    columns = [Column("resolution"), Column("date", TEXT), *(Column(label, COUNT) for label in counted)]
    rows = [
        (call.resolution, call.date, call.yes, call.no, call.abstain, call.absent, call.missing)
        for call in found.resolutions
    ]
    return table("Roll calls", columns, rows)


def make_unmatched_table(title: str, unmatched: list[Unmatched]) -> Table:
    """What is in the file and was left out."""
    rows = [(entry.text or "(blank)", entry.rows, entry.reason or None) for entry in unmatched]
    return table(title, [Column("in the file"), Column("votes", COUNT), Column("why")], rows)
