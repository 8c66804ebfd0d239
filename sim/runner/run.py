"""A run: many replicates of one scenario, counted as they go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.case import ActionArray, Case
from sim.ensemble import simulate
from sim.months.run import MonthRun
from sim.months.step import MonthView
from sim.rules.choice import STANCES
from sim.runner.counts import counts_of, tallies_of
from sim.runner.months import WATCHED, MonthsResult, Recorder, alone

IntArray = NDArray[np.int64]

BLOCK = 2000
"""Replicates simulated at once: enough to be quick, few enough to stop and report often."""
ENGINES = ("ensemble", "mesa")


@dataclass(frozen=True)
class VoteResult:
    """What came of one vote in all replicates.

    Parameters
    ----------
    tallies : members per action code, (R, 4).
    counts : replicates per member and action code, (N, 4).
    is_settled : (R,): whether deliberation came to rest in a replicate.
    towards, away : replicates (N,) in which a member's stance is higher, or lower, than in the base at the same draw;
        0 without a base.
    changed : replicates (N,) in which a member's action differs from the base's.
    """

    resolution: str
    date: date
    tallies: IntArray
    counts: IntArray
    is_settled: NDArray[np.bool_]
    towards: IntArray
    away: IntArray
    changed: IntArray


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


def _counted(
    resolution: str,
    day: date,
    actions: ActionArray,
    is_settled: NDArray[np.bool_],
    base: ActionArray | None,
) -> VoteResult:
    """The result of one vote in one block."""
    step = np.zeros_like(actions) if base is None else STANCES[actions] - STANCES[base]
    changed = np.zeros_like(actions, dtype=bool) if base is None else actions != base
    return VoteResult(
        resolution,
        day,
        tallies_of(actions),
        counts_of(actions),
        is_settled,
        (step > 0).sum(axis=0),
        (step < 0).sum(axis=0),
        changed.sum(axis=0),
    )


def _joined(blocks: Sequence[VoteResult]) -> VoteResult:
    """The result of one vote in all blocks."""
    return VoteResult(
        blocks[0].resolution,
        blocks[0].date,
        np.concatenate([block.tallies for block in blocks]),
        np.sum([block.counts for block in blocks], axis=0),
        np.concatenate([block.is_settled for block in blocks]),
        np.sum([block.towards for block in blocks], axis=0),
        np.sum([block.away for block in blocks], axis=0),
        np.sum([block.changed for block in blocks], axis=0),
    )


Block = list[tuple[ActionArray, NDArray[np.bool_]]]


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
    simulated = _simulated_by_agents if engine == "mesa" else _simulated
    block = 10 if engine == "mesa" else BLOCK
    recorders = [None if one is None or one.plan is None else Recorder(one) for one in (case, base)]
    blocks: list[tuple[list[VoteResult], list[VoteResult]]] = []
    is_interrupted, done = False, 0
    try:
        while done < replicates:
            is_watched = done < WATCHED and any(recorders)
            count = min(block, replicates - done, WATCHED - done if is_watched else block)
            own, others = recorders if is_watched else (None, None)
            votes = simulated(case, done, count, own)
            before = simulated(base, done, count, others) if base is not None else []
            acted: list[ActionArray | None] = [actions for actions, _ in before] if before else [None] * len(votes)
            blocks.append(  # a block counts as a whole or, where an interrupt comes in between, not at all
                (
                    [_counted(b.resolution, b.date, *v, a) for b, v, a in zip(case.ballots, votes, acted, strict=True)],
                    [_counted(b.resolution, b.date, *v, None) for b, v in zip(case.ballots, before, strict=False)],
                )
            )
            done += count
            on_progress(done)
    except KeyboardInterrupt:
        if not blocks:
            raise
        is_interrupted = True
    results = tuple(_joined(vote) for vote in zip(*(own for own, _ in blocks), strict=True))
    base_results = tuple(_joined(vote) for vote in zip(*(own for _, own in blocks), strict=True))
    months, months_before = (None if recorder is None else recorder.result() for recorder in recorders)
    before_result = None if base is None else RunResult(base, engine, base_results, months_before)
    return RunResult(case, engine, results, months, before_result, is_interrupted)


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
