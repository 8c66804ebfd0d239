"""Switching points: the nearest value of a lever at which another action is a member's most likely one.

The search goes outwards from the lever's value in the scenario, with the probabilities at the equilibrium in which
members see their peers' expected stances. What it finds is then checked by runs on either side, with the scenario's own
random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

import numpy as np

from sim.arrays import FloatArray
from sim.case import DRAW_RUN, Case, KeptDraws, prepare
from sim.case.utilities import compute_own_utilities
from sim.ensemble import simulate, split_by_draw, visit_votes
from sim.equilibrium import MONTHS_EXPECTED, compute_expected_utilities, solve_equilibrium
from sim.results.explanation import SwitchingPoint, Walk, WalkPoint
from sim.rules.choice import ACTIONS
from sim.runner.batch import list_ranges
from sim.runner.result import count_replicates, frequencies
from sim.specs import Scenario
from sim.summaries.summary import set_fixed
from sim.summaries.tallies import name_actions
from sim.whatif.explanation.levers import Lever

Chances = Callable[[float], FloatArray]

STEPS = np.geomspace(1e-3, 1.0, 13)
"""Distances from a lever's value, as shares of the way to the end of its range, between which the search looks."""
LOOKS = (0, 9, 11, 12, 13)
"""Places on that way at which it looks first: the lever's value, and a tenth, a third, half and all of the way."""
SURE = 2.0
"""Lead of the most likely action, as a multiple of how far probabilities differ, with which it stays so in between."""
CLOSE = 1e-4
"""How closely the equilibrium's switching point is found, as a share of the lever's range."""
BRACKET = 0.02
"""Aim for the distance of the two runs: this share of the change, or `CLOSE` of the range if that is larger."""
MOST_RUNS = 12
DRAWS_EXPECTED = 8
"""Draws of the parameters that the search is on the mean of."""


@dataclass(frozen=True)
class WatchedMember:
    """Whose action is watched: a member's index, in one vote of a case, over as many replicates.

    Parameters
    ----------
    kept : what runs of one what-if have drawn, for those of the next.
    """

    case: Case
    number: int
    index: int
    replicates: int
    kept: KeptDraws = field(default_factory=KeptDraws, compare=False)

    def _case(self, spec: Scenario) -> Case:
        """What the vote of a scenario depends on, ready to run: no month that it does not see, and no later vote."""
        start = self.case.start
        if spec.months is not None:
            end = spec.vote[self.number].date
            seen = spec.months.model_copy(update={"end": end}) if self._sees_months(spec) else None
            spec = spec.model_copy(update={"months": seen})
        spec = spec.model_copy(update={"vote": spec.vote[: self.number + 1]})
        return replace(prepare(spec, self.case.world, None if start is None else start.energy), kept=self.kept)

    def _sees_months(self, spec: Scenario) -> bool:
        """Whether the vote sees the months in a scenario that differs from the case's by a lever."""
        return spec.parameters.get("vote_feedback", self.case.parameters["vote_feedback"]) == 1

    def expected(self, spec: Scenario) -> FloatArray:
        """Probabilities (4,) of its actions at equilibrium."""
        return compute_expected_chances(self._case(spec), self.number)[self.index]

    def simulated(self, spec: Scenario) -> FloatArray:
        """Probabilities (4,) of its actions in the replicates, as smoothed frequencies; a fixed vote is certain."""
        case = self._case(spec)
        found = [
            simulate(case, *block)[self.number].actions[:, [self.index]] for block in list_ranges(0, self.replicates)
        ]
        fixed = case.ballots[self.number].fixed[[self.index]]
        return set_fixed(frequencies(count_replicates(np.concatenate(found))), fixed)[0]


def compute_expected_chances(case: Case, number: int) -> FloatArray:
    """Probabilities (N, 4) in a vote at equilibrium, members being where they are expected to be.

    Where parameters are drawn, the mean over the first draws; what the months move is the mean over a few replicates.
    """
    size = DRAW_RUN if case.draws_terms else MONTHS_EXPECTED
    starts = range(0, DRAWS_EXPECTED * DRAW_RUN, DRAW_RUN) if case.draws_terms else (0,)
    return np.mean([_expected(*part, number) for start in starts for part in split_by_draw(case, start, size)], axis=0)


def _expected(case: Case, first: int, count: int, number: int) -> FloatArray:
    """The same in replicates with the same parameters."""
    expected: dict[int, FloatArray] = {}
    for at, months in visit_votes(case, case.own_inputs, first, count):
        ballot = case.ballots[at]
        own = compute_expected_utilities(compute_own_utilities(ballot, case.parameters, months=months))
        chances = solve_equilibrium(own, ballot, case.peers, case.parameters["peer_influence"])
        expected[at] = set_fixed(chances, ballot.fixed)
        if at == number:
            break
    return expected[number]


def find_by_lever(
    member: WatchedMember, levers: Sequence[Lever], now: int
) -> Iterator[tuple[Lever, tuple[SwitchingPoint, ...]]]:
    """Each lever with its switching points, one lever after the other, so that the caller may show progress or stop."""
    for lever in levers:
        yield lever, find_switching_points(member, lever, now)


