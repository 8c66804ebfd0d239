"""Figures that a world does not have: a column of a CSV file of one's own, for members or for pairs of members."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.errors import suggest_nearest
from sim.world.tables import CsvTable, Folder, Row, read_rows
from sim.world.world import World

if TYPE_CHECKING:
    from sim.world.ties import Ties

MEMBER = ("iso3", "member")
"""The column that says which member a row is about: its code, or any name of it."""
PARTNER = "partner"
SHARE = (0.0, 1.0)


def read_figures(path: Path, column: str, world: World, bounds: tuple[float, float]) -> FloatArray:
    """The figures of members in a column of a file, (N,); NaN where a member has none. A file is read once.

    Parameters
    ----------
    bounds : the lowest and the highest figure that is allowed.

    Raises
    ------
    InputError : the file cannot be read, has no such column, or has problems (all are listed).
    """

    def make() -> FloatArray:
        found = np.full(world.size, np.nan)
        for (place,), figure in _read_rows(path, column, world, bounds).items():
            found[place] = figure
        found.setflags(write=False)
        return found

    return world.remember(("own figures", path, column, bounds), make)


def read_network(path: Path, column: str, world: World) -> Ties:
    """The ties of pairs in a column of a file, each in [0, 1], as a matrix (N, N); 0 for a pair without a figure.

    Raises
    ------
    InputError : as for `read_figures`.
    """
    from scipy.sparse import csr_array  # slow to load

    def make() -> Ties:
        pairs = _read_rows(path, column, world, SHARE, PARTNER)
        cells = np.array([*pairs], dtype=np.int64).reshape(-1, 2)
        return csr_array(([*pairs.values()], (cells[:, 0], cells[:, 1])), shape=(world.size, world.size))

    return world.remember(("own network", path, column), make)


def find_members_file(world: World) -> Path:
    """The table of members of a world, packed or not."""
    packed = world.folder / "members.csv.gz"
    return packed if packed.is_file() else world.folder / "members.csv"


def _read_rows(
    path: Path, column: str, world: World, bounds: tuple[float, float], *partner: str
) -> dict[tuple[int, ...], float]:
    """The figures of a column by the member, or the pair of members, that their rows are about."""
    is_own = path.parent == world.folder
    folder = Folder(path.parent, shown=f"{world.name}/" if is_own else str(path).removesuffix(path.name))
    table = folder.read(path.name, (*partner, column))
    about = _find_column_of_members(folder, table)
    found: dict[tuple[int, ...], float] = {}
    lines: dict[tuple[int, ...], int] = {}
    others = _members_of_other_days(world)
    for row in table.rows if about else ():
        columns = (str(about), *partner)
        places = tuple(place for one in columns if (place := _find_member(row, one, world, others)) is not None)
        if len(places) < len(columns):
            continue
        if lines.setdefault(places, row.line) != row.line:
            row.problem("", f"{', '.join(row[one] for one in columns)}: already on line {lines[places]}.")
        elif len(set(places)) < len(places):
            row.problem(PARTNER, f"got '{row[PARTNER]}', the member itself; another member is needed.")
        elif row[column].strip():
            found[places] = row.number(column, *bounds)
    folder.raise_problems()
    return found


def _find_column_of_members(folder: Folder, table: CsvTable) -> str | None:
    about = next((name for name in MEMBER if name in table.columns), None)
    if about is None and not folder.problems:
        fix = suggest_nearest(MEMBER[0], table.columns, f"Its columns are {', '.join(table.columns)}.")
        folder.problem(table.file, "", f"has no column that names members: {' or '.join(MEMBER)}.", fix)
    return about


def _find_member(row: Row, column: str, world: World, others: Mapping[str, str]) -> int | None:
    """The index of the member that a cell names; None, with a problem noted unless others have the name."""
    text = row[column].strip()
    try:
        (code,) = world.resolve(text)
    except (KeyError, ValueError):
        if text not in others:
            fix = world.hint(text, "Correct the name, or delete the row.")
            row.problem(column, f"'{text}' is not a member of the world {world.name}.", fix)
        return None
    return world.index[code]


def _members_of_other_days(world: World) -> Mapping[str, str]:
    """Codes and names of the members that a dated world has on any day."""
    rows = read_rows(find_members_file(world)) if world.is_dated else []
    return {row[key]: row["iso3"] for row in rows for key in ("iso3", "name")}
