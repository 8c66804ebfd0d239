"""An explanation as rows, and as the document of ``sim explain --json``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import FloatArray
from sim.case.ballot import WEIGHTS
from sim.rules.choice import ACTIONS
from sim.rules.influence import listened_to
from sim.rules.parameters import registry
from sim.summaries.tallies import CODES, REPORTED
from sim.whatif.explanation.decisive import at_means, decisive_terms
from sim.whatif.explanation.explain import Explanation
from sim.whatif.explanation.terms import Anatomy, Term, chances_of
from sim.world.sources import origins_of

LOW, HIGH = 0.05, 0.95
MEANINGS = {
    "severity": "how dear the text is to support",
    "drift": "what the months have done to alignment",
}
"""Of the terms that no single parameter weighs."""
LEARNED = {
    "belief": "the parameter 'enforcement' at first; the months teach it, listing by listing",
    "drift": "the months: changes of dependence and isolation, visits",
}
"""Where quantities come from that no column holds."""


def explanation_document(found: Explanation) -> dict[str, object]:
    """The document of ``sim explain --json``."""
    anatomy, i = found.anatomy, found.index
    case, decisive = anatomy.case, decisive_terms(anatomy)[i]
    return {
        "scenario": case.spec.title,
        "seed": case.spec.seed,
        "replicates": anatomy.replicates,
        "parameter_uncertainty": case.fit is not None,
        "resolution": anatomy.ballot.resolution,
        "date": anatomy.ballot.date.isoformat(),
        "iso3": case.world.iso3[i],
        "name": case.world.names[i],
        "is_given": not bool(anatomy.is_drawn[i]),
        "likeliest": ACTIONS[found.likeliest],
        "next": ACTIONS[found.next],
        **_answer(anatomy, i),
        "terms": term_rows(found),
        "decisive": None
        if decisive is None
        else {
            "term": anatomy.terms[decisive.term].name,
            "probability": decisive.probability,
            "at_mean": decisive.at_mean,
            "then_likeliest": ACTIONS[decisive.then],
        },
        "peers": peer_rows(found),
        "months": [
            {
                "month": f"{month.ballot.date:%Y-%m}",
                "date": month.ballot.date.isoformat(),
                **_answer(month, i),
                "terms": [_term_row(term, i) for term in month.terms],
            }
            for month in found.monthly
        ],
        "levers": lever_rows(found),
        "along": None if found.walk is None else {"lever": found.walk[0].key, "points": walk_rows(found)},
    }


def _answer(anatomy: Anatomy, i: int) -> dict[str, object]:
    """What a member does, in runs and from its utilities."""
    utilities = anatomy.utilities[i]
    return {
        "probabilities": by_name(anatomy.chances[i]),
        "utilities": by_name(utilities),
        "probabilities_from_utilities": by_name(chances_of(utilities)),
    }


def by_name(values: FloatArray) -> dict[str, float]:
    """Values (4,) by action code as values by name, as people read them."""
    return {action: float(values[CODES[action]]) + 0.0 for action in REPORTED}


def _term_row(term: Term, i: int) -> dict[str, object]:
    """What a term adds to each action of a member, and what is weighed in it."""
    return {
        "term": term.name,
        "of": term.of,
        **by_name(term.array()[i]),
        "value": None if term.value is None else float(term.value[i]),
    }


def term_rows(found: Explanation) -> list[dict[str, object]]:
    """A row per term: what it adds to each action, what it is made of, and where that comes from."""
    anatomy, i = found.anatomy, found.index
    otherwise = at_means(anatomy)
    low, high = (None, None) if anatomy.draws is None else np.quantile(anatomy.draws, (LOW, HIGH), axis=0)
    over = anatomy.arrays[:, i, found.likeliest] - anatomy.arrays[:, i, found.next]
    ranges = over_next_in_draws(found)
    return [
        {
            **_term_row(term, i),
            "p05": None if low is None else by_name(low[place]),
            "p95": None if high is None else by_name(high[place]),
            "over_next": {
                "mean": float(over[place]) + 0.0,
                "p05": None if ranges is None else float(ranges[0, place]) + 0.0,
                "p95": None if ranges is None else float(ranges[1, place]) + 0.0,
            },
            "likeliest_at_mean": None if otherwise is None else float(otherwise[place, i, found.likeliest]),
            "meaning": registry()[term.parameter].meaning if term.parameter else MEANINGS[term.name],
            "made_of": _made_of(found, term),
        }
        for place, term in enumerate(anatomy.terms)
    ]


def over_next_in_draws(found: Explanation) -> FloatArray | None:
    """What 90 % of the draws of what each term adds to the likeliest action over the next lie between, (2, terms)."""
    draws = found.anatomy.draws
    if draws is None:
        return None
    return np.quantile(draws[..., found.likeliest] - draws[..., found.next], (LOW, HIGH), axis=0)


def _made_of(found: Explanation, term: Term) -> list[dict[str, object]]:
    """The quantities of a term, with the rule that filled each in, or the columns it is derived from."""
    case, i = found.anatomy.case, found.index
    weights = {name: parameter for kind in WEIGHTS.values() for name, parameter in kind.items()}
    rules = case.world.rules_of(case.world.iso3[i], case.world.iso3[case.roles.target])
    start = {name: values[i] for name, values in case.standings[found.anatomy.number].terms.values.items()}
    start["belief"] = np.float64(case.parameters["enforcement"])
    return [
        {
            "quantity": name,
            "value": float(values[i]),
            "at_start": float(start[name]) if found.monthly and name in start else None,
            "parameter": (parameter := weights.get(name, term.parameter)),
            "weight": found.anatomy.parameters[parameter] if parameter else None,
            "rule": rules.get(name, LEARNED.get(name, "")),
            "origins": [origin.__dict__ for origin in origins_of(case.world, name)],
        }
        for name, values in term.made_of.items()
    ]


def month_rows(found: Explanation) -> list[dict[str, object]]:
    """A row per month and term: what it adds to each action, and what is weighed in it; none without months."""
    return [
        {"month": f"{month.ballot.date:%Y-%m}", "date": month.ballot.date.isoformat(), **_term_row(term, found.index)}
        for month in found.monthly
        for term in month.terms
    ]


def csv_rows(found: Explanation) -> list[dict[str, object]]:
    """The rows of `month_rows`; in a scenario without months, those of the vote alone."""
    return month_rows(replace(found, monthly=found.monthly or (found.anatomy,)))


def moving(found: Explanation, most: int) -> dict[str, FloatArray]:
    """What speaks for the likeliest action over the next, month by month: label to utility, (T,) each.

    The terms that move most come first, then the others that move, the rest, which stays where it is, and the sum.

    Parameters
    ----------
    most : how many terms stand for themselves.
    """
    i, first, second = found.index, found.likeliest, found.next
    over = np.stack([month.arrays[:, i, first] - month.arrays[:, i, second] for month in found.monthly], axis=1)
    names = [term.name for term in found.anatomy.terms]
    spread = np.ptp(over, axis=1)
    order = [int(place) for place in np.argsort(-spread, kind="stable") if spread[place] > STEADY]
    shown = {names[place]: over[place] for place in order[:most]}
    if len(order) > most:
        shown["other moves"] = over[order[most:]].sum(axis=0)
    return {**shown, "steady": over[spread <= STEADY].sum(axis=0), "together": over.sum(axis=0)}


STEADY = 0.005
"""Utility by which a term may move over all months and still count as steady."""


def peer_rows(found: Explanation) -> list[dict[str, object]]:
    """A row per peer, the heaviest first: its weight, its mean stance, and what it adds to support."""
    anatomy = found.anatomy
    case = anatomy.case
    peers, weights = listened_to(case.peers, found.index)
    return [
        {
            "iso3": case.world.iso3[j],
            "name": case.world.names[j],
            "weight": float(weight),
            "stance": float(anatomy.stances[j]),
            "support": float(weight * anatomy.pulls[j]),
        }
        for j, weight in sorted(zip(peers, weights, strict=True), key=lambda pair: (-pair[1], pair[0]))
    ]


def lever_rows(found: Explanation) -> list[dict[str, object]]:
    """A row per lever that was tried, with its nearest tips: the runs at either side, and their probabilities."""
    return [
        {
            "lever": lever.key,
            "kind": lever.kind,
            "now": lever.now,
            "low": lever.low,
            "high": lever.high,
            "unit": lever.unit,
            "tips": [
                {
                    "action": ACTIONS[tip.action],
                    "before": tip.before,
                    "beyond": tip.beyond,
                    "change": tip.change,
                    "share_of_width": abs(tip.change) / lever.width,
                    "probabilities_before": by_name(tip.chances_before),
                    "probabilities_beyond": by_name(tip.chances_beyond),
                }
                for tip in sorted(tips, key=lambda tip: abs(tip.change))
            ],
        }
        for lever, tips in found.tips
    ]


def walk_rows(found: Explanation) -> list[dict[str, float]]:
    """A row per value that was walked along: the value, and the probabilities of the member's actions."""
    if found.walk is None:
        return []
    _, values, chances = found.walk
    return [{"value": value, **by_name(row)} for value, row in zip(values, chances, strict=True)]
