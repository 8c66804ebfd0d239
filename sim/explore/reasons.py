"""Why the member that was clicked acts as it does: the terms of `sim explain`, for the state of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.explore.result import Explored
from sim.rules.choice import ACTIONS
from sim.summaries.tallies import REPORTED
from sim.whatif.explanation.explain import Explanation
from sim.whatif.explanation.explained import explanation_document
from sim.whatif.explanation.levers import levers_of
from sim.whatif.explanation.terms import take_apart
from sim.whatif.explanation.tipping import Member, tips_by_lever

MOST_PEERS = 8
MOST_TIPS = 12
TIPS_TAKE = {
    (False, False): "about 10 seconds",
    (False, True): "about a minute",
    (True, False): "a minute or two",
    (True, True): "some minutes",
}
"""How long it takes to find what tips a member, by whether there are months, and whether parameters are drawn."""


def reasons(found: Explored) -> dict[str, Any]:
    """The explanation of the member that is chosen: every term that acts, the decisive one, the heaviest peers.

    It is of the replicates that are run so far, whose number it says.
    """
    case, state = found.case, found.state
    anatomy = take_apart(case, state.vote, found.result.replicates)
    document = explanation_document(Explanation(anatomy, case.world.index[state.member]))
    terms: Any = document["terms"]
    peers: Any = document["peers"]
    acting = [
        {"term": term["term"], "meaning": term["meaning"], "value": term["value"], **{a: term[a] for a in REPORTED}}
        for term in terms
        if any(term[action] for action in REPORTED)
    ]
    return {
        **{key: document[key] for key in ("iso3", "name", "is_given", "likeliest", "probabilities", "utilities")},
        "replicates": found.result.replicates,
        "tips_take": TIPS_TAKE[case.plan is not None, case.fit is not None],
        "terms": acting,
        "idle": [term["term"] for term in terms if not any(term[action] for action in REPORTED)],
        "decisive": document["decisive"],
        "peers": peers[:MOST_PEERS],
        "other_peers": len(peers) - MOST_PEERS if len(peers) > MOST_PEERS else 0,
    }


def tips(found: Explored) -> Iterator[dict[str, Any]]:
    """What would tip the member that is chosen, as far as levers are tried: an answer after each, nearest tips first.

    Yields
    ------
    ``tried`` and ``levers``, numbers of levers, and the ``rows`` of the tips found so far.
    """
    number, iso3 = found.state.vote, found.state.member
    member = Member(found.case, number, found.case.world.index[iso3], found.spec.replicates)
    levers = levers_of(found.case, number, iso3)
    now = int(member.simulated(found.spec).argmax())
    rows: list[dict[str, Any]] = []
    for tried, (lever, nearest) in enumerate(tips_by_lever(member, levers, now), start=1):
        rows += [
            {
                "lever": lever.key,
                "now": lever.now,
                "to": tip.beyond,
                "action": ACTIONS[tip.action],
                "share": abs(tip.change) / lever.width,
            }
            for tip in nearest
        ]
        rows.sort(key=lambda row: row["share"])
        yield {"tried": tried, "levers": len(levers), "rows": rows[:MOST_TIPS]}
