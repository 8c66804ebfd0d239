"""Write the derived tables of ``un`` again."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

from tools.derivation.un.aid import aid_rows
from tools.derivation.un.attributes import attribute_rows
from tools.derivation.un.common import CODES, FIGURES, OUT, RAW, Filled, Table, texts
from tools.derivation.un.energy import energy_rows
from tools.derivation.un.food import food_rows
from tools.derivation.un.sanctions import sanction_rows
from tools.derivation.un.spells import membership_rows, tie_spell_rows
from tools.derivation.un.trade import arms_rows, trade_rows
from tools.derivation.un.votes import assembly_table, ideal_point_rows, resolution_rows, rollcall_rows

JOINED = {"MNE": "2006-06-28", "SSD": "2011-07-14"}
"""Days of joining the United Nations that matter here; of the others the year is recorded."""


def derive() -> dict[str, str]:
    """The text of each derived table, by the name of its file (without ``.gz``)."""
    filled = Filled()
    attributes = attribute_rows(filled)
    ties = [*trade_rows(filled), *arms_rows(filled), *energy_rows(filled), *food_rows(filled)]
    ties += aid_rows(attributes, filled)
    memberships = membership_rows()
    assembly, matches = assembly_table()
    return {
        "members.csv": text_of(_members()),
        "attributes.csv": text_of(attributes),
        "ties.csv": text_of(ties, ("kind", "iso3", "partner", "year", "value")),
        "tie_spells.csv": text_of(tie_spell_rows(memberships)),
        "memberships.csv": text_of(memberships),
        "conditions.csv": text_of(_rows("conditions.csv")),
        "currencies.csv": text_of(_rows("reserve_currencies.csv")),
        "sanctions.csv": text_of(sanction_rows()),
        "ideal_points.csv": text_of(ideal_point_rows()),
        "assembly_votes.csv": assembly.to_csv(index=False, lineterminator="\n"),
        "resolutions.csv": text_of(resolution_rows(assembly)),
        "rollcalls.csv": text_of(rollcall_rows()),
        "fills.csv": text_of(sorted(filled.rows, key=lambda row: [str(value) for value in row.values()])),
        "rollcall_matches.csv": text_of(matches),
    }


PACKED = ("attributes.csv", "ties.csv", "tie_spells.csv", "assembly_votes.csv", "rollcalls.csv", "fills.csv")
"""Tables that are written gzipped."""
RECORDS = ("rollcall_matches.csv",)
"""Tables that record what a rule did, and stay with the published figures."""


def text_of(rows: Table, columns: Sequence[str] = ()) -> str:
    """The rows as CSV text, in the order of `columns` or of the first row."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=columns or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _rows(name: str) -> Table:
    return [{str(key): value for key, value in row.items()} for row in texts(name).to_dict("records")]


def _members() -> Table:
    return [
        {
            "iso3": row["iso3"],
            "name": row["name"],
            "region": row["un_regional_group"],
            "latitude": row["lat"],
            "longitude": row["lon"],
            "member_since": JOINED.get(row["iso3"], row["un_member_since"]),
        }
        for row in FIGURES
    ]


def write(texts: dict[str, str], folder: Path = OUT, records: Path = RAW) -> None:
    """Write each table under its name, gzipped where it is long."""
    for name, text in texts.items():
        if name in PACKED:
            (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            ((records if name in RECORDS else folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    assert len(CODES) == len(set(CODES))
    write(derive())
