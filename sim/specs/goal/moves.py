"""Moving the levers of a goal: their settings in a scenario, what a search moves, and the resulting scenario."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from sim.rules.parameters import load_registry
from sim.specs.draft import join_key
from sim.specs.experiment.design import is_whole
from sim.specs.goal.levers import (
    NEUTRAL,
    AttributeLever,
    DateLever,
    GoalLever,
    JoinLever,
    LeaveLever,
    NumberLever,
    PledgeLever,
    Setting,
)
from sim.specs.names import REMOVAL
from sim.specs.overrides import NowhereError, complete_key
from sim.specs.scenario.reading import parse_scenario
from sim.specs.scenario.spec import Scenario
from sim.world import World

Axis = tuple[Setting, ...]
"""The values of one dimension of a search."""
REASON = "a lever of the goal"


def read_current_setting(lever: GoalLever, base: Scenario) -> Setting | None:
    """The setting of a lever in a scenario: the number under its key, the edit that changes nothing, or no members.

    None where its key holds no number, or no date.
    """
    match lever:
        case NumberLever():
            return _number_under(lever.key, base)
        case DateLever():
            return None if read_date(lever.key, base) is None else 0.0
        case AttributeLever():
            return NEUTRAL[lever.edit]
        case _:
            return ()


def _number_under(key: str, base: Scenario) -> float | None:
    section, _, name = key.partition(".")
    if section == "parameters" and name in load_registry():
        return float(base.parameters.get(name, load_registry()[name].default))
    found = _value_under(key, base.document())
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def read_date(key: str, base: Scenario) -> date | None:
    """The date under a key, or None where there is none."""
    found = _value_under(key, base.document())
    return found if isinstance(found, date) else None


def shift_date(day: date, months: int) -> date:
    """The same day some months later; the last of a month where that has fewer days.

    Examples
    --------
    >>> shift_date(date(2022, 3, 31), -1)
    datetime.date(2022, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _value_under(key: str, document: Mapping[str, object]) -> object:
    """The value of a dotted key, or None where there is no such key."""
    holder: Any = document
    try:
        for part in complete_key(document, key.split(".")):
            holder = holder[part]
    except (NowhereError, KeyError):
        return None
    return holder


def find_key(document: Mapping[str, object], key: str) -> str:
    """A key in full, such as ``vote.0.severity``; the key itself where the document has no such key."""
    try:
        return join_key(complete_key(document, key.split(".")))
    except NowhereError:
        return key


def list_axes(lever: GoalLever, now: Setting, world: World) -> tuple[Axis, ...]:
    """The dimensions of a lever: its values from low to high, or for each candidate whether it is moved."""
    match lever, now:
        case NumberLever() | DateLever() | AttributeLever(), float():
            return (lever.values(now),)
        case JoinLever() | LeaveLever() | PledgeLever(), tuple():
            return tuple(((), (code,)) for code in lever.candidates(world))
    raise TypeError(f"a lever of the kind {lever.kind} cannot have the setting {now!r}")


def merge_settings(settings: Sequence[Setting]) -> Setting:
    """Merge the values of a lever's axes to its setting: its number, or all members that are moved."""
    codes = [setting for setting in settings if isinstance(setting, tuple)]
    return tuple(chain.from_iterable(codes)) if codes else settings[0]


def cost_of(lever: GoalLever, setting: Setting, now: Setting, world: World) -> float:
    """The cost of a setting of a lever, in the goal's unit."""
    match lever, setting, now:
        case NumberLever() | DateLever() | AttributeLever(), float(), float():
            return lever.cost_of(setting, now)
        case JoinLever() | LeaveLever() | PledgeLever(), tuple(), tuple():
            return lever.cost_of(setting, world)
    raise TypeError(f"a lever of the kind {lever.kind} cannot move from {now!r} to {setting!r}")


def apply_levers(base: Scenario, settings: Sequence[tuple[GoalLever, Setting]]) -> Scenario:
    """Apply settings of levers to a scenario, and check the result.

    Parameters
    ----------
    settings : levers and their settings; a lever that is not listed keeps its value in the scenario.

    Raises
    ------
    InputError
        If these settings cannot be combined.
    """
    document = base.document()
    assigned: dict[str, Any] = {}  # by full keys: changes and pledges that levers add make short keys ambiguous
    added: dict[str, list[object]] = {"change": [], "pledge": []}
    for lever, setting in settings:
        match lever, setting:
            case NumberLever(), float():
                assigned[find_key(document, lever.key)] = round(setting) if is_whole(lever.key) else setting
            case DateLever(), float() if setting and (day := read_date(lever.key, base)) is not None:
                assigned[find_key(document, lever.key)] = shift_date(day, round(setting))
            case AttributeLever(), float() if setting != NEUTRAL[lever.edit]:
                edit = {"members": list(lever.members), "attribute": lever.attribute, lever.edit: setting}
                added["change"].append({**edit, "reason": lever.reason or REASON})
            case JoinLever() | LeaveLever(), tuple() if setting:
                key = find_key(document, lever.key)
                listed: Any = assigned.get(key) or _value_under(key, document)
                sign = "" if lever.kind == "join" else REMOVAL
                assigned[key] = [*listed, *(f"{sign}{code}" for code in setting)]
            case PledgeLever(), tuple() if setting:
                on = {} if lever.resolution is None else {"resolution": lever.resolution}
                pledge = {"members": list(setting), "action": lever.action, **on}
                added["pledge"].append({**pledge, "reason": lever.reason or REASON})
    lists = {name: [*document.get(name, []), *entries] for name, entries in added.items()}  # type: ignore[misc]
    return parse_scenario({**document, **lists, "set": assigned}, base.title, Path())
