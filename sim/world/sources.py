"""Every figure of a world with its unit, year and source, for the reader; the model does not use this."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from sim.world.world import World


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
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def member_figures(world: World, iso3: str) -> list[Figure]:
    """Every figure of a member in ``figures/figures.csv`` and ``members.csv``, in the order of their columns."""
    entries = {(row["file"], row["column"]): row for row in source_table(world)}
    found = []
    for file in ("members.csv", "figures/figures.csv"):
        path = world.folder / file
        if not path.is_file():
            continue
        with open(path, encoding="utf-8", newline="") as table:
            row = next(row for row in csv.DictReader(table) if row["iso3"] == iso3)
        for column, value in row.items():
            entry = entries.get((path.name, column), {})
            details = (entry.get(key, "") for key in ("unit", "year", "source", "note"))
            found.append(Figure(column, entry.get("label", column), value, *details))
    return found
