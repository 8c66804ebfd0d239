"""Keyed random numbers: a draw is a pure function of seed, process, occasion, member and replicate.

Numbers are not used up in any order. So results do not depend on batch size, workers, interruptions, the order of
members or other processes, and any replicate can be simulated alone.

The generator is Philox 4x64-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), as
NumPy implements it. A stream is keyed by a BLAKE2b hash of the names; replicate k owns the k-th 64-bit word of it.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, Number

WORDS_PER_BLOCK = 4
"""A Philox 4x64 counter value gives four 64-bit words."""
TO_UNIT = 2.0**-53
KEYS_KEPT = 2**14
"""How many keys are cached, a few megabytes: every block of replicates needs the same keys."""

STREAMS_KEPT = 2**7
"""How many arrays of keys of all members are cached."""


@lru_cache(KEYS_KEPT)
def make_stream_key(seed: int, process: str, occasion: str, member: str) -> NDArray[np.uint64]:
    """The 128-bit Philox key of a stream, shape (2,).

    Parameters
    ----------
    process : what the number is for, such as ``"vote"``.
    occasion : a resolution, a resolution and round, or a year-month.
    member : ISO3 code.
    """
    name = "\x1f".join((str(seed), process, occasion, member))
    return np.frombuffer(blake2b(name.encode(), digest_size=16).digest(), dtype=np.dtype("<u8"))


@lru_cache(STREAMS_KEPT)
def make_stream_keys(seed: int, process: str, occasion: str, members: tuple[str, ...]) -> NDArray[np.uint64]:
    """The keys of the streams of many members, (N, 2)."""
    return np.stack([make_stream_key(seed, process, occasion, member) for member in members])


class Draws:
    """Uniform numbers by key. One bit generator is set to a key and a counter before each use.

    Parameters
    ----------
    seed : the scenario's seed, 0 <= seed < 2**63.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generator = np.random.Philox(key=0)
        self._state = self._generator.state
        self._state["buffer_pos"] = WORDS_PER_BLOCK  # nothing is left over from an earlier use
        self._state["state"]["counter"] = np.zeros(4, dtype=np.uint64)

    def uniforms(self, process: str, occasion: str, member: str, first: int = 0, count: int = 1) -> FloatArray:
        """Uniform numbers in [0, 1) of the replicates ``first`` to ``first + count - 1``, shape (count,).

        Each is a multiple of 2**-53.
        """
        return to_unit(self.words(process, occasion, member, first, count))

    def words(self, process: str, occasion: str, member: str, first: int, count: int) -> NDArray[np.uint64]:
        """The 64-bit words that the uniform numbers are made of."""
        block, skipped = divmod(first, WORDS_PER_BLOCK)
        inner = self._state["state"]
        inner["key"] = make_stream_key(self.seed, process, occasion, member)
        inner["counter"][0] = block
        self._generator.state = self._state
        return self._generator.random_raw(skipped + count)[skipped:]


def to_normal(uniforms: Number) -> FloatArray:
    """Standard normal numbers from uniform ones, by the inverse distribution; the same bits for one and for many."""
    from scipy.special import ndtri  # SciPy is slow to load

    return np.asarray(ndtri(np.maximum(uniforms, TO_UNIT / 2)))[()]


def to_level(normals: Number) -> FloatArray:
    """Uniform numbers in [0, 1) from standard normal ones: the inverse of `to_normal`."""
    from scipy.special import ndtr

    return np.asarray(np.minimum(ndtr(normals), 1.0 - TO_UNIT))[()]


def to_unit(words: NDArray[np.uint64]) -> FloatArray:
    """Uniform numbers in [0, 1) from 64-bit words, by their upper 53 bits."""
    return np.multiply(words >> np.uint64(11), TO_UNIT, dtype=np.float64)
