"""The editable quantities of a scenario on a day: what the world says, with the scenario's changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.case.ballot import Terms
from sim.case.changes import apply_change, find_bounds
from sim.randomness import Draws, to_unit
from sim.rules.payoffs import compute_isolation_share, sum_weighted
from sim.specs import Scenario
from sim.specs.scenario.own import read_term_figures
from sim.world import World
from sim.world.estimates import Donors, with_figures
from sim.world.quantities import Quantities
from sim.world.world import EXPOSURE_CHANNELS

REACHED = ("dependence", "exposure")
"""What works on those who hold the country alone."""


def make_terms(spec: Scenario, world: World, parameters: Mapping[str, float], known: Quantities, on: date) -> Terms:
    """The editable quantities as they stand on a date, with the changes that hold by then applied in their order."""
    exposure = {channel: parameters[f"exposure_{channel}"] for channel in EXPOSURE_CHANNELS}
    lost = sum(
        (parameters[f"grade_{breadth}"] * sum_weighted(channels, exposure) for breadth, channels in known.lost.items()),
        start=np.zeros(world.size),
    )
    # Leverage works on those who hold the country; a delegation of an ousted government is out of its reach.
    reached = known.control
    values = {
        **{f"dependence.{name}": array * reached for name, array in known.dependence.items()},
        **{f"exposure.{name}": array * reached for name, array in known.exposure.items()},
        "isolation": compute_isolation_share(lost, sum_weighted(known.observed, exposure)) * reached,
        **{f"alignment.{name}": array for name, array in known.alignment.items()},
        **{f"absence.{name}": array for name, array in known.absence.items()},
    }
    own = tuple(term for term in spec.term if term.adds_to != "peers")
    values |= {term.key: read_term_figures(term, world) * (reached if term.adds_to in REACHED else 1.0) for term in own}
    for change in spec.change:
        if change.date is None or change.date <= on:
            bounds = find_bounds(change.attribute, spec)
            values[change.attribute] = apply_change(values[change.attribute], change, world, bounds)
    return Terms(values, own)


def draw_estimates(known: Quantities, world: World, seed: int, numbers: IntArray) -> Quantities:
    """What is known, with the figure of one donor for each member that has none of its own.

    Parameters
    ----------
    numbers : of the draws, (R, 1) in ascending order for arrays (R, N), or one number.
    """
    draws, first, last = Draws(seed), int(np.min(numbers)), int(np.max(numbers))

    def uniforms(channel: str, members: Donors) -> FloatArray:
        words = [draws.words("estimate", channel, world.iso3[i], first, last - first + 1) for i in members[channel]]
        return to_unit(np.stack(words, axis=-1))[
            np.ravel(numbers) - first if np.ndim(numbers) else int(numbers) - first
        ]

    def drawn(channels: Mapping[str, FloatArray], donors: Donors) -> dict[str, FloatArray]:
        shape = (np.size(numbers), world.size) if np.ndim(numbers) else (world.size,)
        return {
            name: with_figures(np.broadcast_to(values, shape), donors[name], uniforms(name, donors))
            if name in donors
            else values
            for name, values in channels.items()
        }

    return replace(
        known,
        dependence=drawn(known.dependence, known.donors.get("dependence", {})),
        exposure=drawn(known.exposure, known.donors.get("exposure", {})),
        donors={},
    )
