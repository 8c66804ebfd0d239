"""Changes of a scenario: how they edit the quantities of its world, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.arrays import FloatArray
from sim.errors import Problem
from sim.specs import Change, Scenario, find_members
from sim.world import World

BOUNDS: Mapping[str, tuple[float, float]] = {
    "alignment.consultation": (-1, 0),
    "alignment.organisations": (-10, 0),
    "alignment.leaning": (-1, 1),
    "alignment.democracy": (-1, 1),
    "alignment.ideal_point": (-10, 10),
    "alignment.contested_texts": (-1, 1),
    "absence.small": (-10, 10),
    "absence.poverty": (-5, 5),
}
"""Where an editable attribute is not a share in [0, 1]."""


def find_bounds(attribute: str, spec: Scenario) -> tuple[float, float]:
    """The lowest and highest value of an editable attribute of a scenario."""
    own = {term.key: term.bounds for term in spec.term}
    return own.get(attribute) or BOUNDS.get(attribute, (0.0, 1.0))


def apply_change(values: FloatArray, change: Change, world: World, bounds: tuple[float, float]) -> FloatArray:
    """Apply one change to a quantity (N,) or (R, N), within its bounds."""
    found = values.copy()
    members = world.indices(find_members(world, change.members))
    if change.set is not None:
        found[..., members] = change.set
    else:
        factor = 1.0 if change.multiply is None else change.multiply
        found[..., members] = np.clip(found[..., members] * factor + (change.add or 0.0), *bounds)
    return found


def change_problems(spec: Scenario, where: str) -> list[Problem]:
    """What is wrong with the numbers of a scenario's changes."""
    problems = []
    for number, change in enumerate(spec.change):
        low, high = find_bounds(change.attribute, spec)
        if change.set is not None and not low <= change.set <= high:
            message = f"got {change.set:g}; allowed for {change.attribute} is {low:g} to {high:g}."
            problems.append(Problem(where, f"change.{number}.set", message))
        if change.multiply is not None and change.multiply < 0:
            problems.append(
                Problem(where, f"change.{number}.multiply", f"got {change.multiply:g}; allowed is 0 or more.")
            )
    return problems
