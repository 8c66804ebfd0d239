"""The deliberation on one vote in many replicates at once, in NumPy: the shortcuts of the ensemble engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.arrays import ActionArray, BoolArray, FloatArray, IntArray, Number, SingleArray
from sim.case import Case
from sim.case.ballot import NOT_FIXED, Ballot
from sim.randomness import Draws, to_level, to_normal, to_unit
from sim.rules.alignment import Divisiveness
from sim.rules.choice import OPPOSE, STANCES, SUPPORT, choose
from sim.rules.influence import GRID, round_weights, with_peers
from sim.rules.parameters import Parameters
from sim.rules.payoffs import Utilities
from sim.rules.switching import (
    SwitchingPoints,
    bound_rounding,
    find_boundaries,
    find_range,
    solve_switching_points,
    switch,
)

FIRST_ANNOUNCEMENTS = {0: None, 1: SUPPORT, -1: OPPOSE}
"""First announcement of all members by the parameter's value; None: each announces its choice at neutral peers."""

SINGLE_STANCES = STANCES.astype(np.float32)

NARROWED_BELOW = 0.9
"""Share of replicates that still change, below which it is faster to continue with these alone."""
CELLS_PER_STRIP = 8192
"""Number of cells whose arrays fit into the cache of a processor."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one vote in a block of replicates.

    Parameters
    ----------
    actions : action codes (R, N).
    is_settled : whether no member would act differently after one more look at its peers, (R,).
    announcements : action codes (R, N) per round, from the first announcement on; empty unless requested.
    """

    resolution: str
    actions: ActionArray
    is_settled: BoolArray
    announcements: tuple[ActionArray, ...] = ()


@dataclass(frozen=True)
class VoteBlock:
    """One vote in a block of replicates, before members announce.

    Replicates that share a draw share a row: parameters and what the ballot holds are arrays (D, 1) and (D, N), or the
    same for all.

    Parameters
    ----------
    own : utilities before members look at their peers, (D, N).
    rows : the row of each replicate, in ascending order, (R,).
    first : the number of the first replicate.
    """

    case: Case
    ballot: Ballot
    parameters: Parameters
    own: Utilities
    rows: IntArray
    first: int

    @property
    def first_announcement(self) -> int | None:
        """The first announcement of all members; None where each announces its choice at neutral peers."""
        return FIRST_ANNOUNCEMENTS[int(self.case.parameters["first_announcement"])]

    def of_replicate(self, number: int) -> VoteBlock:
        """The vote of one replicate of the block."""
        return replace(self, rows=self.rows[number : number + 1], first=self.first + number)

    def value_at(self, value: Number, replicates: IntArray) -> Number:
        """A value (D, 1) in each of these replicates of the block, (n,); one for all as it is."""
        return value[self.rows[replicates], 0] if isinstance(value, np.ndarray) else value

    def parameter_at(self, name: str, replicates: IntArray) -> Number:
        """The value of a parameter in each of these replicates of the block, (n,), or in all."""
        return self.value_at(self.parameters[name], replicates)

    def own_at(self, members: IntArray, replicates: IntArray) -> Utilities:
        """Utilities (n,) of these members in these replicates of the block, before they look at their peers."""
        cells = self.rows[replicates], members
        return Utilities(*(term[cells] for term in self.own))

    def divisiveness_at(self, replicates: IntArray) -> Divisiveness:
        """How the resolution divides in each of these replicates of the block, (n,), or in all."""
        conflict, order = (self.value_at(value, replicates) for value in self.ballot.divisiveness)
        return Divisiveness(conflict, order)


def draw_normals(case: Case, first: int, count: int) -> Callable[[str], FloatArray]:
    """The standard normal numbers (R, N) that replicates draw positions with, by occasion; each is made once."""

    @cache
    def normals(occasion: str) -> FloatArray:
        return _draw_normals(case, "position", occasion, first, count)

    return normals


def _draw_normals(case: Case, process: str, occasion: str, first: int, count: int) -> FloatArray:
    def make() -> FloatArray:
        draws = Draws(case.spec.seed)
        found = [draws.uniforms(process, occasion, iso3, first, count) for iso3 in case.world.iso3]
        return to_normal(np.stack(found, axis=1))

    return case.keep((process, case.spec.seed, case.world.iso3, occasion, first, count), make)


