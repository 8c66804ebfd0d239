"""Why the member that was clicked acts as it does: the terms of `sim explain`, for the state of a page."""

from __future__ import annotations

from typing import Any

from sim.evaluation.tallies import REPORTED
from sim.views.explore.result import Explored
from sim.whatif.explain import Explanation, explain
from sim.whatif.explained import explanation_document, lever_rows
from sim.whatif.terms import take_apart

MOST_PEERS = 8
MOST_TIPS = 12


def reasons(found: Explored) -> dict[str, Any]:
    """The explanation of the member that is chosen: every term that acts, the decisive one, the heaviest peers."""
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
        "terms": acting,
        "idle": [term["term"] for term in terms if not any(term[action] for action in REPORTED)],
        "decisive": document["decisive"],
        "peers": peers[:MOST_PEERS],
        "other_peers": len(peers) - MOST_PEERS if len(peers) > MOST_PEERS else 0,
    }


def tips(found: Explored) -> list[dict[str, Any]]:
    """What would tip the member that is chosen, the nearest tips first; takes seconds, with months a minute."""
    resolution = found.spec.vote[found.state.vote].resolution
    rows: list[Any] = lever_rows(explain(found.spec, found.state.member, resolution))
    flat = [
        {
            "lever": row["lever"],
            "now": row["now"],
            "to": tip["beyond"],
            "action": tip["action"],
            "unit": row["unit"],
            "share": tip["share_of_width"],
        }
        for row in rows
        for tip in row["tips"]
    ]
    return sorted(flat, key=lambda tip: tip["share"])[:MOST_TIPS]
