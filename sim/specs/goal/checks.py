"""Checks across the parts of a goal: the wanted outcome and each lever, against the scenario and its world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from sim.errors import InputError, Problem, suggest_nearest
from sim.specs.draft import Finding, Key, join_key
from sim.specs.goal.levers import (
    SHARED,
    AttributeLever,
    DateLever,
    GoalLever,
    JoinLever,
    LeaveLever,
    NumberLever,
    PledgeLever,
    Setting,
)
from sim.specs.goal.moves import apply_levers, find_key, read_current_setting
from sim.specs.goal.spec import Wanted
from sim.specs.names import REMOVAL, find_members
from sim.specs.scenario.checks import Parts, check_selection, find_fixed_members, list_selections, vote_findings
from sim.specs.scenario.reading import parse_scenario
from sim.specs.scenario.spec import Scenario
from sim.specs.study import is_crossing
from sim.world import World

BY_GOAL = ("seed", "replicates", "scenario", "base", "set", "world", "expected")
"""Keys that no lever may move."""
DATED = ("event", "change")
"""Lists whose entries have dates that a lever may move."""
MOST_MOVED = 60
"""Most numbers and members that the levers of a goal move together."""
MOST_LISTED = 10
"""Most names in a message."""


def check_wanted(wanted: Wanted, base: Scenario, world: World) -> Iterator[Finding]:
    """What is wrong between the wanted outcome and the scenario."""
    resolutions = [vote.resolution for vote in base.vote]
    yield from vote_findings(("goal", "resolution"), wanted.resolution, resolutions, f'"{base.title}"')
    given = _fixed_votes(base, world, wanted.resolution or resolutions[0])
    if wanted.member is not None and (code := world.resolve(wanted.member.member)[0]) in given:
        yield Finding(("goal", "member", "member"), f"{code} is the {given[code]}, whose vote is fixed.")
    if wanted.split is not None:
        counts = wanted.split.counts()
        if sum(counts.values()) - len(counts) * wanted.split.within > world.size:
            yield Finding(("goal", "split"), f"adds up to {sum(counts.values())}, but there are {world.size} members.")
    if wanted.count is not None and (wanted.count.at_least or 0) > world.size:
        message = f"{wanted.count.at_least} members are wanted, but there are {world.size}."
        yield Finding(("goal", "count", "at_least"), message)


def _fixed_votes(base: Scenario, world: World, resolution: str | None) -> dict[str, str]:
    """Members whose vote on a resolution, or on any, is fixed without a lever, and why."""
    pledges = [
        pledge
        for pledge in base.pledge
        if None
        in (
            resolution,
            pledge.resolution,
        )
        or pledge.resolution == resolution
    ]
    given = {code: "subject of a pledge" for pledge in pledges for code in find_members(world, pledge.members)}
    return given | find_fixed_members(world, base.roles)


def check_levers(levers: Mapping[int, GoalLever], base: Scenario, world: World) -> Iterator[Finding]:
    """What is wrong between the levers that are valid by themselves, and between each and the scenario.

    Parameters
    ----------
    levers : levers by their place in the file.
    """
    for (earlier, one), (later, other) in combinations(levers.items(), 2):
        if _what(one, base, world) == _what(other, base, world):
            yield from _repetitions(earlier, one, ("lever", later), other, world)
    for number, lever in levers.items():
        place: Key = ("lever", number)
        match lever:
            case NumberLever() if lever.key.partition(".")[0] in BY_GOAL:
                yield _unmovable(place, lever.key)
            case NumberLever() | DateLever() | AttributeLever():
                yield from _range_findings(place, lever, base)
            case JoinLever() | LeaveLever() | PledgeLever():
                yield from _choice_findings(place, lever, base, world)
    size = sum(_size(lever, world) for lever in levers.values())
    if size > MOST_MOVED:
        fix = "Name fewer members, or edit an attribute of a whole group."
        yield Finding(("lever",), f"moves {size} numbers and members; at most {MOST_MOVED} are allowed.", fix)


def _size(lever: GoalLever, world: World) -> int:
    """Number of numbers and members that a lever moves."""
    return 1 if isinstance(lever, NumberLever | DateLever | AttributeLever) else len(lever.candidates(world))


def _repetitions(earlier: int, one: GoalLever, place: Key, other: GoalLever, world: World) -> Iterator[Finding]:
    """What is wrong where two levers move the same key: they are the same lever, or share members."""
    match one, other:
        case JoinLever() | LeaveLever() | PledgeLever(), JoinLever() | LeaveLever() | PledgeLever():
            both = set(one.candidates(world)) & set(other.candidates(world))
            if both:
                message = f"names {_list_codes(both)}, as lever.{earlier} does."
                yield Finding((*place, "members"), message, "Give each member once.")
        case _:
            yield Finding(place, f"moves the same key as lever.{earlier}.", "Give each lever once.")


def _what(lever: GoalLever, base: Scenario, world: World) -> tuple[str, ...]:
    """What a lever moves, in full spelling; for a lever over members without the members."""
    match lever:
        case AttributeLever():
            return lever.kind, lever.attribute, lever.edit, *find_members(world, lever.members)
        case PledgeLever():
            return lever.kind, lever.action, lever.resolution or ""
    return lever.kind, find_key(base.document(), lever.key)


def _unmovable(place: Key, key: str) -> Finding:
    return Finding(
        (*place, "key"), f'"{key}" cannot be moved by a lever.', "Levers move votes, changes and parameters."
    )


def _range_findings(place: Key, lever: NumberLever | DateLever | AttributeLever, base: Scenario) -> Iterator[Finding]:
    now = read_current_setting(lever, base)
    if isinstance(lever, DateLever) and (now is None or lever.key.partition(".")[0] not in DATED):
        message = f'"{lever.key}" is not the date of an event or a change in the scenario.'
        yield Finding((*place, "key"), message, "Give a key such as event.0.date.")
        return
    if not isinstance(now, float):
        if isinstance(lever, NumberLever):
            yield Finding((*place, "key"), *_no_number(lever, base))
        return
    if not lever.start <= now <= lever.end:
        message = f"the range {lever.start:g} to {lever.end:g} does not contain the value in the scenario, {now:g}."
        yield Finding((*place, "from" if now < lever.start else "to"), message, "Widen the range to contain it.")
    for key, end in (("from", lever.start), ("to", lever.end)):
        for problem in _problems(lever, end, base):
            yield Finding((*place, key), problem.message, problem.fix)
    if lever.is_whole:
        for key, value in (("from", lever.start), ("to", lever.end), ("step", lever.stride)):
            if value != round(value):
                yield Finding((*place, key), f"{value:g} is not a whole number, which {lever.name} needs.")


def _no_number(lever: NumberLever, base: Scenario) -> tuple[str, str]:
    """Why a key is not a lever: the scenario has no such key, or it does not hold a number."""
    try:
        parse_scenario({**base.document(), "set": {lever.key: lever.start}}, "", Path())
    except InputError as error:
        problem = error.problems[0]
        return f'"{lever.key}": {problem.message}', problem.fix
    return f'"{lever.key}" holds no number in the scenario.', "A lever needs a key that holds a number."


def _problems(lever: GoalLever, setting: Setting, base: Scenario) -> Sequence[Problem]:
    """What is wrong with the scenario where one lever alone has a setting."""
    try:
        apply_levers(base, [(lever, setting)])
    except InputError as error:  # two parameters may cross only because the other one is not moved
        assigned = {lever.key: setting} if isinstance(lever, NumberLever) else {}
        return [problem for problem in error.problems if not is_crossing(problem, assigned)]
    return ()


def _choice_findings(
    place: Key, lever: JoinLever | LeaveLever | PledgeLever, base: Scenario, world: World
) -> Iterator[Finding]:
    candidates = lever.candidates(world)
    yield from check_selection(world, (*place, "members"), lever.members)
    yield from _echoes((*place, "members"), lever.members, world)
    yield from _cost_findings((*place, "costs"), lever.costs, candidates, world)
    if lever.per != "member" and not world.attributes[SHARED[lever.per]].any():
        message = f'"{lever.per}" cannot be used: {SHARED[lever.per]} is 0 for every member of the world {world.name}.'
        yield Finding((*place, "per"), message, 'Give the cost per "member".')
    if isinstance(lever, PledgeLever):
        resolutions = [vote.resolution for vote in base.vote]
        yield from vote_findings((*place, "resolution"), lever.resolution, resolutions, f'"{base.title}"')
        given = _fixed_votes(base, world, lever.resolution)
        for code in candidates:
            if code in given:
                yield _removal_finding(place, [code], f"is the {given[code]}, whose vote is fixed")
        return
    lists = {join_key(key): references for key, references in list_selections(Parts.of_scenario(base, world))}
    references = lists.get(find_key(base.document(), lever.key))
    if lever.key.partition(".")[0] in BY_GOAL:
        yield _unmovable(place, lever.key)
    elif references is None:
        known = [key for key in lists if key.partition(".")[0] not in BY_GOAL]
        more = "" if len(known) <= MOST_LISTED else ", ..."
        fix = suggest_nearest(lever.key, known, f"The lists of members are {', '.join(known[:MOST_LISTED])}{more}.")
        yield Finding((*place, "key"), f'"{lever.key}" is not a list of members in the scenario.', fix)
    else:
        yield from _membership_findings(place, lever, find_members(world, references), base, world)


def _membership_findings(
    place: Key, lever: JoinLever | LeaveLever, present: Sequence[str], base: Scenario, world: World
) -> Iterator[Finding]:
    """What is wrong with moving each candidate into a list, or out of it."""
    candidates, is_joining = lever.candidates(world), lever.kind == "join"
    idle = [code for code in candidates if (code in present) == is_joining]
    if idle:
        verb = "are" if len(idle) > 1 else "is"
        yield _removal_finding(place, idle, f"{verb} {'already' if is_joining else 'not'} in {lever.key}")
    for code in candidates:
        for problem in () if code in idle else _problems(lever, (code,), base):
            yield Finding((*place, "members"), problem.message, problem.fix)


def _removal_finding(place: Key, codes: Sequence[str], message: str) -> Finding:
    away = ", ".join(f'"{REMOVAL}{code}"' for code in codes[:MOST_LISTED])
    return Finding((*place, "members"), f"{_list_codes(codes)} {message}.", f"Remove with {away}.")


def _list_codes(codes: Iterable[str]) -> str:
    listed = sorted(codes)
    rest = len(listed) - MOST_LISTED
    return ", ".join(listed[:MOST_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _echoes(key: Key, references: Sequence[str], world: World) -> Iterator[Finding]:
    """Names that add nobody to earlier names."""
    for number, reference in enumerate(references):
        if not reference.startswith(REMOVAL) and find_members(world, references[: number + 1]) == find_members(
            world, references[:number]
        ):
            yield Finding((*key, number), f'"{reference}" is already named before.', "Give each member once.")


def _cost_findings(key: Key, costs: Mapping[str, float], candidates: Sequence[str], world: World) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name in costs:
        try:
            (code,) = world.resolve(name)
        except (KeyError, ValueError):
            code = ""
        if code not in candidates:
            fix = "" if code else world.hint(name)
            yield Finding((*key, name), "is not a member that this lever moves.", fix or "Leave it out.")
        elif seen.setdefault(code, name) != name:
            yield Finding((*key, name), f'is {code}, which "{seen[code]}" names as well.', "Give each member one cost.")
