"""What a page shows of a state: numbers, the chamber, the distributions, the map, who votes differently."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.explore.result import Explored
from sim.results.changes import Mover, VoteChanged
from sim.results.described import Result
from sim.results.parts import ByAction
from sim.results.run import MemberVote, VoteSummary
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT
from sim.runner.result import frequencies
from sim.summaries.changes import measure_moves
from sim.summaries.summary import summarise_vote
from sim.summaries.tallies import CODES, REPORTED, SPLIT
from sim.views.geography import WorldMap, make_map
from sim.views.seated import seat_members
from sim.views.seats import measure_seat_distance, seats
from sim.views.styles import STYLES
from sim.world import load_world

MOST_BINS = 28
VISIBLE = 0.05
"""Members that vote differently in a smaller share of the runs are counted rather than listed."""
SCALE = 1000
"""Units of a drawing for each radius of the chamber, or of the globe."""

MARKS = {"o": "M-7,0A7,7 0 1 0 7,0A7,7 0 1 0 -7,0Z", "D": "M0,-8L8,0L0,8L-8,0Z", "s": "M-6,-6H6V6H-6Z"}
"""Shapes by Matplotlib's letter, as paths about 8 units from the middle."""
CORNERS = "M-14,-6V-14H-6M6,-14H14V-6M14,6V14H6M-6,14H-14V6"
"""The frame of the member that is chosen, about 14 units from the middle."""


class TallyRow(Result):
    """The tally of an action, now and in the baseline."""

    action: str
    median: float
    p05: float
    p95: float
    observed: int | None
    before: float
    change: float
    population: float


class Histogram(Result):
    """How often a tally occurs, now and in the baseline, over bins of a whole number of members."""

    action: str
    low: int
    high: int
    width: int
    now: list[int]
    before: list[int]
    observed: int | None


class BoardMember(Result):
    """A member: its seat now, in the baseline and in the roll call, its probabilities, how often it votes differently.

    The seats are those of the most likely votes with the counts of the splits; None for a member that may not vote.
    """

    iso3: str
    name: str
    now: str | None
    before: str | None
    observed: str | None
    chances: list[float]
    chances_before: list[float]
    moved: float = 0.0
    towards: float = 0.0
    away: float = 0.0


class Board(Result):
    """The numbers and the members of the vote that is shown."""

    title: str
    question: str
    baseline: str
    replicates: int
    all_replicates: int
    vote: int
    votes: list[str]
    rows: list[TallyRow]
    split: str
    split_before: str
    besides_target: float
    observed: str | None
    roll_call: str | None
    differ: int
    near: float | None
    accuracy: float | None
    settled: float
    histograms: list[Histogram]
    members: list[BoardMember]
    movers: list[Mover]
    rarely: int


def make_board(found: Explored) -> Board:
    """The numbers and the members of the vote that is shown."""
    number = found.state.vote
    now, before = (summarise_vote(run, number) for run in (found.result, found.baseline))
    change = now.base
    if change is None:
        raise ValueError("the run was not compared with its baseline")
    often = [mover for mover in change.moved if mover.moved >= VISIBLE]
    observed = None if found.is_what_if else now.observed
    members = _members(found, now, before)
    return Board(
        title=found.spec.title,
        question=found.spec.question,
        baseline=found.baseline.case.spec.title,
        replicates=found.result.replicates,
        all_replicates=found.spec.replicates,
        vote=number,
        votes=[f"{vote.resolution}, {vote.date}" for vote in found.spec.vote],
        rows=[_row(name, now, before, change, observed) for name in REPORTED],
        split=str(now.split.with_target),
        split_before=str(before.split.with_target),
        besides_target=now.split.without_target.oppose,
        observed=None if observed is None else _write_split(observed),
        roll_call=None if before.observed is None else _write_split(before.observed),
        differ=sum(member.now != member.before for member in members),
        near=None if observed is None else now.near,
        accuracy=None if observed is None else now.accuracy,
        settled=now.settled,
        histograms=[_histogram(found, name, observed) for name in REPORTED],
        members=members,
        movers=often,
        rarely=len(change.moved) - len(often),
    )


def _write_split(counts: ByAction[int]) -> str:
    return "/".join(str(counts.of(name)) for name in SPLIT)


def _row(
    name: str, now: VoteSummary, before: VoteSummary, change: VoteChanged, observed: ByAction[int] | None
) -> TallyRow:
    tally = now.tally.of(name)
    return TallyRow(
        action=name,
        median=tally.median,
        p05=tally.p05,
        p95=tally.p95,
        observed=None if observed is None else observed.of(name),
        before=before.tally.of(name).median,
        change=change.change.of(name),
        population=now.population_share.of(name),
    )


