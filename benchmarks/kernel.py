"""The arithmetic that a straightforward implementation cannot do without, bare: what the ensemble is held against.

For N members, R replicates and T rounds there are L = T + 1 looks at the peers (the last tells whether the vote has
settled). Counted are

- L products (N, N) x (N, R) of peer weights and stances, in single precision;
- L times N x R exponentials in double precision, one per look (:math:`e^{J m}` is enough for all four actions);
- (1 + T) N x R uniform numbers in double precision from one Philox stream: one for the vote, one a round for inertia.

Not counted: streams of their own for members and occasions, comparisons, changes of stance, anything in Python.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Parts = dict[str, Callable[[], object]]


def kernel(members: int, replicates: int, rounds: int) -> Parts:
    """The parts of the kernel, each ready to be called."""
    rng = np.random.Generator(np.random.Philox(0))
    shape, looks = (members, replicates), rounds + 1
    weights = rng.random((members, members), dtype=np.float32)
    stances = rng.integers(-1, 2, shape).astype(np.float32)
    sums, pulls = np.empty(shape, dtype=np.float32), rng.normal(size=shape)
    odds, draws = np.empty(shape), np.empty(shape)
    return {
        "products": lambda: [np.matmul(weights, stances, out=sums) for _ in range(looks)],
        "exponentials": lambda: [np.exp(pulls, out=odds) for _ in range(looks)],
        "uniforms": lambda: [rng.random(out=draws) for _ in range(1 + rounds)],
    }


def all_of(parts: Parts) -> Callable[[], object]:
    """The whole kernel, one part after the other."""
    return lambda: [part() for part in parts.values()]


def philox_words(members: int, replicates: int) -> Callable[[], object]:
    """One bare 64-bit word per member and replicate, a stream read per member: the floor of any keyed draw."""
    generator = np.random.Philox(0)
    return lambda: [generator.random_raw(replicates) for _ in range(members)]


def precisions(weights: np.ndarray, stances: np.ndarray) -> tuple[Parts, bool]:
    """Peer sums in single and double precision, and whether they are the same numbers.

    Parameters
    ----------
    weights : whole numbers (N, N), peer weights in units of their grid.
    stances : (N, R).
    """
    single = weights.astype(np.float32), stances.astype(np.float32)
    double = weights.astype(np.float64), stances.astype(np.float64)
    parts: Parts = {"single": lambda: single[0] @ single[1], "double": lambda: double[0] @ double[1]}
    return parts, bool(np.array_equal(single[0] @ single[1], double[0] @ double[1]))
