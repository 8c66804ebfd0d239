"""Reading goal files: the file, its scenario, where its levers stand, and everything wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, Problem, did_you_mean
from sim.rules.parameters import registry
from sim.specs.design import is_whole, short_key
from sim.specs.draft import Draft, Finding, Key, Origin, dotted
from sim.specs.files import read_toml, shown
from sim.specs.goal import DEFAULT_STEPS, NEUTRAL, Goal, GoalLever, MemberAction, Wanted
from sim.specs.goal_schema import goal_structure
from sim.specs.names import members_of
from sim.specs.overrides import override, value_of
from sim.specs.problems import findings_of
from sim.specs.reading import read_scenario, scenario_from
from sim.specs.scenario import Scenario
from sim.specs.section import Section
from sim.specs.shipped import located
from sim.specs.trials import is_crossing
from sim.world import World, load_world

BY_GOAL = ("seed", "replicates", "scenario", "base", "set", "world")
"""Keys that no lever moves."""


def read_goal(reference: str | Path, overrides: Sequence[str] = ()) -> Goal:
    """Read a goal from a file or from those that are shipped, and check all of it.

    Parameters
    ----------
    reference : path to a TOML file, or the name of a shipped goal with or without ``.toml``.
    overrides : ``key=value`` texts: keys of the goal such as ``goal.probability=0.5`` or ``lever.0.cost=2``, or keys
        of its scenario such as ``vote.severity=1``.

    Raises
    ------
    InputError
        With every problem of the file, of its scenario and of the overrides.
    """
    path = located(reference, "goals", Path())
    return goal_from(read_toml(path), shown(path), path.parent, overrides)


def goal_from(document: Mapping[str, object], where: str, folder: Path, overrides: Sequence[str] = ()) -> Goal:
    """Make a goal from plain data, as a TOML file would hold it, and check all of it.

    Parameters
    ----------
    document : the keys of a goal file.
    where : what the document is called in messages.
    folder : folder that relative paths in it start from.
    overrides : ``key=value`` texts, applied last.

    Raises
    ------
    InputError
        With every problem found.
    """
    draft = Draft(where, folder)
    draft.take(document, where, folder)
    for text in overrides:
        _override(draft, text)
    base = _base(draft)
    goal = _validated(draft, None if base is None else load_world(base.world))
    if base is not None:
        for finding in _findings(draft.document, base):
            draft.note(finding)
    if goal is None or base is None or draft.problems:
        raise InputError(draft.problems)
    return goal.with_base(base, tuple(where_it_stands(lever, base) or 0.0 for lever in goal.lever))


def _override(draft: Draft, text: str) -> None:
    """Apply one ``key=value``: to the goal, or, where the key is the scenario's, to the goal's ``[set]``."""
    name, equals, value = text.partition("=")
    head = name.strip().partition(".")[0]
    if equals and head not in Goal.model_fields and head in Scenario.model_fields:
        assigned = draft.document.setdefault("set", {})
        if isinstance(assigned, dict):
            assigned[name.strip()] = value_of(value.strip())
            draft.mark(("set", name.strip()), Origin(f"--set {text}", (), Path.cwd()))
            return
    override(draft, text)


def _base(draft: Draft) -> Scenario | None:
    """The scenario with the goal's ``[set]`` in it, or None with its problems noted."""
    reference, assigned = draft.document.get("scenario"), draft.document.get("set", {})
    if not isinstance(reference, str) or not reference:
        return None
    origin = draft.origin(("scenario",))
    try:
        base = read_scenario(located(reference, "scenarios", origin.folder, origin.where, dotted(origin.key)))
        if not assigned or not isinstance(assigned, Mapping):
            return base
        return scenario_from({**base.document(), "set": assigned}, origin.where, origin.folder)
    except InputError as error:
        draft.problems.extend(problem for problem in error.problems if problem not in draft.problems)
        return None


def _validated(draft: Draft, world: World | None) -> Goal | None:
    try:
        return Goal.model_validate(draft.document, context=world)
    except ValidationError as error:
        for finding in findings_of(error, goal_structure()):
            draft.note(finding)
        return None


def _sound(part: type[Section], value: object) -> Any:
    try:
        return part.model_validate(value)
    except ValidationError:
        return None


def _findings(document: Mapping[str, object], base: Scenario) -> Iterator[Finding]:
    """What is wrong between the parts of a goal that are sound in themselves, and its scenario."""
    world = load_world(base.world)
    wanted = _sound(Wanted, document.get("goal"))
    if wanted is not None:
        yield from _wanted_findings(wanted, base, world)
    levers = document.get("lever")
    sound = {
        number: lever
        for number, written in enumerate(levers if isinstance(levers, list | tuple) else ())
        if (lever := _sound(GoalLever, written)) is not None
    }
    seen: dict[str, int] = {}
    for number, lever in sound.items():
        name = short_key(lever.key) if lever.key is not None else lever.name
        if seen.setdefault(name, number) != number:
            yield Finding(("lever", number), f"moves the same as lever.{seen[name]}.", "Give each lever once.")
        yield from _lever_findings(("lever", number), lever, base)


