"""Every figure of a world with its unit, year and source, for the reader; the model does not use this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sim.results.world import MemberFigure, Source, SourceColumn
from sim.world.dated.world import QUANTITIES
from sim.world.tables import Folder
from sim.world.ties import read_tie_row
from sim.world.world import ATTRIBUTES, TIE_KINDS, World

MOST_PARTNERS = 5
"""Partners of a kind of tie that are shown of a dated world, which has ties with all."""
WHOLE = 1e5
"""Size from which a figure of a member is written as a whole number."""
CARRIED = "carried: later years lack it"


def make_source_table(world: World) -> list[Source]:
    """The rows of ``columns.csv``. Empty if there is none.

    Raises
    ------
    InputError : it cannot be read.
    """
    folder = Folder(world.folder)
    table = folder.table("columns", ("file", "column"), is_required=False)
    folder.raise_problems()
    known = [name for name in Source.model_fields if name in table.columns]
    return [
        Source(**dict.fromkeys(Source.model_fields, "") | {name: row[name] for name in known}) for row in table.rows
    ]


def collect_member_figures(world: World, iso3: str) -> list[MemberFigure]:
    """Every figure of a member in ``figures.csv`` and ``members.csv``, in the order of their columns.

    Of a dated world the figures that are known on its day, each with its year: see `collect_dated_figures`.
    """
    entries = {(entry.file, entry.column): entry for entry in make_source_table(world)}
    if world.is_dated:
        return list(collect_dated_figures(world, iso3, entries))
    found, folder = [], Folder(world.folder)
    for stem in ("members", "figures"):
        table = folder.table(stem, ("iso3",), is_required=False)
        for row in (row for row in table.rows if row["iso3"] == iso3):
            for column in table.columns:
                of = entries.get((f"{stem}.csv", column)) or _undescribed(f"{stem}.csv", column)
                details = {key: getattr(of, key) for key in ("label", "unit", "year", "source", "note")}
                found.append(MemberFigure(column=column, value=row[column], **details))
    folder.raise_problems()
    return found


def collect_dated_figures(world: World, iso3: str, entries: Mapping[tuple[str, str], Source]) -> Iterator[MemberFigure]:
    """The attributes of a member, and of each kind of tie its `MOST_PARTNERS` largest; years apart where they differ.

    The note gives the rule that supplied a figure, and what is carried from an earlier year than other members have.
    """
    i = world.index[iso3]
    carried = {(one.quantity, one.year) for one in world.carried if one.iso3 == iso3}
    for name, values in world.attributes.items():
        year = int(world.years[name][i]) if name in world.years else 0
        note = _note(world.rules_of(iso3, "").get(name, ""), (name, year) in carried)
        yield _figure(entries, ("attributes.csv", name), _write_value(float(values[i])), str(year or ""), note)
    for kind, all_ties in world.ties.items():
        ties = read_tie_row(all_ties, i)
        largest = [j for j in np.argsort(-ties, kind="stable")[:MOST_PARTNERS].tolist() if ties[j] > 0]
        years = {j: _year_of(world, kind, i, j) for j in largest}
        for year in sorted(set(years.values()), reverse=True):
            partners = [j for j in largest if years[j] == year]
            text = ", ".join(f"{world.iso3[j]} {ties[j]:.3g}" for j in partners)
            names = {kind, *(f"{kind} ({world.iso3[j]})" for j in partners)}
            rule = world.rules_of(iso3, world.iso3[partners[0]]).get(QUANTITIES.get(kind, kind), "")
            note = _note(rule, any((name, year) in carried for name in names))
            yield _figure(entries, ("ties.csv", kind), text, str(year or ""), note)


def _year_of(world: World, kind: str, member: int, partner: int) -> int:
    """The year of a tie, 0 where it has none."""
    years = world.years.get(f"{kind} ({world.iso3[partner]})", world.years.get(kind))
    return 0 if years is None else int(years[member])


def _note(rule: str, is_carried: bool) -> str:
    return "; ".join(text for text in (rule, CARRIED if is_carried else "") if text)


def _write_value(value: float) -> str:
    """A figure to six digits, large ones as whole numbers: never with an exponent."""
    return f"{value:.0f}" if abs(value) >= WHOLE else f"{value:.6g}"


def _figure(
    entries: Mapping[tuple[str, str], Source], place: tuple[str, str], value: str, year: str, note: str
) -> MemberFigure:
    of = entries.get(place) or _undescribed(*place)
    return MemberFigure(
        column=place[1], label=of.label, value=value, unit=of.unit, year=year, source=of.source, note=note
    )


def _undescribed(file: str, column: str) -> Source:
    return Source(file=file, column=column, label=column, unit="", year="", source="", terms="", note="")


OF_MEMBER = "<iso3>"
"""What ``columns.csv`` calls the columns of a file that has one for each member, named by its code."""
ORIGINS = {
    "isolation": (("sanctions.csv", "breadth"), ("sanctions.csv", "secondary")),
    "dependence.finance": (("members.csv", "trade_openness"),),
    "exposure.finance": (("members.csv", "trade_openness"),),
    "alignment.organisations": (("world.toml", "group"),),
    "alignment.leaning": (("world.toml", "group"),),
    "alignment.contested_texts": (("assembly_votes.csv", OF_MEMBER),),
    "alignment.ideal_point": (("ideal_points.csv", "ideal_point_all"),),
    "alignment.democracy": (("members.csv", "liberal_democracy"),),
    "absence.record": (("assembly_votes.csv", OF_MEMBER),),
    "absence.topic": (("rollcalls.csv", "vote"),),
    "absence.small": (("members.csv", "population"),),
    "absence.poverty": (("members.csv", "income_usd"),),
    "absence.autocracy": (("members.csv", "liberal_democracy"),),
    "position": (("rollcalls.csv", "vote"),),
}
"""File and column of what a quantity is derived from, where no column of members or ties has its name."""


def find_origins(world: World, quantity: str, iso3: str) -> tuple[SourceColumn, ...]:
    """The columns of a world that an editable quantity, or ``position``, is derived from, as far as it has them.

    Parameters
    ----------
    quantity : such as ``dependence.energy``.
    iso3 : the member whose quantity it is; some files have a column for each member.
    """
    name = quantity.rpartition(".")[2]
    named = [(file, name) for file, names in (("ties.csv", TIE_KINDS), ("members.csv", ATTRIBUTES)) if name in names]
    derived = [(file, column) for file, column in ORIGINS.get(quantity, ()) if _has(world, file)]
    places = derived or named
    if world.is_dated:
        places = [("attributes.csv" if file == "members.csv" else file, column) for file, column in places]
    described = {(entry.file.removesuffix(".gz"), entry.column): entry for entry in make_source_table(world)}
    keys = ("label", "unit", "year", "source")
    return tuple(
        SourceColumn(
            file=file,
            column=column.replace(OF_MEMBER, iso3),
            **{key: getattr(described.get((file, column)), key, "") for key in keys},
        )
        for file, column in places
    )


def _has(world: World, file: str) -> bool:
    return any((world.folder / name).is_file() for name in (file, f"{file}.gz"))
