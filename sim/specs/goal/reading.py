"""Reading goal files: the file, its scenario, the settings of its levers, and everything wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from sim.errors import InputError
from sim.specs.files import read_toml, show_path
from sim.specs.goal.checks import check_levers, check_wanted
from sim.specs.goal.levers import GoalLever
from sim.specs.goal.moves import read_current_setting
from sim.specs.goal.schema import make_goal_structure
from sim.specs.goal.spec import Goal, Wanted
from sim.specs.goal.warnings import find_idle_levers
from sim.specs.scenario.warnings import collect_warnings
from sim.specs.section import read_sound, read_sound_items
from sim.specs.shipped import locate_file
from sim.specs.study import name_base, validate_study
from sim.specs.study_overrides import draft_study
from sim.specs.worlds import load_scenario_world

LEVER: TypeAdapter[GoalLever] = TypeAdapter(GoalLever, config=ConfigDict(defer_build=True))


def read_goal(reference: str | Path, overrides: Sequence[str] = ()) -> Goal:
    """Read a goal from a file or from those that are shipped, and check all of it.

    Parameters
    ----------
    reference : path to a TOML file, or the name of a shipped goal with or without ``.toml``.
    overrides : ``key=value`` settings: keys of the goal such as ``goal.probability=0.5`` or ``lever.0.cost=2``, or keys
        of its scenario such as ``vote.severity=1``.

    Raises
    ------
    InputError
        With every problem of the file, of its scenario and of the overrides.
    """
    path = locate_file(reference, "goals", Path())
    return parse_goal(read_toml(path), show_path(path), path.parent, overrides)


def parse_goal(document: Mapping[str, object], where: str, folder: Path, overrides: Sequence[str] = ()) -> Goal:
    """Make a goal from plain data, as a TOML file would hold it, and check all of it.

    Parameters
    ----------
    document : the keys of a goal file.
    where : name of the document in messages.
    folder : folder that relative paths in it start from.
    overrides : ``key=value`` settings, applied last.

    Raises
    ------
    InputError
        With every problem found.
    """
    draft = draft_study(document, where, folder, overrides, Goal)
    based = name_base(draft, draft.document.get("scenario"))
    base = None if based is None else based.scenario
    world = None if base is None else load_scenario_world(base)
    goal = validate_study(Goal, draft, make_goal_structure(), world)
    if base is not None and world is not None:
        wanted = read_sound(Wanted, draft.document.get("goal"), world)
        for finding in () if wanted is None else check_wanted(wanted, base, world):
            draft.note(finding)
        for finding in check_levers(read_sound_items(LEVER, draft.document.get("lever"), world), base, world):
            draft.note(finding)
    if goal is None or based is None or draft.problems:
        raise InputError(draft.problems)
    settings = [read_current_setting(lever, based.scenario) for lever in goal.lever]
    warnings = [
        *collect_warnings(goal.scenario, based.scenario, based.written),
        *map(draft.locate, find_idle_levers(goal.lever, goal.goal, based.scenario)),
    ]
    return goal.with_base(based.scenario, tuple(now for now in settings if now is not None), tuple(warnings))
