"""Overrides of an experiment or a goal: ``key=value`` from the command line, for the file or its scenarios.

``design.samples=128``, ``design.over.parameters.enforcement.steps=5`` and ``lever.0.cost=2`` change the file; a key of
the scenario, such as ``vote.severity=1``, goes to the file's ``[set]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import Problem
from sim.specs.draft import Draft, Key, PartOrigin, join_key
from sim.specs.experiment.design import OVER, Factor
from sim.specs.overrides import name_override, split_key_and_value, split_path
from sim.specs.scenario.spec import Scenario
from sim.specs.section import Section

FACTOR_KEYS = tuple(field.alias or name for name, field in Factor.model_fields.items())


def draft_study(
    document: Mapping[str, object], where: str, folder: Path, overrides: Sequence[str], kind: type[Section]
) -> Draft:
    """A draft of an experiment or goal from plain data, with its overrides applied; parameters as of `override_study`.

    Parameters
    ----------
    where : name of the document in messages.
    folder : folder that relative paths in it start from.
    """
    draft = Draft(where, folder)
    draft.merge(document, where, folder)
    for text in overrides:
        override_study(draft, text, kind)
    return draft


def override_study(draft: Draft, text: str, kind: type[Section]) -> None:
    """Apply one ``key=value`` of the command line, and note in the draft what is wrong with it.

    Parameters
    ----------
    draft : the document of the experiment or goal.
    text : dotted key, "=", and a TOML value; anything that is not a TOML value counts as text.
    kind : what the document is; its own keys take precedence over those of a scenario.
    """
    where = name_override(text)
    name, value = split_key_and_value(draft, text)
    if not name:
        return
    path = split_path(name)
    if path[0] not in kind.model_fields and path[0] in Scenario.model_fields:
        path = ("set", ".".join(path))
    key: Key = ()
    holder: Any = draft.document
    while path:
        step: str | int
        step, path = _step(holder, key, path)
        if isinstance(holder, list) and not (isinstance(step, int) and step < len(holder)):
            draft.keep([Problem(where, join_key((*key, step)), f"there is no such item in {join_key(key)}.")])
            return
        if not isinstance(holder, list | dict):
            message = f"{join_key(key)} holds a single value, so there is no '{step}' in it."
            draft.keep([Problem(where, join_key((*key, step)), message)])
            return
        key = (*key, step)
        if not path:
            holder[step] = value  # type: ignore[index]
            draft.mark(key, PartOrigin(where, key, Path.cwd()))
        elif isinstance(holder, dict) and step not in holder:
            holder[step] = {}
        holder = holder[step]  # type: ignore[index]


def _step(holder: object, key: Key, path: tuple[str, ...]) -> tuple[str | int, tuple[str, ...]]:
    """The next part of a key and the rest of the path: the longest name that exists already, otherwise a new one.

    The 0 of a list that holds one table may be left out.
    """
    if isinstance(holder, list) and path[0].isdecimal() and len(path[0]) < 8:
        return int(path[0]), path[1:]
    if isinstance(holder, list) and len(holder) == 1:
        return 0, path
    length = 1
    if isinstance(holder, Mapping):
        present = [number for number in range(1, len(path) + 1) if ".".join(path[:number]) in holder]
        if present:
            length = max(present)
        elif key == OVER:  # a new factor, whose name contains dots
            length = len(path) - 1 if len(path) > 1 and path[-1] in FACTOR_KEYS else len(path)
    return ".".join(path[:length]), path[length:]
