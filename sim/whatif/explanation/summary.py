"""An explanation as the typed result that ``sim explain --json`` prints, and how the reasons change over the months."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.case import Case
from sim.case.ballot import WEIGHTS
from sim.results.explanation import (
    Addition,
    ExplainedMonth,
    MadeOf,
    MemberAnswer,
    MemberReasons,
    OverNext,
    Peer,
    RevealedPosition,
    RevealingVote,
    TermInMonth,
    TriedLever,
)
from sim.results.explanation import ExplainedTerm as ExplainedTerm
from sim.results.world import SourceColumn
from sim.rules.choice import ACTIONS
from sim.rules.influence import list_peers
from sim.rules.parameters import load_registry
from sim.specs import find_members
from sim.specs.scenario.own import locate_figures
from sim.summaries.edits import write_edit
from sim.summaries.tallies import name_actions
from sim.whatif.explanation.decisive import at_means, find_decisive_terms
from sim.whatif.explanation.explain import Explanation
from sim.whatif.explanation.terms import Anatomy, Term, compute_chances
from sim.world.sources import find_origins
from sim.world.world import ROLL_CALL_VOTES

LOW, HIGH = 0.05, 0.95
STEADY = 0.005
"""Utility by which a term may change over all months and still count as steady."""
MEANINGS = {
    "severity": "how costly it is to support the resolution",
    "drift": "what the months have done to alignment",
    "position": "how far the member is from where its structure puts it, as its earlier votes reveal",
}
"""Meanings of the terms that no single parameter weighs."""
LEARNED = {
    "belief": "the parameter 'enforcement' at first; members learn from listings of firms and from unpunished help",
    "drift": "the months: changes of dependence and isolation, visits",
}
"""Where quantities come from that are not in a column."""


def summarise_explanation(found: Explanation) -> MemberReasons:
    """The result of ``sim explain``: what the member does, why, and what would change its vote."""
    anatomy, i = found.anatomy, found.index
    case = anatomy.case
    return MemberReasons(
        scenario=case.spec.title,
        seed=case.spec.seed,
        replicates=anatomy.replicates,
        parameter_uncertainty=case.fit is not None,
        resolution=anatomy.ballot.resolution,
        date=anatomy.ballot.date,
        iso3=case.world.iso3[i],
        name=case.world.names[i],
        is_given=not bool(anatomy.is_drawn[i]),
        likeliest=ACTIONS[found.likeliest],
        next=ACTIONS[found.next],
        **dict(_answer(anatomy, i)),
        terms=_terms(found),
        decisive=find_decisive_terms(anatomy)[i],
        position=_position(case, anatomy.number, i),
        peers=_peers(found),
        months=tuple(_month(month, i) for month in found.monthly),
        levers=tuple(
            TriedLever(
                lever=lever.key,
                label=lever.label,
                kind=lever.kind,
                now=lever.now,
                low=lever.low,
                high=lever.high,
                unit=lever.unit,
                tips=points,
            )
            for lever, points in found.tried
        ),
        along=found.walk,
    )


def _position(case: Case, number: int, i: int) -> RevealedPosition:
    """Where a member's earlier votes show it in a vote, and which votes these are."""
    positions, ballot = case.positions[number], case.ballots[number]
    weights = np.array([*map(float, ballot.divisiveness), 1.0])
    steps = sum(
        (np.array([step.spread, step.spread, step.topic_spread]) ** 2 for step in ballot.known.steps), np.zeros(3)
    )
    votes = [
        RevealingVote(
            resolution=call.resolution,
            date=call.date,
            title=call.title,
            vote="" if call.votes[i] < 0 else ROLL_CALL_VOTES[call.votes[i]],
            adds=float(added),
        )
        for call, added in zip(positions.calls, weights @ positions.contributions[i], strict=True)
    ]
    return RevealedPosition(
        mean=float(weights @ positions.mean[i]),
        deviation=float(np.sqrt(weights @ (positions.covariance[i] + np.diag(steps)) @ weights)),
        by_structure=float(weights[0] * ballot.conflict[i] + weights[1] * ballot.order[i]),
        votes=tuple(sorted(votes, key=lambda vote: -abs(vote.adds))),
    )


def _answer(anatomy: Anatomy, i: int) -> MemberAnswer:
    """What a member does, in the runs and by its utilities."""
    utilities = anatomy.utilities[i]
    return MemberAnswer(
        probabilities=name_actions(anatomy.chances[i]),
        utilities=name_actions(utilities),
        probabilities_from_utilities=name_actions(compute_chances(utilities)),
    )


def _month(month: Anatomy, i: int) -> ExplainedMonth:
    """What a member would do in a month, and why."""
    return ExplainedMonth(
        month=f"{month.ballot.date:%Y-%m}",
        date=month.ballot.date,
        **dict(_answer(month, i)),
        terms=tuple(_addition(term, i) for term in month.terms),
    )


def _addition(term: Term, i: int) -> Addition:
    """What a term adds to each action of a member, and what is weighed in it."""
    return Addition(
        term=term.name,
        part_of=term.of,
        **dict(name_actions(term.array()[i])),
        value=None if term.value is None else float(term.value[i]),
    )