def draw_noise(case: Case, ballot: Ballot, normals: Callable[[str], FloatArray], first: int, count: int) -> FloatArray:
    """Levels (R, N) in [0, 1) of the noise that members keep through the deliberation on a vote.

    Parameters
    ----------
    ballot : whose divisiveness is a number, or an array (R, 1) over these replicates.
    normals : the numbers of the same replicates, from `draw_normals`.
    """

    def make() -> FloatArray:
        fresh = _draw_normals(case, "vote", ballot.resolution, first, count)
        return to_level(ballot.known.mix_noise(*ballot.divisiveness, normals, fresh))

    known = ballot.known  # kept with the levels, so that no other one gets its number
    along = tuple(np.asarray(dimension).tobytes() for dimension in ballot.divisiveness)
    key = "levels", id(known), case.spec.seed, case.world.iso3, ballot.resolution, along, first, count
    return case.keep(key, lambda: (known, make()))[1]


def name_revision(resolution: str, round_number: int) -> str:
    """The occasion of the draw that decides whether a member revises in a round."""
    return f"{resolution} round {round_number}"


class Deliberation:
    """One vote in a block of replicates. Arrays are (N, R), a row per member.

    A member keeps its draw through the rounds. So either it acts the same way whatever its peers announce, or it has
    switching points in the sum of their stances. Only cells (member, replicate) of the second kind, and cells whose
    first announcement was another action, are followed. Replicates in which nothing changes any more are dropped.
    """

    def __init__(self, block: VoteBlock, normals: Callable[[str], FloatArray]) -> None:
        self.block, self.case, ballot, count = block, block.case, block.ballot, len(block.rows)
        self.replicates = np.arange(count)
        self.draws = Draws(self.case.spec.seed)
        # Whole numbers up to 2^20 and stances: every sum is exact in single precision.
        peers = self.case.peers  # kept with the weights, so that no others get their number
        self.weights = self.case.keep(("weights", id(peers)), lambda: (peers, round_weights(peers)))[1]
        divides = (np.reshape(value, (-1, 1)) for value in block.divisiveness_at(self.replicates))
        spread = replace(ballot, divisiveness=Divisiveness(*divides))
        self.draw = np.ascontiguousarray(draw_noise(self.case, spread, normals, block.first, count).T)
        influence = block.parameters["peer_influence"]
        rounding = bound_rounding(block.own, influence)
        boundaries = find_boundaries(block.own, influence, rounding)
        lowest, highest = find_range([boundary.T[:, block.rows] for boundary in boundaries], self.draw)
        is_fixed = (ballot.fixed != NOT_FIXED)[:, None]
        start = block.first_announcement
        is_followed = (lowest != highest) if start is None else (lowest != highest) | (lowest != start)
        self.member, self.column = np.divmod(np.flatnonzero(is_followed & ~is_fixed), count)
        self.points = self.find_points(lowest, highest, rounding)
        self.close = self.find_close()
        neutral = np.zeros(len(self.member), dtype=np.float32)
        self.now = self.choose(neutral) if start is None else np.full(len(self.member), start, dtype=np.int8)
        self.actions = np.where(is_fixed, ballot.fixed[:, None], lowest)
        self.actions[self.member, self.column] = self.now
        self.stances = SINGLE_STANCES[self.actions]

    def vote(self, *, keeps_rounds: bool) -> Outcome:
        """Simulate the rounds of deliberation, and the vote."""
        announcements = [self.actions.T.copy()] if keeps_rounds else []
        for turn in range(1, self.case.rounds + 1):
            self.revise(turn)
            if keeps_rounds:
                announcements.append(self.actions.T.copy())
        return Outcome(self.block.ballot.resolution, self.actions.T, self.is_settled(), tuple(announcements))

    def words(self, process: str, occasion: str, member: int, start: int, count: int) -> NDArray[np.uint64]:
        """Random words (count,) of a member, from the replicate `start` of this block on."""
        return self.draws.words(process, occasion, self.case.world.iso3[member], self.block.first + start, count)

    def all_words(self, number: int) -> NDArray[np.uint64]:
        """The random words (N, R) that decide whether members revise in a round, kept for further runs of the case."""
        occasion = name_revision(self.block.ballot.resolution, number)
        first, count = self.block.first, self.draw.shape[1]
        return self.case.keep(
            ("revision", self.case.spec.seed, self.case.world.iso3, occasion, first, count),
            lambda: np.stack(
                [self.words("revision", occasion, member, 0, count) for member in range(len(self.case.world.iso3))]
            ),
        )

    def find_points(self, lowest: ActionArray, highest: ActionArray, rounding: float) -> SwitchingPoints:
        """Find the switching points of the followed cells, strip by strip."""
        parts = []
        for start in range(0, max(len(self.member), 1), CELLS_PER_STRIP):
            at = self.member[start : start + CELLS_PER_STRIP], self.column[start : start + CELLS_PER_STRIP]
            own, influence = self.block.own_at(*at), self.block.parameter_at("peer_influence", at[1])
            parts.append(
                solve_switching_points(
                    own, influence, self.draw[at], lowest=lowest[at], highest=highest[at], rounding=rounding
                )
            )
        return SwitchingPoints(*(np.concatenate(points) for points in zip(*parts, strict=True)))

    def find_close(self) -> IntArray:
        """Find the followed cells that the rule itself decides, because rounding could matter at a switching point."""
        return np.flatnonzero(np.isnan(sum(self.points)))

    def choose(self, peers: SingleArray) -> ActionArray:
        """Choose the actions of the followed cells at these sums of their peers' stances, in units of the grid."""
        actions = switch(self.points, peers)
        if len(self.close):
            member, replicate = self.member[self.close], self.replicates[self.column[self.close]]
            means = peers[self.close].astype(np.float64) / GRID
            utilities = with_peers(
                self.block.own_at(member, replicate), self.block.parameter_at("peer_influence", replicate), means
            )
            actions[self.close] = choose(utilities, self.draw[member, replicate])
        return actions

    def find_desired(self) -> ActionArray:
        """Find the actions that the followed cells would choose, given the last announcements of their peers."""
        sums = self.weights @ self.stances
        return self.choose(sums.reshape(-1)[self.member * sums.shape[1] + self.column])

    def revise(self, number: int) -> None:
        """Run one round: members that inertia does not hold back switch to the action that they desire."""
        if not len(self.member):
            return
        desired = self.find_desired()
        would_switch = np.flatnonzero(desired != self.now)
        moves = would_switch[~self.is_held_back(would_switch, number)]
        member, column, action = self.member[moves], self.column[moves], desired[moves]
        self.now[moves] = self.actions[member, self.replicates[column]] = action
        self.stances[member, column] = SINGLE_STANCES[action]
        is_moving = np.zeros(len(self.replicates), dtype=bool)
        is_moving[self.column[would_switch]] = True
        if np.count_nonzero(is_moving) < NARROWED_BELOW * len(is_moving):
            self.narrow(is_moving)

    def narrow(self, is_moving: BoolArray) -> None:
        """Continue with these columns alone."""
        cells = np.flatnonzero(is_moving[self.column])
        self.member, self.now = self.member[cells], self.now[cells]
        self.points = SwitchingPoints(*(point[cells] for point in self.points))
        self.close = self.find_close()
        self.column = (np.cumsum(is_moving) - 1)[self.column[cells]]
        self.replicates, self.stances = self.replicates[is_moving], self.stances[:, is_moving]

    def is_held_back(self, cells: IntArray, number: int) -> BoolArray:
        """Whether each of these followed cells fails to revise. Only members that would switch need a draw."""
        member, replicate = self.member[cells], self.replicates[self.column[cells]]
        inertia, words = self.block.parameter_at("inertia", replicate), np.zeros(len(cells), dtype=np.uint64)
        if not len(cells) or np.all(inertia == 0):
            return np.zeros(len(cells), dtype=bool)
        if self.case.kept is not None:
            return to_unit(self.all_words(number)[member, replicate]) < inertia
        starts = np.flatnonzero(np.diff(member, prepend=-1))
        ends = np.append(starts[1:], len(cells))
        lowest, counts = replicate[starts], replicate[ends - 1] - replicate[starts] + 1
        place = replicate - np.repeat(lowest, ends - starts)
        occasion = name_revision(self.block.ballot.resolution, number)
        spans = np.stack([starts, ends, member[starts], lowest, counts], axis=1)
        for start, end, one, first, count in spans.tolist():
            words[start:end] = self.words("revision", occasion, one, first, count)[place[start:end]]
        return to_unit(words) < inertia

    def is_settled(self) -> BoolArray:
        """Whether no member would act differently after one more look at its peers, (R,)."""
        settled = np.ones(self.actions.shape[1], dtype=bool)
        settled[self.replicates[self.column[self.find_desired() != self.now]]] = False
        return settled
