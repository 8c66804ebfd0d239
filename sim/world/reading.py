"""Reading a world from its folder, with every problem of every file reported at once.

The format is documented in docs/data.md. Required: ``world.toml``, ``members.csv``, ``ties.csv`` (or ``.csv.gz``).
Optional: ``sanctions.csv``, ``rollcalls.csv``, ``resolutions.csv``, ``ideal_points.csv``, ``assembly_votes.csv``
(or ``.csv.gz``), ``fills.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.world.columns import read_columns
from sim.world.header import UNITED_NATIONS, read_header
from sim.world.listing import read_ties
from sim.world.names import hint_for_code
from sim.world.tables import CsvTable, Folder, Row
from sim.world.world import (
    ATTRIBUTES,
    EVERYONE,
    ROLL_CALL_VOTES,
    AssemblyVotes,
    Fill,
    Group,
    RollCall,
    Sanction,
    World,
)

BREADTHS = ("targeted", "sectoral", "comprehensive")
BOUNDS = {
    "latitude": (-90.0, 90.0),
    "longitude": (-180.0, 180.0),
    "population": (1.0, 1e11),
    "gdp_usd": (0.0, 1e16),
    "income_usd": (1.0, 1e7),
}
ROLL_CALL_COLUMNS = ("resolution", "date", "iso3", "vote")
ASSEMBLY_WORDS = ("N", "X", "A", "Y", "")
"""What a member did, in the order of the action codes; blank where it was no member."""

ESTIMATED = "estimated"
MOST_WITH_VOTES = 5_000
"""Members that may have votes of the Assembly: how often each pair votes the same way fills a dense matrix."""
CODE = re.compile("[A-Z][A-Z0-9]{2,11}")


def read_world(path: Path) -> World:
    """The world in a folder, read again.

    Raises
    ------
    InputError : with every problem of every file.
    """
    folder = Folder(path)
    members, attributes = _members(folder)
    codes = [row["iso3"] for row in members]
    index = {iso3: i for i, iso3 in enumerate(dict.fromkeys(codes))}
    header = read_header(folder, {row["iso3"]: (row["name"], row["region"]) for row in members})
    ties = read_ties(folder, index)
    sanctions = _sanctions(folder, index, header.groups)
    rollcalls = _rollcalls(folder, index, header.order_topics)
    ideal_points = read_ideal_points(folder, index)
    assembly = read_assembly(folder, codes)
    fills = _fills(folder, index)
    folder.raise_problems()
    for array in (*attributes.values(), *ideal_points.values(), *(call.votes for call in rollcalls)):
        array.setflags(write=False)
    return World(
        name=path.name,
        title=header.title,
        date=header.date,
        description=header.description,
        folder=path,
        iso3=tuple(codes),
        names=tuple(row["name"] for row in members),
        regions=tuple(row["region"] for row in members),
        attributes=attributes,
        groups=header.groups,
        ties=ties,
        coverage=header.coverage,
        currencies=header.currencies,
        sanctions=sanctions,
        rollcalls=rollcalls,
        ideal_points=ideal_points,
        assembly=assembly,
        fills=fills,
        unused=folder.unused,
    )


def read_member_rows(folder: Folder, columns: Sequence[str]) -> list[Row]:
    """The checked rows of ``members.csv`` by code; `columns` are those apart from code, name and region."""
    table = folder.table("members", ("iso3", "name", "region", *columns))
    if not table.rows and not folder.problems:
        folder.problem(table.file, "", "no members.")
    table.check_texts("name", "region")
    table.check_unique("iso3")
    for row in table.rows:
        if not CODE.fullmatch(row["iso3"]):
            message = f"got '{row['iso3']}'; 3 to 12 capital letters and digits are needed, a letter first."
            row.problem("iso3", message)
        elif row["iso3"] == EVERYONE:
            row.problem("iso3", f"got '{EVERYONE}', which means all members.", "Give another code.")
        if row["name"].startswith("-"):
            row.problem("name", f"got '{row['name']}'; it must not begin with '-'.")
    return sorted(table.rows, key=lambda row: row["iso3"])


def _members(folder: Folder) -> tuple[list[Row], dict[str, FloatArray]]:
    """The rows of ``members.csv`` in the order of their codes, and the numeric columns."""
    rows = read_member_rows(folder, ATTRIBUTES)
    bounds = {name: BOUNDS.get(name, (0.0, 1.0)) for name in ATTRIBUTES}
    return rows, {name: np.array([row.number(name, low, high) for row in rows]) for name, (low, high) in bounds.items()}


def _sanctions(folder: Folder, index: Mapping[str, int], groups: tuple[Group, ...]) -> tuple[Sanction, ...]:
    table = read_sanction_rows(folder, index, groups, ("since",))
    table.check_unique("iso3", "sender")
    return tuple(sanction_of(row, since=row["since"]) for row in table.rows)


def read_sanction_rows(
    folder: Folder, index: Mapping[str, int], groups: Sequence[Group], columns: Sequence[str]
) -> CsvTable:
    """The checked table ``sanctions.csv``, empty where there is none; `columns` are those of its dates."""
    needed = ("iso3", "sender", *columns, "breadth", "secondary", "instrument", "note")
    table = folder.table("sanctions", needed, is_required=False)
    senders = (*index, *(group.key for group in groups), UNITED_NATIONS)
    for row in table.rows:
        row.has_member("iso3", index)
        if index and row["sender"] not in senders:
            message = f"'{row['sender']}' is not a member, not the key of a group, and not {UNITED_NATIONS}."
            row.problem("sender", message, hint_for_code(row["sender"], index, senders))
        row.has_word("breadth", BREADTHS)
        row.has_word("secondary", ("0", "1"))
    return table


def sanction_of(row: Row, since: str) -> Sanction:
    """The sanction in a row of ``sanctions.csv``."""
    return Sanction(
        iso3=row["iso3"],
        sender=row["sender"],
        breadth=row["breadth"],
        is_secondary=row["secondary"] == "1",
        since=since,
        instrument=row["instrument"],
        note=row["note"],
    )


def collect_votes(table: CsvTable, index: Mapping[str, int]) -> dict[str, IntArray]:
    """The votes of each resolution, (N,) in the order of `index`; -1 where a member has none.

    Parameters
    ----------
    table : with the columns ``resolution``, ``iso3`` and ``vote``, whose cells are checked.
    """
    table.check_unique("resolution", "iso3")
    votes: dict[str, IntArray] = {}
    for row in table.rows:
        codes = votes.get(row["resolution"])
        if codes is None:
            codes = votes[row["resolution"]] = np.full(len(index), -1, dtype=np.int64)
        is_vote = row.has_word("vote", ROLL_CALL_VOTES)
        if row.has_member("iso3", index) and is_vote:
            codes[index[row["iso3"]]] = ROLL_CALL_VOTES.index(row["vote"])
    return votes


def _rollcalls(folder: Folder, index: Mapping[str, int], order_topics: Sequence[str]) -> tuple[RollCall, ...]:
    table = folder.table("rollcalls", ROLL_CALL_COLUMNS, is_required=False)
    columns = ("resolution", "date", "title", "target", "topic")
    resolutions = folder.table("resolutions", columns, is_required=bool(table.rows))
    resolutions.check_unique("resolution")
    resolutions.check_texts("resolution", "topic")
    votes = collect_votes(table, index)
    dates = {row["resolution"]: row["date"] for row in resolutions.rows}
    for row in table.rows:
        resolution = row["resolution"]
        if row["date"] != dates.get(resolution, row["date"]):
            row.problem("date", f"got '{row['date']}'; {resolutions.file} gives {dates[resolution]}.")
            dates[resolution] = row["date"]  # reported once
    if resolutions.rows:
        for resolution in votes.keys() - dates.keys():
            folder.problem(resolutions.file, "resolution", f"'{resolution}' of {table.file} is missing.")
    calls = []
    for row in resolutions.rows:
        day = row.day("date")
        if row["target"]:
            row.has_member("target", index)
        if row["resolution"] in votes:
            calls.append(
                RollCall(
                    resolution=row["resolution"],
                    date=day,
                    title=row["title"],
                    target=row["target"],
                    topic=row["topic"],
                    votes=votes[row["resolution"]],
                    divides_by="order" if row["topic"] in order_topics else "both",
                )
            )
    return tuple(sorted(calls, key=lambda call: (call.date, call.resolution)))


def read_ideal_points(folder: Folder, index: Mapping[str, int]) -> dict[int, FloatArray]:
    """Ideal points by year, (N,) in the order of `index`; NaN where a member has none."""
    table = read_columns(folder, "ideal_points", ("iso3", "year", "ideal_point_all"), is_required=False)
    if not index:
        return {}
    table.check_unique("iso3", "year")
    members, years = table.members("iso3", index), table.whole_numbers("year", 1945, 3000)
    values = table.numbers("ideal_point_all", -10, 10, is_optional=True)
    points = {}
    for year in dict.fromkeys(years[~np.isnan(values)].tolist()):
        points[year] = np.full(len(index), np.nan)
        points[year][members[years == year]] = values[years == year]
    return points


def read_assembly(folder: Folder, codes: Sequence[str]) -> AssemblyVotes | None:
    """All recorded votes of the Assembly, with a column for each of the codes; None where the folder has none."""
    table = read_columns(folder, "assembly_votes", ("date", "resolution", *codes), is_required=False)
    if not codes or not len(table.cells["date"]):
        return None
    if len(codes) > MOST_WITH_VOTES:
        message = f"votes tie every member to every other, for which {len(codes):,} are too many."
        folder.problem(table.file, "", message, f"Leave the file out, or have at most {MOST_WITH_VOTES:,} members.")
    places = np.stack([table.places(iso3, ASSEMBLY_WORDS) for iso3 in codes], axis=1)
    votes = np.where(places == ASSEMBLY_WORDS.index(""), -1, places)
    resolutions = [table.texts["resolution"][cell] for cell in table.cells["resolution"].tolist()]
    return AssemblyVotes(np.array(table.days("date"), "datetime64[D]"), tuple(resolutions), votes)


def _fills(folder: Folder, index: Mapping[str, int]) -> tuple[Fill, ...]:
    table = folder.table("fills", ("iso3", "quantity", "rule"), is_required=False, optional=(ESTIMATED,))
    found = []
    for row in table.rows:
        row.has_member("iso3", index)
        found.append(Fill(row["iso3"], row["quantity"], row["rule"], is_estimate=is_estimate(table, row)))
    return tuple(found)


def is_estimate(table: CsvTable, row: Row) -> bool:
    """Whether a row of ``fills.csv`` says that the value is an estimate from other members; the column is optional."""
    return ESTIMATED in table.columns and row.has_word(ESTIMATED, ("0", "1", "")) and row[ESTIMATED] == "1"
