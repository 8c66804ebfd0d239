"""The positions of members on the day of a vote, after the months before it."""

from __future__ import annotations

from sim.arrays import FloatArray
from sim.case.ballot import Threats
from sim.case.utilities import Position
from sim.months.record import Party
from sim.rules.payoffs import sanction_risk


def position_of(party: Party, conflict: FloatArray, dependence: FloatArray, threats: Threats) -> Position:
    """The position after the months so far. Where they have changed nothing, it has the same bits as without months.

    Parameters
    ----------
    conflict, dependence, threats : as in the ballot.
    """
    state, inputs = party.state, party.inputs
    belief = state.belief_in_threat(party.parameters["enforcement"])
    return Position(
        conflict=conflict + state.shift,
        dependence=dependence + threats.target * (state.dependence - inputs.dependence),
        sanction_risk=threats.senders * sanction_risk(belief, inputs.exposure, state.isolation),
        grievance=party.parameters["grievance"] * state.isolation,
    )
