"""Calls a second of a scenario that is prepared once: ``python -m benchmarks.prepared``."""

from __future__ import annotations

from itertools import count
from statistics import median

import sim
from benchmarks.timing import in_turns, ratio

SCENARIO = "es-11-1"


def calls(replicates: int = 50, repetitions: int = 100) -> dict[str, float]:
    """Calls a second, and their time as a share of that of `sim.run`, with another value in every call."""
    prepared, places = sim.prepare(SCENARIO), count(1)

    def values() -> dict[str, object]:
        return {"parameters.enforcement": 0.5 + next(places) / 1e6, "vote.severity": -4.0}

    times = in_turns(
        {
            "prepared": lambda: prepared.run(values(), replicates=replicates).result.votes[0].tallies,
            "frame": lambda: prepared.run(values(), replicates=replicates).tallies,
            "run": lambda: sim.run(SCENARIO, values(), replicates=replicates).result.votes[0].tallies,
        },
        repetitions,
    )
    rates = {f"{name}_calls_per_s": 1 / median(taken) for name, taken in times.items()}
    best = {f"{name}_best_calls_per_s": 1 / min(taken) for name, taken in times.items()}
    return {**rates, **best, **ratio("run_to_prepared", times["run"], times["prepared"])}


if __name__ == "__main__":
    for name, figure in calls().items():
        print(f"{name:<28} {figure:>10,.1f}")
