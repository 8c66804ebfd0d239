"""The cheapest combination of levers that reaches a goal, checked with fresh random numbers, and the frontier of cost.

Where there are few combinations all are run, and the cheapest on the grid is known. Where there are many, a greedy
climb and differential evolution (Storn & Price 1997; `scipy.optimize.differential_evolution`) search them, and a
descent to cheaper neighbours ends it: the cheapest found, which may not be the cheapest there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sim.specs.goal import Goal
from sim.specs.goal_levers import Setting
from sim.whatif.combinations import Combinations, Places, Tried

FloatArray = NDArray[np.float64]

MOST_ENUMERATED = 500
"""Combinations up to which all are run."""
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
"""Probabilities that cheap combinations are looked for, beside the one that is wanted: the frontier of cost."""
GAIN = 0.05
"""Probability by which a combination of the frontier has to be surer than the one before it to be shown."""
CANDIDATES_PER_AXIS, LEAST_POPULATION, LARGEST_POPULATION = 10, 20, 80
STRIDES = 4
"""Steps over the whole of a range that the first climb takes."""
SMALLEST_COST = 1e-9
MOST_GENERATIONS, PATIENCE = 60, 12
"""Generations of the search, and how many without any gain end it."""
LEAST_FRESH = 1000
MOST_CHECKED = 40
"""Combinations, from the cheapest on, that are checked with fresh random numbers until one holds."""
CONFIDENCE = 0.90


@dataclass(frozen=True)
class Checked:
    """A combination and what came of it on fresh random numbers.

    Parameters
    ----------
    tried : the combination, with its probability in the search.
    probability : share of the fresh replicates that reach the goal.
    low, high : 90 % interval of that probability (Wilson).
    """

    tried: Tried
    probability: float
    low: float
    high: float


@dataclass(frozen=True)
class Reached:
    """What a search found.

    Parameters
    ----------
    best : the cheapest combination found that reaches the goal on fresh random numbers; None where there is none.
    surest : the combination most likely to reach the goal, the cheapest of them.
    as_it_stands : the combination that changes nothing.
    frontier : combinations that none found is both cheaper and surer than, by rising cost; at least one.
    combinations : the space that was searched, with all that was tried.
    is_exhaustive : whether all combinations were run.
    fresh_replicates : how many each check took.
    """

    best: Checked | None
    surest: Checked
    as_it_stands: Checked
    frontier: tuple[Checked, ...]
    combinations: Combinations
    is_exhaustive: bool
    fresh_replicates: int


def reach(goal: Goal, *, on_progress: Callable[[int], None] = lambda tried: None) -> Reached:
    """Search for the cheapest combination of levers that reaches a goal.

    Parameters
    ----------
    goal : with its scenario, as `sim.specs.read_goal` gives it.
    on_progress : called with the number of combinations run.
    """
    with threadpool_limits(limits=1):  # many runs of a chamber's size: threads cost more than they bring
        return _reach(goal, on_progress)


def _reach(goal: Goal, on_progress: Callable[[int], None]) -> Reached:
    space = Combinations(goal)
    wanted = goal.goal.probability
    is_exhaustive = space.count <= MOST_ENUMERATED
    search = _Search(space, on_progress)
    search.run(space.now)
    if is_exhaustive:
        for places in space.all():
            search.run(places)
    else:
        search.evolve(wanted, search.climb())
        for level in dict.fromkeys((*LEVELS, wanted)):
            search.descend(level)
    fresh = max(LEAST_FRESH, goal.replicates)
    checks: dict[Places, Checked] = {}

    def checked(tried: Tried) -> Checked:
        if tried.places not in checks:
            checks[tried.places] = _checked(space, tried, fresh)
        return checks[tried.places]

    tried = [each for each in space.tried.values() if math.isfinite(each.shortfall)]
    frontier = tuple(checked(each) for each in _frontier(tried) or [space.tried[space.now]])
    surest = checked(min(tried, key=lambda each: (-each.probability, each.shortfall, each.cost)))
    candidates = sorted((each for each in tried if each.probability >= wanted), key=lambda each: each.cost)
    holding = (each for each in map(checked, candidates[:MOST_CHECKED]) if each.probability >= wanted)
    best = next(holding, None)
    if best is None:  # all that barely reached it by the numbers of the search fell short on fresh ones
        safer = [each for each in (*frontier, surest) if each.probability >= wanted]
        best = min(safer, key=lambda each: each.tried.cost, default=None)
    return Reached(best, surest, checked(space.tried[space.now]), frontier, space, is_exhaustive, fresh)


def _checked(space: Combinations, tried: Tried, replicates: int) -> Checked:
    from scipy.stats import binomtest  # takes a tenth of a second to import

    test = binomtest(space.successes(tried.places, replicates), replicates)
    interval = test.proportion_ci(CONFIDENCE, method="wilson")
    return Checked(tried, float(test.statistic), float(interval.low), float(interval.high))


def _frontier(tried: Sequence[Tried]) -> list[Tried]:
    """Combinations that none is both cheaper and surer than, by rising cost, thinned where they are nearly as sure."""
    front: list[Tried] = []
    for each in sorted(tried, key=lambda each: (each.cost, -each.probability, each.places)):
        if each.probability > max((one.probability for one in front), default=0.0):
            front.append(each)
    kept: list[Tried] = []
    for each in front:
        if not kept or each.probability >= kept[-1].probability + GAIN or each is front[-1]:
            kept.append(each)
    return kept


class _Search:
    """The search for cheap combinations, over places of levers among their values."""

    def __init__(self, space: Combinations, on_progress: Callable[[int], None]) -> None:
        self.space, self.on_progress = space, on_progress
        self.dearest = space.dearest or 1.0

    def run(self, places: Places) -> Tried:
        found = self.space.run(places)
        self.on_progress(len(self.space.tried))
        return found

    def loss(self, vector: FloatArray, wanted: float) -> float:
        """The cost as a share of the dearest where the goal is reached; above 1, how far it is missed."""
        found = self.run(tuple(int(place) for place in np.rint(vector)))
        return found.cost / self.dearest if found.probability >= wanted else 1.0 + _missed(found, wanted)

    def climb(self) -> list[Places]:
        """The way up from where things stand: each time the move of one axis that brings the goal nearer for its cost.

        The greedy rule for covering at the least cost (Wolsey 1982): where many members may be moved one by one, few
        evolved combinations come as near.
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
        """Combinations with one axis moved, over a range in some strides."""
        for number, axis in enumerate(self.space.axes):
            for place in {round(stride * (len(axis) - 1) / STRIDES) for stride in range(STRIDES + 1)} - {
                places[number]
            }:
                yield _with(places, {number: place})

    def evolve(self, wanted: float, way: Sequence[Places]) -> None:
        """Search the whole space, from some combinations and others spread evenly over it."""
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
        """From the cheapest combination that reaches a probability to cheaper neighbours that do, as far as it goes."""
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
        """Combinations with a lever put back where it stands, or one or two levers moved by a step."""
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
    """How far a combination is from a probability: what that lacks, and how far the replicates are on average."""
    short = 1.0 if math.isinf(found.shortfall) else found.shortfall / (1.0 + found.shortfall)
    return wanted - found.probability + short


