"""Where members are on the day of a vote, as the months have left them."""

from __future__ import annotations

from sim.arrays import FloatArray
from sim.case.ballot import Threats
from sim.case.inputs import MonthInputs
from sim.case.utilities import Position
from sim.months.state import State
from sim.rules.parameters import Parameters


def moved(
    conflict: FloatArray,
    dependence: FloatArray,
    threats: Threats,
    state: State,
    inputs: MonthInputs,
    parameters: Parameters,
) -> Position:
    """The position once the months have moved it; where they have moved nothing, the same bits as without them.

    Parameters
    ----------
    conflict, dependence, threats : as in the ballot.
    """
    return Position(
        conflict=conflict + state.shift,
        dependence=dependence + threats.target * (state.dependence - inputs.dependence),
        sanction_risk=threats.senders * state.risk(inputs.exposure),
        grievance=parameters["grievance"] * state.isolation,
    )
