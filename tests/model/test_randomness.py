"""The keyed draws: the generator is the published one, and a draw depends on its key and replicate alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.worlds import examples

from sim.randomness import Draws, make_stream_key

ONES = 2**64 - 1
# Philox 4x64-10: counter, key, result. From kat_vectors of Random123 1.14 (Salmon, Moraes, Dror & Shaw 2011).
KNOWN_ANSWERS = [
    (
        [0, 0, 0, 0],
        [0, 0],
        [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B],
    ),
    (
        [ONES] * 4,
        [ONES] * 2,
        [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0],
    ),
    (
        [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89],
        [0x452821E638D01377, 0xBE5466CF34E90C6C],
        [0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6],
    ),
]
names = st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]), max_size=8)


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox 4x64-10 written out from the paper, section 3.3."""
    (a, b, c, d), (k, m) = counter, key
    for _ in range(10):
        left, right = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        a, b, c, d = right >> 64 ^ b ^ k, right & ONES, left >> 64 ^ d ^ m, left & ONES
        k, m = k + 0x9E3779B97F4A7C15 & ONES, m + 0xBB67AE8584CAA73B & ONES
    return [a, b, c, d]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS, ids=["zeros", "ones", "pi"])
def test_known_answers(counter: list[int], key: list[int], result: list[int]) -> None:
    """NumPy counts up before it makes a block, so it stands at one less than the published counter."""
    assert philox(counter, key) == result
    before = (sum(word << 64 * i for i, word in enumerate(counter)) - 1) % 2**256
    generator = np.random.Philox(counter=before, key=sum(word << 64 * i for i, word in enumerate(key)))
    assert generator.random_raw(4).tolist() == result


@examples(max_examples=200)
@given(st.integers(0, 2**63 - 1), names, names, names, st.integers(0, 2**60), st.integers(1, 9))
def test_a_draw_is_the_word_of_its_replicate(
    seed: int, process: str, occasion: str, member: str, first: int, count: int
) -> None:
    """Replicate k has word k mod 4 of the published block at counter k // 4 + 1; its top 53 bits are the fraction."""
    key = make_stream_key(seed, process, occasion, member).tolist()
    words = [philox([k // 4 + 1, 0, 0, 0], key)[k % 4] for k in range(first, first + count)]
    drawn = Draws(seed).uniforms(process, occasion, member, first, count)
    assert drawn.tolist() == [(word >> 11) / 2**53 for word in words]


def test_nothing_is_left_over_from_an_earlier_use() -> None:
    used = Draws(7)
    for first, count in [(0, 1), (3, 6), (10**9, 2), (1, 3)]:
        once = Draws(7).uniforms("vote", "R", "BLU", first, count)
        assert used.uniforms("vote", "R", "BLU", first, count).tolist() == once.tolist()
        used.uniforms("vote", "R", "GRN", first, count)


@given(st.data())
def test_other_keys_other_streams(data: st.DataObject) -> None:
    """Any part of the key that differs gives another stream, and parts do not run into each other."""
    keys = st.tuples(st.integers(0, 2**63 - 1), names, names, names)
    one, other = data.draw(keys), data.draw(keys)
    same = make_stream_key(*one).tolist() == make_stream_key(*other).tolist()
    assert same == (one == other)
    if not same:
        assert not (Draws(one[0]).uniforms(*one[1:], 0, 4) == Draws(other[0]).uniforms(*other[1:], 0, 4)).any()


def test_streams_of_neighbours_look_independent_and_uniform() -> None:
    """Over 200 seeds and members: Kolmogorov-Smirnov p above 0.001, correlations below 4 / sqrt(n)."""
    grid = np.array([[Draws(seed).uniforms("vote", "R", f"M{i}", 0, 50) for i in range(20)] for seed in range(10)])
    assert ((grid >= 0) & (grid < 1)).all()
    assert stats.kstest(grid.ravel(), "uniform").pvalue > 0.001
    for axis in range(3):
        here, there = np.delete(grid, -1, axis).ravel(), np.delete(grid, 0, axis).ravel()
        assert abs(np.corrcoef(here, there)[0, 1]) < 4 / np.sqrt(here.size)
