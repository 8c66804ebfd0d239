"""What each action is worth to members before they look at their peers: written once, for one member and for many.

Arrays are (N,) for all members, (R, N) where replicates differ, or scalars for one member in one replicate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sim.arrays import FloatArray
from sim.case.ballot import Ballot
from sim.rules.alignment import alignment, remembered_stance
from sim.rules.parameters import Parameters
from sim.rules.payoffs import Utilities, UtilityTerms, sum_terms, utility_terms


class Position(NamedTuple):
    """What the months can move of the terms of the utilities, all in utility.

    Parameters
    ----------
    conflict : the first dimension of alignment, without memory.
    dependence, sanction_risk, grievance : what a vote costs with either side.
    """

    conflict: FloatArray
    dependence: FloatArray
    sanction_risk: FloatArray
    grievance: FloatArray


class Elapsed(Protocol):
    """The months up to a vote, of all members or of one."""

    def position(self, ballot: Ballot) -> Position:
        """Where members are on the day of the vote."""


def own_terms(
    ballot: Ballot, parameters: Parameters, earlier_stances: Sequence[FloatArray], months: Elapsed | None = None
) -> UtilityTerms:
    """What each cause adds to the utility of each action, before peers are looked at.

    Parameters
    ----------
    ballot : of all members or of one.
    parameters : those that the ballot was made with; arrays (P, 1) give utilities (P, N).
    earlier_stances : stances in each earlier vote of the scenario, -1, 0 or 1.
    months : those that have elapsed; None in a scenario without months.
    """
    now = Position(ballot.conflict, ballot.dependence, ballot.sanction_risk, ballot.grievance)
    if months is not None:
        now = months.position(ballot)
    memory = memory_of(ballot, parameters, earlier_stances)
    return utility_terms(
        alignment=alignment(now.conflict, ballot.order, memory, ballot.divisiveness),
        severity=ballot.severity,
        dependence=now.dependence,
        sanction_risk=now.sanction_risk,
        grievance=now.grievance,
        emptiness=ballot.emptiness,
        parameters=parameters,
    )


def own_utilities(
    ballot: Ballot, parameters: Parameters, earlier_stances: Sequence[FloatArray], months: Elapsed | None = None
) -> Utilities:
    """Utilities of the four actions before peers are looked at: the sums of `own_terms`."""
    return sum_terms(own_terms(ballot, parameters, earlier_stances, months))


def memory_of(ballot: Ballot, parameters: Parameters, earlier_stances: Sequence[FloatArray]) -> FloatArray:
    """What a member's own earlier votes on the question add to its alignment; utility."""
    stance_sum, weight_sum = ballot.memory_sum, ballot.memory_weight
    for weight, stances in zip(ballot.own_discounts, earlier_stances, strict=True):
        if weight > 0:
            stance_sum, weight_sum = stance_sum + weight * stances, weight_sum + weight
    remembered = remembered_stance(stance_sum, weight_sum, parameters["memory_scepticism"])
    return parameters["align_memory"] * remembered
