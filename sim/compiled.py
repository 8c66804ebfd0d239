"""When votes go through the compiled kernel, and what the rules in NumPy do for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from types import ModuleType
from typing import Any

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.deliberation import Deliberation, Outcome, VoteBlock, draw_normals, name_revision
from sim.randomness import make_stream_keys, to_level, to_normal
from sim.rules.choice import exponentiate
from sim.rules.influence import GRID
from sim.rules.positions import NOISE
from sim.rules.switching import bound_rounding, find_boundaries, find_range, solve_switching_points

PAYS_FROM = 2_000_000
"""Actions that a process chooses in NumPy before it loads the kernel: they take about as long as loading it."""

_chosen = 0


def find_kernel(block: VoteBlock, is_compiled: bool | None) -> ModuleType | None:
    """Find the compiled kernel for a vote; None where it does not pay, is not installed, or the peers are sparse.

    Parameters
    ----------
    is_compiled : whether it is used; by default once this process has simulated so much that loading it pays.
    """
    global _chosen
    _chosen += len(block.rows) * block.case.world.size
    is_wanted = _chosen > PAYS_FROM if is_compiled is None else is_compiled
    return load_kernel() if is_wanted and isinstance(block.case.peers, np.ndarray) else None


@cache
def load_kernel() -> ModuleType | None:
    """Load the kernel; None without Numba, or where there is no folder to keep compiled code in."""
    try:
        from sim import kernel
    except (ImportError, RuntimeError):
        return None
    return kernel


@contextmanager
def pass_interrupts_on() -> Iterator[None]:
    """Raise an interrupt that comes during compiled code as such; Numba makes errors of its own of it."""
    try:
        yield
    except SystemError as error:
        cause: BaseException | None = error
        while isinstance(cause, SystemError):
            cause = cause.__cause__
        if isinstance(cause, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


@pass_interrupts_on()
def vote_compiled(kernel: ModuleType, block: VoteBlock) -> Outcome:
    """Simulate a vote in compiled code, but for replicates in which rounding could matter: the choice rule decides."""
    case, rows, first = block.case, block.rows, block.first
    seed, members, count = case.spec.seed, case.world.iso3, len(rows)
    start = -1 if block.first_announcement is None else block.first_announcement
    odds = np.stack(exponentiate(block.own), axis=-1)
    actions = np.empty((count, len(members)), dtype=np.int8)
    noise = (*_weigh_occasions(block), rows, first, kernel.make_tables())
    fixed = block.ballot.fixed.copy()  # not read-only, which would be a type to compile for
    levels = _keep_levels(kernel, block, noise)
    found = kernel.find_cells(noise, levels, odds, _per_row(block, "peer_influence"), fixed, start, actions)
    ends, member, points = found
    unknown = np.unique(np.flatnonzero(points == kernel.UNKNOWN) // points.shape[1])
    replicates = np.searchsorted(ends, unknown, side="right") - 1
    exact = _find_points(kernel, block, member[unknown].astype(np.int64), replicates)
    are_close: BoolArray = np.asarray(np.isnan(exact).any(axis=1))
    points[unknown] = np.where(are_close[:, None], 0.0, exact)
    occasions = [name_revision(block.ballot.resolution, number) for number in range(1, case.rounds + 1)]
    keys = np.empty((len(occasions), len(members), 2), dtype=np.uint64)
    for number, occasion in enumerate(occasions):
        keys[number] = make_stream_keys(seed, "revision", occasion, members)
    weights = np.ascontiguousarray(np.asarray(case.peers).T * GRID).astype(np.int32)
    is_settled = kernel.deliberate(found, noise, weights, _per_row(block, "inertia"), keys, start, actions)
    for number in np.unique(replicates[are_close]).tolist():
        normals = draw_normals(case, first + number, 1)
        outcome = Deliberation(block.of_replicate(number), normals).vote(keeps_rounds=False)
        actions[number], is_settled[number] = outcome.actions[0], np.all(outcome.is_settled)
    return Outcome(block.ballot.resolution, actions, is_settled)


def _keep_levels(kernel: ModuleType, block: VoteBlock, noise: tuple[Any, ...]) -> FloatArray:
    """The levels of the noise (N, R) that the case keeps for further runs; (0, 0) where it keeps none."""
    case, (keys, sizes, rows, first, _) = block.case, noise
    if case.kept is None:
        return np.empty((0, 0))

    def make() -> FloatArray:
        levels = np.empty((len(case.world.iso3), len(rows)))
        kernel.find_levels(noise, 0, levels)
        return levels

    drawn = keys.tobytes(), sizes.tobytes(), rows.tobytes() if sizes.shape[1] > 1 else b""
    return case.keep(("compiled levels", *(blake2b(part).digest() for part in drawn), first, len(rows)), make)


def _per_row(block: VoteBlock, name: str) -> FloatArray:
    """A parameter in each row, (D,)."""
    return np.ascontiguousarray(np.broadcast_to(np.ravel(block.parameters[name]), len(block.own.support)))


def _weigh_occasions(block: VoteBlock) -> tuple[np.ndarray, FloatArray]:
    """The keys (K, N, 2) of the numbers that the noise is mixed of, and how much each counts, (K, D or 1, N)."""
    seed, members = block.case.spec.seed, block.case.world.iso3
    parts, scale = block.ballot.known.weigh_noise(*block.ballot.divisiveness)
    sizes = {("position", name): size for name, size in parts.items() if np.any(size)}
    sizes["vote", block.ballot.resolution] = NOISE
    keys = np.array([make_stream_keys(seed, process, name, members) for process, name in sizes])
    shares = np.broadcast_arrays(np.empty((1, len(members))), *(size / scale for size in sizes.values()))
    return keys, np.array(shares[1:])


def _find_points(kernel: ModuleType, block: VoteBlock, member: IntArray, replicates: IntArray) -> FloatArray:
    """Switching points (n, 3) of some cells by the rules; NaN where the choice rule itself has to decide."""
    case, known = block.case, block.ballot.known.of_member(member)

    def normal(process: str, occasion: str) -> FloatArray:
        keys = make_stream_keys(case.spec.seed, process, occasion, case.world.iso3)
        return to_normal(kernel.draw_units(block.first + replicates, keys[member]))

    conflict, order = block.divisiveness_at(replicates)
    fresh = normal("vote", block.ballot.resolution)
    draw = to_level(known.mix_noise(conflict, order, lambda occasion: normal("position", occasion), fresh))
    own, influence = block.own_at(member, replicates), block.parameter_at("peer_influence", replicates)
    rounding = bound_rounding(own, influence)
    lowest, highest = find_range(find_boundaries(own, influence, rounding), draw)
    return np.stack(solve_switching_points(own, influence, draw, lowest, highest, rounding), axis=1)
