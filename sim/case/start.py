"""What the months of a scenario start from, and the inputs it makes under given parameters."""

from __future__ import annotations

from dataclasses import dataclass

from sim.case.ballot import Ballot, Terms, weigh
from sim.case.inputs import MonthInputs, make_month_inputs
from sim.case.market import Cells
from sim.results.showing import Shown
from sim.rules.alignment import Divisiveness, alignment
from sim.rules.parameters import Parameters
from sim.rules.payoffs import sum_in_order
from sim.world import World
from sim.world.energy import Energy
from sim.world.quantities import Roles

EVENLY = Divisiveness(0.5**0.5, 0.5**0.5)
"""Divisiveness of length 1, half along either dimension: the unit of alignment."""


@dataclass(frozen=True, repr=False)
class Start(Shown):
    """What depends on no fitted parameter: the editable quantities on the first day, and energy exports."""

    world: World
    roles: Roles
    terms: Terms
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
            exposure=sum_in_order(weigh("exposure", self.terms, parameters)),
            terms=self.terms,
            cells=cells,
        )
