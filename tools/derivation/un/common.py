"""What all derivations share: folders, the members, matrices of pairs, and rows of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import FloatArray
from sim.world.tables import read_rows
from tools.derivation.folders import ROOT, WORLD

UN_2022 = WORLD
RAW = ROOT / "tools" / "data" / "un"
OUT = ROOT / "sim" / "data" / "un"
YEARS = range(2010, 2024)
CURRENT = 2021
"""The year that the figures of ``un-2022`` are of."""

Table = list[dict[str, object]]

FIGURES = read_rows(UN_2022 / "figures.csv")
CODES = tuple(row["iso3"] for row in FIGURES)
INDEX = {iso3: place for place, iso3 in enumerate(CODES)}
REGIONS = {row["iso3"]: row["un_regional_group"] for row in FIGURES}
NEIGHBOURS = {row["iso3"]: [code for code in row["borders_iso3"].split(";") if code in INDEX] for row in FIGURES}
PERCENT = 100.0
FROM_OTHERS = ("mean of", "median")
"""Words of the rules that take the figures of other members, where nothing is known of the member itself."""
SMALLEST = 5e-6
"""Shares below this are written as none."""


@dataclass
class Filled:
    """The record of values that a rule supplied."""

    rows: Table = field(default_factory=list)

    def note(self, figure: str, iso3: str, year: int, rule: str, partner: str = "") -> None:
        """Record that `rule` supplied a member's figure of a year."""
        row = {"figure": figure, "iso3": iso3, "partner": partner, "year": year, "rule": rule}
        self.rows.append({**row, "estimated": int(any(word in rule for word in FROM_OTHERS))})


def frame(name: str) -> pd.DataFrame:
    """A table of published figures; only an empty cell is a blank, as Namibia's short code reads NA."""
    return pd.read_csv(RAW / name, keep_default_na=False, na_values=[""])


def texts(name: str) -> pd.DataFrame:
    """The same with every cell as text, and a blank as an empty one."""
    return pd.read_csv(RAW / name, keep_default_na=False, dtype=str)


def records(table: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, each with its cells as attributes."""
    return iter(table.itertuples(index=False))


def pairs(rows: pd.DataFrame, first: str, second: str, value: str) -> FloatArray:
    """The sum of a column for each ordered pair of members, (N, N); 0 where there is no row."""
    known = rows[rows[first].isin(INDEX) & rows[second].isin(INDEX)]
    matrix = np.zeros((len(CODES), len(CODES)))
    at = (known[first].map(INDEX).to_numpy(), known[second].map(INDEX).to_numpy())
    np.add.at(matrix, at, known[value].to_numpy(dtype=float))
    return matrix


def totals(rows: pd.DataFrame, column: str, value: str) -> FloatArray:
    """The sum of a column for each member, (N,), partners that are not members included; 0 where there is no row."""
    sums = rows.groupby(column)[value].sum()
    return sums.reindex(CODES).fillna(0.0).to_numpy(dtype=float)


def tie_rows(kind: str, year: int, matrix: FloatArray, known: Iterable[bool], partners: Sequence[str] = CODES) -> Table:
    """The rows of a kind of tie for a year: every pair above `SMALLEST`, and for each member that is known to have none
    one row without a partner (or with the only partner, at 0).

    Parameters
    ----------
    known : whether the year covers a member, (N,).
    partners : those that the source covers.
    """
    columns = [INDEX[code] for code in partners]
    only = partners[0] if len(partners) == 1 else ""
    rows: Table = []
    for i, is_known in enumerate(known):
        if not is_known:
            continue
        cells = [(j, matrix[i, j]) for j in columns if j != i and matrix[i, j] >= SMALLEST]
        head: dict[str, Any] = {"kind": kind, "iso3": CODES[i], "year": year}
        rows += [{**head, "partner": CODES[j], "value": _short(value)} for j, value in cells]
        if not cells and CODES[i] != only:
            rows.append({**head, "partner": only, "value": "0"})
    return rows


def _short(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".")


def others(*apart: str) -> tuple[str, ...]:
    """All members but some."""
    return tuple(code for code in CODES if code not in apart)
