"""All that was asked of dates and votes about peers, and whether any of it shows that members follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sim.fitting.peers.network import read_questions
from sim.fitting.peers.order import estimate_order, follow_course_by_day, follow_courses_by_year
from sim.fitting.peers.votes import estimate_votes
from sim.results.peers import PeerEstimate, PeersReport
from sim.results.tables import COUNT, TEXT, UTILITY, Column, Kind, Table, table
from sim.results.wording import write_number
from sim.specs import read_scenario

REFERENCES = ("surprise against all votes before", "surprise against the votes before both")
P = Kind(lambda value: write_number(value, 2))


def estimate_peers(on_progress: Callable[[int], None] = lambda done: None) -> PeersReport:
    """Ask the order of joining sanctions, and votes after earlier surprises, whether members follow their peers.

    Parameters
    ----------
    on_progress : called with the number of questions answered.
    """
    order = read_questions()["order"]
    course = follow_course_by_day(read_scenario(order["scenario"]))
    asked: list[Callable[[], PeerEstimate]] = [
        lambda: estimate_order([course], order["by_day"]),
        lambda: estimate_order(follow_courses_by_year(), order["by_year"]),
        *(partial(estimate_votes, one["targets"], f"{one['label']}, {said}", gap) for one, gap, said in _votes()),
    ]
    found = []
    for number, ask in enumerate(asked):
        found.append(ask())
        on_progress(number + 1)
    first, second, *votes = found
    pairs = zip(votes[::2], votes[1::2])
    return PeersReport(
        unit_of_order="log hazard, all peers less none",
        unit_of_votes="stance per stance of peers",
        order=(first, second),
        votes=tuple(votes),
        is_identified=first.is_identified
        or second.is_identified
        or any(one.is_identified and other.is_identified for one, other in pairs),
    )


def _votes() -> list[tuple[Mapping[str, Any], int, str]]:
    """The sets of votes, each with both references that a surprise is measured from."""
    return [(one, gap, said) for one in read_questions()["votes"] for gap, said in enumerate(REFERENCES)]


def answer_peers(found: PeersReport) -> str:
    """Whether members follow their peers, in a sentence."""
    if found.is_identified:
        shown = [one.label for one in (*found.order, *found.votes) if one.is_identified]
        return f"Members follow their peers: shown by {'; '.join(shown)}."
    return (
        "Whether members follow their peers is not identified: neither the order in which they joined sanctions nor "
        "their votes after peers surprised distinguish following from likeness."
    )


def make_following_table(found: PeersReport) -> Table:
    """Every question with its interval and its rank among placebo peers."""
    columns = (
        Column("what was asked", TEXT),
        Column("decisions", COUNT),
        Column("effect", UTILITY),
        Column("from", UTILITY),
        Column("to", UTILITY),
        Column("p, placebo", P),
        Column("follows"),
    )
    rows = [
        [one.label, one.decisions, one.effect, one.low, one.high, one.placebo_p, "yes" if one.is_identified else "no"]
        for one in (*found.order, *found.votes)
    ]
    note = (
        f"Joining: {found.unit_of_order}; decisions are members. Votes: {found.unit_of_votes}; decisions are votes. "
        "90 % intervals. Placebo: members of a region change places. Below 0 is no following: surprises of a group of "
        "peers are made up for at the next vote."
    )
    return table("Do members do what their peers did before them?", columns, rows, note)
