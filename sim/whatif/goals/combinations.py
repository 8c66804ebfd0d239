"""Combinations of levers: what each costs, and the share of runs in which it reaches a goal; each is run once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np

from sim.case import Case, KeptDraws, prepare
from sim.ensemble import simulate
from sim.errors import InputError
from sim.runner.batch import list_ranges
from sim.specs import load_scenario_world
from sim.specs.goal.levers import Setting
from sim.specs.goal.moves import apply_levers, cost_of, list_axes, merge_settings
from sim.specs.goal.spec import Goal
from sim.whatif.goals.outcomes import find_vote, measure_shortfall, reaches_goal

Places = tuple[int, ...]
"""A combination: the place of each axis among its values."""


@dataclass(frozen=True)
class Tried:
    """One combination that was run.

    Parameters
    ----------
    places : place of each axis among its values.
    cost : what it costs.
    probability : share of the replicates that reach the goal.
    shortfall : how far they are from it on average.
    """

    places: Places
    cost: float
    probability: float
    shortfall: float


class Combinations:
    """The combinations of a goal's levers, and the results of those that were tried.

    Parameters
    ----------
    goal : with its scenario.

    Attributes
    ----------
    axes : the values that each input may take: one axis for a range, and one for each member that may be moved.
    tried : every combination that was run, by its places.
    refused : those of them whose values cannot be combined, and why.
    """

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.world = load_scenario_world(goal.base)
        self._of_levers = [list_axes(lever, now, self.world) for lever, now in zip(goal.lever, goal.now, strict=True)]
        self.axes = [axis for axes in self._of_levers for axis in axes]
        values = [now for axes, now in zip(self._of_levers, goal.now, strict=True) for _ in axes]
        self.now: Places = tuple(axis.index(now) for axis, now in zip(self.axes, values, strict=True))
        self.tried: dict[Places, Tried] = {}
        self.refused: dict[Places, InputError] = {}
        self._kept = KeptDraws()  # what runs draw, which is the same in most combinations

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return math.prod(map(len, self.axes))

    @property
    def highest_cost(self) -> float:
        """The cost of all levers at the ends that cost more."""
        ends = [self.costs([0] * len(self.axes)), self.costs([-1] * len(self.axes))]
        return math.fsum(map(max, zip(*ends, strict=True)))

    def all(self) -> Iterator[Places]:
        """Every combination."""
        return product(*(range(len(axis)) for axis in self.axes))

    def settings(self, places: Sequence[int]) -> tuple[Setting, ...]:
        """Where a combination puts each lever."""
        values = iter([axis[place] for axis, place in zip(self.axes, places, strict=True)])
        return tuple(merge_settings(list(islice(values, len(axes)))) for axes in self._of_levers)

    def costs(self, places: Sequence[int]) -> tuple[float, ...]:
        """The cost of each lever in a combination."""
        triples = zip(self.goal.lever, self.settings(places), self.goal.now, strict=True)
        return tuple(cost_of(lever, setting, now, self.world) for lever, setting, now in triples)

    def cost(self, places: Sequence[int]) -> float:
        """The cost of a combination: the sum of its levers'."""
        return math.fsum(self.costs(places))

    def case(self, places: Sequence[int]) -> Case:
        """The case at a combination.

        Raises
        ------
        InputError : its values cannot be combined.
        """
        settings = list(zip(self.goal.lever, self.settings(places), strict=True))
        return replace(prepare(apply_levers(self.goal.base, settings), self.world), kept=self._kept)

    def run(self, places: Places) -> Tried:
        """Run a combination on the random numbers of the search; one that cannot be combined never reaches the goal."""
        if places not in self.tried:
            cost = self.cost(places)
            try:
                case = self.case(places)
            except InputError as error:
                self.refused[places] = error
                self.tried[places] = Tried(places, cost, 0.0, math.inf)
                return self.tried[places]
            number, wanted = find_vote(self.goal.goal, case), self.goal.goal
            actions = np.concatenate(
                [simulate(case, first, count)[number].actions for first, count in list_ranges(0, self.goal.replicates)]
            )
            probability = float(reaches_goal(wanted, case, actions).mean())
            self.tried[places] = Tried(places, cost, probability, measure_shortfall(wanted, case, actions))
        return self.tried[places]

    def list_sound(self) -> list[Tried]:
        """Those that were run and whose values can be combined."""
        return [tried for places, tried in self.tried.items() if places not in self.refused]

    def successes(self, places: Places, replicates: int) -> int:
        """How many of a number of fresh replicates, which the search did not use, reach the goal."""
        case = self.case(places)
        number = find_vote(self.goal.goal, case)
        return sum(
            int(reaches_goal(self.goal.goal, case, simulate(case, first, count)[number].actions).sum())
            for first, count in list_ranges(self.goal.replicates, replicates)
        )
