"""Changes of the world that have no effect, each with the reason; see also `sim.specs.scenario.warnings`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.case.ballot import NOT_FIXED, Ballot, make_ballot
from sim.case.prepared import Case
from sim.case.terms import make_terms
from sim.errors import Problem
from sim.specs import Change, Scenario, find_members

OF_MEMBERS = ("conflict", "order", "dependence", "sanction_risk", "grievance", "emptiness")
"""What a ballot holds of every member's utilities."""


def find_idle_changes(case: Case, where: str) -> list[Problem]:
    """Find the changes of a scenario that have no effect.

    Parameters
    ----------
    where : name of the scenario in messages.
    """
    reasons = ((number, _why_idle(case, number, one)) for number, one in enumerate(case.spec.change))
    return [
        Problem(where, f"change.{number}", f"has no effect: {reason}")
        for number, reason in reasons
        if reason is not None
    ]


def _why_idle(case: Case, number: int, change: Change) -> str | None:
    """Why a change has no effect; None where it has one, and where it is dated after the last vote."""
    spec = case.spec
    last = max(vote.date for vote in spec.vote)
    end = last if spec.months is None else max(last, spec.months.end)
    if change.date is not None and change.date > end:
        return None if spec.months is None else f"it is dated {change.date}, after the last month."
    without = spec.model_copy(update={"change": (*spec.change[:number], *spec.change[number + 1 :])})
    if not _moves_a_value(case, without, change):
        edit = "" if change.multiply is None else f" (times {change.multiply:g})"
        return f"it leaves {change.attribute} of these members as it is{edit}."
    if spec.months is not None:
        return None
    places = case.world.indices(find_members(case.world, change.members))
    ballots = [ballot for ballot in case.ballots if change.date is None or change.date <= ballot.date]
    if all((ballot.fixed[places] != NOT_FIXED).all() for ballot in ballots):
        return "the votes of these members are fixed."
    if not any(_differs(case, without, ballot) for ballot in ballots):
        return f"in these votes nothing depends on {change.attribute}: its weight, or the threat, is 0."
    return None


def _moves_a_value(case: Case, without: Scenario, change: Change) -> bool:
    """Whether the attribute is another one with the change than without it, on some day that matters."""
    spec = case.spec
    days = {vote.date for vote in spec.vote}
    if spec.months is not None:
        days |= {spec.months.start, spec.months.end}

    def values(one: Scenario) -> list[np.ndarray]:
        return [
            make_terms(one, case.world, case.parameters, known=case.known, on=day).values[change.attribute]
            for day in sorted(days)
        ]

    return any(not np.array_equal(a, b) for a, b in zip(values(spec), values(without), strict=True))


def _differs(case: Case, without: Scenario, ballot: Ballot) -> bool:
    """Whether the utilities of a vote are other ones without a change, for a member whose vote is drawn."""
    number = [one.resolution for one in case.ballots].index(ballot.resolution)
    standing = case.standings[number]
    terms = make_terms(without, case.world, case.parameters, known=case.known, on=standing.vote.date)
    other = make_ballot(replace(standing, terms=terms), case.parameters)
    is_drawn = ballot.fixed == NOT_FIXED
    pairs = [(getattr(ballot, name), getattr(other, name)) for name in OF_MEMBERS]
    pairs += [(added, other.own[action]) for action, added in ballot.own.items()]
    return any(not np.array_equal(a[..., is_drawn], b[..., is_drawn]) for a, b in pairs)