def _terms(found: Explanation) -> tuple[ExplainedTerm, ...]:
    """What each term adds to each action, what it is made of, and where that comes from."""
    anatomy, i = found.anatomy, found.index
    at_mean = at_means(anatomy)
    low, high = (None, None) if anatomy.draws is None else np.quantile(anatomy.draws, (LOW, HIGH), axis=0)
    over = anatomy.arrays[:, i, found.likeliest] - anatomy.arrays[:, i, found.next]
    ranges = _over_next_in_draws(found)
    return tuple(
        ExplainedTerm(
            **dict(_addition(term, i)),
            p05=None if low is None else name_actions(low[place]),
            p95=None if high is None else name_actions(high[place]),
            over_next=OverNext(
                mean=float(over[place]) + 0.0,
                p05=None if ranges is None else float(ranges[0, place]) + 0.0,
                p95=None if ranges is None else float(ranges[1, place]) + 0.0,
            ),
            likeliest_at_mean=None if at_mean is None else float(at_mean[place, i, found.likeliest]),
            meaning=load_registry()[term.parameter].meaning if term.parameter else _meaning(found, term),
            made_of=_made_of(found, term),
        )
        for place, term in enumerate(anatomy.terms)
    )


def _meaning(found: Explanation, term: Term) -> str:
    """The meaning of a term that no parameter weighs; that of the scenario's own is where its figures come from."""
    own = {one.label: one for one in found.anatomy.case.spec.term}
    if term.name in own:
        return own[term.name].source or f"the scenario's own term, in {own[term.name].adds_to}"
    return MEANINGS[term.name]


def _over_next_in_draws(found: Explanation) -> FloatArray | None:
    """What each term adds to the most likely action over the next in 5 % and 95 % of the draws, (2, terms)."""
    draws = found.anatomy.draws
    if draws is None:
        return None
    return np.quantile(draws[..., found.likeliest] - draws[..., found.next], (LOW, HIGH), axis=0)


def _made_of(found: Explanation, term: Term) -> tuple[MadeOf, ...]:
    """The quantities of a term, with the rule that filled each in, or the columns it is derived from."""
    case, i = found.anatomy.case, found.index
    weights = {name: parameter for kind in WEIGHTS.values() for name, parameter in kind.items()}
    rules = case.world.rules_of(case.world.iso3[i], case.world.iso3[case.roles.target])
    start = {name: values[i] for name, values in case.standings[found.anatomy.number].terms.values.items()}
    start["belief"] = np.float64(case.parameters["enforcement"])
    changed = _changes_of(found)
    own = {one.key: one for one in case.spec.term}

    def weight_of(name: str) -> float | None:
        parameter = weights.get(name, term.parameter)
        return own[name].weight if name in own else float(found.anatomy.parameters[parameter]) if parameter else None

    def column_of(name: str) -> tuple[SourceColumn, ...]:
        if name not in own:
            return find_origins(case.world, name, case.world.iso3[i])
        path = locate_figures(own[name], case.world)
        described = {"label": own[name].label, "unit": "", "year": "", "source": own[name].source}
        return (SourceColumn(file=path.name, column=own[name].column, **described),)

    return tuple(
        MadeOf(
            name=own[name].label if name in own else name,
            value=float(values[i]),
            at_start=float(start[name]) if found.monthly and name in start else None,
            parameter="" if name in own else weights.get(name, term.parameter),
            weight=weight_of(name),
            rule=changed.get(name) or rules.get(name, LEARNED.get(name, "")),
            origins=() if name in changed else column_of(name),
        )
        for name, values in term.made_of.items()
    )


def _changes_of(found: Explanation) -> dict[str, str]:
    """What the scenario changes of the member by the day of the vote, by quantity: then no source has the value."""
    case, day = found.anatomy.case, found.anatomy.ballot.date
    changed: dict[str, list[str]] = {}
    for change in case.spec.change:
        is_due = change.date is None or change.date <= day
        if is_due and case.world.iso3[found.index] in find_members(case.world, change.members):
            changed.setdefault(change.attribute, []).append(write_edit(change))
    return {name: f"changed by the scenario: {', then '.join(edits)}" for name, edits in changed.items()}


def _peers(found: Explanation) -> tuple[Peer, ...]:
    """The peers, those with most weight first: their weights and mean stances, and what they add to support."""
    anatomy = found.anatomy
    case = anatomy.case
    peers, weights = list_peers(case.peers, found.index)
    return tuple(
        Peer(
            iso3=case.world.iso3[j],
            name=case.world.names[j],
            weight=float(weight),
            stance=float(anatomy.stances[j]),
            support=float(weight * anatomy.pulls[j]),
        )
        for j, weight in sorted(zip(peers, weights, strict=True), key=lambda pair: (-pair[1], pair[0]))
    )


def list_terms(reasons: MemberReasons) -> list[TermInMonth]:
    """What each term adds in each month; in a scenario without months, in the vote alone: the rows of ``--csv``."""
    vote = (f"{reasons.date:%Y-%m}", reasons.date, reasons.terms)
    months = [(month.month, month.date, month.terms) for month in reasons.months] or [vote]
    return [
        TermInMonth(month=month, date=day, **{name: getattr(term, name) for name in Addition.model_fields})
        for month, day, terms in months
        for term in terms
    ]


def sum_changing_terms(found: Explanation, most: int) -> dict[str, FloatArray]:
    """What speaks for the most likely action over the next, month by month: name to utility, (T,) each.

    The terms that change most come first, then the sum of the others that change, of those that do not, and of all.

    Parameters
    ----------
    most : how many terms are listed by themselves.
    """
    i, first, second = found.index, found.likeliest, found.next
    over = np.stack([month.arrays[:, i, first] - month.arrays[:, i, second] for month in found.monthly], axis=1)
    names = [term.name for term in found.anatomy.terms]
    spread = np.ptp(over, axis=1)
    order = [int(place) for place in np.argsort(-spread, kind="stable") if spread[place] > STEADY]
    shown = {names[place]: over[place] for place in order[:most]}
    if len(order) > most:
        shown["other changes"] = over[order[most:]].sum(axis=0)
    return {**shown, "steady": over[spread <= STEADY].sum(axis=0), "together": over.sum(axis=0)}
