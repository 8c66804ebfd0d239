"""A run: many replicates of one scenario, counted as they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from sim.arrays import ActionArray, BoolArray, IntArray
from sim.case import Case
from sim.ensemble import simulate
from sim.months.record import MonthView
from sim.months.run import MonthRun
from sim.runner import changes, months
from sim.runner.changes import VoteChange, change_of
from sim.runner.counts import counts_of, tallies_of
from sim.runner.months import WATCHED, MonthsResult, Recorder, alone

BLOCK = 1000
"""Replicates simulated at once: enough to be quick, few enough to stop and report often."""
BLOCK_OF_AGENTS = 10
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
    is_settled: BoolArray
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


Votes = tuple[tuple[ActionArray, BoolArray], ...]


@dataclass(frozen=True)
class Block:
    """Replicates of a case that were simulated at once.

    Parameters
    ----------
    votes : of each vote, action codes (R, N) and whether deliberation came to rest (R,).
    months : the months of these replicates, where they are kept.
    """

    votes: Votes
    months: MonthsResult | None = None


def block_of(case: Case, first: int, count: int, engine: str = "ensemble") -> Block:
    """Simulate the replicates ``first`` to ``first + count - 1``; the months of the first `WATCHED` are kept.

    Parameters
    ----------
    count : as `block_size` has it.
    """
    recorder = None
    if case.plan is not None and first < WATCHED:
        recorder = Recorder(tuple(month.name for month in case.plan.months))
    votes = (_by_agents if engine == "mesa" else _at_once)(case, first, count, recorder)
    return Block(votes, None if recorder is None else recorder.result([actions for actions, _ in votes]))


def block_size(cases: Sequence[Case], done: int, most: int) -> int:
    """Replicates of the next block, so that the months of either all or none of them are kept."""
    is_watched = done < WATCHED and any(case.plan is not None for case in cases)
    return min(most, WATCHED - done) if is_watched else most


def result_of(case: Case, block: Block, engine: str = "ensemble", base: Block | None = None) -> RunResult:
    """The result of one block.

    Parameters
    ----------
    base : the same replicates of another case, which the changes are told from.
    """
    votes = [
        VoteResult(
            ballot.resolution,
            ballot.date,
            tallies_of(actions),
            counts_of(actions),
            is_settled,
            None if base is None else change_of(actions, base.votes[number][0], case.world),
        )
        for number, (ballot, (actions, is_settled)) in enumerate(zip(case.ballots, block.votes, strict=True))
    ]
    return RunResult(case, engine, tuple(votes), block.months)


def joined(results: Sequence[RunResult]) -> RunResult:
    """The result of replicates that follow one another, apart from any base."""
    kept = [result.months for result in results if result.months is not None]
    return RunResult(
        results[0].case,
        results[0].engine,
        tuple(_joined(vote) for vote in zip(*(result.votes for result in results), strict=True)),
        months.joined(kept) if kept else None,
    )


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
    most = BLOCK_OF_AGENTS if engine == "mesa" else BLOCK
    blocks: list[list[RunResult]] = []
    is_interrupted, done = False, 0
    try:
        while done < replicates:
            count = block_size(cases, done, min(most, replicates - done))
            first, *others = [block_of(case, done, count, engine) for case in cases]
            told = [result_of(case, block, engine, first) for case, block in zip(cases[1:], others, strict=True)]
            # A block counts as a whole or, where an interrupt comes in between, not at all.
            blocks.append([result_of(cases[0], first, engine), *told])
            done += count
            on_progress(done)
    except KeyboardInterrupt:
        if not blocks:
            raise
        is_interrupted = True
    base, *results = [replace(joined(own), is_interrupted=is_interrupted) for own in zip(*blocks, strict=True)]
    return base, *(replace(result, base=base) for result in results)


def _at_once(case: Case, first: int, count: int, recorder: Recorder | None) -> Votes:
    def watch(run: MonthRun, view: MonthView) -> None:
        recorder.month(run.number, run.plan.inputs, run.parameters, run.state, view)  # type: ignore[union-attr]

    outcomes = simulate(case, first, count, watch=None if recorder is None else watch)
    return tuple((outcome.actions, outcome.is_settled) for outcome in outcomes)


def _by_agents(case: Case, first: int, count: int, recorder: Recorder | None) -> Votes:
    from sim.model import AlignmentModel

    size, votes = case.world.size, len(case.ballots)
    actions = np.empty((votes, count, size), dtype=np.int8)
    is_settled = np.empty((votes, count), dtype=np.bool_)
    for row in range(count):
        model = AlignmentModel(case, replicate=first + row).run()
        actions[:, row] = np.transpose([member.votes for member in model.members])
        is_settled[:, row] = model.datacollector.tables["votes"]["is_settled"]
        if recorder is not None and model.case.plan is not None:
            inputs, parameters = model.case.plan.inputs, model.case.parameters
            for number, (state, view) in enumerate(model.months, start=1):
                recorder.month(number, inputs, parameters, alone(state), alone(view))
    return tuple(zip(actions, is_settled, strict=True))
