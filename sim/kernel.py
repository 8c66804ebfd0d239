"""The compiled kernel: the votes of `sim.deliberation`, several times as fast.

They are the same votes. Random words and sums over peers are whole numbers: equal, not close. Levels of noise and
switching points are rounded differently here, and where one is within `MARGIN` of a place at which another action
begins, it goes back to the rules in NumPy. A normal number is off by 2 x 10^-13 and a level by 10^-12 of itself, so the
level of K mixed numbers is off by at most (8 sqrt(K) + 10) x 10^-13 of itself or of its distance from 1. That is a
tenth of `MARGIN` for the 40 numbers of twelve votes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import config, extending, njit, types
from numpy.typing import NDArray

from sim.arrays import ActionArray, BoolArray, FloatArray, IntArray
from sim.case.ballot import NOT_FIXED
from sim.randomness import TO_UNIT
from sim.rules.choice import SUPPORT
from sim.rules.influence import GRID

Words: TypeAlias = NDArray[np.uint64]
Wholes: TypeAlias = NDArray[np.int32]

MARGIN = 2.0**-34
"""Most by which compiled and plain numbers differ, as a share of a level or of a cumulated probability."""
LIMIT = 3.75
"""Levels of noise farther out than this many standard deviations go back to the plain rules."""
UNKNOWN = np.iinfo(np.int32).min
"""In place of a switching point: the plain rules have to find it."""
BEYOND = np.int32(2 * GRID)
TILE = 128
"""Replicates whose levels fit into the processor's cache."""

# Of Philox 4x64.
FIRST, SECOND = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
FIRST_STEP, SECOND_STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
ONE, LOW_BITS, HALF = np.uint64(1), np.uint64(11), np.int64(2**52)

# Of the tables: the parts of an octave are numbered by the first bits of a double after its exponent.
DEGREE, OCTAVES, PER_OCTAVE, PER_DEVIATION = 3, 30, 256, 512
SHIFT, WITHIN, TO_PART = np.int64(44), np.int64(2**44 - 1), 2.0**-44
FIRST_PART = np.int64((1023 + 52 - OCTAVES) * PER_OCTAVE)

if config.DISABLE_JIT:
    raise ImportError("Numba's compiler is switched off")
intrinsic: Any = extending.intrinsic
compiled: Any = njit(cache=True, error_model="numpy", fastmath={"contract"})
inlined: Any = njit(error_model="numpy", fastmath={"contract"}, inline="always")


@cache
def make_tables() -> tuple[FloatArray, FloatArray]:
    """Make tables of polynomials for the normal distribution: its inverse in the lower half, by octaves, and itself."""
    from scipy.special import ndtr, ndtri

    octaves = 2.0 ** np.arange(-OCTAVES - 1, -1)[:, None]
    inverse = (octaves * (1.0 + np.arange(PER_OCTAVE) / PER_OCTAVE)).ravel()
    width = np.repeat(octaves.ravel() / PER_OCTAVE, PER_OCTAVE)
    deviations = np.arange(-LIMIT, LIMIT, 1.0 / PER_DEVIATION)
    return -_fit(ndtri, inverse, width), _fit(ndtr, deviations, np.full(len(deviations), 1.0 / PER_DEVIATION))


def _fit(function: Any, starts: FloatArray, widths: FloatArray) -> FloatArray:
    """Polynomials (parts, DEGREE + 1) in the distance from the middle of each part, from -0.5 to 0.5."""
    nodes = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1)) / 2.0
    values = function(starts[:, None] + widths[:, None] * (nodes + 0.5))
    return np.ascontiguousarray(np.linalg.solve(np.vander(nodes, increasing=True), values.T).T)


