"""``python -m benchmarks``: measure, print, and with ``--write`` put it into ``docs/performance.md``."""

from __future__ import annotations

import argparse
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks import engines, explore, growth, memory, page, worlds

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
LARGE = (2_000, 20_000)
KEPT, KEPT_FULL = (1_000, 100_000), (1_000_000, 10_000_000)
SWEPT, SWEPT_FULL = [(1_000, 10)], [(100_000, 10), (20_000, 20, "members", "votes")]


def main() -> None:
    """Run every benchmark, several minutes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--full", action="store_true", help="also the memory of ten million runs, an hour")
    asked = parser.parse_args()
    load = page.load()
    with threadpool_limits(1):
        figures = (
            engines.engines() | engines.months() | engines.cores() | engines.processor_times() | engines.precision()
        )
        moves = explore.moves()
        grown = {
            "members": growth.by_members(),
            "replicates": growth.by_replicates(),
            "rounds": growth.by_rounds(),
            "block": growth.by_block(),
        }
    kept = {runs: memory.kept_mb(runs) for runs in KEPT + (KEPT_FULL if asked.full else ())}
    swept = {of: memory.swept_mb(*of) for of in SWEPT + (SWEPT_FULL if asked.full else [])}
    imported = memory.imported_mb()
    large = {(size, what): worlds.cost_of(size, what) for size in LARGE for what in ("load", "run")}
    tables = (
        page.speed_rows(figures),
        page.part_rows(figures),
        page.move_rows(moves),
        page.growth_rows(grown),
        page.memory_rows(imported, kept, swept),
        page.world_rows(large, imported),
    )
    for rows in tables:
        lines = ("   ".join([f"{name:<45}", f"{figure:>15}", *others]).rstrip() for name, figure, *others in rows)
        print("\n".join(lines), end="\n\n")
    if asked.write:
        PAGE.write_text(page.page(load, *tables), encoding="utf-8")


if __name__ == "__main__":
    main()
