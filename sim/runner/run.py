"""A run: many replicates of one scenario, counted as they go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.case import ActionArray, Case
from sim.ensemble import simulate
from sim.rules.choice import ACTIONS, STANCES

IntArray = NDArray[np.int64]

BLOCK = 1000
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
    base: RunResult | None = None
    is_interrupted: bool = False

    @property
    def replicates(self) -> int:
        """Replicates that were run."""
        return len(self.votes[0].tallies)


@dataclass
class _Tally:
    """Adds up the blocks of one vote."""

    size: int
    tallies: list[IntArray] = field(default_factory=list)
    settled: list[NDArray[np.bool_]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = np.zeros((self.size, len(ACTIONS)), dtype=np.int64)
        self.towards, self.away, self.changed = (np.zeros(self.size, dtype=np.int64) for _ in range(3))

    def add(self, actions: ActionArray, is_settled: NDArray[np.bool_], base: ActionArray | None) -> None:
        did = np.stack([actions == code for code in range(len(ACTIONS))], axis=-1)
        self.tallies.append(did.sum(axis=1))
        self.counts += did.sum(axis=0)
        self.settled.append(is_settled)
        if base is not None:
            step = STANCES[actions] - STANCES[base]
            self.towards += (step > 0).sum(axis=0)
            self.away += (step < 0).sum(axis=0)
            self.changed += (actions != base).sum(axis=0)

    def result(self, case: Case, number: int) -> VoteResult:
        ballot = case.ballots[number]
        return VoteResult(
            ballot.resolution,
            ballot.date,
            np.concatenate(self.tallies),
            self.counts,
            np.concatenate(self.settled),
            self.towards,
            self.away,
            self.changed,
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
    tallies = [_Tally(case.world.size) for _ in case.ballots]
    base_tallies = [_Tally(case.world.size) for _ in case.ballots]
    is_interrupted, done = False, 0
    try:
        while done < replicates:
            count = min(block, replicates - done)
            outcomes = simulated(case, done, count)
            base_outcomes = simulated(base, done, count) if base is not None else None
            for number, (actions, is_settled) in enumerate(outcomes):
                before = base_outcomes[number] if base_outcomes is not None else None
                tallies[number].add(actions, is_settled, before[0] if before else None)
                if before:
                    base_tallies[number].add(*before, None)
            done += count
            on_progress(done)
    except KeyboardInterrupt:
        if done == 0:
            raise
        is_interrupted = True
    return RunResult(
        case,
        engine,
        tuple(tally.result(case, number) for number, tally in enumerate(tallies)),
        None
        if base is None
        else RunResult(base, engine, tuple(tally.result(base, number) for number, tally in enumerate(base_tallies))),
        is_interrupted,
    )


def _simulated(case: Case, first: int, count: int) -> Block:
    return [(outcome.actions, outcome.is_settled) for outcome in simulate(case, first, count)]


def _simulated_by_agents(case: Case, first: int, count: int) -> Block:
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
    return [(actions[number], is_settled[number]) for number in range(votes)]
