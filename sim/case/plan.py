"""The months of a scenario, ready to run: calendar, inputs and conditions, for all members and for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Self

import numpy as np

from sim.arrays import FloatArray, Number
from sim.case.calendar import Month, calendar
from sim.case.conditions import Conditions, Touch, find_touch, make_conditions
from sim.case.inputs import MonthInputs
from sim.case.market import GAS, Cells, make_cells
from sim.errors import make_input_error
from sim.results.showing import Shown
from sim.rules.energy import find_ceiling
from sim.rules.totals import sum_exactly
from sim.specs import Months, Scenario, find_members
from sim.specs.scenario.events import Switch
from sim.world import World
from sim.world.energy import Energy
from sim.world.quantities import Roles

if TYPE_CHECKING:
    from sim.rules.influence import Peers


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Shown):
    """The months of one scenario.

    Parameters
    ----------
    touches : what each event, by its place in the month's items, does to members at once.
    senders_power : weight of the scenario's senders, the unit of enforcement.
    earlier_revenue : what all paid the target for its fuels before the war, millions of euros a month.
    target_imports : what the target bought of all members before the war, millions of euros a month.
    """

    months: tuple[Month, ...]
    inputs: MonthInputs
    conditions: tuple[Conditions, ...]
    touches: Mapping[tuple[int, int], Touch]
    senders_power: float
    earlier_revenue: float
    target_imports: Number

    def with_inputs(self, inputs: MonthInputs) -> Self:
        """The same months from other inputs."""
        return replace(self, inputs=inputs)

    @cached_property
    def parts(self) -> tuple[Self, ...]:
        """The part of each member."""
        return tuple(self._of_member(index) for index in range(len(self.inputs.seat)))

    def _of_member(self, index: int) -> Self:
        return replace(
            self,
            inputs=self.inputs.of_member(index),
            conditions=tuple(now.of_member(index, self.inputs.cells) for now in self.conditions),
            touches={place: touch.of_member(index) for place, touch in self.touches.items()},
        )


def make_plan(
    spec: Scenario,
    months: Months,
    world: World,
    roles: Roles,
    parameters: Mapping[str, float],
    peers: Peers,
    inputs_of: Callable[[Cells], MonthInputs],
    energy: Energy | None,
) -> Plan:
    """The plan of a scenario.

    Parameters
    ----------
    inputs_of : the inputs, once the market's cells are known.
    energy : what the world knows of the target's energy exports; without it nothing is traded.

    Raises
    ------
    InputError : there are no prices for a month.
    """
    dated = calendar(spec, months)
    if energy is not None and energy.supplier == world.iso3[roles.target]:
        (cells, prices), transit = _market(spec, world, energy, months=dated, parameters=parameters), energy.transit
    else:
        cells, prices, transit = make_cells(world.size), np.zeros((len(dated), 0)), np.zeros(world.size)
    inputs = inputs_of(cells)
    places = {
        (number, place): find_touch(item, world=world, roles=roles, peers=peers, parameters=parameters)
        for number, month in enumerate(dated)
        for place, item in enumerate(month.items)
        if not isinstance(item, int)
    }
    return Plan(
        months=dated,
        inputs=inputs,
        conditions=make_conditions(
            dated,
            world=world,
            roles=roles,
            cells=cells,
            prices=prices,
            transit=transit,
            is_ban_chosen=months.bans == "chosen",
            parameters=parameters,
        ),
        touches={place: touch for place, touch in places.items() if touch is not None},
        senders_power=max(fsum(inputs.power[roles.senders]), 1e-12),
        earlier_revenue=float(sum_exactly(cells.before * cells.value * cells.premium)),
        target_imports=max(float(sum_exactly(inputs.exports)), 1e-12),
    )


def _market(
    spec: Scenario,
    world: World,
    energy: Energy,
    months: tuple[Month, ...],
    parameters: Mapping[str, float],
) -> tuple[Cells, FloatArray]:
    """The market's cells before the first month, and prices (T, K) in millions of euros a tonne."""
    try:
        at = energy.places([month.name for month in months])
    except KeyError as error:
        message = f"the world {world.name} has no fuel prices for {error.args[0]}."
        fix = f"Its prices run from {energy.months[0]} to {energy.months[-1]}."
        raise make_input_error(f"scenario '{spec.title}'", "months", message, fix) from None
    prices = energy.price[at] / 1e6
    reach = np.array([parameters["reach_gas" if commodity in GAS else "reach_oil"] for commodity in energy.commodities])
    before, need = energy.tonnes * _kept_before(spec, world, energy, months[0].first), energy.need
    return make_cells(
        world.size,
        commodities=energy.commodities,
        before=before,
        need=need,
        ceiling=find_ceiling(before, need, reach, parameters["scale_share"] * sum_exactly(need.T)),
        premium=_premium(energy),
        value=prices[0],
    ), prices


def _kept_before(spec: Scenario, world: World, energy: Energy, start: date) -> FloatArray:
    """Part of the recorded purchases that switches from before the first month leave, (N, K): changes of history."""
    kept = np.ones_like(energy.tonnes)
    for event in spec.event:
        if isinstance(event, Switch) and event.date < start:
            columns = [energy.commodities.index(commodity) for commodity in event.commodities]
            members = world.indices(find_members(world, event.members))
            kept[members[:, None], columns] *= 1.0 - event.share
    return kept


def _premium(energy: Energy) -> FloatArray:
    """What each buyer paid for a tonne before the war, over what all paid, (N, K); 1 where it bought nothing."""
    all_tonnes, all_euros = sum_exactly(energy.tonnes.T), sum_exactly(energy.euros.T)
    expected = energy.tonnes * (all_euros / np.where(all_tonnes > 0, all_tonnes, 1.0))
    return np.where(expected > 0, energy.euros / np.where(expected > 0, expected, 1.0), 1.0)
