"""The compiled kernel gives the votes of the rules in NumPy, and is loaded only where that pays."""

from __future__ import annotations

import signal
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import cases, examples

from sim.case import Case, draw_inputs, prepare
from sim.deliberation import Deliberation, Outcome, draw_noise, draw_normals
from sim.ensemble import simulate
from sim.randomness import Draws, make_stream_keys
from sim.rules.positions import NOISE
from sim.specs import read_scenario

kernel = pytest.importorskip("sim.kernel", reason="Numba is not installed")

CHANGED = (
    [],
    ["parameter_uncertainty=true"],
    ["parameters.peer_influence=5", "parameters.first_announcement=-1"],
    ["parameters.peer_influence=0"],
    ["parameters.first_announcement=1", "parameters.inertia=0"],
    ["parameters.rounds=0"],
    ["parameters.rounds=1", "parameters.inertia=0.9"],
)


def assert_same_with_and_without(case: Case, first: int, count: int) -> None:
    plain, compiled = (simulate(case, first, count, is_compiled=choice) for choice in (False, True))
    for one, other in zip(plain, compiled, strict=True):
        assert one.resolution == other.resolution
        assert one.actions.dtype == other.actions.dtype
        assert (one.actions == other.actions).all()
        assert (one.is_settled == other.is_settled).all()


@examples(max_examples=150)
@given(cases(2, 12), st.integers(0, 10**9), st.integers(1, 40))
def test_small_worlds(case: Case, first: int, count: int) -> None:
    assert_same_with_and_without(case, first, count)


@pytest.mark.parametrize("changes", CHANGED, ids=" ".join)
def test_the_assembly(changes: list[str]) -> None:
    assert_same_with_and_without(prepare(read_scenario("es-11-1", changes)), 1003, 400)


@pytest.mark.parametrize("name", ["es-10-19", "harbour-blockade", "next-vote-on-ukraine", "2022-2023"])
def test_shipped_scenarios(name: str) -> None:
    case = prepare(read_scenario(name))
    assert_same_with_and_without(case, 0, 1000 if case.plan is None else 60)


def test_compiled_votes_do_without_the_deliberation_in_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    case = prepare(read_scenario("es-11-1"))
    (expected,) = simulate(case, 0, 500)
    monkeypatch.delattr(Deliberation, "vote")
    (found,) = simulate(case, 0, 500, is_compiled=True)
    assert (found.actions == expected.actions).all()


def test_only_what_is_too_close_to_call_goes_back_to_the_choice_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    case = prepare(read_scenario("es-11-1"), reads_votes=False)
    replicates: list[int] = []
    plain = Deliberation.vote

    def vote(self: Deliberation, *, keeps_rounds: bool) -> Outcome:
        replicates.append(len(self.block.rows))
        return plain(self, keeps_rounds=keeps_rounds)

    monkeypatch.setattr(Deliberation, "vote", vote)
    (found,) = simulate(case, 5000, 1000, is_compiled=True)
    assert replicates == [1], "one of these thousand runs is too close"
    (expected,) = simulate(case, 5000, 1000, is_compiled=False)
    assert (found.actions == expected.actions).all()
    assert (found.is_settled == expected.is_settled).all()


@given(st.integers(0, 2**63 - 1), st.lists(st.integers(0, 2**60), min_size=1, max_size=9))
def test_uniform_numbers_are_those_of_the_plain_rules(seed: int, replicates: list[int]) -> None:
    key = make_stream_keys(seed, "vote", "A/1", ("AAA",))
    expected = [float(Draws(seed).uniforms("vote", "A/1", "AAA", replicate)[0]) for replicate in replicates]
    found = kernel.draw_units(np.array(replicates), np.repeat(key, len(replicates), axis=0))
    assert found.tolist() == expected


@pytest.mark.parametrize("first", [0, 7])
def test_levels_of_noise_are_well_within_the_margin(first: int) -> None:
    """Twenty times closer than what goes back to the plain rules, from either end."""
    case, count = prepare(read_scenario("es-11-1")), 1500
    (ballot,) = draw_inputs(case, np.arange(count)[:, None]).ballots
    expected = draw_noise(case, ballot, draw_normals(case, first, count), first, count)
    parts, scale = ballot.known.weigh_noise(*ballot.divisiveness)
    sizes = np.array([*parts.values(), np.full(case.world.size, NOISE)]) / scale
    occasions = [*(("position", name) for name in parts), ("vote", ballot.resolution)]
    keys = np.array([make_stream_keys(case.spec.seed, *occasion, case.world.iso3) for occasion in occasions])
    found = np.empty((case.world.size, count))
    noise = keys, sizes[:, None], np.zeros(count, dtype=np.int64), first, kernel.make_tables()
    kernel.find_levels(noise, 0, found)
    is_known = ~np.isnan(found.T)
    assert 0.999 < is_known.mean() < 1, "some are far out, and nearly none"
    error = np.abs(found.T - expected)[is_known] / np.minimum(expected, 1 - expected)[is_known]
    assert error.max() < kernel.MARGIN / 20


RUN = """
import sys
{before}
import sim.compiled
from sim.case import prepare
from sim.ensemble import simulate
from sim.specs import read_scenario
sim.compiled.PAYS_FROM = {pays_from}
case = prepare(read_scenario("harbour-blockade"))
print(*(simulate(case, first, 100)[0].actions.sum() for first in (0, 100)), "numba.core" in sys.modules)
"""


@pytest.mark.parametrize(
    ("before", "pays_from", "is_loaded"),
    [
        ("", "sim.compiled.PAYS_FROM", False),
        ("", "1000", True),
        ("sys.modules['numba'] = None", "0", False),
        ("import os; os.environ['NUMBA_DISABLE_JIT'] = '1'", "0", True),
    ],
    ids=["a small run", "a large run", "not installed", "switched off"],
)
def test_numba_is_loaded_where_it_pays(before: str, pays_from: str, is_loaded: bool) -> None:
    code = RUN.format(before=before, pays_from=pays_from)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    case = prepare(read_scenario("harbour-blockade"))
    expected = [int(simulate(case, first, 100, is_compiled=False)[0].actions.sum()) for first in (0, 100)]
    assert found.stdout.split() == [*map(str, expected), str(is_loaded)]


def test_an_interrupt_during_compiled_code_is_raised_as_one() -> None:
    """The alarm comes at another moment each time; most are inside the kernel, which ran before and is compiled."""
    case = prepare(read_scenario("es-11-1"))
    simulate(case, 0, 2000, is_compiled=True)

    def simulate_until_interrupted(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        for _ in range(1000):
            simulate(case, 0, 2000, is_compiled=True)

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for tenths in range(1, 101):
            with pytest.raises(KeyboardInterrupt):
                simulate_until_interrupted(tenths / 10_000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
