"""The cheapest combination of levers that reaches a goal, checked with fresh random numbers, and the frontier of cost.

Where there are few combinations, all are run, and the cheapest of them is known. Where there are many, they are
searched: the cheapest found may not be the cheapest there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from threadpoolctl import threadpool_limits

from sim.results.goals import Combination, GoalSearch, MovedLever
from sim.results.showing import Shown
from sim.scoring.scores import share_interval
from sim.specs.goal.levers import Setting
from sim.specs.goal.spec import Goal
from sim.summaries.grounds import list_grounds
from sim.whatif.goals.combinations import Combinations, Places, Tried
from sim.whatif.goals.labels import label_lever
from sim.whatif.goals.search import LEVELS, Search

MOST_ENUMERATED = 500
"""Combinations up to which all are run."""
GAIN = 0.05
"""Probability by which a combination of the frontier has to be surer than the one before it to be shown."""
LEAST_FRESH = 1000
CHECKED_IN_TURN = 40
"""Combinations, from the cheapest on, of which each is checked with fresh random numbers until one holds."""

Point = TypeVar("Point", "Checked", "Tried")


@dataclass(frozen=True)
class Checked:
    """A combination and its result on fresh random numbers.

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


@dataclass(frozen=True, repr=False)
class Reached(Shown):
    """What a search found.

    Parameters
    ----------
    best : the cheapest combination found that reaches the goal on fresh random numbers; None where there is none.
    surest : of all that were checked the combination most likely to reach the goal, the cheapest of them.
    as_it_stands : the combination that changes nothing.
    frontier : combinations, by rising cost, for which no checked one is both cheaper and surer; at least one.
    combinations : all combinations, with the results of those that were tried.
    is_exhaustive : whether all combinations were run.
    is_interrupted : whether an interrupt ended the search or the checks before they were done.
    checked : how many combinations were checked on fresh random numbers.
    fresh_replicates : how many each check used.
    """

    best: Checked | None
    surest: Checked
    as_it_stands: Checked
    frontier: tuple[Checked, ...]
    combinations: Combinations
    is_exhaustive: bool
    is_interrupted: bool
    checked: int
    fresh_replicates: int


def reach(goal: Goal, *, on_progress: Callable[[int], None] = lambda tried: None) -> Reached:
    """Search for the cheapest combination of levers that reaches a goal.

    An interrupt ends the search; what was tried until then is checked and reported. Another one ends the checks.

    Parameters
    ----------
    goal : with its scenario, as `sim.specs.read_goal` gives it.
    on_progress : called with the number of combinations run.

    Raises
    ------
    KeyboardInterrupt : interrupted before the unchanged scenario was checked.
    """
    with threadpool_limits(limits=1):  # many runs of an Assembly's size: threads cost more than they save
        return _reach(goal, on_progress)


def _reach(goal: Goal, on_progress: Callable[[int], None]) -> Reached:
    space = Combinations(goal)
    search, checks = Search(space, on_progress), _Checks(space)
    as_it_stands = checks.check(search.run(space.now))
    is_interrupted = False
    for stage in (partial(_try_combinations, search), partial(_check_combinations, search, checks)):
        try:
            stage()
        except KeyboardInterrupt:
            is_interrupted = True
    done = checks.done.values()
    return Reached(
        best=min(filter(checks.holds, done), key=lambda each: (each.tried.cost, -each.probability), default=None),
        surest=min(done, key=lambda each: (-each.probability, each.tried.cost)),
        as_it_stands=as_it_stands,
        frontier=tuple(_frontier(done, lambda each: each.tried.cost)) or (as_it_stands,),
        combinations=space,
        is_exhaustive=_is_small(space) and not is_interrupted,
        is_interrupted=is_interrupted,
        checked=len(done),
        fresh_replicates=checks.replicates,
    )


class _Checks:
    """Checks of combinations on fresh random numbers, each done once."""

    def __init__(self, space: Combinations) -> None:
        self.space, self.replicates = space, max(LEAST_FRESH, space.goal.replicates)
        self.done: dict[Places, Checked] = {}

    def check(self, tried: Tried) -> Checked:
        """Check a combination on fresh random numbers."""
        if tried.places not in self.done:
            hits = self.space.successes(tried.places, self.replicates)
            low, high = share_interval(hits, self.replicates)
            self.done[tried.places] = Checked(tried, probability=hits / self.replicates, low=low, high=high)
        return self.done[tried.places]

    def holds(self, checked: Checked) -> bool:
        """Whether a combination is as sure as wanted."""
        return checked.probability >= self.space.goal.goal.probability

    def walk(self, by_cost: Sequence[Tried], in_turn: int) -> None:
        """Check combinations until one is as sure as wanted: first one by one, then in growing strides.

        Among those that the last stride passed over, the cheapest that is as sure is found by bisection.
        """
        failed, place, stride = -1, 0, 1
        while place < len(by_cost) and not self.holds(self.check(by_cost[place])):
            stride = 1 if place + 1 < in_turn else 2 * stride
            failed, place = place, place + stride
        place = min(place, len(by_cost))
        while place - failed > 1:
            middle = (failed + place) // 2
            failed, place = (failed, middle) if self.holds(self.check(by_cost[middle])) else (middle, place)