def find_switching_points(member: WatchedMember, lever: Lever, now: int) -> tuple[SwitchingPoint, ...]:
    """The nearest switching point of a lever to each action that it can make the most likely, nearest first.

    A lever that changes nothing for the member at either end of its range is not searched.

    Parameters
    ----------
    now : code of the action that is the most likely in the scenario.
    """
    found: dict[int, SwitchingPoint] = {}

    @cache
    def simulated(value: float) -> FloatArray:
        return member.simulated(lever.at(value))

    @cache
    def chances(value: float) -> FloatArray:
        return member.expected(lever.at(value))

    expected = _likeliest(chances(lever.now))  # another action than in the runs, where two are nearly as likely
    is_idle = all((chances(end) == chances(lever.now)).all() for end in (lever.low, lever.high))
    if is_idle and expected == now:
        return ()
    there = [] if expected == now else [(expected, lever.now, end) for end in (lever.low, lever.high)]
    for action, value, end in (*there, *_crossings(chances, lever)):
        if action == now:
            continue
        point = _verify(simulated, lever, action=action, value=value, end=end)
        if point is not None and (action not in found or abs(point.change) < abs(found[action].change)):
            found[action] = point
    return tuple(sorted(found.values(), key=lambda point: abs(point.change)))


def _crossings(chances: Chances, lever: Lever) -> Iterator[tuple[int, float, float]]:
    """The first value at which each action becomes the most likely on the way to either bound, and that bound."""
    for end in (lever.low, lever.high):
        if end == lever.now:
            continue
        seen: set[int] = set()
        way = [lever.now, *(lever.now + STEPS * (end - lever.now)).tolist()]
        for first, last in pairwise(LOOKS):
            for inside, outside in _find_changes(chances, way[first : last + 1]):
                action, then = (_likeliest(chances(value)) for value in (inside, outside))
                while action != then:
                    inside, action = _boundary(chances, inside, outside, action=action, close=CLOSE * lever.width)
                    if action not in seen:
                        seen.add(action)
                        yield action, inside, end


def _find_changes(chances: Chances, values: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Neighbouring values between which the most likely action changes, in their order.

    Nothing is looked for between two values whose probabilities hardly differ, compared with the lead of the most
    likely action: the probabilities would have to move away and come back in between.
    """
    here, there = chances(values[0]), chances(values[-1])
    is_same = _likeliest(here) == _likeliest(there)
    if len(values) == 2:
        if not is_same:
            yield values[0], values[-1]
        return
    lead = min(float(np.diff(np.sort(each)[-2:])[0]) for each in (here, there))
    if is_same and lead > SURE * np.abs(there - here).max():
        return
    middle = len(values) // 2
    yield from _find_changes(chances, values[: middle + 1])
    yield from _find_changes(chances, values[middle:])


def _boundary(chances: Chances, inside: float, outside: float, action: int, close: float) -> tuple[float, int]:
    """A value just beyond the one at which an action stops being the most likely, and the action that follows it."""
    while abs(outside - inside) > close:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if _likeliest(chances(middle)) == action else (inside, middle)
    return outside, _likeliest(chances(outside))


def _likeliest(chances: FloatArray) -> int:
    return int(chances.argmax())


def _verify(
    simulated: Callable[[float], FloatArray], lever: Lever, action: int, value: float, end: float
) -> SwitchingPoint | None:
    """The switching point near a value: of two simulations, the action is the most likely only in the farther one."""
    direction = 1.0 if end > lever.now else -1.0
    aim = max(BRACKET * abs(value - lever.now), CLOSE * lever.width)

    def holds(at: float) -> bool:
        return int(simulated(at).argmax()) == action

    def kept(at: float) -> float:
        return float(min(max(at, min(lever.now, end)), max(lever.now, end)))

    reach, beyond = aim / 2, kept(value + direction * aim / 2)
    for _ in range(MOST_RUNS):
        if holds(beyond) or beyond == end:
            break
        reach, beyond = 2 * reach, kept(beyond + direction * 2 * reach)
    if not holds(beyond):
        return None
    reach, before = aim, kept(beyond - direction * aim)
    while holds(before) and before != lever.now:
        beyond, reach = before, 2 * reach
        before = kept(before - direction * reach)
    if holds(before):
        return None
    for _ in range(MOST_RUNS):
        if abs(beyond - before) <= 1.5 * aim:
            break
        middle = (before + beyond) / 2
        before, beyond = (before, middle) if holds(middle) else (middle, beyond)
    return SwitchingPoint(
        action=ACTIONS[action],
        before=before,
        beyond=beyond,
        change=beyond - lever.now,
        share_of_width=abs(beyond - lever.now) / lever.width,
        probabilities_before=name_actions(simulated(before)),
        probabilities_beyond=name_actions(simulated(beyond)),
    )


def walk_along(member: WatchedMember, lever: Lever, values: Sequence[float]) -> Walk:
    """What a member does with a lever at each of some values, by simulation."""
    points = (WalkPoint(value=value, **dict(name_actions(member.simulated(lever.at(value))))) for value in values)
    return Walk(lever=lever.key, label=lever.label, points=tuple(points))
