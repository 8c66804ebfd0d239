"""The cheapest combination of levers that reaches a goal, checked with fresh random numbers, and the frontier of cost.

Where there are few combinations all are run, and the cheapest on the grid is known. Where there are many, they are
searched: the cheapest found may not be the cheapest there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from sim.specs.goal import Goal
from sim.specs.goal_levers import Setting
from sim.whatif.combinations import Combinations, Places, Tried
from sim.whatif.search import LEVELS, Search

MOST_ENUMERATED = 500
"""Combinations up to which all are run."""
GAIN = 0.05
"""Probability by which a combination of the frontier has to be surer than the one before it to be shown."""
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
    search = Search(space, on_progress)
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
