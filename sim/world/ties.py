"""Ties of one kind between all members: a matrix (N, N), dense in a small world and sparse in a large one."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Ties: TypeAlias = FloatArray | csr_array[np.float64]

SPARSE_FROM = 500
"""Members from which on ties are kept in a sparse matrix: a dense one of 20,000 takes 3 GB."""


def read_ties_of_members(
    size: int, first: IntArray, second: IntArray, values: FloatArray, unlisted: float = 0.0, *, is_sparse: bool
) -> Ties:
    """The ties of listed pairs, each listed once, frozen.

    Parameters
    ----------
    first, second, values : of each listed pair the members and the tie that the first has with the second.
    unlisted : the tie of all other pairs; a sparse matrix leaves them out.
    """
    if not is_sparse:
        dense = np.full((size, size), unlisted)
        dense[first, second] = values
        dense.setflags(write=False)
        return dense
    from scipy.sparse import csr_array  # slow to load

    kept = values != unlisted
    sparse = csr_array((values[kept], (first[kept], second[kept])), shape=(size, size))
    sparse.sort_indices()
    sparse.data.setflags(write=False)
    return sparse


def read_tie_columns(ties: Ties, members: IntArray) -> FloatArray:
    """The ties of all members with some, (N, number of these)."""
    columns = ties[:, members]
    return columns if isinstance(columns, np.ndarray) else columns.toarray()


def read_tie_row(ties: Ties, member: int) -> FloatArray:
    """The ties of one member with all, (N,)."""
    return ties[member] if isinstance(ties, np.ndarray) else ties[[member]].toarray()[0]


def find_largest_with(ties: Ties) -> FloatArray:
    """The largest tie that anybody has with each member, (N,); at least 0."""
    return ties.max(axis=0, initial=0.0) if isinstance(ties, np.ndarray) else ties.max(axis=0).toarray().reshape(-1)


def dense(ties: Ties) -> FloatArray:
    """The ties of all pairs, (N, N)."""
    return ties if isinstance(ties, np.ndarray) else ties.toarray()


def sum_rows(array: FloatArray) -> FloatArray:
    """Sums along rows, exact and so the same in whatever order the members are."""
    sums = array.sum(axis=1)
    for i in np.flatnonzero(np.count_nonzero(array, axis=1) > 1):
        sums[i] = fsum(array[i].tolist())
    return np.asarray(sums)
