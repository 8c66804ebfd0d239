"""Runs a second: the Mesa agents, the ensemble on one core and on two, the bare kernel, in one run of the benchmark."""

from __future__ import annotations

import os
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.kernel import all_of, kernel, philox_words, precisions
from benchmarks.timing import in_turns, medians, ratio
from sim.case import Case, prepare
from sim.ensemble import simulate
from sim.model import AlignmentModel
from sim.rules.influence import GRID
from sim.runner.batch import SIZE
from sim.runner.executors import Processes
from sim.runner.run import run_case
from sim.runner.sweep import keep_run
from sim.specs import read_scenario

Figures = dict[str, float]
SCENARIO = "es-11-1"
MONTHS = "2022-2023"


@lru_cache
def case_of(rounds: int | None = None, *, reads_votes: bool = True) -> Case:
    """The scenario that everything is timed on, with other rounds or without positions where asked for."""
    changes = [] if rounds is None else [f"parameters.rounds={rounds}"]
    return prepare(read_scenario(SCENARIO, changes), reads_votes=reads_votes)


def engines(replicates: int = SIZE, blocks: int = 4, agents: int = 5, repetitions: int = 15) -> Figures:
    """Runs a second of either engine and of the bare arithmetic on one thread, and their ratios turn by turn.

    The ensemble is timed in compiled code, with and without positions, and in NumPy.
    """
    case, plain = case_of(), case_of(reads_votes=False)

    def votes_of(one: Case, *, is_compiled: bool) -> list[object]:
        return [simulate(one, k * replicates, replicates, is_compiled=is_compiled) for k in range(blocks)]

    votes_of(case, is_compiled=True)  # which compiles, or loads what is compiled
    parts = kernel(case.world.size, replicates, case.rounds)
    times = in_turns(
        {
            "mesa": lambda: [AlignmentModel(case, replicate=k).run() for k in range(agents)],
            "ensemble": lambda: votes_of(case, is_compiled=True),
            "structure": lambda: votes_of(plain, is_compiled=True),
            "numpy": lambda: votes_of(case, is_compiled=False),
            "counted": lambda: run_case(case, replicates * blocks),
            "kernel": all_of(parts),
            "words": philox_words(case.world.size, replicates),
            **parts,
        },
        repetitions,
    )
    runs = {"mesa": agents} | dict.fromkeys(("ensemble", "structure", "numpy", "counted"), replicates * blocks)
    each = {name: [time / runs.get(name, replicates) for time in taken] for name, taken in times.items()}
    return {
        **{f"{name}_per_s": 1 / median(each[name]) for name in (*runs, "kernel")},
        **{f"{name}_us": 1e6 * median(each[name]) for name in ("ensemble", "numpy", "kernel", "words", *parts)},
        **ratio("ensemble_to_mesa", each["mesa"], each["ensemble"]),
        **ratio("ensemble_to_numpy", each["numpy"], each["ensemble"]),
        **ratio("ensemble_to_kernel", each["kernel"], each["ensemble"]),
    }


def months(replicates: int = SIZE, repetitions: int = 7) -> Figures:
    """Runs a second of a scenario with months, beside the Mesa agents and the scenario of one vote, turn by turn."""
    case, vote = prepare(read_scenario(MONTHS, ["parameters.vote_feedback=1"])), case_of()
    times = in_turns(
        {
            "mesa": lambda: AlignmentModel(case, replicate=0).run(),
            "months": lambda: simulate(case, 0, replicates, is_compiled=True),
            "vote": lambda: simulate(vote, 0, replicates, is_compiled=True),
        },
        repetitions,
    )
    return {
        "months_per_s": replicates / median(times["months"]),
        "months_best_per_s": replicates / min(times["months"]),
        **ratio("months_to_mesa", [replicates * time for time in times["mesa"]], times["months"]),
        **ratio("months_to_vote", times["months"], times["vote"]),
    }


def blocks_of_work(task: tuple[int, int, int]) -> tuple[int, float, float, int]:
    """Simulate consecutive blocks: the process, when it began and ended, and how many runs it did."""
    first, replicates, blocks = task
    case, began = case_of(), time.monotonic()
    for number in range(blocks):
        simulate(case, first + number * replicates, replicates, is_compiled=True)
    return os.getpid(), began, time.monotonic(), replicates * blocks


def steady_rate(workers: int, tasks: int, replicates: int, blocks: int) -> float:
    """Runs a second of worker processes; the first task of each, with its start-up, does not count."""
    work = [(k * replicates * blocks, replicates, blocks) for k in range(workers * (tasks + 1))]
    by_worker: dict[int, list[tuple[float, float, int]]] = {}
    for worker, began, ended, runs in Processes(workers).results(blocks_of_work, work):
        by_worker.setdefault(worker, []).append((began, ended, runs))
    counted = [sorted(done)[1:] for done in by_worker.values() if len(done) > 1]
    return sum(sum(runs for *_, runs in done) / (done[-1][1] - done[0][0]) for done in counted)


def cores(tasks: int = 8, replicates: int = SIZE, blocks: int = 8, repetitions: int = 5) -> Figures:
    """Runs a second in one worker process and in two, in turns."""
    rates = [[steady_rate(workers, tasks, replicates, blocks) for workers in (1, 2)] for _ in range(repetitions)]
    one, two = zip(*rates, strict=True)
    return {"one_core_per_s": median(one), "two_cores_per_s": median(two), **ratio("two_to_one", two, one)}


def processor_times(few: int = 60_000, many: int = 1_000_000) -> Figures:
    """Microseconds of processor time a run that two workers and their caller take, beyond start-up, to keep many runs.

    Parameters
    ----------
    few : runs whose workers have started, and loaded what is compiled.
    """
    _, one, start, whole = (_keep_with_workers(runs) for runs in (1, 1, few, many))
    caller, workers = (whole[0] - one[0]) / many, (whole[1] - start[1]) / (many - few)
    bound = 2 * workers / (workers + caller)
    return {"caller_us": 1e6 * caller, "workers_us": 1e6 * workers, "two_to_one_bound": bound}


def _keep_with_workers(runs: int) -> tuple[float, float]:
    """Seconds of processor time that a caller and its two workers take to keep so many runs."""
    before = time.process_time(), _time_of_workers()
    case = prepare(read_scenario(SCENARIO, [f"replicates={runs}"]))
    with tempfile.TemporaryDirectory() as folder:
        keep_run(case, Path(folder) / "run", executor=Processes(2))
    return time.process_time() - before[0], _time_of_workers() - before[1]


def _time_of_workers() -> float:
    """Seconds of processor time of the processes that have ended."""
    of_all = os.times()
    return of_all.children_user + of_all.children_system


def precision(replicates: int = SIZE, repetitions: int = 15) -> Figures:
    """Peer sums of the scenario in single and double precision, in microseconds a run."""
    weights = case_of().peers * GRID
    stances = np.random.default_rng(0).integers(-1, 2, (len(weights), replicates))
    parts, is_same = precisions(weights, stances)
    times = medians(parts, repetitions)
    return {f"{name}_us": 1e6 * time / replicates for name, time in times.items()} | {"is_same": float(is_same)}
