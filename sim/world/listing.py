"""Reading ``ties.csv`` of a world without dates: a row for each ordered pair, and a column for each kind of tie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.errors import suggest_nearest
from sim.world.columns import are_different, read_plain_columns
from sim.world.tables import Folder, Row, shares
from sim.world.ties import SPARSE_FROM, read_ties_of_members
from sim.world.world import TIE_KINDS

if TYPE_CHECKING:
    from sim.world.ties import Ties

STEM, PAIR = "ties", ("iso3", "partner")
SYMMETRIC = ("border", "pact", "agreement")
UNKNOWN = {"agreement": np.nan}
"""Kinds of tie that are not 0 but unknown for a pair that the file does not list."""


class ListedTies(NamedTuple):
    """Pairs of members (K,), and the values (K,) of each kind of tie that has a column."""

    first: IntArray
    second: IntArray
    values: Mapping[str, FloatArray]


def read_ties(folder: Folder, index: Mapping[str, int]) -> dict[str, Ties]:
    """The ties of each kind; every problem is noted."""
    found = _by_column(folder, index) or _by_row(folder, index)
    size = len(index)
    ties = {}
    for kind in TIE_KINDS:
        unlisted = UNKNOWN.get(kind, 0.0)
        if kind in SYMMETRIC and kind in found.values:
            _check_both_ways(folder, kind, list(index), found, unlisted)
        first, second = (found.first, found.second) if kind in found.values else (found.first[:0], found.second[:0])
        values = found.values.get(kind, np.zeros(0))
        ties[kind] = read_ties_of_members(size, first, second, values, unlisted, is_sparse=size >= SPARSE_FROM)
    return ties


def _by_column(folder: Folder, index: Mapping[str, int]) -> ListedTies | None:
    """The listing of a file without a single mistake; None where `_by_row` has to say what is wrong."""
    columns = read_plain_columns(folder, STEM, (*PAIR, *TIE_KINDS))
    if columns is None or not set(PAIR) <= set(columns):
        return None
    first, second = (columns[name].places(index) for name in PAIR)
    values = {kind: column.numbers() for kind, column in columns.items() if kind in TIE_KINDS}
    is_sound = (
        (first >= 0).all()
        and (second >= 0).all()
        and (first != second).all()
        and are_different(first * len(index) + second)
        and all(((array >= 0) & (array <= 1)).all() for array in values.values())
    )
    return ListedTies(first, second, values) if is_sound else None


def _by_row(folder: Folder, index: Mapping[str, int]) -> ListedTies:
    """The listing row by row, slowly, with every problem noted."""
    table = folder.table(STEM, PAIR, optional=TIE_KINDS)
    for column in table.columns:
        if column not in (*TIE_KINDS, *PAIR):
            folder.problem(table.file, column, "unknown kind of tie.", suggest_nearest(column, TIE_KINDS))
    table.check_unique(*PAIR)
    rows: list[Row] = []
    for row in table.rows:
        ends = [row.has_member(column, index) for column in PAIR]
        if row["iso3"] == row["partner"]:
            row.problem("", f"{row['iso3']} has a tie with itself.")
        elif all(ends):
            rows.append(row)
    first, second = (np.array([index[row[column]] for row in rows], dtype=np.int64) for column in PAIR)
    values: dict[str, FloatArray] = {}
    for kind in (kind for kind in TIE_KINDS if kind in table.columns):
        known = len(folder.problems)
        own = shares(rows, kind)
        if len(folder.problems) == known:  # what is no number is not compared with the way back, too
            values[kind] = own
    return ListedTies(first, second, values)


def _check_both_ways(folder: Folder, kind: str, codes: Sequence[str], found: ListedTies, unlisted: float) -> None:
    """Note every pair whose two rows differ; a row that is missing counts as the tie of an unlisted pair."""
    size, values = len(codes), found.values[kind]
    key, back = found.first * size + found.second, found.second * size + found.first
    order = np.argsort(key)
    place = order[np.minimum(np.searchsorted(key, back, sorter=order), len(key) - 1)] if len(key) else order
    other = np.where(key[place] == back, values[place], unlisted)
    differs = (values != other) & ((found.first < found.second) | (key[place] != back))
    for i, j in sorted(zip(found.first[differs].tolist(), found.second[differs].tolist(), strict=True)):
        message = f"{codes[i]} with {codes[j]} differs from {codes[j]} with {codes[i]}."
        folder.problem(f"{STEM}.csv", kind, message)
