"""Results of votes: counts of actions, the change from a base, and the result of a whole run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

import numpy as np

from sim.arrays import ActionArray, BoolArray, FloatArray, IntArray
from sim.case import Case
from sim.results.parts import Split
from sim.results.showing import Shown
from sim.results.tables import Column, Table, table
from sim.results.wording import write_interval
from sim.rules.choice import ACTIONS, STANCES
from sim.runner.frequencies import Frequencies
from sim.runner.months import MonthsResult
from sim.world import World

ACTION_COUNT = len(ACTIONS)
PIECE = 100_000
"""Replicates whose tallies are looked at at once, for the memory."""


@dataclass(frozen=True, repr=False)
class VoteChange(Shown):
    """How a vote differs from the same vote of a base, at the same random numbers.

    Parameters
    ----------
    transitions : number of replicates per member, action code in the base and action code here, (N, 4, 4).
    tallies : change of the members per action code, (R, 4).
    population, gdp : change of the share of the world's population, and of its product, behind each action code,
        (R, 4), in [-1, 1].
    """

    transitions: IntArray
    tallies: IntArray
    population: FloatArray
    gdp: FloatArray

    def replicates_where(self, holds: BoolArray) -> IntArray:
        """Number of replicates (N,) in which the pair of action codes, in the base and here, is marked in (4, 4)."""
        return self.transitions[:, holds].sum(axis=1)

    @property
    def changed(self) -> IntArray:
        """Number of replicates (N,) in which a member acts differently."""
        return self.replicates_where(~np.eye(ACTION_COUNT, dtype=bool))

    @property
    def towards(self) -> IntArray:
        """Number of replicates (N,) in which a member's stance changes towards the sanctioning side."""
        return self.replicates_where(STANCES[None, :] > STANCES[:, None])

    @property
    def away(self) -> IntArray:
        """Number of replicates (N,) in which a member's stance changes towards the target."""
        return self.replicates_where(STANCES[None, :] < STANCES[:, None])


class Replicates(Protocol):
    """What is known of each of R replicates of a vote: in memory, or in a folder that is read when it is asked for."""

    @property
    def tallies(self) -> IntArray:
        """Members per action code, (R, 4)."""
        ...

    @property
    def is_settled(self) -> BoolArray:
        """Whether deliberation had settled after the last round, (R,)."""
        ...

    def __len__(self) -> int:
        """Number of replicates."""
        ...

    def pieces(self) -> Iterator[tuple[IntArray, BoolArray]]:
        """Both, of consecutive replicates that fit into memory."""
        ...


@dataclass(frozen=True)
class ReplicatesInMemory:
    """What is known of each of R replicates of a vote.

    Parameters
    ----------
    tallies : members per action code, (R, 4).
    is_settled : whether deliberation had settled after the last round, (R,).
    """

    tallies: IntArray
    is_settled: BoolArray

    def __len__(self) -> int:
        return len(self.tallies)

    def pieces(self) -> Iterator[tuple[IntArray, BoolArray]]:
        """Both, of consecutive replicates whose copies fit into memory."""
        for first in range(0, len(self), PIECE):
            yield self.tallies[first : first + PIECE], self.is_settled[first : first + PIECE]


@dataclass(frozen=True, repr=False)
class VoteResult(Shown):
    """The result of one vote in some replicates, or in all.

    Parameters
    ----------
    each : what is known of each replicate.
    counts : number of replicates per member and action code, (N, 4).
    actions : action codes (R, N), or None where they are not kept.
    change : how it differs from the base's at the same random numbers, or None without a base.
    """

    resolution: str
    date: date
    each: Replicates
    counts: IntArray
    actions: ActionArray | None = None
    change: VoteChange | None = None

    @property
    def tallies(self) -> IntArray:
        """Members per action code in each replicate, (R, 4)."""
        return self.each.tallies

    @property
    def is_settled(self) -> BoolArray:
        """Whether deliberation had settled after the last round in each replicate, (R,)."""
        return self.each.is_settled

    @cached_property
    def frequencies(self) -> Frequencies:
        """How often each number of members does each action."""
        found: Frequencies | None = None
        for tallies, is_settled in self.each.pieces():
            found = (found or Frequencies(int(tallies[0].sum()))).add(tallies, is_settled)
        return found or Frequencies(0)

    @property
    def split(self) -> Split:
        """The median numbers of members that support, abstain and oppose."""
        tallies = self.frequencies.tallies
        return Split(**{action: tallies.of(action).median for action in Split.model_fields})

    @property
    def is_voter(self) -> BoolArray:
        """Whether a member may vote, (N,)."""
        return np.asarray(self.counts.sum(axis=1) > 0)


