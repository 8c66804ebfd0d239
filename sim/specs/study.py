"""What experiments and goals share: files about scenarios that may set keys in them before anything is varied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from sim.errors import InputError, Problem
from sim.rules.parameters import ORDERED, load_registry
from sim.specs.draft import Draft, Key, join_key
from sim.specs.problems import collect_findings
from sim.specs.scenario.reading import parse_scenario, read_scenario
from sim.specs.scenario.spec import Scenario
from sim.specs.section import Section
from sim.specs.shipped import locate_file
from sim.world import World

Study = TypeVar("Study", bound=Section)
CROSSING = {name for pair in ORDERED for name in pair}


def validate_study(
    kind: type[Study], draft: Draft, structure: Mapping[str, Any], world: World | None = None
) -> Study | None:
    """Validate a whole file, or return None and note everything that is wrong with its parts.

    Parameters
    ----------
    kind : experiment or goal.
    structure : JSON Schema of such a file.
    world : where its members and attributes are looked up; without a world any name is accepted.
    """
    try:
        return kind.model_validate(draft.document, context=world)
    except ValidationError as error:
        for finding in collect_findings(error, structure):
            draft.note(finding)
        return None


class Base(NamedTuple):
    """A scenario that a file names: as written, and with the file's ``[set]`` applied."""

    written: Scenario
    scenario: Scenario


def name_base(
    draft: Draft, reference: object, key: Key = ("scenario",), given: Mapping[str, Mapping[str, object]] | None = None
) -> Base | None:
    """Read a scenario that a file names, or return None and keep its problems.

    Parameters
    ----------
    reference : the value of `key`.
    given : documents of scenarios by their name in the file, in place of files.
    """
    if not isinstance(reference, str) or not reference:
        return None
    origin = draft.origin(key)
    try:
        if given is not None and reference in given:
            written = parse_scenario(given[reference], origin.where, origin.folder)
        else:
            written = read_scenario(
                locate_file(reference, "scenarios", origin.folder, origin.where, join_key(origin.key))
            )
    except InputError as error:
        draft.keep(error.problems)
        return None
    assigned = collect_settings(draft)
    if not assigned:
        return Base(written, written)
    try:
        return Base(written, parse_scenario({**written.document(), "set": assigned}, "", origin.folder))
    except InputError as error:
        draft.keep(_place_at_set(draft, problem) for problem in error.problems)
        return None


def collect_settings(draft: Draft) -> Mapping[str, object]:
    """What a file sets in its scenarios, by dotted key."""
    found = draft.document.get("set")
    return found if isinstance(found, Mapping) else {}


def _place_at_set(draft: Draft, problem: Problem) -> Problem:
    """Move a problem of a setting to the place where the setting is written."""
    path = problem.key.removeprefix("set.")
    name = next((name for name in collect_settings(draft) if path == name or path.startswith(f"{name}.")), "")
    origin = draft.origin(("set", name) if name else ("set",))
    return Problem(origin.where, f"set.{path}", problem.message, problem.fix)


def is_crossing(problem: Problem, assigned: Mapping[str, object]) -> bool:
    """Whether a parameter is within its own bounds and only on the wrong side of another parameter.

    Parameters
    ----------
    assigned : what was set, by dotted key; a parameter that was not set is within its bounds.
    """
    parameter = load_registry().get(problem.key.rpartition("parameters.")[2])
    if parameter is None or parameter.name not in CROSSING:
        return False
    value = assigned.get(f"parameters.{parameter.name}", parameter.low)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and parameter.low <= value <= parameter.high  # type: ignore[operator]
