"""Turning the tables of a finished sweep back into parts, so that more replicates can be added to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.runner.finished import Block, Finished
from sim.runner.parts import Parts
from sim.runner.units import Unit, UnitResult, bundles_of, units_of


def unpack(folder: Path, parts: Parts) -> None:
    """Write a finished sweep as parts, bundle by bundle; failed points have no rows and are left out."""
    finished = Finished(folder)
    for bundle in bundles_of(_units(finished)):
        parts.add([_result(finished, finished.blocks[unit.point], unit) for unit in bundle])


def _units(finished: Finished) -> Iterator[Unit]:
    for point, blocks in finished.blocks.items():
        yield from units_of(point, 0, blocks[0].replicates)


def _result(finished: Finished, blocks: list[Block], unit: Unit) -> UnitResult:
    counts = np.stack([finished.counts(block) for block in blocks])
    actions = [finished.actions(block, unit.first, unit.count) for block in blocks]
    kept = [codes for codes in actions if codes is not None]
    return UnitResult(
        unit,
        np.stack([finished.tallies(block, unit.first, unit.count) for block in blocks]),
        np.stack([finished.is_settled(block, unit.first, unit.count) for block in blocks]),
        counts if unit.first == 0 else np.zeros_like(counts),  # they are sums: the first unit carries them
        np.stack(kept) if kept else None,
    )
