"""The utility of each action to members before they look at their peers: written once, for one member and for many.

Arrays are (N,) for all members, (R, N) where replicates differ, or scalars for one member in one replicate.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sim.arrays import FloatArray
from sim.case.ballot import Ballot
from sim.rules.alignment import alignment
from sim.rules.parameters import Parameters
from sim.rules.payoffs import Utilities, UtilityTerms, compute_utility_terms, own_terms, sum_terms
from sim.rules.positions import Deviation


class MonthlyTerms(NamedTuple):
    """The terms of the utilities that the months can change, in utility.

    Parameters
    ----------
    conflict : the first dimension of alignment, by structure.
    dependence, sanction_risk, grievance : what a vote costs a member with either side.
    """

    conflict: FloatArray
    dependence: FloatArray
    sanction_risk: FloatArray
    grievance: FloatArray


class Elapsed(Protocol):
    """The months up to a vote, of all members or of one."""

    def monthly_terms(self, ballot: Ballot) -> MonthlyTerms:
        """The terms on the day of the vote."""


def compute_own_terms(
    ballot: Ballot, parameters: Parameters, deviation: Deviation | None = None, months: Elapsed | None = None
) -> UtilityTerms:
    """Compute what each cause adds to the utility of each action, before members look at their peers.

    Parameters
    ----------
    ballot : of all members or of one.
    parameters : those that the ballot was made with; arrays (P, 1) give utilities (P, N).
    deviation : of positions from structural alignment; by default its mean.
    months : those that have elapsed; None in a scenario without months.
    """
    now = MonthlyTerms(ballot.conflict, ballot.dependence, ballot.sanction_risk, ballot.grievance)
    if months is not None:
        now = months.monthly_terms(ballot)
    terms = compute_utility_terms(
        alignment=alignment(now.conflict, ballot.order, deviation or ballot.known.expected, ballot.divisiveness),
        severity=ballot.severity,
        dependence=now.dependence,
        sanction_risk=now.sanction_risk,
        grievance=now.grievance,
        emptiness=ballot.emptiness,
        parameters=parameters,
    )
    return {**terms, **own_terms(ballot.own)}


def compute_own_utilities(
    ballot: Ballot, parameters: Parameters, deviation: Deviation | None = None, months: Elapsed | None = None
) -> Utilities:
    """Compute the utilities of the four actions before members look at their peers: sums of `compute_own_terms`."""
    return sum_terms(compute_own_terms(ballot, parameters, deviation, months))
