"""The positions of members on the day of a vote, after the months before it."""

from __future__ import annotations

from sim.arrays import FloatArray
from sim.case.ballot import Threats
from sim.case.utilities import Position
from sim.months.record import Party


def position_of(party: Party, conflict: FloatArray, dependence: FloatArray, threats: Threats) -> Position:
    """The position after the months so far. Where they have changed nothing, it has the same bits as without months.

    Parameters
    ----------
    conflict, dependence, threats : as in the ballot.
    """
    state, inputs = party.state, party.inputs
    return Position(
        conflict=conflict + state.shift,
        dependence=dependence + threats.target * (state.dependence - inputs.dependence),
        sanction_risk=threats.senders * state.risk(inputs.exposure),
        grievance=party.parameters["grievance"] * state.isolation,
    )
