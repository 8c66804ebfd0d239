"""The page that the benchmark writes: measured figures beside their targets, and what was tried."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

Row = tuple[str, ...]
MOST_ADDED = 200
"""MiB that kept runs may add to the imported program."""
MOST_SWEPT = 400
"""MB that a sweep may take in all."""
MIB, MB = 2**20, 10**6
PACKAGES = ("numpy", "numba", "scipy", "mesa", "pandas", "pyarrow")


def machine() -> str:
    """Processor, as far as the system tells, and number of cores."""
    import os

    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        lines = information.read_text(encoding="utf-8").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"


def load() -> str:
    """How busy the machine is with other work, where the system tells."""
    import os

    if not hasattr(os, "getloadavg"):
        return "How busy the machine was is not known."
    return f"Other work on the machine when it began: {os.getloadavg()[0]:.1f} of its {os.cpu_count()} cores."


def versions() -> str:
    """Python and the packages that the figures depend on."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)])


def table(head: Row, rows: list[Row]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows))


def speed_rows(found: Mapping[str, float]) -> list[Row]:
    """Speed, side by side; a target that is missed says so."""

    def rate(what: str, key: str, least: int = 0) -> Row:
        return what, f"{found[key]:,.0f} runs/s", _target(found[key], least, f"at least {least:,}") if least else ""

    def ratio(what: str, key: str, least: float, text: str) -> Row:
        digits = 0 if found[key] > 100 else 2
        middle, low, high = (f"{found[name]:,.{digits}f}" for name in (key, f"{key}_low", f"{key}_high"))
        return what, f"{middle} ({low} to {high})", _target(found[key], least, text)

    return [
        rate("Mesa agents", "mesa_per_s", 30),
        rate("ensemble, one thread, compiled", "ensemble_per_s", 40_000),
        rate("the same without positions", "structure_per_s", 100_000),
        rate("ensemble, one thread, in NumPy", "numpy_per_s"),
        ratio("compiled / NumPy", "ensemble_to_numpy", 0, ""),
        rate("ensemble, counted as `sim run` does", "counted_per_s"),
        ratio("ensemble / Mesa", "ensemble_to_mesa", 500, "at least 500, goal 2,000"),
        rate("ensemble, one worker process", "one_core_per_s"),
        rate("ensemble, two worker processes", "two_cores_per_s"),
        ratio("two workers / one", "two_to_one", 1.9, "at least 1.9"),
        (
            "the same of a kept run, by processor time",
            f"{found['two_to_one_bound']:.2f}",
            _target(found["two_to_one_bound"], 1.9, "at least 1.9"),
        ),
        rate("17 months of 193 members and three votes that see them (`2022-2023`), one thread", "months_per_s"),
        (
            "the best of the turns",
            f"{found['months_best_per_s']:,.0f} runs/s",
            _target(found["months_best_per_s"], 5000, "at least 5,000, goal 10,000"),
        ),
        ratio("their ensemble / Mesa", "months_to_mesa", 0, ""),
        ratio("cost of 17 months and three votes / of one vote", "months_to_vote", 0, ""),
        rate("bare arithmetic, one thread", "kernel_per_s"),
        ratio("ensemble / bare arithmetic", "ensemble_to_kernel", 0.5, "at least 0.5, goal 0.8"),
    ]


def _target(value: float, least: float, text: str) -> str:
    return text if value >= least else f"{text}: **missed**"


def part_rows(found: Mapping[str, float]) -> list[Row]:
    """Where the time goes, microseconds a run."""
    names = {
        "ensemble_us": "ensemble, compiled",
        "numpy_us": "ensemble, in NumPy",
        "kernel_us": "bare arithmetic, whole",
        "products_us": "its products of peer weights and stances",
        "exponentials_us": "its exponentials",
        "uniforms_us": "its uniform numbers",
        "words_us": "one Philox word per member",
        "single_us": "one product in single precision",
        "double_us": "one product in double precision",
    }
    rows = [(name, f"{found[key]:.2f}", "") for key, name in names.items()]
    return [*rows, ("sums identical in both precisions", "yes" if found["is_same"] else "NO", "yes")]


def move_rows(found: Mapping[str, float]) -> list[Row]:
    """Moves on the page of ``sim explore``: milliseconds, and times the bare run of as many replicates."""
    names = {
        "votes": "1,000 replicates of `es-11-1`",
        "uncertain": "the same with uncertain parameters",
        "months": "first answer of `2022-2023`: 50 replicates with months",
    }
    return [
        (
            what,
            f"{found[f'{name}_move_ms']:.0f} ({found[f'{name}_move_p95_ms']:.0f})",
            f"{found[f'{name}_move_to_run']:.1f}",
        )
        for name, what in names.items()
    ]


