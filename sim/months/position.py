"""Where a member stands on the day of a vote: the terms of its utilities as the months have left them."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import FloatArray, Number
from sim.case.inputs import MonthInputs
from sim.months.state import State
from sim.rules.parameters import Parameters

Threats = tuple[Number, Number]


class Position(NamedTuple):
    """Terms of the utilities, all in utility: the first dimension of alignment without memory, and what a vote
    costs with either side.
    """

    conflict: FloatArray
    dependence: FloatArray
    sanction_risk: FloatArray
    grievance: FloatArray


def moved(start: Position, threats: Threats, state: State, inputs: MonthInputs, parameters: Parameters) -> Position:
    """The position once the months have moved it; where they have moved nothing, the same bits as at the start.

    Parameters
    ----------
    start : as it would be without the months.
    threats : of the target, and of the senders times the weight of sanctions, as the text's vote counts them.
    """
    return Position(
        start.conflict + state.shift,
        start.dependence + threats[0] * (state.dependence - inputs.dependence),
        threats[1] * state.risk(inputs.exposure),
        parameters["grievance"] * state.isolation,
    )