def _is_small(space: Combinations) -> bool:
    """Whether all combinations are run."""
    return space.count <= MOST_ENUMERATED


def _try_combinations(search: Search) -> None:
    """Run all combinations, or search for cheap ones that reach the goal; then search for the surest."""
    space, wanted = search.space, search.space.goal.goal.probability
    if _is_small(space):
        for places in space.all():
            search.run(places)
        search.go_on(space.now)
        return
    way = search.climb()
    search.evolve(wanted, way)
    for level in dict.fromkeys((*LEVELS, wanted)):
        search.descend(level)
    search.go_on(way[-1])


def _check_combinations(search: Search, checks: _Checks) -> None:
    """Check the frontier and the surest combination; then, from the cheapest on, those that reached the goal."""
    space, wanted = search.space, search.space.goal.goal.probability
    tried = space.list_sound()
    surest = min(tried, key=lambda each: (-each.probability, each.shortfall, each.cost))
    for each in (*_frontier(tried, lambda each: each.cost), surest):
        checks.check(each)
    if not any(map(checks.holds, checks.done.values())):  # before anything is called out of reach
        for each in search.beyond[-1:]:
            checks.check(each)
        checks.walk(search.beyond, in_turn=0)
    known = min((each.tried.cost for each in checks.done.values() if checks.holds(each)), default=math.inf)
    enough = (each for each in tried if each.probability >= wanted and each.cost < known)
    by_cost = sorted(enough, key=lambda each: each.cost)
    checks.walk(by_cost, len(by_cost) if _is_small(space) else CHECKED_IN_TURN)


def _frontier(points: Iterable[Point], cost: Callable[[Point], float]) -> list[Point]:
    """Points, by rising cost, for which none is both cheaper and surer; without those hardly surer than the last."""
    front: list[Point] = []
    for each in sorted(points, key=lambda each: (cost(each), -each.probability)):
        if each.probability > max((one.probability for one in front), default=0.0):
            front.append(each)
    kept: list[Point] = []
    for each in front:
        if not kept or each.probability >= kept[-1].probability + GAIN or each is front[-1]:
            kept.append(each)
    return kept


def summarise_search(found: Reached) -> GoalSearch:
    """The result of ``sim reach``."""
    goal, space = found.combinations.goal, found.combinations
    return GoalSearch(
        goal=goal.title,
        question=goal.question,
        scenario=goal.base.title,
        wanted=goal.goal.model_dump(exclude_none=True),
        cost_unit=goal.cost_unit,
        is_reached=found.best is not None,
        is_exhaustive=found.is_exhaustive,
        is_interrupted=found.is_interrupted,
        combinations=space.count,
        tried=len(space.tried),
        refused=len(space.refused),
        checked=found.checked,
        replicates=goal.replicates,
        fresh_replicates=found.fresh_replicates,
        as_it_stands=_combination(space, found.as_it_stands),
        best=None if found.best is None else _combination(space, found.best),
        surest=_combination(space, found.surest),
        rests_on=list_grounds(goal.base, space.case((found.best or found.surest).tried.places).spec),
        frontier=tuple(_combination(space, each) for each in found.frontier),
    )


def _combination(space: Combinations, checked: Checked) -> Combination:
    """A combination that was checked: its cost, how surely it reaches the goal, and each lever."""
    goal, places = space.goal, checked.tried.places
    levers = zip(goal.lever, goal.now, space.settings(places), space.costs(places), strict=True)
    return Combination(
        cost=checked.tried.cost,
        probability_in_search=checked.tried.probability,
        probability=checked.probability,
        p05=checked.low,
        p95=checked.high,
        levers=tuple(
            MovedLever(
                lever=lever.name,
                kind=lever.kind,
                label=label_lever(lever, goal.base),
                now=now,
                value=setting,
                cost=cost,
            )
            for lever, now, setting, cost in levers
        ),
    )


def list_frontier(search: GoalSearch) -> list[dict[str, float | str]]:
    """A row per combination of the frontier: cost, probability with its interval, and each lever's value."""
    return [
        {
            "cost": found.cost,
            "probability": found.probability,
            "p05": found.p05,
            "p95": found.p95,
            "probability_in_search": found.probability_in_search,
            **{lever.lever: _cell(lever.value) for lever in found.levers},
        }
        for found in search.frontier
    ]


def _cell(setting: Setting) -> float | str:
    """A setting as one cell: a number, or codes with spaces between them."""
    return " ".join(setting) if isinstance(setting, tuple) else setting
