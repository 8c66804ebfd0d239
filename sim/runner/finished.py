"""Reading the tables of a finished sweep by place, a bounded number of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.arrays import ActionArray, BoolArray
from sim.rules.choice import ACTIONS
from sim.runner.tables import MEMBERS, POINTS, ROWS_PER_GROUP, TALLIES, VOTES


@dataclass(frozen=True)
class Block:
    """Where one vote of one point lies.

    Parameters
    ----------
    start : its first row in the tables of replicates.
    members : its rows in the table of members; empty where none was written.
    """

    point: int
    resolution: str
    replicates: int
    start: int
    members: range


class Finished:
    """The tables of a finished sweep.

    Parameters
    ----------
    folder : where they lie.

    Attributes
    ----------
    blocks : the votes of every point that did not fail, in the order of the tables.
    """

    def __init__(self, folder: Path) -> None:
        points = pq.read_table(folder / POINTS, columns=["point", "resolution", "replicates", "error"]).to_pylist()
        rows = [row for row in points if row["error"] is None]
        votes: dict[int, int] = {}
        for row in rows:
            votes[row["point"]] = votes.get(row["point"], 0) + 1
        kept = max(votes.values(), default=1) + 1  # readers of a point alternate between its votes
        self._tallies = _Rows(folder / TALLIES, kept)
        self._members = _Rows(folder / MEMBERS, kept) if (folder / MEMBERS).is_file() else None
        self._votes = _Rows(folder / VOTES, kept) if (folder / VOTES).is_file() else None
        sizes = self._rows_per_point()
        self.blocks: dict[int, list[Block]] = {}
        start = first = 0
        for row in rows:
            point, size = row["point"], sizes.get(row["point"], 0) // votes[row["point"]]
            block = Block(point, row["resolution"], row["replicates"], start, range(first, first + size))
            self.blocks.setdefault(point, []).append(block)
            start, first = start + block.replicates, first + size

    def _rows_per_point(self) -> dict[int, int]:
        if self._members is None:
            return {}
        points = self._members.file.read(columns=["point"])["point"].to_numpy()
        return dict(zip(*(found.tolist() for found in np.unique(points, return_counts=True)), strict=True))

    def tallies(self, block: Block, first: int = 0, count: int | None = None) -> NDArray[np.uint16]:
        """Members per action code, (R, 4), of `count` replicates from `first`; of all by default."""
        return _by_action(self._tallies.slice(block.start + first, block.replicates if count is None else count))

    def is_settled(self, block: Block, first: int, count: int) -> BoolArray:
        """Whether deliberation settled, (R,)."""
        return self._tallies.slice(block.start + first, count)["is_settled"].to_numpy()

    def counts(self, block: Block) -> NDArray[np.int32]:
        """Replicates per member and action code, (N, 4); without members where they were not kept."""
        if self._members is None:
            return np.zeros((0, len(ACTIONS)), dtype=np.int32)
        return _by_action(self._members.slice(block.members.start, len(block.members)))

    def actions(self, block: Block, first: int, count: int) -> ActionArray | None:
        """Action codes (R, N), or None where they were not kept."""
        if self._votes is None:
            return None
        rows = self._votes.slice(block.start + first, count)["actions"].to_pylist()
        return np.frombuffer(b"".join(rows), dtype=np.int8).reshape(count, -1)


class _Rows:
    """Rows of a Parquet file by their number; the groups read last stay in memory."""

    def __init__(self, path: Path, kept: int) -> None:
        self.file = pq.ParquetFile(path)
        self._group = lru_cache(maxsize=kept)(self.file.read_row_group)

    def slice(self, first: int, count: int) -> pa.Table:
        return pa.concat_tables(self._pieces(first, count)).combine_chunks()

    def _pieces(self, first: int, count: int) -> Iterator[pa.Table]:
        while True:
            within = first % ROWS_PER_GROUP
            taken = min(count, ROWS_PER_GROUP - within)
            yield self._group(first // ROWS_PER_GROUP).slice(within, taken)
            first, count = first + taken, count - taken
            if not count:
                return


def _by_action(rows: pa.Table) -> NDArray[Any]:
    return np.stack([rows[action].to_numpy() for action in ACTIONS], axis=1)
