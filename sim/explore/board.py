"""What a page shows of a state: numbers, the chamber, the distributions, the map, who votes differently."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import numpy as np

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
from sim.views.geography import outlines, tiles
from sim.views.seats import seat_distance, seats
from sim.views.styles import INK, LAND, MISS, STYLES
from sim.world import load_world

MOST_BINS = 28
VISIBLE = 0.05
"""Members that vote differently in a smaller share of the runs are counted rather than listed."""
SCALE = 1000
"""Units of a drawing for each radius of the chamber, or of the globe."""

MARKS = {"o": "M-7,0A7,7 0 1 0 7,0A7,7 0 1 0 -7,0Z", "D": "M0,-8L8,0L0,8L-8,0Z", "s": "M-6,-6H6V6H-6Z"}
"""Shapes by Matplotlib's letter, as paths about 8 units from the middle."""
CORNERS = {"path": "M-14,-6V-14H-6M6,-14H14V-6M14,6V14H6M-6,14H-14V6", "colour": "#B8006B"}
"""The frame of the member that is chosen, about 14 units from the middle; a ring marks a difference."""


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
    """A member: its most likely action now and in the baseline, and how often it votes differently."""

    iso3: str
    name: str
    now: str
    before: str
    chances: list[float]
    observed: str | None
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
        observed=None if observed is None else "/".join(str(observed.of(name)) for name in SPLIT),
        near=None if observed is None else now.near,
        accuracy=None if observed is None else now.accuracy,
        settled=now.settled,
        histograms=[_histogram(found, name, observed) for name in REPORTED],
        members=_members(found, now, before),
        movers=often,
        rarely=len(change.moved) - len(often),
    )


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
    change = found.result.votes[found.state.vote].change
    shares = {} if change is None else measure_moves(change, found.result.replicates)
    return [
        BoardMember(
            iso3=row.iso3,
            name=row.name,
            now=_likeliest(row),
            before=_likeliest(was),
            chances=[round(getattr(row, name), 4) for name in REPORTED],
            observed=None if found.is_what_if else row.observed,
            **{name: float(share[i]) for name, share in shares.items()},
        )
        for i, (row, was) in enumerate(zip(now.members, before.members, strict=True))
    ]


def _likeliest(row: MemberVote) -> str:
    return max(ACTIONS, key=lambda name: float(getattr(row, name)))


class Look(Result):
    """How an action is drawn."""

    fill: str
    edge: str


class MemberName(Result):
    """A member by code and name."""

    iso3: str
    name: str


class Scenery(Result):
    """What does not change while levers move: seats and tiles of the members, land, and how actions look."""

    seats: list[list[int]]
    seat_radius: float
    tiles: list[list[int]]
    land: str
    land_fill: str
    ink: str
    accent: str
    corners: Mapping[str, str]
    marks: Mapping[str, str]
    styles: Mapping[str, Look]
    actions: tuple[str, ...]
    members: list[MemberName]


def make_scenery(found: Explored) -> Scenery:
    """What does not change while levers move.

    A member keeps its seat: seats are ordered by the baseline's probabilities, from support to opposition.
    """
    world = found.case.world
    chances = frequencies(found.baseline.votes[found.state.vote].counts)
    order = np.argsort(chances[:, OPPOSE] - chances[:, SUPPORT], kind="stable")
    places = np.empty((world.size, 2))
    places[order] = seats(world.size)
    cells, land = _map(found.spec.world, found.spec.vote[0].date)
    return Scenery(
        seats=_drawn(places),
        seat_radius=round(SCALE * seat_distance(world.size) * 0.42, 1),
        tiles=_drawn(cells),
        land=land,
        land_fill=LAND,
        ink=INK,
        accent=MISS,
        corners=CORNERS,
        marks={name: MARKS[style.marker] for name, style in STYLES.items()},
        styles={name: Look(fill=style.fill, edge=style.edge) for name, style in STYLES.items()},
        actions=REPORTED,
        members=[MemberName(iso3=iso3, name=name) for iso3, name in zip(world.iso3, world.names, strict=True)],
    )


@lru_cache(4)
def _map(reference: str, day: date) -> tuple[FloatArray, str]:
    world = load_world(reference, at=day)
    rings = [f"M{' '.join(f'{x},{y}' for x, y in _drawn(ring))}Z" for ring in outlines(world) if not _wraps(ring)]
    return tiles(world), "".join(rings)


def _wraps(ring: FloatArray) -> bool:
    """Whether an island is on both ends of the map, and would be drawn across all of it."""
    return bool(np.abs(np.diff(ring[:, 0])).max() > 1)


def _drawn(places: FloatArray) -> list[list[int]]:
    """Places as whole units of a drawing, whose second coordinate grows downwards."""
    return (np.round(places * [SCALE, -SCALE]).astype(int)).tolist()