def _histogram(found: Explored, name: str, observed: ByAction[int] | None) -> Histogram:
    number, code = found.state.vote, CODES[name]
    now, before = (run.votes[number].tallies[:, code] for run in (found.result, found.baseline))
    seen = [] if observed is None else [observed.of(name)]
    low = int(min(now.min(), before.min(), *seen))
    high = int(max(now.max(), before.max(), *seen))
    width = -(-(high - low + 1) // MOST_BINS)
    bins = -(-(high - low + 1) // width)
    edges = low + width * np.arange(bins + 1)
    return Histogram(
        action=name,
        low=low,
        high=int(edges[-1]) - 1,
        width=width,
        now=np.histogram(now, edges)[0].tolist(),
        before=np.histogram(before, edges)[0].tolist(),
        observed=seen[0] if seen else None,
    )


def _members(found: Explored, now: VoteSummary, before: VoteSummary) -> list[BoardMember]:
    number = found.state.vote
    change = found.result.votes[number].change
    shares = {} if change is None else measure_moves(change, found.result.replicates)
    seats, seats_before = (
        seat_members(run.votes[number], summary.split.with_target.document())
        for run, summary in ((found.result, now), (found.baseline, before))
    )
    return [
        BoardMember(
            iso3=row.iso3,
            name=row.name,
            now=_name_action(seats[i]),
            before=_name_action(seats_before[i]),
            observed=was.observed,
            chances=_write_chances(row),
            chances_before=_write_chances(was),
            **{name: float(share[i]) for name, share in shares.items()},
        )
        for i, (row, was) in enumerate(zip(now.members, before.members, strict=True))
    ]


def _name_action(code: int) -> str | None:
    return None if code < 0 else ACTIONS[code]


def _write_chances(row: MemberVote) -> list[float]:
    return [round(getattr(row, name), 4) for name in REPORTED]


class MemberName(Result):
    """A member by code and name."""

    iso3: str
    name: str


class Scenery(Result):
    """What does not change while levers move: seats, shapes and dots of the members, land, and how actions look.

    Parameters
    ----------
    seats : of each member that may vote, from support to opposition in the baseline; None of the others.
    order : places of the members that may vote, in the order of the seats.
    shapes : path of each member on the map; empty where it has none.
    dots : where a member that is too small to be seen has its dot; None of the others.
    dot_radius : of these, and of the marks in them.
    land : path of the land of no member.
    """

    seats: list[list[int] | None]
    seat_radius: float
    order: list[int]
    shapes: list[str]
    dots: list[list[int] | None]
    dot_radius: float
    land: str
    corners: str
    marks: Mapping[str, str]
    actions: tuple[str, ...]
    members: list[MemberName]


def make_scenery(found: Explored) -> Scenery:
    """What does not change while levers move.

    A member keeps its seat: seats are ordered by the baseline's probabilities, from support to opposition.
    """
    world, vote = found.case.world, found.baseline.votes[found.state.vote]
    chances = frequencies(vote.counts)
    order = np.argsort(chances[:, OPPOSE] - chances[:, SUPPORT], kind="stable")
    order = order[vote.is_voter[order]]
    drawn = _map(found.spec.world, found.spec.vote[0].date)
    return Scenery(
        seats=_at_members(order, seats(len(order)), world.size),
        seat_radius=round(SCALE * measure_seat_distance(len(order)) * 0.42, 1),
        order=order.tolist(),
        shapes=[_path(drawn.shapes.get(i, [])) for i in range(world.size)],
        dots=_at_members(drawn.dotted, drawn.dots, world.size),
        dot_radius=round(SCALE * drawn.distance * 0.44, 1),
        land=_path(drawn.elsewhere),
        corners=CORNERS,
        marks={name: MARKS[style.marker] for name, style in STYLES.items()},
        actions=REPORTED,
        members=[MemberName(iso3=iso3, name=name) for iso3, name in zip(world.iso3, world.names, strict=True)],
    )


@lru_cache(4)
def _map(reference: str, day: date) -> WorldMap:
    return make_map(load_world(reference, at=day))


def _path(rings: list[FloatArray]) -> str:
    return "".join(f"M{' '.join(f'{x},{y}' for x, y in _drawn(ring))}Z" for ring in rings)


def _at_members(members: NDArray[np.intp], places: FloatArray, size: int) -> list[list[int] | None]:
    """Places of some members, in the list of all."""
    found: list[list[int] | None] = [None] * size
    for member, place in zip(members.tolist(), _drawn(places), strict=True):
        found[member] = place
    return found


def _drawn(places: FloatArray) -> list[list[int]]:
    """Places as whole units of a drawing, whose second coordinate grows downwards."""
    return (np.round(places * [SCALE, -SCALE]).astype(int)).tolist()
