"""A run: many replicates of one scenario, counted as they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.case import ActionArray, Case
from sim.ensemble import simulate
from sim.months.run import MonthRun
from sim.months.step import MonthView
from sim.runner import changes
from sim.runner.changes import VoteChange, change_of
from sim.runner.counts import counts_of, tallies_of
from sim.runner.months import WATCHED, MonthsResult, Recorder, alone

IntArray = NDArray[np.int64]

BLOCK = 1000
"""Replicates simulated at once: enough to be quick, few enough to stop and report often."""
ENGINES = ("ensemble", "mesa")


def blocks(first: int, count: int) -> Iterator[tuple[int, int]]:
    """Replicates in blocks that fit into memory: first and count of each."""
    for start in range(first, first + count, BLOCK):
        yield start, min(BLOCK, first + count - start)


@dataclass(frozen=True)
class VoteResult:
    """What came of one vote in all replicates.

    Parameters
    ----------
    tallies : members per action code, (R, 4).
    counts : replicates per member and action code, (N, 4).
    is_settled : (R,): whether deliberation came to rest in a replicate.
    change : how it differs from the base's at the same draws, or None without a base.
    """

    resolution: str
    date: date
    tallies: IntArray
    counts: IntArray
    is_settled: NDArray[np.bool_]
    change: VoteChange | None = None


@dataclass(frozen=True)
class RunResult:
    """A finished, or interrupted, run."""

    case: Case
    engine: str
    votes: tuple[VoteResult, ...]
    months: MonthsResult | None = None
    base: RunResult | None = None
    is_interrupted: bool = False

    @property
    def replicates(self) -> int:
        """Replicates that were run."""
        return len(self.votes[0].tallies)


Vote = tuple[ActionArray, NDArray[np.bool_]]
Block = list[Vote]


def counted(case: Case, votes: Block, base: Block | None) -> list[VoteResult]:
    """The results of a case's votes in one block."""
    return [
        VoteResult(
            ballot.resolution,
            ballot.date,
            tallies_of(actions),
            counts_of(actions),
            is_settled,
            None if base is None else change_of(actions, base[number][0], case.world),
        )
        for number, (ballot, (actions, is_settled)) in enumerate(zip(case.ballots, votes, strict=True))
    ]


def _joined(blocks: Sequence[VoteResult]) -> VoteResult:
    """The result of one vote in all blocks."""
    changed = [block.change for block in blocks if block.change is not None]
    return VoteResult(
        blocks[0].resolution,
        blocks[0].date,
        np.concatenate([block.tallies for block in blocks]),
        np.sum([block.counts for block in blocks], axis=0),
        np.concatenate([block.is_settled for block in blocks]),
        changes.joined(changed) if changed else None,
    )


def run(
    case: Case,
    replicates: int | None = None,
    engine: str = "ensemble",
    *,
    base: Case | None = None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> RunResult:
    """Run the first replicates of a case; an interrupt keeps what is done.

    Parameters
    ----------
    replicates : how many; the scenario's own number by default.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.
    base : another case with as many votes, run on the same random numbers, that the result is told apart from.
    on_progress : called with the number of replicates done after every block.

    Raises
    ------
    KeyboardInterrupt : interrupted before the first block was done.
    """
    replicates = case.spec.replicates if replicates is None else replicates
    cases = (case,) if base is None else (base, case)
    return run_paired(cases, replicates, engine, on_progress=on_progress)[-1]


def run_paired(
    cases: Sequence[Case],
    replicates: int,
    engine: str = "ensemble",
    *,
    on_progress: Callable[[int], None] = lambda done: None,
) -> tuple[RunResult, ...]:
    """Run cases of as many votes replicate by replicate; each but the first is told apart from the first.

    Parameters
    ----------
    cases : the first is the base of the others; the same random numbers need the same seed and resolutions.

    Raises
    ------
    KeyboardInterrupt : interrupted before the first block was done.
    """
    simulated = _simulated_by_agents if engine == "mesa" else _simulated
    block = 10 if engine == "mesa" else BLOCK
    recorders = [None if case.plan is None else Recorder(case) for case in cases]
    blocks: list[list[list[VoteResult]]] = []
    is_interrupted, done = False, 0
    try:
        while done < replicates:
            is_watched = done < WATCHED and any(recorders)
            count = min(block, replicates - done, WATCHED - done if is_watched else block)
            votes = [
                simulated(case, done, count, recorder if is_watched else None)
                for case, recorder in zip(cases, recorders, strict=True)
            ]
            bases = [None, *[votes[0]] * (len(cases) - 1)]
            # A block counts as a whole or, where an interrupt comes in between, not at all.
            blocks.append([counted(*each) for each in zip(cases, votes, bases, strict=True)])
            done += count
            on_progress(done)
    except KeyboardInterrupt:
        if not blocks:
            raise
        is_interrupted = True
    results: list[RunResult] = []
    for case, recorder, own in zip(cases, recorders, zip(*blocks, strict=True), strict=True):
        joined = tuple(_joined(vote) for vote in zip(*own, strict=True))
        months = None if recorder is None else recorder.result()
        base = results[0] if results else None
        results.append(RunResult(case, engine, joined, months, base, is_interrupted))
    return tuple(results)


def _simulated(case: Case, first: int, count: int, recorder: Recorder | None) -> Block:
    if recorder is None:
        return [(outcome.actions, outcome.is_settled) for outcome in simulate(case, first, count)]

    def watch(months: MonthRun, view: MonthView) -> None:
        if months.number == 1:  # the first month is over
            recorder.begin()
        recorder.month(months.state, view)

    outcomes = simulate(case, first, count, watch=watch)
    recorder.end([outcome.actions for outcome in outcomes])
    return [(outcome.actions, outcome.is_settled) for outcome in outcomes]


def _simulated_by_agents(case: Case, first: int, count: int, recorder: Recorder | None) -> Block:
    from sim.model import AlignmentModel

    size, votes = case.world.size, len(case.ballots)
    actions = np.empty((votes, count, size), dtype=np.int8)
    is_settled = np.empty((votes, count), dtype=np.bool_)
    for row in range(count):
        model = AlignmentModel(case, replicate=first + row)
        for number in range(votes):
            model.run_vote()
            actions[number, row] = [member.action for member in model.members]
            is_settled[number, row] = model.is_settled()
        if recorder is not None:
            recorder.begin()
            for state, view in model.months:
                recorder.month(alone(state), alone(view))
            recorder.end(list(actions[:, row : row + 1]))
    return [(actions[number], is_settled[number]) for number in range(votes)]
