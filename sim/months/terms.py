"""The terms of the utilities that the months change, on the day of a vote."""

from __future__ import annotations

from sim.arrays import FloatArray
from sim.case.ballot import Threats
from sim.case.utilities import MonthlyTerms
from sim.months.record import Party
from sim.rules.payoffs import sanction_risk


def find_monthly_terms(party: Party, conflict: FloatArray, dependence: FloatArray, threats: Threats) -> MonthlyTerms:
    """Find the terms after the months so far. Where these changed nothing, the bits are the same as without months.

    Parameters
    ----------
    conflict, dependence, threats : as in the ballot.
    """
    state, inputs = party.state, party.inputs
    belief = state.belief_in_threat(party.parameters["enforcement"])
    return MonthlyTerms(
        conflict=conflict + state.shift,
        dependence=dependence + threats.target * (state.dependence - inputs.dependence),
        sanction_risk=threats.senders * sanction_risk(belief, inputs.exposure, state.isolation),
        grievance=party.parameters["grievance"] * state.isolation,
    )
