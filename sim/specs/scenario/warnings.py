"""What is allowed in a scenario but seldom meant: settings without effect, and a what-if that is undone.

Neither is a mistake, so both are warnings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeGuard

from sim.errors import Problem
from sim.rules.parameters import load_registry
from sim.specs.draft import Finding, Key, join_key
from sim.specs.names import find_members
from sim.specs.scenario.reading import read_scenario
from sim.specs.scenario.spec import Scenario
from sim.specs.worlds import load_scenario_world
from sim.world.estimates import find_unknown_channels

ABOUT = ("world", "known_rollcalls", "roles", "vote", "parameters", "pledge", "change", "term", "months", "event")
"""Keys by which one scenario differs from another; the other keys describe it or say how it is run."""
DESCRIBING = ("basis", "reason", "source", "what")
"""Keys inside these that only describe."""
OF_A_CONFLICT = ("severity", "divisiveness", "topic")
"""Keys of a vote that depend on its conflict; what earlier votes on its topic reveal counts most."""
FEEDBACK = "vote_feedback"
"""The parameter by which votes see what the months before them changed."""
LONGEST = 60
"""Characters of a value that a message quotes."""


class Undone(NamedTuple):
    """A key that a what-if sets and that is then set to something else: both values; None where nothing remains."""

    key: Key
    own: object
    instead: object


def collect_warnings(where: str, scenario: Scenario, written: Scenario) -> list[Problem]:
    """Warnings about a scenario.

    Parameters
    ----------
    where : name of the scenario in messages.
    scenario : as it is run.
    written : as in its files, before anything is set.
    """
    original = read_original(written)
    undone = (describe_undone(written, found) for found in find_undone_settings(written, original, scenario))
    as_written = find_idle_settings(written)
    idle = (
        Finding(key, f"has no effect: {reason}")
        for key, reason in find_idle_settings(scenario).items()
        if key[0] != "event" or key in as_written  # whoever ends the months earlier means to leave out later events
    )
    found = chain(undone, idle, find_inherited(scenario, original), find_unknown(scenario))
    return [Problem(where, join_key(key), message, fix) for key, message, fix in found]


def find_inherited(scenario: Scenario, original: Scenario | None) -> Iterator[Finding]:
    """Find what a scenario about another target inherits from its base, which is about another conflict.

    Parameters
    ----------
    original : the scenario that it starts from; None where it has no base.
    """
    if original is None or scenario.roles.target == original.roles.target:
        return
    for number, (vote, before) in enumerate(zip(scenario.vote, original.vote)):
        inherited = [
            name for name in OF_A_CONFLICT if getattr(vote, name) and getattr(vote, name) == getattr(before, name)
        ]
        if inherited:
            verb = "is" if len(inherited) == 1 else "are"
            about = f"{verb} inherited from a vote about {original.roles.target}"
            message = f"the target is {scenario.roles.target}, but {', '.join(inherited)} {about}."
            fix = "Set them, or start from no base: 'sim init' proposes the severity of a new resolution."
            yield Finding(("vote", number), message, fix)


def find_unknown(scenario: Scenario) -> Iterator[Finding]:
    """Find channels in which the target threatens, and of which the world has no figure yet."""
    if all(vote.target_threat == 0 for vote in scenario.vote):
        return
    world = load_scenario_world(scenario)
    targets = (*world.resolve(scenario.roles.target), *find_members(world, scenario.roles.other_targets))
    for channel in find_unknown_channels(world, world.indices(targets)):
        parameter = f"dependence_{channel}"
        if scenario.parameters.get(parameter) != 0:
            message = (
                f"the world {world.name} has no figure of {channel} with {' and '.join(targets)} before "
                f"{scenario.vote[0].date}, so that nobody counts as dependent."
            )
            yield Finding(("parameters", parameter), message, "Say that the channel is off by setting it to 0.")


def find_idle_settings(scenario: Scenario) -> dict[Key, str]:
    """Keys of a scenario that no rule reads, and the reason."""
    last = scenario.vote[-1].date
    if scenario.months is not None:
        end = scenario.months.end
        return {
            ("event", number): f"it is dated {event.date}, after the last month, {end:%Y-%m}."
            for number, event in enumerate(scenario.event)
            if (event.date.year, event.date.month) > (end.year, end.month)
        }
    late: dict[Key, str] = {
        ("change", number): f"the change is dated {change.date}, after the last vote, of {last}."
        for number, change in enumerate(scenario.change)
        if change.date is not None and change.date > last
    }
    unread: dict[Key, str] = {
        ("parameters", name): "only the months between votes read it, and the scenario has no months."
        for name in scenario.parameters
        if load_registry()[name].is_of_months
    }
    return late | unread


def find_reason_unseen(scenario: Scenario, key: Key) -> str | None:
    """Why no vote depends on a key of the months, or None where one may.

    Parameters
    ----------
    key : in full, such as ``("event", 3, "date")``.
    """
    name = str(key[1]) if len(key) > 1 and key[0] == "parameters" else ""
    of_months = key[0] in ("event", "months") or (name in load_registry() and load_registry()[name].is_of_months)
    feedback = scenario.parameters.get(FEEDBACK, load_registry()[FEEDBACK].default)
    if scenario.months is None or not of_months or name == FEEDBACK or feedback == 1:
        return None
    return f"votes see nothing of the months unless parameters.{FEEDBACK} is 1."


def find_reason(idle: Mapping[Key, str], key: Key) -> str | None:
    """Why a key has no effect, or None where it has one.

    Parameters
    ----------
    idle : from `find_idle_settings`.
    """
    return next((reason for whole, reason in idle.items() if key[: len(whole)] == whole), None)


def read_original(scenario: Scenario) -> Scenario | None:
    """The first scenario in the chain of a what-if's bases; None for a scenario without a base."""
    found = scenario
    while found.base is not None:
        found = read_scenario(found.base)
    return None if found is scenario else found


