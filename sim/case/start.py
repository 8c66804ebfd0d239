"""What the months of a scenario start from, and the inputs it makes under given parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.arrays import FloatArray
from sim.case.ballot import Ballot
from sim.case.inputs import MonthInputs, make_month_inputs
from sim.case.market import Cells
from sim.results.showing import Shown
from sim.rules.alignment import Divisiveness, alignment
from sim.rules.parameters import Parameters
from sim.rules.payoffs import sum_weighted
from sim.world import World
from sim.world.energy import Energy
from sim.world.quantities import Roles
from sim.world.world import EXPOSURE_CHANNELS

EVENLY = Divisiveness(0.5**0.5, 0.5**0.5)
"""Divisiveness of length 1, half along either dimension: the unit of alignment."""


@dataclass(frozen=True, repr=False)
class Start(Shown):
    """What depends on no fitted parameter: the editable quantities on the first day, and energy exports."""

    world: World
    roles: Roles
    values: Mapping[str, FloatArray]
    energy: Energy | None

    def inputs(self, parameters: Parameters, ballot: Ballot, cells: Cells) -> MonthInputs:
        """The months' inputs, with the alignment of members at the first vote.

        Parameters
        ----------
        parameters : arrays (R, 1) give inputs (R, N) where they differ.
        ballot : of the scenario's first vote.
        """
        return make_month_inputs(
            self.world,
            self.roles,
            parameters=parameters,
            alignment=alignment(ballot.conflict, ballot.order, ballot.known.expected, EVENLY),
            exposure=sum_weighted(
                {name: self.values[f"exposure.{name}"] for name in EXPOSURE_CHANNELS},
                {name: parameters[f"exposure_{name}"] for name in EXPOSURE_CHANNELS},
            ),
            values=self.values,
            cells=cells,
        )
