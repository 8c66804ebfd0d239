"""Why a member acts as it does in a scenario: its utilities term by term, its peers, and what would tip it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sim.case import WEIGHTS, prepare, terms_of
from sim.errors import did_you_mean, input_error
from sim.evaluation.summary import frequencies
from sim.evaluation.tallies import CODES, REPORTED
from sim.rules.choice import ACTIONS
from sim.rules.influence import listened_to
from sim.rules.parameters import registry
from sim.specs import Scenario
from sim.specs.design import short_key
from sim.whatif.levers import Lever, levers_of
from sim.whatif.terms import Anatomy, Term, at_means, chances_of, decisive_terms, take_apart
from sim.whatif.tipping import Member, Tip, along, tips_of
from sim.world import World
from sim.world.quantities import quantities
from sim.world.sources import origins_of

FloatArray = NDArray[np.float64]

POINTS_ALONG = 11
NARROW = 2.0
"""Width of a lever up to which a walk along it goes from bound to bound; a wider one is walked a quarter each way."""


@dataclass(frozen=True)
class Explanation:
    """A member's action in one vote, explained.

    Parameters
    ----------
    anatomy : the vote taken apart, for all members.
    index : the member's.
    tips : every lever that was tried, and its nearest tips.
    walk : a lever, values of it, and probabilities (values, 4) of the member's actions there; None if not asked for.
    """

    anatomy: Anatomy
    index: int
    replicates: int
    tips: tuple[tuple[Lever, tuple[Tip, ...]], ...] = ()
    walk: tuple[Lever, tuple[float, ...], FloatArray] | None = None

    @property
    def likeliest(self) -> int:
        """Action code that the member has in most replicates."""
        return int(self.anatomy.counts[self.index].argmax())


def explain(
    spec: Scenario,
    reference: str,
    resolution: str | None = None,
    *,
    tries_levers: bool = True,
    walks_along: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Explanation:
    """Explain what a member does in a vote of a scenario.

    Parameters
    ----------
    reference : the member, by code or name.
    resolution : which vote; the first by default.
    tries_levers : whether to look for what would tip the member.
    walks_along : a lever to walk along, such as ``dependence.arms``, or with its range ``dependence.arms=0:1``.
    on_progress : called with the levers tried and all there are.

    Raises
    ------
    InputError : there is no such member, vote or lever, or the scenario has months, whose part is not taken apart.
    """
    if spec.months is not None:
        message = "is in the scenario; what the months move cannot be taken apart into terms."
        raise input_error(f"scenario '{spec.title}'", "months", message, "Explain a scenario of votes alone.")
    case = prepare(spec)
    index, number = _member(case.world, reference), vote_number(spec, resolution)
    levers = levers_of(case, number, case.world.iso3[index])
    walk = None if walks_along is None else _walk(levers, walks_along)
    anatomy = take_apart(case, number, spec.replicates)
    found = Explanation(anatomy, index, spec.replicates)
    member = Member(case, number, index, spec.replicates)
    tips: list[tuple[Lever, tuple[Tip, ...]]] = []
    with threadpool_limits(limits=1):  # many runs of a chamber's size: threads cost more than they bring
        for done, lever in enumerate(levers if tries_levers and anatomy.is_drawn[index] else (), start=1):
            tips.append((lever, tuple(tips_of(member, lever, found.likeliest).values())))
            on_progress(done, len(levers))
        walked = None if walk is None else (*walk, along(member, *walk))
    return Explanation(anatomy, index, spec.replicates, tuple(tips), walked)


def vote_number(spec: Scenario, resolution: str | None) -> int:
    """Which vote of a scenario a resolution is; the first where none is named.

    Raises
    ------
    InputError : the scenario has no such vote.
    """
    resolutions = [vote.resolution for vote in spec.vote]
    if resolution is None:
        return 0
    if resolution not in resolutions:
        fix = did_you_mean(resolution, resolutions, f"Its votes are {', '.join(resolutions)}.")
        raise input_error("--resolution", "", f"'{resolution}' is no vote of '{spec.title}'.", fix)
    return resolutions.index(resolution)


def _member(world: World, reference: str) -> int:
    try:
        (iso3,) = world.resolve(reference)
    except (KeyError, ValueError):
        fix = did_you_mean(reference, (*world.iso3, *world.names), "'sim world members' lists them.")
        raise input_error("MEMBER", "", f"'{reference}' is no member of {world.name}.", fix) from None
    return world.index[iso3]


def _walk(levers: Sequence[Lever], text: str) -> tuple[Lever, tuple[float, ...]]:
    """The lever that is meant, and the values to walk along."""
    name, equals, ends = text.partition("=")
    named = {short_key(lever.key.partition(" of ")[0]): lever for lever in levers}
    lever = named.get(short_key(name.strip()))
    if lever is None:
        raise input_error("--along", "", f"there is no lever '{name}'.", did_you_mean(name, named, "Such as severity."))
    part = lever.width / 4
    low, high = (lever.low, lever.high) if lever.width <= NARROW else (lever.now - part, lever.now + part)
    if equals:
        try:
            low, high = (float(end) for end in ends.split(":"))
        except ValueError:
            message = f"got '{ends}'; a range such as {name}={lever.low:g}:{lever.high:g} is needed."
            raise input_error("--along", "", message) from None
        if not lever.low <= low < high <= lever.high:
            allowed = f"{lever.low:g} to {lever.high:g}"
            raise input_error("--along", "", f"got {ends}; {name} goes from {allowed}, the lower end first.")
    return lever, tuple(np.linspace(max(low, lever.low), min(high, lever.high), POINTS_ALONG).tolist())


def explanation_document(found: Explanation) -> dict[str, object]:
    """The document of ``sim explain --json``."""
    anatomy, i = found.anatomy, found.index
    case, ballot = anatomy.case, anatomy.ballot
    utilities, decisive = anatomy.utilities[i], decisive_terms(anatomy)[i]
    return {
        "scenario": case.spec.title,
        "seed": case.spec.seed,
        "replicates": found.replicates,
        "resolution": ballot.resolution,
        "date": ballot.date.isoformat(),
        "iso3": case.world.iso3[i],
        "name": case.world.names[i],
        "is_given": not bool(anatomy.is_drawn[i]),
        "likeliest": ACTIONS[found.likeliest],
        "probabilities": by_name(frequencies(anatomy.counts)[i]),
        "utilities": by_name(utilities),
        "probabilities_from_utilities": by_name(chances_of(utilities)),
        "terms": term_rows(found),
        "decisive": None
        if decisive.term < 0
        else {
            "term": anatomy.terms[decisive.term].name,
            "probability": decisive.probability,
            "at_mean": decisive.at_mean,
            "then_likeliest": ACTIONS[decisive.then],
        },
        "peers": peer_rows(found),
        "levers": lever_rows(found),
        "along": None if found.walk is None else {"lever": found.walk[0].key, "points": walk_rows(found)},
    }


def by_name(values: FloatArray) -> dict[str, float]:
    """Values (4,) by action code as values by name, as people read them."""
    return {action: float(values[CODES[action]]) for action in REPORTED}


def term_rows(found: Explanation) -> list[dict[str, object]]:
    """A row per term: what it adds to each action, what it is made of, and where that comes from."""
    anatomy, i = found.anatomy, found.index
    likeliest = at_means(anatomy)[:, i, found.likeliest]
    return [
        {
            "term": term.name,
            "of": term.of,
            **{name: float(added[CODES[name]]) + 0.0 for name in REPORTED},
            "likeliest_at_mean": float(likeliest[place]),
            "value": None if term.value is None else float(term.value[i]),
            "meaning": registry()[term.parameter].meaning if term.parameter else "how dear the text is to support",
            "made_of": _made_of(found, term),
        }
        for place, (term, added) in enumerate(zip(anatomy.terms, anatomy.arrays[:, i], strict=True))
    ]


def _made_of(found: Explanation, term: Term) -> list[dict[str, object]]:
    """The quantities of a term, with the rule that filled each in, or the columns it is derived from."""
    case, i = found.anatomy.case, found.index
    spec, vote = case.spec, case.spec.vote[found.anatomy.number]
    known = quantities(case.world, case.roles, spec.vote[0].date, case.parameters["agreement_sharpness"])
    values = terms_of(spec, case.world, case.parameters, known, vote.date).values
    weights = {name: parameter for kind in WEIGHTS.values() for name, parameter in kind.items()}
    names: tuple[str, ...] = (term.name,) if term.name in values or term.name == "memory" else ()
    if term.of == "sanction_risk":
        names = (*WEIGHTS["exposure"], "isolation")
    elif term.of == "grievance":
        names = ("isolation",)
    iso3 = case.world.iso3[i]
    rules = {fill.quantity: fill.rule for fill in case.world.fills if fill.iso3 == iso3}
    return [
        {
            "quantity": name,
            "value": float(values[name][i]) if name in values else None,
            "parameter": (parameter := weights.get(name, term.parameter)),
            "weight": case.parameters[parameter],
            "rule": rules.get(name, ""),
            "origins": [origin.__dict__ for origin in origins_of(case.world, name)],
        }
        for name in names
    ]


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
            "support": float(case.parameters["peer_influence"] * weight * anatomy.stances[j]),
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


def overview_rows(anatomy: Anatomy) -> list[dict[str, object]]:
    """A row per member whose vote is drawn: its likeliest action, and the term that is decisive for it."""
    world, chances = anatomy.case.world, frequencies(anatomy.counts)
    rows: list[dict[str, object]] = []
    for i, decisive in enumerate(decisive_terms(anatomy)):
        if not anatomy.is_drawn[i]:
            continue
        action, is_found = int(anatomy.counts[i].argmax()), decisive.term >= 0
        rows.append(
            {
                "iso3": world.iso3[i],
                "name": world.names[i],
                "likeliest": ACTIONS[action],
                "probability": float(chances[i, action]),
                "decisive": anatomy.terms[decisive.term].name if is_found else None,
                "from_utilities": decisive.probability,
                "at_mean": decisive.at_mean if is_found else None,
                "then_likeliest": ACTIONS[decisive.then] if is_found else None,
            }
        )
    return sorted(rows, key=lambda row: (ACTIONS.index(str(row["likeliest"])), row["name"]))