@dataclass(frozen=True, repr=False)
class RunResult(Shown):
    """A finished, or interrupted, run.

    Parameters
    ----------
    base : the run of the base at the same random numbers, or None without one.
    drawn : the same comparison with parameters drawn from their posterior, or None where it was not made.
    """

    case: Case
    engine: str
    votes: tuple[VoteResult, ...]
    months: MonthsResult | None = None
    base: RunResult | None = None
    drawn: RunResult | None = None
    is_interrupted: bool = False

    @property
    def replicates(self) -> int:
        """Number of replicates that were run."""
        return len(self.votes[0].each)

    def _line(self) -> str:
        months = "" if self.months is None else f", {len(self.months.months)} months"
        splits = ", ".join(str(vote.split) for vote in self.votes)
        plural = "s" if len(self.votes) > 1 else ""
        return f"'{self.case.spec.title}': {self.replicates:,} runs{months}, split{plural} {splits}"

    def _tables(self) -> list[Table]:
        spec = self.case.spec
        actions = [Column(f"{action} (90 % of runs)") for action in Split.model_fields]
        columns = [Column("vote"), Column("date"), *actions, Column("observed")]
        facts = {"world": spec.world, "runs": f"{self.replicates:,}", "seed": spec.seed, "engine": self.engine}
        return [
            table(spec.question, columns, [self._row(vote) for vote in self.votes]),
            table("", [Column("run"), Column("")], list(facts.items())),
        ]

    def _row(self, vote: VoteResult) -> list[object]:
        """The row of a vote in a table: intervals of its tally, and the observed split."""
        spread = [vote.frequencies.tallies.of(action) for action in Split.model_fields]
        intervals = [write_interval(one.p05, one.p95) for one in spread]
        call = self.case.world.rollcall(vote.resolution)
        observed = None
        if call is not None:
            observed = Split(**{action: (call.votes == ACTIONS.index(action)).sum() for action in Split.model_fields})
        return [vote.resolution, vote.date, *intervals, observed]


def count_tallies(actions: ActionArray) -> IntArray:
    """Count the members per action code in every replicate: (R, 4) from action codes (R, N)."""
    return np.stack([(actions == code).sum(axis=1) for code in range(ACTION_COUNT)], axis=1)


def count_replicates(actions: ActionArray) -> IntArray:
    """Count the replicates per action code for every member: (N, 4) from action codes (R, N)."""
    return np.stack([(actions == code).sum(axis=0) for code in range(ACTION_COUNT)], axis=1)


def frequencies(counts: IntArray) -> FloatArray:
    """Smoothed frequencies (n + 1/2) / (R + 2) of the actions, (N, 4) by action code."""
    replicates = counts.sum(axis=1, keepdims=True)
    return (counts + 0.5) / (replicates + 2)


def compare_actions(actions: ActionArray, base: ActionArray, world: World) -> VoteChange:
    """Compare the actions of one vote with those of its base.

    Parameters
    ----------
    actions, base : action codes (R, N) here and in the base.
    """
    pairs = base.astype(np.int64) * ACTION_COUNT + actions
    transitions = np.stack([(pairs == pair).sum(axis=0) for pair in range(ACTION_COUNT * ACTION_COUNT)], axis=1)
    steps = [(actions == code).astype(np.int64) - (base == code) for code in range(ACTION_COUNT)]
    shares = {name: world.attributes[name] / world.attributes[name].sum() for name in ("population", "gdp_usd")}
    behind = {name: np.stack([(step * share).sum(axis=1) for step in steps], axis=1) for name, share in shares.items()}
    return VoteChange(
        transitions=transitions.reshape(-1, ACTION_COUNT, ACTION_COUNT),
        tallies=count_tallies(actions) - count_tallies(base),
        population=behind["population"],
        gdp=behind["gdp_usd"],
    )


def compare_votes(votes: Sequence[VoteResult], base: Sequence[VoteResult], world: World) -> tuple[VoteResult, ...]:
    """Compare votes with those of a base in the same replicates; the actions are not kept.

    Raises
    ------
    ValueError : the actions were not kept.
    """
    found = []
    for own, other in zip(votes, base, strict=True):
        if own.actions is None or other.actions is None:
            raise ValueError("the actions of both are needed")
        found.append(replace(own, change=compare_actions(own.actions, other.actions, world), actions=None))
    return tuple(found)


def merge_votes(parts: Sequence[VoteResult]) -> VoteResult:
    """Merge the results of one vote in consecutive replicates."""
    if len(parts) == 1:
        return parts[0]
    changes = [part.change for part in parts if part.change is not None]
    actions = [part.actions for part in parts if part.actions is not None]
    return VoteResult(
        resolution=parts[0].resolution,
        date=parts[0].date,
        each=ReplicatesInMemory(
            tallies=np.concatenate([part.tallies for part in parts]),
            is_settled=np.concatenate([part.is_settled for part in parts]),
        ),
        counts=np.sum([part.counts for part in parts], axis=0),
        actions=np.concatenate(actions) if actions else None,
        change=merge_changes(changes) if changes else None,
    )


def merge_changes(parts: Sequence[VoteChange]) -> VoteChange:
    """Merge the changes of one vote in consecutive replicates."""
    return VoteChange(
        transitions=np.sum([part.transitions for part in parts], axis=0),
        tallies=np.concatenate([part.tallies for part in parts]),
        population=np.concatenate([part.population for part in parts]),
        gdp=np.concatenate([part.gdp for part in parts]),
    )