def growth_rows(found: Mapping[str, Mapping[int, float]]) -> list[Row]:
    """Growth of cost, microseconds a run."""
    return [(what, f"{size:,}", f"{cost:,.1f}") for what, costs in found.items() for size, cost in costs.items()]


def memory_rows(imported: float, kept: Mapping[int, float], swept: Mapping[tuple[int | str, ...], float]) -> list[Row]:
    """Peak memory, and what kept runs and sweeps add to the imported program; a target that is missed says so."""

    def row(what: str, peak: float, is_met: bool, target: str) -> Row:
        added = f"{peak - imported:+.0f} MiB"
        return what, f"{peak:.0f} MiB", added, target if is_met else f"{target}: **missed**"

    rows: list[Row] = [("imported program", f"{imported:.0f} MiB", "", "")]
    for runs, peak in kept.items():
        is_met = peak - imported <= MOST_ADDED
        rows.append(row(f"{runs:,} runs kept in a folder", peak, is_met, f"at most +{MOST_ADDED} MiB"))
    for (points, runs, *outputs), peak in swept.items():
        more = f", with {' and '.join(map(str, outputs))}" if outputs else ""
        what = f"{points:,} points of {runs} runs swept{more}"
        rows.append(row(what, peak, peak * MIB < MOST_SWEPT * MB, f"less than {MOST_SWEPT} MB in all"))
    return rows


def world_rows(found: Mapping[tuple[int, str], tuple[float, float]], imported: float) -> list[Row]:
    """Seconds, and peak of memory above the imported program, of large worlds with sparse ties."""
    names = {"load": "loaded", "run": "loaded, and 20 runs of a vote"}
    return [
        (f"{size:,} members {names[what]}", f"{seconds:.2f} s", f"{peak - imported:+.0f} MiB")
        for (size, what), (seconds, peak) in found.items()
    ]


def page(
    load: str,
    speed: list[Row],
    parts: list[Row],
    moves: list[Row],
    growth: list[Row],
    memory: list[Row],
    worlds: list[Row],
) -> str:
    """The whole page. `load` says how busy the machine was."""
    return TEMPLATE.format(
        date=date.today().isoformat(),
        machine=machine(),
        versions=versions(),
        load=load,
        speed=table(("measure", "found", "target"), speed),
        parts=table(("part", "µs a run", "target"), parts),
        moves=table(("move", "ms, median (95 %)", "over its run"), moves),
        growth=table(("by", "size", "µs a run"), growth),
        memory=table(("process", "peak", "above the imported program", "target"), memory),
        worlds=table(("world", "time", "above the imported program"), worlds),
    )


