"""Turning the tables of a finished sweep back into parts, so that more replicates can be added to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.rules.choice import ACTIONS
from sim.runner.parts import Parts
from sim.runner.tables import MEMBERS, TALLIES, VOTES
from sim.runner.units import UNIT, Unit, UnitResult


def unpack(folder: Path, parts: Parts, points: Sequence[int]) -> None:
    """Write the points of a finished sweep as parts; failed points come without rows and are left out."""
    for point in points:
        tallies = _rows(folder / TALLIES, point)
        if not tallies.num_rows:
            continue
        resolutions = list(dict.fromkeys(tallies["resolution"].to_pylist()))
        votes = [tallies.filter(pc.equal(tallies["resolution"], resolution)) for resolution in resolutions]
        counts = np.stack([np.stack([vote[a].to_numpy() for a in ACTIONS], axis=1) for vote in votes])
        settled = np.stack([vote["is_settled"].to_numpy(zero_copy_only=False) for vote in votes])
        members = _member_counts(folder, point, resolutions)
        actions = _actions(folder, point, resolutions)
        replicates = counts.shape[1]
        results = []
        for first in range(0, replicates, UNIT):
            end = min(first + UNIT, replicates)
            results.append(
                UnitResult(
                    Unit(point, first, end - first),
                    counts[:, first:end],
                    settled[:, first:end],
                    members if first == 0 else np.zeros_like(members),  # they are sums: the first unit carries them
                    None if actions is None else actions[:, first:end],
                )
            )
        parts.add(results)


def _rows(path: Path, point: int) -> pq.ParquetFile:
    return pq.read_table(path, filters=[("point", "=", point)])


def _member_counts(folder: Path, point: int, resolutions: Sequence[str]) -> np.ndarray:
    if not (folder / MEMBERS).is_file():
        return np.zeros((len(resolutions), 0, len(ACTIONS)), dtype=np.int32)
    rows = _rows(folder / MEMBERS, point)
    found = np.stack([rows[action].to_numpy() for action in ACTIONS], axis=1)
    return found.reshape(len(resolutions), -1, len(ACTIONS)).astype(np.int32)


def _actions(folder: Path, point: int, resolutions: Sequence[str]) -> np.ndarray | None:
    if not (folder / VOTES).is_file():
        return None
    rows = _rows(folder / VOTES, point)["actions"].to_pylist()
    found = np.stack([np.frombuffer(row, dtype=np.int8) for row in rows])
    return found.reshape(len(resolutions), -1, found.shape[1])