def _wanted_findings(wanted: Wanted, base: Scenario, world: World) -> Iterator[Finding]:
    resolutions = [vote.resolution for vote in base.vote]
    if wanted.resolution is not None and wanted.resolution not in resolutions:
        fix = did_you_mean(wanted.resolution, resolutions, f"Its votes are {', '.join(resolutions)}.")
        yield Finding(("goal", "resolution"), f'"{wanted.resolution}" is no vote of "{base.title}".', fix)
    given = _given(base, world, wanted.resolution or resolutions[0])
    if wanted.member is not None and (code := _code(wanted.member, world)) in given:
        yield Finding(("goal", "member", "member"), f"{code} is the {given[code]}, whose vote is given.")
    counts = {} if wanted.split is None else wanted.split.counts()
    if counts and sum(counts.values()) - len(counts) * wanted.split.within > world.size:  # type: ignore[union-attr]
        yield Finding(("goal", "split"), f"adds up to {sum(counts.values())}; there are {world.size} members.")
    if wanted.count is not None and (wanted.count.at_least or 0) > world.size:
        message = f"got {wanted.count.at_least}; there are {world.size} members."
        yield Finding(("goal", "count", "at_least"), message)


def _code(wanted: MemberAction, world: World) -> str:
    """The member's code; empty where the world knows none of that name, which is told elsewhere."""
    try:
        return world.resolve(wanted.member)[0]
    except (KeyError, IndexError):
        return ""


def _given(base: Scenario, world: World, resolution: str) -> dict[str, str]:
    """Members whose vote does not hang on any lever, and what they are."""
    pledges = [pledge for pledge in base.pledge if pledge.resolution in (None, resolution)]
    given = {code: "subject of a pledge" for pledge in pledges for code in members_of(world, pledge.members)}
    given[world.resolve(base.roles.target)[0]] = "target"
    if base.roles.victim is not None:
        given[world.resolve(base.roles.victim)[0]] = "victim"
    return given


def _lever_findings(place: Key, lever: GoalLever, base: Scenario) -> Iterator[Finding]:
    head = (lever.key or "").partition(".")[0]
    if head in BY_GOAL:
        yield Finding(
            (*place, "key"), f'"{lever.key}" cannot be moved.', "Levers change votes, changes and parameters."
        )
        return
    now = where_it_stands(lever, base)
    if now is None:
        told, fix = _no_number(lever, base)
        yield Finding((*place, "key"), told, fix)
        return
    if not lever.start <= now <= lever.end:
        message = f"got {lever.start:g} to {lever.end:g}; it stands at {now:g} in the scenario."
        yield Finding((*place, "from" if now < lever.start else "to"), message, "Let the range hold where it stands.")
    for key, end in (("from", lever.start), ("to", lever.end)):
        for problem in _problems(lever, end, base):
            yield Finding((*place, key), problem.message, problem.fix)
    if lever.key is not None and is_whole(lever.key):
        whole = {"from": lever.start, "to": lever.end, "step": lever.step or (lever.end - lever.start) / DEFAULT_STEPS}
        for key, value in whole.items():
            if value != round(value):
                yield Finding((*place, key), f"got {value:g}; {lever.key} needs whole numbers.")


def _no_number(lever: GoalLever, base: Scenario) -> tuple[str, str]:
    """Why a key is no lever: the scenario knows no such key, or it holds something else."""
    try:
        scenario_from({**base.document(), "set": {lever.key: lever.start}}, "", Path())
    except InputError as error:
        problem = error.problems[0]
        return f'"{lever.key}": {problem.message}', problem.fix
    return f'"{lever.key}" holds no number in the scenario.', "A lever needs a number that stands somewhere."


def _problems(lever: GoalLever, value: float, base: Scenario) -> Sequence[Problem]:
    """What is wrong with the scenario once a lever alone is at a value."""
    try:
        moved(base, [(lever, value)])
    except InputError as error:  # two parameters may cross only while the other stays
        return [problem for problem in error.problems if not is_crossing(problem, value)]
    return ()


def where_it_stands(lever: GoalLever, base: Scenario) -> float | None:
    """The value of a lever in a scenario: the number under its key, or the edit that changes nothing."""
    if lever.edit is not None:
        return NEUTRAL[lever.edit]
    section, _, name = (lever.key or "").partition(".")
    if section == "parameters" and name in registry():
        return float(base.parameters.get(name, registry()[name].default))
    holder: Any = base.document()
    for part in (lever.key or "").split("."):
        if isinstance(holder, list) and not part.isdecimal() and len(holder) == 1:
            (holder,) = holder
        if isinstance(holder, list) and part.isdecimal() and int(part) < len(holder):
            holder = holder[int(part)]
        elif isinstance(holder, dict):
            holder = holder.get(part)
        else:
            return None
    is_number = isinstance(holder, int | float) and not isinstance(holder, bool)
    return float(holder) if is_number else None


def moved(base: Scenario, values: Sequence[tuple[GoalLever, float]]) -> Scenario:
    """The scenario with levers at values, checked.

    Parameters
    ----------
    values : levers and where each is put; one that is not there stays where it stands.

    Raises
    ------
    InputError
        If these values do not go together.
    """
    document = base.document()
    assigned = {
        lever.key: round(value) if is_whole(lever.key) else value for lever, value in values if lever.key is not None
    }
    edits = [
        {
            "members": list(lever.members),
            "attribute": lever.attribute,
            lever.edit: value,
            "reason": lever.reason or "a lever of the goal",
        }
        for lever, value in values
        if lever.members is not None and lever.edit is not None and value != NEUTRAL[lever.edit]
    ]
    changes = [*document.get("change", []), *edits]  # type: ignore[misc]
    return scenario_from({**document, "change": changes, "set": assigned}, base.title, Path())
