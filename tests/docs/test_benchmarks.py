"""The pieces of the benchmark run on tiny sizes and give figures; how fast is not tested."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _beside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def assert_positive(figures: Mapping[object, float]) -> None:
    assert figures
    assert all(isfinite(figure) and figure > 0 for figure in figures.values()), figures


def test_engines_and_kernel() -> None:
    from benchmarks.engines import engines, months, precision

    assert_positive(engines(replicates=10, blocks=1, agents=1, repetitions=1))
    assert_positive(months(replicates=10, repetitions=1))
    found = precision(replicates=10, repetitions=1)
    assert_positive(found)
    assert found["is_same"] == 1


def test_workers_are_counted_after_their_start_up() -> None:
    from benchmarks.engines import cores

    assert_positive(cores(tasks=2, replicates=10, blocks=1, repetitions=1))


def test_the_time_of_workers_is_that_of_a_kept_run() -> None:
    from benchmarks.engines import processor_times

    assert processor_times(few=10, many=2_000)["workers_us"] > 0


def test_growth() -> None:
    from benchmarks import growth

    assert_positive(growth.by_members((5, 60), replicates=3, repetitions=1))
    assert_positive(growth.by_replicates((3, 7), repetitions=1))
    assert_positive(growth.by_rounds((0, 3), replicates=3, repetitions=1))
    assert_positive(growth.by_block((2, 4), repetitions=1))


def test_repeated_members_have_sparse_peers_on_the_grid() -> None:
    from benchmarks.engines import case_of
    from benchmarks.growth import repeated
    from sim.ensemble import simulate
    from sim.model import AlignmentModel
    from sim.rules.influence import GRID, SparsePeers

    case = repeated(case_of(), 400)
    assert isinstance(case.peers, SparsePeers)
    assert (case.peers.listed.data * GRID % 1 == 0).all()
    assert case.peers.listed.sum(axis=1).max() <= 1
    model = AlignmentModel(case, replicate=1).run()
    assert [member.action for member in model.members] == simulate(case, 0, 2)[0].actions[1].tolist()


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is not reported there")
def test_memory_and_page() -> None:
    from benchmarks import memory, page

    imported, kept = memory.imported_mb(), {20: memory.kept_mb(20)}
    swept = {(3, 10, "members"): memory.swept_mb(3, 10, "members")}
    assert 0 < imported < min(kept[20], *swept.values())
    rows = page.memory_rows(imported, kept, swept)
    assert rows[-1][0] == "3 points of 10 runs swept, with members"
    targets = [row[-1] for row in page.memory_rows(100, {5: 300, 7: 301}, {(3, 10): 381, (4, 10): 382})]
    kept_target, swept_target = "at most +200 MiB", "less than 400 MB in all"
    assert targets == ["", kept_target, f"{kept_target}: **missed**", swept_target, f"{swept_target}: **missed**"]
    assert "imported program" in page.page(page.load(), [], [], [], page.growth_rows({"members": {5: 1.0}}), rows, [])


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is not told there")
def test_a_large_world_is_small_in_memory():
    """2,000 members load within 300 MiB; a dense world of that size takes more than that for its ties alone."""
    from benchmarks import memory, page, worlds

    imported, found = memory.imported_mb(), worlds.cost_of(2000, "load")
    assert 0 < found.seconds < 20, "2 s on a machine with nothing else to do"
    assert found.mb - imported < 300
    assert page.world_rows({(2000, "load"): found}, imported)[0][0] == "2,000 members loaded"


def test_moves_are_timed_next_to_their_runs():
    from benchmarks import explore, page

    found = explore.moves(1)
    assert all(0 < found[f"{name}_move_ms"] <= found[f"{name}_move_p95_ms"] for name in explore.PAGES)
    assert [row[2] for row in page.move_rows(found)] == [
        f"{found[f'{name}_move_to_run']:.1f}" for name in explore.PAGES
    ]


def test_calls_of_a_prepared_scenario() -> None:
    from benchmarks.prepared import calls

    assert_positive(calls(replicates=5, repetitions=1))