@intrinsic
def multiply_high(context: Any, first: Any, second: Any) -> Any:
    """The upper 64 bits of a product."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


@inlined
def draw_block(block: int, key: Words) -> Any:
    """Four words of Philox 4x64-10, as `sim.randomness` draws them for replicates 4 `block` to 4 `block` + 3."""
    a, b, c, d = np.uint64(block) + ONE, np.uint64(0), np.uint64(0), np.uint64(0)
    first, second = key[0], key[1]
    for _ in range(10):
        high, low = multiply_high(FIRST, a), FIRST * a
        other, last = multiply_high(SECOND, c), SECOND * c
        a, b, c, d = other ^ b ^ first, last, high ^ d ^ second, low
        first, second = first + FIRST_STEP, second + SECOND_STEP
    return a, b, c, d


@inlined
def draw_unit(replicate: int, key: Words) -> float:
    """The uniform number of one replicate."""
    return (draw_block(replicate // 4, key)[replicate % 4] >> LOW_BITS) * TO_UNIT


@compiled
def draw_units(replicates: IntArray, keys: Words) -> FloatArray:
    """The uniform numbers of replicates (n,) at keys (n, 2)."""
    found = np.empty(len(keys))
    for at in range(len(keys)):
        found[at] = draw_unit(replicates[at], keys[at])
    return found


@inlined
def evaluate(table: FloatArray, part: int, at: float) -> float:
    """The polynomial of a part of a table."""
    return table[part, 0] + at * (table[part, 1] + at * (table[part, 2] + at * table[part, 3]))


@inlined
def find_normal(word: int, inverse: FloatArray) -> float:
    """The standard normal number of a word; infinite where it is beyond the table."""
    above = np.int64(word >> LOW_BITS) - HALF
    bits = np.float64(HALF - abs(above)).view(np.int64)
    part = (bits >> SHIFT) - FIRST_PART
    if part < 0:
        return np.inf
    if part == len(inverse):  # just in the middle
        return 0.0
    return np.copysign(evaluate(inverse, part, (bits & WITHIN) * TO_PART - 0.5), above)


@compiled
def find_levels(noise: Any, begin: int, levels: FloatArray) -> None:
    """Put the levels of the noise of replicates from `begin` on into an array (N, R); NaN beyond `LIMIT`.

    Parameters
    ----------
    noise : keys of the K numbers that are mixed, (K, N, 2); how much each counts in a row, (K, D, N), or in all,
        (K, 1, N); the row of each replicate, (R,); the number of the first; the tables.
    """
    keys, sizes, rows, first, (inverse, cumulative) = noise
    first = first + begin
    members, count = levels.shape
    skipped = first % 4
    words, noise = np.empty(count + 8, dtype=np.uint64), np.empty(count)
    for i in range(members):
        noise[:] = 0.0
        for occasion in range(len(keys)):
            for block in range((skipped + count + 3) // 4):
                a, b, c, d = draw_block(first // 4 + block, keys[occasion, i])
                words[4 * block], words[4 * block + 1] = a, b
                words[4 * block + 2], words[4 * block + 3] = c, d
            for at in range(count):
                row = rows[begin + at] if sizes.shape[1] > 1 else 0
                noise[at] += sizes[occasion, row, i] * find_normal(words[skipped + at], inverse)
        for at in range(count):
            place = (noise[at] + LIMIT) * PER_DEVIATION
            if 0.0 <= place < len(cumulative):
                part = int(place)
                levels[i, at] = evaluate(cumulative, part, place - part - 0.5)
            else:
                levels[i, at] = np.nan


@inlined
def encode_range(level: float, oppose: float, absent: float, abstain: float, support: float) -> int:
    """The action at a level of noise, given the odds of the actions."""
    below_abstain = oppose + absent
    below_support = below_abstain + abstain
    level = level * (below_support + support)
    return int(level >= oppose) + int(level >= below_abstain) + int(level >= below_support)


@inlined
def find_point(
    action: int, level: float, oppose: float, absent: float, abstain: float, support: float, scale: float
) -> int:
    """The switching point past an action, as `sim.rules.switching` derives it, or `UNKNOWN`: too near, or no level."""
    rest, neutral = 1.0 - level, absent + abstain
    below = rest * (0.0 if action == 0 else absent if action == 1 else neutral)
    above = level * (neutral if action == 0 else abstain if action == 1 else 0.0)
    square, linear, constant = level * support, above - below, rest * oppose
    spread = np.sqrt(linear * linear + 4.0 * square * constant)
    root = 2.0 * constant / (linear + spread) if linear >= 0.0 else (spread - linear) / (2.0 * square)
    point = np.log(root) * scale
    width = MARGIN * (1.0 + (below + above) / spread) / (2.0 * rest) * scale
    if not abs(point) < BEYOND:
        return UNKNOWN
    return int(np.ceil(point)) if abs(point - np.rint(point)) > width else UNKNOWN


@compiled
def find_cells(
    noise: Any,
    kept: FloatArray,
    odds: FloatArray,
    influence: FloatArray,
    fixed: ActionArray,
    start: int,
    actions: ActionArray,
) -> Any:
    """Find the cells (replicate, member) whose action depends on their peers, and their switching points.

    Parameters
    ----------
    noise : as for `find_levels`.
    kept : the levels of the noise, (N, R), where they are known, else (0, 0).
    odds : of the actions in a row, before members look at their peers, (D, N, 4).
    influence : weight of the peers in a row, (D,).
    fixed : action codes of the fixed votes, `NOT_FIXED` elsewhere, (N,).
    start : the first announcement of all, or -1 where each announces its choice at neutral peers.
    actions : gets the actions of the other cells, (R, N).

    Returns
    -------
    Where the cells of each replicate begin and end, (R + 1,), their members, and their switching points (cells, 3).
    """
    rows = noise[2]
    count, members = actions.shape
    ends = np.zeros(count + 1, dtype=np.int64)
    member = np.empty(count * members, dtype=np.int32)
    points = np.empty((count * members, SUPPORT), dtype=np.int32)
    cell = 0
    for begin in range(0, count, TILE):
        levels = np.empty((members, min(TILE, count - begin)))
        if len(kept):
            levels[:] = kept[:, begin : begin + levels.shape[1]]
        else:
            find_levels(noise, begin, levels)
        for at in range(begin, begin + levels.shape[1]):
            row = rows[at]
            up, scale = np.exp(influence[row]), GRID / influence[row]
            for i in range(members):
                if fixed[i] != NOT_FIXED:
                    actions[at, i] = fixed[i]
                    continue
                level = levels[i, at - begin]
                oppose, absent, abstain, support = odds[row, i]
                lowest, highest = 0, SUPPORT
                if level == level:
                    lowest = encode_range(level * (1.0 - MARGIN), oppose * up, absent, abstain, support / up)
                    highest = encode_range(level * (1.0 + MARGIN), oppose / up, absent, abstain, support * up)
                actions[at, i] = lowest
                if lowest == highest and (start < 0 or lowest == start):
                    continue
                member[cell] = i
                for action in range(SUPPORT):
                    if lowest <= action < highest:
                        points[cell, action] = find_point(action, level, oppose, absent, abstain, support, scale)
                    else:
                        points[cell, action] = -BEYOND if lowest > action else BEYOND
                cell += 1
            ends[at + 1] = cell
    return ends, member[:cell], points[:cell]


@inlined
def act_by_points(points: Wholes, peers: int) -> int:
    """The action at a sum over the peers."""
    return int(peers >= points[0]) + int(peers >= points[1]) + int(peers >= points[2])


@compiled
def deliberate(
    found: Any, noise: Any, weights: Wholes, inertia: FloatArray, keys: Words, start: int, actions: ActionArray
) -> BoolArray:
    """Simulate the rounds of deliberation: whether each replicate has settled; `actions` gets the votes.

    Parameters
    ----------
    found : the cells, as `find_cells` gives them.
    noise, start : as for `find_cells`.
    weights : of each member with all others, in units of the grid, (N, N): the transpose of the matrix of the model.
    inertia : in a row, (D,).
    keys : of the draws that hold members back in each round, (rounds, N, 2).
    """
    ends, member, points = found
    rows, first = noise[2], noise[3]
    stance = np.array([-1, 0, 0, 1, 0, 0], dtype=np.int32)
    is_settled = np.empty(len(actions), dtype=np.bool_)
    # A replicate begins with the sums of the one before, from which fewer members differ than from silence.
    sums, heard = np.zeros(len(weights), dtype=np.int32), np.zeros(len(weights), dtype=np.int32)
    everyone, changed = np.arange(len(weights)), np.empty(len(weights), dtype=np.int64)
    for at in range(len(actions)):
        now, cells = actions[at], range(ends[at], ends[at + 1])
        for cell in cells:
            now[member[cell]] = act_by_points(points[cell], 0) if start < 0 else start
        changed[:], changes = everyone, len(weights)
        for turn in range(len(keys) + 1):
            for i in changed[:changes]:
                change = np.int32(stance[now[i]] - heard[i])
                if change != 0:
                    heard[i] = stance[now[i]]
                    for other in range(len(sums)):
                        sums[other] += change * weights[i, other]
            is_settled[at], changes = True, 0
            for cell in cells:
                i = member[cell]
                action = act_by_points(points[cell], sums[i])
                if action == now[i]:
                    continue
                is_settled[at] = False
                if turn < len(keys) and draw_unit(first + at, keys[turn, i]) >= inertia[rows[at]]:
                    now[i], changed[changes], changes = action, i, changes + 1
            if is_settled[at]:
                break
    return is_settled
