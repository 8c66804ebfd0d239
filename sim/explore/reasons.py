"""Why the member that was clicked votes as it does: the terms of `sim explain`, for the state of a page."""

from __future__ import annotations

from collections.abc import Iterator

from sim.explore.result import Explored
from sim.results.described import Result
from sim.results.explanation import Decisive, ExplainedTerm, Peer
from sim.results.parts import ByAction
from sim.whatif.explanation.explain import Explanation
from sim.whatif.explanation.levers import find_levers
from sim.whatif.explanation.summary import summarise_explanation
from sim.whatif.explanation.switching import WatchedMember, find_by_lever
from sim.whatif.explanation.terms import take_apart
from sim.world.labels import label_quantity

MOST_PEERS = 8
MOST_TIPS = 12
TIPS_TAKE = {
    (False, False): "10 to 30 seconds",
    (False, True): "half a minute",
    (True, False): "about a minute",
    (True, True): "some minutes",
}
"""How long it takes to find what would change a vote, by whether it sees months, and whether parameters are drawn."""


class PageReasons(Result):
    """What a page shows of an explanation: every term that adds something, the decisive one, the main peers."""

    labels: dict[str, str]
    iso3: str
    name: str
    is_given: bool
    likeliest: str
    probabilities: ByAction[float]
    utilities: ByAction[float]
    replicates: int
    tips_take: str
    terms: tuple[ExplainedTerm, ...]
    idle: tuple[str, ...]
    decisive: Decisive | None
    peers: tuple[Peer, ...]
    other_peers: int


class Refused(Result):
    """Why the reasons of a member cannot be computed."""

    iso3: str
    refused: tuple[str, ...]


class PageTip(Result):
    """A switching point in the table of a page."""

    lever: str
    now: float
    to: float
    action: str
    share: float


class PageTips(Result):
    """The switching points found so far, nearest first, and how many of the levers were tried."""

    tried: int
    levers: int
    rows: tuple[PageTip, ...]


def explain_chosen(found: Explored) -> PageReasons:
    """The explanation of the chosen member, over the replicates that were run so far."""
    case, state = found.case, found.state
    anatomy = take_apart(case, state.vote, found.result.replicates)
    explained = summarise_explanation(Explanation(anatomy, case.world.index[state.member]))
    acting = tuple(term for term in explained.terms if any(term.values()))
    return PageReasons(
        labels={term.term: label_quantity(term.term) for term in explained.terms},
        iso3=explained.iso3,
        name=explained.name,
        is_given=explained.is_given,
        likeliest=explained.likeliest,
        probabilities=explained.probabilities,
        utilities=explained.utilities,
        replicates=explained.replicates,
        tips_take=TIPS_TAKE[case.has_feedback, case.fit is not None],
        terms=acting,
        idle=tuple(label_quantity(term.term) for term in explained.terms if term not in acting),
        decisive=explained.decisive,
        peers=explained.peers[:MOST_PEERS],
        other_peers=len(explained.peers[MOST_PEERS:]),
    )


def search_switching_points(found: Explored) -> Iterator[PageTips]:
    """What would change the vote of the chosen member: an answer after each lever that was tried."""
    number, iso3 = found.state.vote, found.state.member
    member = WatchedMember(found.case, number, found.case.world.index[iso3], found.spec.replicates)
    levers = find_levers(found.case, number, iso3)
    now = int(member.simulated(found.spec).argmax())
    rows: list[PageTip] = []
    for tried, (lever, points) in enumerate(find_by_lever(member, levers, now), start=1):
        rows += [
            PageTip(
                lever=lever.label,
                now=lever.now,
                to=point.beyond,
                action=point.action,
                share=point.share_of_width,
            )
            for point in points
        ]
        rows.sort(key=lambda row: row.share)
        yield PageTips(tried=tried, levers=len(levers), rows=tuple(rows[:MOST_TIPS]))
