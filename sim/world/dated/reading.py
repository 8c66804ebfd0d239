"""Reading a dated world from its folder, with every problem of every file reported at once.

The format is documented in docs/data.md. Required: ``world.toml`` with `start`, ``members.csv``, ``attributes.csv`` and
``ties.csv`` (each may be gzipped). Optional: ``tie_spells.csv``, ``memberships.csv``, ``conditions.csv``,
``currencies.csv``, ``sanctions.csv``, ``resolutions.csv`` with ``rollcalls.csv``, ``ideal_points.csv``,
``assembly_votes.csv``, ``fills.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.errors import suggest_nearest
from sim.world.columns import FIRST_LINE, read_columns
from sim.world.dated.series import Block, Yearly
from sim.world.dated.spells import Spell, parse_day_known, read_spell, read_spells
from sim.world.dated.world import (
    CONDITIONS,
    SPELL_TIES,
    YEARLY_ATTRIBUTES,
    YEARLY_TIES,
    DatedWorld,
)
from sim.world.header import Header, read_header
from sim.world.reading import (
    BOUNDS,
    ESTIMATED,
    collect_votes,
    is_estimate,
    read_assembly,
    read_ideal_points,
    read_member_rows,
    read_sanction_rows,
    sanction_of,
)
from sim.world.tables import Folder
from sim.world.world import AssemblyVotes, Group, RollCall, Sanction

STEMS = (
    "world",
    "members",
    "attributes",
    "ties",
    "tie_spells",
    "memberships",
    "conditions",
    "currencies",
    "sanctions",
    "rollcalls",
    "resolutions",
    "ideal_points",
    "assembly_votes",
)
"""Files that the model reads of a dated world."""
YEARS = (1900, 3000)
LIMITS = (-1e16, 1e16)
"""What any attribute may be; each has bounds of its own."""
SPELL = ("date_from", "date_to")

Index = Mapping[str, int]


def is_dated(path: Path) -> bool:
    """Whether a folder holds a world whose figures have dates."""
    return any((path / name).is_file() for name in ("attributes.csv", "attributes.csv.gz"))


def read_dated_world(path: Path) -> DatedWorld:
    """The dated world in a folder, read again.

    Raises
    ------
    InputError : with every problem of every file.
    """
    folder = Folder(path)
    members = read_member_rows(folder, ("latitude", "longitude", "member_since"))
    index = {row["iso3"]: i for i, row in enumerate(members)}
    header = read_header(folder, {row["iso3"]: (row["name"], row["region"]) for row in members}, is_dated=True)
    if not index:
        folder.raise_problems()  # without members, no other table can be read
    positions = {
        name: np.array([row.number(name, *BOUNDS[name]) for row in members]) for name in ("latitude", "longitude")
    }
    joined = tuple(row.day("member_since", parse_day_known) for row in members)
    attributes = _attributes(folder, index)
    blocks = _ties(folder, index, header)
    assembly = read_assembly(folder, list(index))
    filled, estimated = _filled(folder, index)
    dated = DatedWorld(
        name=path.name,
        title=header.title,
        start=header.date,
        description=header.description,
        folder=path,
        iso3=tuple(index),
        names=tuple(row["name"] for row in members),
        regions=tuple(row["region"] for row in members),
        joined=joined,
        positions=positions,
        attributes=attributes,
        conditions=_conditions(folder, index),
        blocks=blocks,
        tie_spells=_tie_spells(folder, index),
        groups=header.groups,
        memberships=_memberships(folder, index, header.groups),
        currencies=_currencies(folder, index, header.groups),
        sanctions=_sanctions(folder, index, header.groups),
        rollcalls=_rollcalls(folder, index, assembly, header.order_topics),
        ideal_points=read_ideal_points(folder, index),
        assembly=assembly,
        filled=filled,
        estimated=estimated,
        unused=folder.unused,
    )
    folder.raise_problems()
    return dated


def _attributes(folder: Folder, index: Index) -> dict[str, Yearly]:
    table = read_columns(folder, "attributes", ("attribute", "iso3", "year", "value"))
    kinds, members = table.places("attribute", YEARLY_ATTRIBUTES), table.members("iso3", index)
    years, values = table.whole_numbers("year", *YEARS), table.numbers("value", *LIMITS)
    table.check_unique("attribute", "iso3", "year")
    found = {}
    for number, name in enumerate(YEARLY_ATTRIBUTES):
        at = np.flatnonzero(kinds == number)
        low, high = BOUNDS.get(name, (0.0, 1.0))
        if not len(at) and len(kinds):
            folder.problem(table.file, "attribute", f"no row of '{name}'.")
        for row in at[(values[at] < low) | (values[at] > high)]:
            folder.problem(
                table.file, f"line {row + FIRST_LINE}", f"{name} is {values[row]:g}; allowed is {low:g} to {high:g}."
            )
        known_years = np.unique(years[at])
        array = np.full((len(known_years), len(index)), np.nan)
        array[np.searchsorted(known_years, years[at]), members[at]] = values[at]
        found[name] = Yearly(known_years, array, ~np.isnan(array))
    return found


def _ties(folder: Folder, index: Index, header: Header) -> tuple[Block, ...]:
    """One block for all partners of a kind, and one for each partner that is dated apart."""
    names = ("kind", "iso3", "partner", "year", "value")
    table = read_columns(folder, "ties", names)
    kinds, members = table.places("kind", YEARLY_TIES), table.members("iso3", index)
    partners = table.members("partner", {**index, "": len(index)})
    years, values = table.whole_numbers("year", *YEARS), table.numbers("value", 0.0, 1.0)
    table.check_unique(*names[:-1])
    blocks = []
    for number, kind in enumerate(YEARLY_TIES):
        apart = header.coverage.get(kind, ())
        of_kind = np.flatnonzero(kinds == number)
        owners = ("", *(code for code in apart if code in index))
        block_of = np.zeros(len(index) + 1, dtype=np.int64)  # a row without a partner is of the block of all others
        block_of[[index[code] for code in owners[1:]]] = np.arange(1, len(owners))
        for place, partner in enumerate(owners):
            rows = of_kind[block_of[partners[of_kind]] == place]
            known_years = np.unique(years[rows])
            at = np.searchsorted(known_years, years[rows])
            is_known = np.zeros((len(known_years), len(index)), dtype=np.bool_)
            is_known[at, members[rows]] = True
            # A row without a partner means that the member has no such tie in the year.
            has_partner = partners[rows] < len(index)
            listed = rows[has_partner]
            blocks.append(
                Block(
                    kind=kind,
                    partner=partner,
                    years=known_years,
                    is_known=is_known,
                    at=at[has_partner],
                    member=members[listed],
                    other=partners[listed],
                    values=values[listed],
                )
            )
    return tuple(blocks)


def _tie_spells(folder: Folder, index: Index) -> dict[str, tuple[tuple[int, int, Spell], ...]]:
    table = read_columns(folder, "tie_spells", ("kind", "iso3", "partner", *SPELL), is_required=False)
    members, partners = (table.members(column, index).tolist() for column in ("iso3", "partner"))
    found: dict[str, list[tuple[int, int, Spell]]] = {kind: [] for kind in SPELL_TIES}
    lists = list(found.values())
    kinds = table.places("kind", SPELL_TIES).tolist()
    for kind, member, partner, spell in zip(kinds, members, partners, read_spells(table), strict=True):
        lists[kind].append((member, partner, spell))
    return {kind: tuple(spells) for kind, spells in found.items()}


def _memberships(folder: Folder, index: Index, groups: tuple[Group, ...]) -> dict[str, tuple[tuple[str, Spell], ...]]:
    table = folder.table("memberships", ("organisation", "iso3", *SPELL), is_required=bool(groups))
    found: dict[str, list[tuple[str, Spell]]] = {group.key: [] for group in groups}
    for row in table.rows:
        is_member = row.has_member("iso3", index)
        if row["organisation"] not in found:
            fix = suggest_nearest(row["organisation"], found)
            row.problem("organisation", f"'{row['organisation']}' is not the key of a group in world.toml.", fix)
        elif is_member:
            found[row["organisation"]].append((row["iso3"], read_spell(row)))
    return {key: tuple(members) for key, members in found.items()}


def _conditions(folder: Folder, index: Index) -> tuple[tuple[str, int, float, Spell], ...]:
    table = folder.table("conditions", ("iso3", "attribute", "value", *SPELL), is_required=False)
    return tuple(
        (row["attribute"], index[row["iso3"]], row.number("value", 0.0, 1.0), read_spell(row))
        for row in table.rows
        if row.has_member("iso3", index) and row.has_word("attribute", CONDITIONS)
    )


def _currencies(folder: Folder, index: Index, groups: tuple[Group, ...]) -> dict[str, dict[int, float]]:
    table = folder.table("currencies", ("issuer", "year", "share"), is_required=False)
    table.check_unique("issuer", "year")
    issuers = (*index, *(group.key for group in groups))
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for row in table.rows:
        if row.has_word("issuer", issuers):
            found[row["issuer"]][int(row.number("year", *YEARS))] = row.number("share", 0.0, 1.0)
    return dict(found)


def _sanctions(folder: Folder, index: Index, groups: tuple[Group, ...]) -> tuple[tuple[Sanction, Spell], ...]:
    table = read_sanction_rows(folder, index, groups, SPELL)
    return tuple((sanction_of(row, since=row["date_from"]), read_spell(row)) for row in table.rows)


def _rollcalls(
    folder: Folder, index: Index, assembly: AssemblyVotes | None, order_topics: Sequence[str]
) -> tuple[RollCall, ...]:
    """The resolutions with their votes: those of ``rollcalls.csv``, else the record of the Assembly under that name."""
    table = folder.table("rollcalls", ("resolution", "date", "iso3", "vote"), is_required=False)
    columns = ("resolution", "date", "title", "target", "topic")
    resolutions = folder.table("resolutions", columns, is_required=bool(table.rows))
    resolutions.check_unique("resolution")
    resolutions.check_texts("resolution", "topic")
    votes = collect_votes(table, index)
    dates = {row["resolution"]: row["date"] for row in resolutions.rows}
    for row in table.rows:
        if row["date"] != dates.get(row["resolution"]):
            row.problem("date", f"got '{row['date']}'; {resolutions.file} gives {dates.get(row['resolution'])}.")
            dates[row["resolution"]] = row["date"]  # reported once
    recorded = {} if assembly is None else dict(zip(assembly.resolutions, assembly.votes, strict=True))
    calls = []
    for row in resolutions.rows:
        if row["target"]:
            row.has_member("target", index)
        own = votes.get(row["resolution"], recorded.get(row["resolution"]))
        if own is None:
            row.problem("resolution", f"'{row['resolution']}' has no votes in {table.file} or among the Assembly's.")
        else:
            own.setflags(write=False)
            texts = {name: row[name] for name in ("resolution", "title", "target", "topic")}
            divides_by = "order" if row["topic"] in order_topics else "both"
            calls.append(RollCall(date=row.day("date"), votes=own, divides_by=divides_by, **texts))
    return tuple(sorted(calls, key=lambda call: (call.date, call.resolution)))


def _filled(
    folder: Folder, index: Index
) -> tuple[dict[tuple[str, str, str], dict[int, str]], frozenset[tuple[str, str, str, int]]]:
    """The rules that supplied figures, by figure, member and partner, then year; and which of these are estimates."""
    columns = ("figure", "iso3", "partner", "year", "rule")
    table = folder.table("fills", columns, is_required=False, optional=(ESTIMATED,))
    found: dict[tuple[str, str, str], dict[int, str]] = defaultdict(dict)
    estimated: set[tuple[str, str, str, int]] = set()
    for row in table.rows:
        if row.has_member("iso3", index) and row.has_word("figure", (*YEARLY_ATTRIBUTES, *YEARLY_TIES)):
            rules = found[row["figure"], row["iso3"], row["partner"]]
            year = int(row.number("year", *YEARS))
            rules[year] = f"{rules[year]}; {row['rule']}" if year in rules else row["rule"]
            if is_estimate(table, row):
                estimated.add((row["figure"], row["iso3"], row["partner"], year))
    return dict(found), frozenset(estimated)
