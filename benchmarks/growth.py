"""How the cost grows with members, replicates and rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from benchmarks.engines import case_of
from benchmarks.timing import medians
from sim.case import Case
from sim.case.ballot import Ballot
from sim.ensemble import simulate
from sim.rules.influence import GRID, Blocks, SparsePeers
from sim.runner.run import run_case

PEERS_EACH = 20


def repeated(case: Case, size: int) -> Case:
    """A case of `size` members: those of a case over and over, each with 20 peers at random in a sparse matrix.

    No array of `size` squared is ever made. World and scenario are those of the case but for the codes.
    """
    rng = np.random.default_rng(0)
    weight = np.floor(GRID / PEERS_EACH) / GRID
    columns = rng.integers(0, size, (size, PEERS_EACH))
    rows = np.arange(0, size * PEERS_EACH + 1, PEERS_EACH)
    listed = csr_array((np.full(columns.size, weight), columns.ravel(), rows), shape=(size, size))
    listed.sum_duplicates()
    peers = SparsePeers(Blocks(np.zeros(size, dtype=np.int64)), np.zeros(size), listed)
    codes = tuple(f"M{i:05d}" for i in range(size))
    world = replace(case.world, iso3=codes, names=codes)
    known, ballots = replace(case.known, donors={}), tuple(_resized(ballot, size) for ballot in case.ballots)
    return replace(case, world=world, known=known, peers=peers, ballots=ballots)


def _resized(ballot: Ballot, size: int) -> Ballot:
    arrays = {name: np.resize(value, size) for name, value in vars(ballot).items() if isinstance(value, np.ndarray)}
    mean, root = np.resize(ballot.known.mean, (size, 3)), np.resize(ballot.known.root, (size, 3, 3))
    return replace(ballot, **arrays, known=replace(ballot.known, mean=mean, root=root))


def by_members(
    sizes: Sequence[int] = (193, 2000, 20000), replicates: int = 100, repetitions: int = 3
) -> dict[int, float]:
    """Microseconds a run, by members with sparse ties."""
    cases = {size: repeated(case_of(), size) for size in sizes}
    works = {str(size): lambda case=case: simulate(case, 0, replicates) for size, case in cases.items()}
    return {int(size): 1e6 * time / replicates for size, time in medians(works, repetitions).items()}


def by_replicates(counts: Sequence[int] = (100, 1000, 10_000, 100_000), repetitions: int = 3) -> dict[int, float]:
    """Microseconds a run, counted as ``sim run`` does, by replicates."""
    works = {str(count): lambda count=count: run_case(case_of(), count) for count in counts}
    return {int(count): 1e6 * time / int(count) for count, time in medians(works, repetitions).items()}


def by_rounds(
    rounds: Sequence[int] = (0, 1, 2, 4, 8, 16, 32), replicates: int = 1000, repetitions: int = 7
) -> dict[int, float]:
    """Microseconds a run, by rounds of revision."""
    cases = {number: case_of(number) for number in rounds}
    works = {str(number): lambda case=case: simulate(case, 0, replicates) for number, case in cases.items()}
    return {int(number): 1e6 * time / replicates for number, time in medians(works, repetitions).items()}


def by_block(sizes: Sequence[int] = (250, 500, 1000, 2000, 4000, 8000), repetitions: int = 7) -> dict[int, float]:
    """Microseconds a run, by replicates simulated at once."""
    case, most = case_of(), max(sizes)
    works = {
        str(size): lambda size=size: [simulate(case, first, size) for first in range(0, most, size)] for size in sizes
    }
    return {int(size): 1e6 * time / most for size, time in medians(works, repetitions).items()}
