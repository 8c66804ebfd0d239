"""The search for cheap combinations of levers: a greedy climb, evolution, and a descent to cheaper neighbours.

Evolution is differential (Storn & Price 1997; `scipy.optimize.differential_evolution`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np

from sim.arrays import FloatArray
from sim.whatif.goals.combinations import Combinations, Places, Tried

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""Probabilities for which cheap combinations are searched for, as well as the one that is wanted: the frontier."""
CANDIDATES_PER_AXIS, LEAST_POPULATION, LARGEST_POPULATION = 10, 20, 80
STRIDES = 4
"""Steps over the whole of a range that the first climb takes."""
SMALLEST_COST = 1e-9
MOST_GENERATIONS, PATIENCE = 60, 12
"""Generations of the search, and how many without any gain end it."""


class Search:
    """The search for cheap combinations, over the places of axes among their values.

    Parameters
    ----------
    space : the combinations; each one that is run is kept in it.
    on_progress : called with the number of combinations run.

    Attributes
    ----------
    beyond : the combinations that `go_on` passed, by rising cost; the last is as much as the levers can do.
    """

    def __init__(self, space: Combinations, on_progress: Callable[[int], None]) -> None:
        self.space, self.on_progress = space, on_progress
        self.highest_cost = space.highest_cost or 1.0
        self.beyond: list[Tried] = []

    def run(self, places: Places) -> Tried:
        """Run a combination, and report progress."""
        found = self.space.run(places)
        self.on_progress(len(self.space.tried))
        return found

    def loss(self, vector: FloatArray, wanted: float) -> float:
        """The cost as a share of the highest where the goal is reached; above 1, how far it is missed."""
        found = self.run(tuple(int(place) for place in np.rint(vector)))
        return found.cost / self.highest_cost if found.probability >= wanted else 1.0 + _missed(found, wanted)

    def _alone(self) -> dict[int, Tried]:
        """The result of each axis moved by itself to where it comes nearest to the goal."""
        here = self.space.now
        return {
            number: min(map(self.run, self._strides(here, number)), key=lambda found: (_missed(found), -found.cost))
            for number in range(len(here))
        }

    def go_on(self, places: Places) -> None:
        """Move each axis to where it alone comes nearest to the goal, from a combination on, the best value first.

        Once all replicates reach the goal, they cannot show whether further moves make it surer.
        """
        start, here, alone = self.run(self.space.now), self.run(places), self._alone()

        def value(number: int) -> float:
            found = alone[number]
            return (_missed(start) - _missed(found)) / max(found.cost - start.cost, SMALLEST_COST)

        for number in sorted(alone, key=value, reverse=True):
            further = self.run(_with(here.places, {number: alone[number].places[number]}))
            if _missed(further) <= _missed(here):
                here = further
                self.beyond.append(here)

    def climb(self) -> list[Places]:
        """The path from the unchanged scenario on which each move is the one that gains most for its cost.

        This is the greedy rule for covering at the least cost (Wolsey 1982). Where many members may be moved one by
        one, few evolved combinations come as near.
        """
        here = self.run(self.space.now)
        way = [here.places]
        while here.probability < max(LEVELS):
            missed, cost = _missed(here), here.cost
            nearer = [found for found in map(self.run, self._moves(here.places)) if _missed(found) < missed]
            if not nearer:
                break
            here = min(nearer, key=lambda found: (_missed(found) - missed) / max(found.cost - cost, SMALLEST_COST))
            way.append(here.places)
        return way

    def _moves(self, places: Places) -> Iterator[Places]:
        """Combinations with one axis moved."""
        for number in range(len(places)):
            yield from (moved for moved in self._strides(places, number) if moved != places)

    def _strides(self, places: Places, number: int) -> Iterator[Places]:
        """Combinations with an axis at several places over its whole range, and where it is now."""
        last = len(self.space.axes[number]) - 1
        reached = {round(stride * last / STRIDES) for stride in range(STRIDES + 1)} | {places[number]}
        yield from (_with(places, {number: place}) for place in sorted(reached))

    def evolve(self, wanted: float, way: Sequence[Places]) -> None:
        """Search all combinations, from those on a path and others spread evenly."""
        from scipy.optimize import Bounds, differential_evolution

        ends = [len(values) - 1 for values in self.space.axes]
        generator = np.random.default_rng(self.space.goal.seed)
        best, waited = math.inf, 0

        def is_stuck(vector: FloatArray, convergence: float) -> bool:
            nonlocal best, waited
            now = self.loss(vector, wanted)
            best, waited = (now, 0) if now < best else (best, waited + 1)
            return waited >= PATIENCE

        differential_evolution(
            self.loss,
            Bounds(np.zeros(len(ends)), np.array(ends, dtype=float)),
            args=(wanted,),
            init=self._first(generator, way),
            maxiter=MOST_GENERATIONS,
            seed=generator,
            polish=False,
            integrality=np.ones(len(ends), dtype=bool),
            callback=is_stuck,  # type: ignore[arg-type]  # a true answer ends the search
            tol=0.0,
        )

    def _first(self, generator: np.random.Generator, way: Sequence[Places]) -> FloatArray:
        """The first generation."""
        from scipy.stats import qmc

        ends = np.array([len(values) - 1 for values in self.space.axes])
        count = min(max(LEAST_POPULATION, CANDIDATES_PER_AXIS * len(ends)), LARGEST_POPULATION)
        spread = qmc.LatinHypercube(len(ends), seed=generator).random(count) * (ends + 1)
        return np.unique(np.vstack([np.array(way), np.minimum(np.floor(spread), ends)]), axis=0)

    def descend(self, wanted: float) -> None:
        """Go from the cheapest combination that reaches a probability to cheaper neighbours that do."""
        enough = [each for each in self.space.tried.values() if each.probability >= wanted]
        if not enough:
            return
        here = min(enough, key=lambda each: (each.cost, each.places))
        while True:
            cheaper = sorted(
                (places for places in self._neighbours(here.places) if self.space.cost(places) < here.cost),
                key=self.space.cost,
            )
            better = next((found for places in cheaper if (found := self.run(places)).probability >= wanted), None)
            if better is None:
                return
            here = better

    def _neighbours(self, places: Places) -> Iterator[Places]:
        """Combinations with a lever put back to its value in the scenario, or one or two levers moved by a step."""
        levers = range(len(places))
        for lever in levers:
            yield _with(places, {lever: self.space.now[lever]})
        steps = [(lever, step) for lever in levers for step in (-1, 1)]
        for chosen in (*((one,) for one in steps), *combinations(steps, 2)):
            if len({lever for lever, _ in chosen}) < len(chosen):
                continue
            shifted = {lever: places[lever] + step for lever, step in chosen}
            if all(0 <= place < len(self.space.axes[lever]) for lever, place in shifted.items()):
                yield _with(places, shifted)


def _missed(found: Tried, wanted: float = 1.0) -> float:
    """How far a combination is from a probability: the missing part, and the mean shortfall of the replicates."""
    short = 1.0 if math.isinf(found.shortfall) else found.shortfall / (1.0 + found.shortfall)
    return wanted - found.probability + short


def _with(places: Places, changed: dict[int, int]) -> Places:
    return tuple(changed.get(lever, place) for lever, place in enumerate(places))