def find_undone_settings(written: Scenario, original: Scenario | None, scenario: Scenario) -> Iterator[Undone]:
    """What a what-if changes of its original and is then set to something else.

    Parameters
    ----------
    written : the what-if as in its files.
    original : the scenario that it starts from; where it is None, nothing can be undone.
    scenario : the what-if as it is run.
    """
    if original is not None:
        yield from _undone((), *(_about(spec) for spec in (written, original, scenario)))


def describe_undone(written: Scenario, undone: Undone, instead: str = "") -> Finding:
    """Describe an undone setting.

    Parameters
    ----------
    instead : what happens to it, where it is not set to one value.
    """
    instead = instead or f"is set to {_quote(undone.instead)}"
    title = f'so it no longer does what its title says, "{written.title}".'
    return Finding(undone.key, f"this what-if sets {_quote(undone.own)}; here it {instead} instead, {title}")


def _about(scenario: Scenario) -> dict[str, object]:
    return {name: value for name, value in scenario.document().items() if name in ABOUT}


def _undone(key: Key, own: object, original: object, now: object) -> Iterator[Undone]:
    if own in (original, now):
        return
    if isinstance(own, dict) and isinstance(now, dict):
        before: Mapping[str, Any] = original if isinstance(original, dict) else {}
        for name, value in own.items():
            if name not in DESCRIBING:
                yield from _undone((*key, name), value, before.get(name), now.get(name))
    elif _is_tables(own) and isinstance(now, list):
        earlier = original if isinstance(original, list) else []
        for number, value in enumerate(own):
            same = _same_vote(value, earlier) if key == ("vote",) else _item(earlier, number)
            if same is not None or key != ("vote",):  # a new vote is a new question
                yield from _undone((*key, number), value, same, _item(now, number))
    else:
        yield Undone(key, own, now)


def _is_tables(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _item(items: list[Any], number: int) -> Any:
    return items[number] if number < len(items) else None


def _same_vote(vote: Mapping[str, Any], votes: list[Any]) -> Any:
    return next((other for other in votes if other["resolution"] == vote["resolution"]), None)


def _quote(value: object) -> str:
    """A value as a message quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a table"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