def _with(places: Places, changed: dict[int, int]) -> Places:
    return tuple(changed.get(lever, place) for lever, place in enumerate(places))


def reach_document(found: Reached) -> dict[str, object]:
    """The document of ``sim reach --json``."""
    goal, space = found.combinations.goal, found.combinations
    return {
        "goal": goal.title,
        "question": goal.question,
        "scenario": goal.base.title,
        "wanted": goal.goal.model_dump(exclude_none=True),
        "cost_unit": goal.cost_unit,
        "is_reached": found.best is not None,
        "is_exhaustive": found.is_exhaustive,
        "combinations": space.count,
        "tried": len(space.tried),
        "replicates": goal.replicates,
        "fresh_replicates": found.fresh_replicates,
        "as_it_stands": checked_document(found, found.as_it_stands),
        "best": None if found.best is None else checked_document(found, found.best),
        "surest": checked_document(found, found.surest),
        "frontier": [checked_document(found, each) for each in found.frontier],
    }


def checked_document(found: Reached, checked: Checked) -> dict[str, object]:
    """A combination as plain data: its cost, its probability in the search and on fresh numbers, and each lever."""
    goal, space = found.combinations.goal, found.combinations
    settings, costs = space.settings(checked.tried.places), space.costs(checked.tried.places)
    return {
        "cost": checked.tried.cost,
        "probability_in_search": checked.tried.probability,
        "probability": checked.probability,
        "p05": checked.low,
        "p95": checked.high,
        "levers": [
            {"lever": lever.name, "kind": lever.kind, "now": _plain(now), "value": _plain(setting), "cost": cost}
            for lever, now, setting, cost in zip(goal.lever, goal.now, settings, costs, strict=True)
        ],
    }


def frontier_rows(found: Reached) -> list[dict[str, object]]:
    """The frontier as a table, a row per combination: cost, probability with its interval, and each lever's value."""
    space = found.combinations
    names = [lever.name for lever in space.goal.lever]
    return [
        {
            "cost": checked.tried.cost,
            "probability": checked.probability,
            "p05": checked.low,
            "p95": checked.high,
            "probability_in_search": checked.tried.probability,
            **dict(zip(names, map(_cell, space.settings(checked.tried.places)), strict=True)),
        }
        for checked in found.frontier
    ]


def _plain(setting: Setting) -> float | list[str]:
    return list(setting) if isinstance(setting, tuple) else setting


def _cell(setting: Setting) -> float | str:
    """A setting as one cell: a number, or codes with spaces between them."""
    return " ".join(setting) if isinstance(setting, tuple) else setting
