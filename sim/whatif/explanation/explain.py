"""Why a member votes as it does in a scenario: its utilities term by term, its peers, what would change its vote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from sim.case import Case, prepare
from sim.case.ballot import OUTSIDE
from sim.errors import InputError, make_input_error, suggest_nearest
from sim.results.explanation import SwitchingPoint, Walk
from sim.results.showing import Shown
from sim.specs import Scenario
from sim.specs.draft import shorten_key
from sim.whatif.explanation.levers import Lever, find_levers, find_unknown_ties
from sim.whatif.explanation.monthly import ask_monthly
from sim.whatif.explanation.switching import WatchedMember, find_by_lever, walk_along
from sim.whatif.explanation.terms import Anatomy, take_all_apart
from sim.world import World

POINTS_ALONG = 11
NARROW = 2.0
"""Width up to which the whole range of a lever is run; of a wider one, a quarter of the range either way."""


@dataclass(frozen=True, repr=False)
class Explanation(Shown):
    """A member's action in one vote, explained.

    Parameters
    ----------
    anatomy : the terms of the vote, for all members.
    index : the member's.
    monthly : where votes see the months, the same for the resolution asked in each month, by `ask_monthly`.
    tried : every lever that was tried, and the switching points that were found, nearest first.
    walk : what the member does along a lever; None if not asked for.
    """

    anatomy: Anatomy
    index: int
    monthly: tuple[Anatomy, ...] = ()
    tried: tuple[tuple[Lever, tuple[SwitchingPoint, ...]], ...] = ()
    walk: Walk | None = None

    @property
    def likeliest(self) -> int:
        """Code of the action that the member does in most replicates."""
        return int(self.anatomy.counts[self.index].argmax())

    @property
    def next(self) -> int:
        """Code of the action with the highest utility, apart from the most likely."""
        utilities = self.anatomy.utilities[self.index].copy()
        utilities[self.likeliest] = -np.inf
        return int(utilities.argmax())


def explain(
    spec: Scenario,
    reference: str,
    resolution: str | None = None,
    *,
    tries_levers: bool = True,
    walks_along: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Explanation:
    """Explain what a member does in a vote of a scenario, and what would change its vote.

    Parameters
    ----------
    reference : the member, by code or name.
    resolution : which vote; the first by default.
    tries_levers : whether to look for what would change its vote.
    walks_along : a lever along which to run the vote, such as ``dependence.arms``, or ``dependence.arms=0:1``.
    on_progress : called before the first lever is tried and after each one, with the number done and the number of all.

    Raises
    ------
    InputError : there is no such member, vote or lever.
    """
    case = prepare(spec)
    index, number = _member(case.world, reference), vote_number(spec, resolution)
    levers = find_levers(case, number, case.world.iso3[index])
    way = None if walks_along is None else _find_walk(case, levers, walks_along)
    found = make_explanation(case, number, index, spec.replicates)
    member = WatchedMember(case, number, index, spec.replicates)
    tried: list[tuple[Lever, tuple[SwitchingPoint, ...]]] = []
    wanted = levers if tries_levers and found.anatomy.is_drawn[index] else ()
    with threadpool_limits(limits=1):  # many runs of an Assembly's size: threads cost more than they save
        if wanted:
            on_progress(0, len(wanted))
        for of_lever in find_by_lever(member, wanted, found.likeliest):
            tried.append(of_lever)
            on_progress(len(tried), len(wanted))
        walk = None if way is None else walk_along(member, *way)
    return replace(found, tried=tuple(tried), walk=walk)


def make_explanation(case: Case, number: int, index: int, replicates: int) -> Explanation:
    """A member's terms in a vote and, where it sees the months, in each of them; levers are not tried.

    Parameters
    ----------
    number, index : which vote, and which member, each from 0.
    """
    if case.ballots[number].fixed[index] == OUTSIDE:
        message = f"{case.world.names[index]} has no vote on {case.ballots[number].resolution}."
        raise make_input_error(
            "sim explain", case.world.iso3[index], message, f"Those of vote.{number}.voters have one."
        )
    if not case.has_feedback:
        return Explanation(take_all_apart(case, (number,), replicates, index)[number], index)
    asked, numbers = ask_monthly(case, number)
    found = take_all_apart(asked, numbers, replicates, index)
    return Explanation(found[number], index, tuple(found[at] for at in numbers))


def vote_number(spec: Scenario, resolution: str | None) -> int:
    """The number of the vote on a resolution; the first where none is named.

    Raises
    ------
    InputError : the scenario has no such vote.
    """
    resolutions = [vote.resolution for vote in spec.vote]
    if resolution is None:
        return 0
    if resolution not in resolutions:
        fix = suggest_nearest(resolution, resolutions, f"Its votes are {', '.join(resolutions)}.")
        raise make_input_error("--resolution", "", f"'{resolution}' is not a vote of '{spec.title}'.", fix)
    return resolutions.index(resolution)


def _member(world: World, reference: str) -> int:
    try:
        (iso3,) = world.resolve(reference)
    except (KeyError, ValueError):
        fix = world.hint(reference, "'sim world members' lists them.")
        raise make_input_error("MEMBER", "", f"'{reference}' is not a member of {world.name}.", fix) from None
    return world.index[iso3]


def _find_walk(case: Case, levers: Sequence[Lever], text: str) -> tuple[Lever, tuple[float, ...]]:
    """The lever to walk along, and its values."""
    name, equals, ends = text.partition("=")
    named = {shorten_key(lever.key.partition(" of ")[0]): lever for lever in levers}
    lever = named.get(shorten_key(name.strip()))
    if lever is None:
        unknown = find_unknown_ties(case).get(name.strip().removeprefix("parameters."))
        if unknown is not None:
            raise InputError([unknown])
        such = next(key for key, lever in named.items() if lever.kind == "vote")
        fix = suggest_nearest(name, named, f"Give one such as '{such}'.")
        raise make_input_error("--along", "", f"there is no lever '{name}'.", fix)
    quarter = lever.width / 4
    low, high = (lever.low, lever.high) if lever.width <= NARROW else (lever.now - quarter, lever.now + quarter)
    if equals:
        try:
            low, high = (float(end) for end in ends.split(":"))
        except ValueError:
            message = f"got '{ends}'; a range such as {name}={lever.low:g}:{lever.high:g} is needed."
            raise make_input_error("--along", "", message) from None
        if not lever.low <= low < high <= lever.high:
            allowed = f"{lever.low:g} to {lever.high:g}"
            message = f"got {ends}; {name} goes from {allowed}, with the lower end first."
            raise make_input_error("--along", "", message)
    return lever, tuple(np.linspace(max(low, lever.low), min(high, lever.high), POINTS_ALONG).tolist())
