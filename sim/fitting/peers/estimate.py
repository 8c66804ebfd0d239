"""All that was asked of dates and votes about peers, and whether any of it shows that members follow."""

from __future__ import annotations

from collections.abc import Callable

from sim.fitting.peers.order import course_of_2022, courses_by_year, estimate_order
from sim.fitting.peers.votes import estimate_votes
from sim.results.peers import PeerEstimate, PeersReport
from sim.results.tables import COUNT, TEXT, UTILITY, Column, Kind, Table, table
from sim.results.wording import write_number
from sim.specs import read_scenario

COURSE_OF_EVENTS = "2022-2023"
"""The scenario whose events have the days of joining."""
ALL = ("RUS", "SYR", "IRN", "ISR", "USA")
"""Targets of more than a few resolutions a question."""
REFERENCES = ("all votes before", "the votes before both")
P = Kind(lambda value: write_number(value, 2))


def estimate_peers(on_progress: Callable[[int], None] = lambda done: None) -> PeersReport:
    """Ask the order of joining sanctions, and votes after earlier surprises, whether members follow their peers.

    Parameters
    ----------
    on_progress : called with the number of questions answered, of `QUESTIONS`.
    """
    course = course_of_2022(read_scenario(COURSE_OF_EVENTS))
    asked: list[Callable[[], PeerEstimate]] = [
        lambda: estimate_order([course], "joining against Russia, 22 February to 7 March 2022, by day"),
        lambda: estimate_order(courses_by_year(), "joining against any target, 2012 to 2021, by year"),
        lambda: estimate_votes(["RUS"], f"votes on Russia, surprise against {REFERENCES[0]}", gap=0),
        lambda: estimate_votes(["RUS"], f"votes on Russia, surprise against {REFERENCES[1]}", gap=1),
        lambda: estimate_votes(ALL, f"votes on any target, surprise against {REFERENCES[0]}", gap=0),
        lambda: estimate_votes(ALL, f"votes on any target, surprise against {REFERENCES[1]}", gap=1),
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


QUESTIONS = 6


def answer_peers(found: PeersReport) -> str:
    """Whether members follow their peers, in a sentence."""
    if found.is_identified:
        shown = [one.label for one in (*found.order, *found.votes) if one.is_identified]
        return f"Members follow their peers: shown by {'; '.join(shown)}."
    return (
        "Whether members follow their peers is not identified: neither the order in which they joined sanctions nor "
        "their votes after peers surprised tell following from being alike."
    )


def peers_table(found: PeersReport) -> Table:
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
