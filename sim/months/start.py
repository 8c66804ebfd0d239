"""What the months of a scenario start from, and the inputs it makes under given parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sim.months.inputs import MonthInputs, month_inputs
from sim.months.market import Cells
from sim.rules.alignment import alignment, remembered_stance
from sim.rules.parameters import Parameters
from sim.rules.payoffs import weighted
from sim.world import FloatArray, World
from sim.world.energy import Energy
from sim.world.quantities import Roles
from sim.world.world import EXPOSURE_CHANNELS

EVENLY = (0.5**0.5, 0.5**0.5)
"""Divisiveness of length 1, half along either dimension: the unit of alignment."""


class FirstBallot(Protocol):
    """What is read of the scenario's first vote: where members stand, and what they remember."""

    @property
    def conflict(self) -> FloatArray:
        """Whose side a member is on, utility."""
        ...

    @property
    def order(self) -> FloatArray:
        """Whose order it prefers, utility."""
        ...

    @property
    def memory_sum(self) -> FloatArray:
        """Discounted stances of earlier votes."""
        ...

    @property
    def memory_weight(self) -> FloatArray:
        """Discounts of earlier votes."""
        ...


@dataclass(frozen=True)
class Start:
    """What hangs on no fitted parameter: the editable quantities on the first day, and the target's energy exports."""

    world: World
    roles: Roles
    values: Mapping[str, FloatArray]
    energy: Energy | None

    def inputs(self, parameters: Parameters, ballot: FirstBallot, cells: Cells) -> MonthInputs:
        """The months' inputs, with the alignment that members bring to the first vote.

        Parameters
        ----------
        parameters : arrays (R, 1) give inputs (R, N) where they differ.
        """
        memory = parameters["align_memory"] * remembered_stance(
            ballot.memory_sum, ballot.memory_weight, parameters["memory_scepticism"]
        )
        return month_inputs(
            self.world,
            self.roles,
            parameters,
            alignment(ballot.conflict, ballot.order, memory, EVENLY),
            weighted(
                {name: self.values[f"exposure.{name}"] for name in EXPOSURE_CHANNELS},
                {name: parameters[f"exposure_{name}"] for name in EXPOSURE_CHANNELS},
            ),
            self.values,
            cells,
        )
