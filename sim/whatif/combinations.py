"""Combinations of levers: what each costs, and how surely it reaches a goal; each is run once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from sim.case import Case, prepare
from sim.ensemble import simulate
from sim.errors import InputError
from sim.runner.run import blocks
from sim.specs.design import is_whole
from sim.specs.goal import Goal
from sim.specs.goal_reading import moved
from sim.whatif.outcomes import reached, shortfall, vote_of
from sim.world import load_world

Places = tuple[int, ...]


@dataclass(frozen=True)
class Tried:
    """One combination that was run.

    Parameters
    ----------
    places : place of each lever among its values.
    cost : what it costs.
    probability : share of the replicates that reach the goal.
    shortfall : how far they are from it on average.
    """

    places: Places
    cost: float
    probability: float
    shortfall: float


class Combinations:
    """The combinations of a goal's levers, and what came of those that were tried.

    Parameters
    ----------
    goal : with its scenario.

    Attributes
    ----------
    values : values that each lever may take.
    tried : every combination that was run, by its places.
    """

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.world = load_world(goal.base.world)
        self.values = [
            lever.values(now, lever.key is not None and is_whole(lever.key))
            for lever, now in zip(goal.lever, goal.now, strict=True)
        ]
        self.tried: dict[Places, Tried] = {}

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return math.prod(map(len, self.values))

    @property
    def now(self) -> Places:
        """The combination that changes nothing."""
        return tuple(values.index(now) for values, now in zip(self.values, self.goal.now, strict=True))

    def all(self) -> Iterator[Places]:
        """Every combination."""
        return product(*(range(len(values)) for values in self.values))

    def cost(self, places: Places) -> float:
        """The cost of a combination: the sum of its levers'."""
        triples = zip(self.goal.lever, self.levels(places), self.goal.now, strict=True)
        return math.fsum(lever.cost_of(value, now) for lever, value, now in triples)

    def levels(self, places: Places) -> tuple[float, ...]:
        """The value of each lever in a combination."""
        return tuple(values[place] for values, place in zip(self.values, places, strict=True))

    def case(self, places: Places) -> Case:
        """The case at a combination.

        Raises
        ------
        InputError : its values do not go together.
        """
        return prepare(moved(self.goal.base, list(zip(self.goal.lever, self.levels(places), strict=True))), self.world)

    def run(self, places: Places) -> Tried:
        """What comes of a combination, on the random numbers of the search; values that do not go together never do."""
        if places not in self.tried:
            cost = self.cost(places)
            try:
                case = self.case(places)
            except InputError:
                self.tried[places] = Tried(places, cost, 0.0, math.inf)
                return self.tried[places]
            number, wanted = vote_of(self.goal.goal, case), self.goal.goal
            actions = np.concatenate(
                [simulate(case, first, count)[number].actions for first, count in blocks(0, self.goal.replicates)]
            )
            probability = float(reached(wanted, case, actions).mean())
            self.tried[places] = Tried(places, cost, probability, shortfall(wanted, case, actions))
        return self.tried[places]

    def successes(self, places: Places, replicates: int) -> int:
        """How many of as many fresh replicates, none of which the search has seen, reach the goal."""
        case = self.case(places)
        number = vote_of(self.goal.goal, case)
        return sum(
            int(reached(self.goal.goal, case, simulate(case, first, count)[number].actions).sum())
            for first, count in blocks(self.goal.replicates, replicates)
        )