TEMPLATE = """# Performance

Written by `python -m benchmarks --write` on {date}. Machine: {machine}. {versions}. One BLAS thread.

{load}

All figures except the peaks of memory are medians. Programs that are compared were timed in turns. A ratio is the
median over the turns, with the lowest and the highest in brackets. On a shared machine rates and single turns vary by a
factor of two and more. The ratio of two workers to one means nothing unless both cores are free; by processor time it is
what two cores could do that share the work of two workers and of the process that keeps their results, without the start
of the workers (two seconds of each). The scenario is `es-11-1` unless another is named: 193 members, 8 rounds.

## Speed

{speed}

## Compiled votes

With [Numba](https://numba.pydata.org) (the extra `fast`, which `all` holds), votes are decided in compiled code once a process
has chosen two million actions, which is 10,000 runs of `es-11-1`. Loading it takes half a second, so that smaller runs do
without it. The first time on a machine it is compiled, which takes a few seconds. What is compiled is kept next to the
program, or in the user's cache folder. Large worlds with sparse peers, and runs that keep every round, use NumPy.

The votes are the same, byte for byte. Random words and sums over peers are whole numbers. Levels of noise and switching points
are rounded differently in compiled code, and a member that is within 6 x 10^-11 of acting differently goes back to the rules in
NumPy; of a thousand runs of `es-11-1` these are about 50 of 193,000 choices.

## Bare arithmetic

This is the arithmetic that a straightforward implementation needs. With N members, R replicates and T rounds it has

- T + 1 products (N, N) x (N, R) in single precision;
- (T + 1) N x R exponentials in double precision: one per look at the peers is enough for all four actions;
- (1 + T) N x R uniform numbers from a single Philox stream: one for the vote, and one a round for inertia.

Keys, comparisons and changes of stance are not counted. The ensemble avoids part of this work. A member keeps its draw, so
its thresholds in its peers' stance are found once. Members that act the same way whatever their peers do are not looked at
again, and neither are replicates that have settled. Inertia is drawn only for members that would change. The ratio may
therefore exceed 1, and it is not an efficiency. In addition the ensemble has a random stream for each member and occasion.

{parts}

The parts of the bare arithmetic may add up to more than the whole: each was timed by itself, in turns with the others, and
each figure is a median of its own.

Single precision is exact because peer weights are whole multiples of 2^-20 and stances whole numbers.

## Moves of `sim explore`

{moves}

Without the browser: a scenario is read and run as far as the first answer, and everything that is shown is worked out. The
last column is the median of the times over those of the bare run of as many replicates.

## Growth

{growth}

*Members*: those of `es-11-1` repeated, each with 20 peers at random in a sparse matrix, 100 replicates at once.
*Block*: replicates simulated at once. *Rounds*: cost stops growing once replicates have come to rest. *Replicates*:
with counting, as `sim run` does.

## Memory

{memory}

The targets hold whatever the number of runs and points. About 95 MiB of this are Numba, which is loaded for long runs.
`--full` adds ten million runs, and two sweeps of 100,000 points and of 20,000. A run with a base grows by about 100 bytes a run.

## Large worlds

{worlds}

Worlds of one's own, written for the benchmark: each member has 20 trading partners, the first few of which send fuel, arms
and security, too; organisations have 50 members, and there are six regions. The targets: 2,000 members in 2 s and 300 MiB,
20,000 in seconds and 2 GB.

## Limits

- Votes with sparse peers are not compiled.
- From 500 members on, peer weights are kept sparse if less than 5 % of them are not 0. Timed once on one
  thread with 500 to 4,000 members, the sparse product took 0.7 to 1.0 of the dense one's time at 5 %, 0.15 to 0.25 at
  1 %, and 1.4 to 1.7 at 10 %.
- From 500 members on, a world's ties are sparse matrices, and the peers of a region are one number for each member. A
  dense matrix of 20,000 members takes 3 GB. What still grows with the square of a size is an organisation (every two of
  its members are peers) and the votes of an Assembly, which at most 5,000 members may have.

## What was tried

The changes below were timed together, before and after in turns, seven times on a machine that others used as well, in
blocks of 1,000. The ensemble became 1.46 times as fast (median; 1.33 to 1.53). The Mesa model became 1.16 times as fast
(0.89 to 1.49, so a gain is not established). No change was timed by itself. The last column is from one profile before and
one after, in seconds for 20 blocks, and shows only where the time went.

| change | part of the program | seconds |
|---|---|---|
| stream keys kept; fewer words drawn and converted | random numbers | 0.46 to 0.26 |
| stances of moving replicates kept as such; sums fetched by a flat index | looks at the peers | 0.19 to 0.08 |
| only thresholds within a member's reach computed | thresholds | 0.19 to 0.17: within the noise |
| conditions counted as bytes | both engines | not separated |

Two changes did not help: thresholds over all members and replicates instead of the followed cells (finding the cells in two
dimensions cost more than it saved), and masks instead of indices.

Inputs that runs draw (figures that members lack, uncertain parameters) were arrays over runs. They are now made once for each
draw, which five runs share. The parts were timed on a busy machine, in turns, in microseconds a run of
`es-11-1`; each is the fastest of 25 turns:

| part | before | now, in NumPy | now, compiled |
|---|---|---|---|
| inputs of the draws | 10 | 2 | 2 |
| noise: random words, normal numbers, level | 28 | 28 | 5 |
| who depends on peers, switching points, all else | 43 | 22 | 5 |
| rounds of deliberation | 14 | 14 | 4 |
| whole | 95 | 66 | 16 |

Rules of the months as compiled loops, one for each rule, with exponentials left to NumPy, made runs whose votes see the
months 1.7 times as fast: 368 instead of 613 microseconds of the processor, each the fastest of 21 turns. They were left out.
They took 1,100 lines, a second way through every phase, and 15 seconds of compiling on each machine; and unless
`vote_feedback` is switched on, only the first 200 runs pass through the months.
"""
