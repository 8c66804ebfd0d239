"""The work of a sweep: units of replicates of a design point, bundled in chunks, and what comes of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.arrays import ActionArray, BoolArray
from sim.case import prepare
from sim.ensemble import simulate
from sim.errors import InputError
from sim.rules.choice import ACTIONS
from sim.runner.counts import counts_of, tallies_of
from sim.specs import scenario_from

UNIT = 1000
"""Most replicates in a unit; units start at multiples of it, wherever a sweep is cut."""
CHUNK_RUNS = 5000
CHUNK_UNITS = 50
"""A chunk is what is lost at most when a sweep is killed: about a second of work."""


@dataclass(frozen=True)
class Unit:
    """Replicates ``first`` to ``first + count - 1`` of a design point."""

    point: int
    first: int
    count: int


@dataclass(frozen=True)
class Chunk:
    """Units to run together, with the resolved scenario document of every point among them."""

    units: tuple[Unit, ...]
    documents: Mapping[int, Mapping[str, object]]
    folder: Path
    keeps_actions: bool


@dataclass(frozen=True)
class UnitResult:
    """What came of a unit. Arrays have a leading axis of votes.

    Parameters
    ----------
    tallies : members per action code, (votes, R, 4).
    is_settled : (votes, R).
    counts : replicates per member and action code, (votes, N, 4).
    actions : action codes (votes, R, N), or None where they are not kept.
    error : what went wrong, in a line; empty if nothing did. Then the arrays are empty.
    trace : where it went wrong, for the developer.
    """

    unit: Unit
    tallies: NDArray[np.uint16]
    is_settled: BoolArray
    counts: NDArray[np.int32]
    actions: ActionArray | None = None
    error: str = ""
    trace: str = ""


def units_of(point: int, done: int, replicates: int) -> Iterator[Unit]:
    """What is left to run of a point of which the first `done` replicates are there."""
    while done < replicates:
        count = min(UNIT - done % UNIT, replicates - done)
        yield Unit(point, done, count)
        done += count


def chunks_of(
    units: Sequence[Unit], documents: Mapping[int, Mapping[str, object]], folder: Path, keeps_actions: bool
) -> Iterator[Chunk]:
    """The units in chunks of a bounded number of runs."""
    for bundle in bundles_of(units):
        yield Chunk(bundle, {unit.point: documents[unit.point] for unit in bundle}, folder, keeps_actions)


def bundles_of(units: Iterable[Unit]) -> Iterator[tuple[Unit, ...]]:
    """The units in their order, as many together as a chunk may hold."""
    bundle: list[Unit] = []
    runs = 0
    for unit in units:
        if bundle and (len(bundle) == CHUNK_UNITS or runs + unit.count > CHUNK_RUNS):
            yield tuple(bundle)
            bundle, runs = [], 0
        bundle.append(unit)
        runs += unit.count
    if bundle:
        yield tuple(bundle)


def run_chunk(chunk: Chunk) -> list[UnitResult]:
    """Run a chunk; a unit that fails is a result with its error, and the others go on.

    Raises
    ------
    MemoryError, OSError : the machine gave out, which says nothing about the units.
    """
    return [_run_unit(unit, chunk) for unit in chunk.units]


def _run_unit(unit: Unit, chunk: Chunk) -> UnitResult:
    try:
        case = prepare(scenario_from(chunk.documents[unit.point], f"point {unit.point}", chunk.folder))
        outcomes = simulate(case, unit.first, unit.count)
    except InputError as error:
        return failed(unit, "; ".join(str(problem) for problem in error.problems))
    except (MemoryError, OSError):
        raise
    except Exception as error:
        return failed(unit, f"{type(error).__name__}: {error}", traceback.format_exc())
    actions = np.stack([outcome.actions for outcome in outcomes])
    return UnitResult(
        unit,
        np.stack([tallies_of(outcome.actions) for outcome in outcomes]).astype(np.uint16),
        np.stack([outcome.is_settled for outcome in outcomes]),
        np.stack([counts_of(outcome.actions) for outcome in outcomes]).astype(np.int32),
        actions if chunk.keeps_actions else None,
    )


def failed(unit: Unit, error: str, trace: str = "") -> UnitResult:
    """The result of a unit that could not be run."""
    nothing = np.zeros((0, 0, len(ACTIONS)))
    return UnitResult(
        unit, nothing.astype(np.uint16), np.zeros((0, 0), dtype=bool), nothing.astype(np.int32), None, error, trace
    )
