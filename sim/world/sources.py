"""Every figure of a world with its unit, year and source, for the reader; the model does not use this."""

from __future__ import annotations

from dataclasses import dataclass

from sim.results.explanation import Origin
from sim.world.tables import read_rows
from sim.world.world import ATTRIBUTES, TIE_KINDS, World


@dataclass(frozen=True)
class Figure:
    """One figure of a member; `value` is empty where the source has none."""

    column: str
    label: str
    value: str
    unit: str
    year: str
    source: str
    note: str


def source_table(world: World) -> list[dict[str, str]]:
    """The rows of ``columns.csv``: file, column, label, unit, year, source, terms, note. Empty if there is none."""
    path = world.folder / "columns.csv"
    return read_rows(path) if path.is_file() else []


def member_figures(world: World, iso3: str) -> list[Figure]:
    """Every figure of a member in ``figures.csv`` and ``members.csv``, in the order of their columns."""
    entries = {(row["file"], row["column"]): row for row in source_table(world)}
    found = []
    for file in ("members.csv", "figures.csv"):
        path = world.folder / file
        if not path.is_file():
            continue
        row = next(row for row in read_rows(path) if row["iso3"] == iso3)
        for column, value in row.items():
            entry = entries.get((path.name, column), {})
            details = {key: entry.get(key, "") for key in ("unit", "year", "source", "note")}
            found.append(Figure(column=column, label=entry.get("label", column), value=value, **details))
    return found


ORIGINS = {
    "isolation": (("sanctions.csv", "breadth"), ("sanctions.csv", "secondary")),
    "exposure.finance": (("members.csv", "trade_openness"),),
    "alignment.organisations": (("world.toml", "group"),),
    "alignment.african_union": (("world.toml", "group"),),
    "alignment.arab_league": (("world.toml", "group"),),
    "alignment.contested_texts": (("assembly_votes.csv", "<iso3>"),),
    "alignment.ideal_point": (("ideal_points.csv", "ideal_point_all"),),
    "alignment.democracy": (("members.csv", "liberal_democracy"),),
    "absence.record": (("assembly_votes.csv", "<iso3>"),),
    "absence.topic": (("rollcalls.csv", "vote"),),
    "absence.small": (("members.csv", "population"),),
    "absence.poverty": (("members.csv", "income_usd"),),
    "absence.autocracy": (("members.csv", "liberal_democracy"),),
    "memory": (("rollcalls.csv", "vote"),),
}
"""File and column of what a quantity is derived from, where no column of members or ties has its name."""


def origins_of(world: World, quantity: str) -> tuple[Origin, ...]:
    """The columns of a world that an editable quantity, or ``memory``, is derived from; none where it has none of them.

    Parameters
    ----------
    quantity : such as ``dependence.energy``.
    """
    name = quantity.rpartition(".")[2]
    named = [(file, name) for file, names in (("ties.csv", TIE_KINDS), ("members.csv", ATTRIBUTES)) if name in names]
    derived = [(file, column) for file, column in ORIGINS.get(quantity, ()) if _has(world, file)]
    places = derived or named
    described = {(row["file"].removesuffix(".gz"), row["column"]): row for row in source_table(world)}
    keys = ("label", "unit", "year", "source")
    return tuple(
        Origin(file=file, column=column, **{key: described.get((file, column), {}).get(key, "") for key in keys})
        for file, column in places
    )


def _has(world: World, file: str) -> bool:
    return any((world.folder / name).is_file() for name in (file, f"{file}.gz"))
