"""The scenario that a page is started with, and the scenario document of a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomli_w

from sim.errors import InputError, Problem, make_input_error, suggest_nearest
from sim.explore.state import LONGEST_FILE, PageState
from sim.files.reading import UnreadableError
from sim.files.toml import parse_toml
from sim.specs import Scenario, list_shipped_scenarios, parse_scenario, read_scenario
from sim.specs.overrides import read_value
from sim.world import list_shipped_worlds

REPLICATES = 1000
"""Replicates that are run for every move."""
SCENARIOS_KEPT = 64
"""Scenarios that are kept after reading: a move also needs the one before it."""
PAGE = "scenario"
"""Name of the document of a page in messages."""
REASON = "explored"


@dataclass(frozen=True, eq=False)
class Launch:
    """The scenario that a page was started with; equal to itself alone.

    Parameters
    ----------
    reference : name of a shipped scenario, or path of a file.
    spec : that scenario unchanged; the baseline.
    state : the first state of a page: the ``--set`` of the command line.
    """

    reference: str
    spec: Scenario
    state: PageState


def read_launch(reference: str, overrides: Sequence[str] = ()) -> Launch:
    """Read a scenario and its overrides on the command line.

    Raises
    ------
    InputError : the scenario or an override is wrong.
    """
    spec = read_scenario(reference)
    read_scenario(reference, overrides)  # for messages in the words of the command line
    state = PageState()
    for text in overrides:
        key, _, value = text.partition("=")
        state = state.with_setting(key.strip(), read_value(value.strip()))
    return Launch(reference, spec, state)


def make_document(start: Launch, state: PageState) -> dict[str, Any]:
    """The document of a state, as a scenario file would hold it.

    It names its base where that is shipped or was loaded with a file; where it is a file of the user, it has all keys.

    Raises
    ------
    InputError : a loaded file is not TOML, or it or a setting reads other files of this machine.
    """
    if state.source:
        document = _loaded(state.source)
    elif _name(start.reference) in list_shipped_scenarios() and not Path(start.reference).is_file():
        document = {
            "title": f"{start.spec.title}, explored",
            "question": start.spec.question,
            "base": _name(start.reference),
        }
    else:
        document = start.spec.document()
    if state.settings:
        given = document.get("set")
        own = {key: list(value) if isinstance(value, tuple) else value for key, value in state.settings}
        document["set"] = {**(given if isinstance(given, dict) else {}), **own}
    if state.edits:
        edits = [
            {"members": e.references, "attribute": e.attribute, "multiply": e.multiply, "reason": REASON}
            for e in state.edits
        ]
        given = document.get("change")
        document["change"] = [*(given if isinstance(given, list) else []), *edits]
    _refuse_other_files(document, start)
    return document


def write_scenario_text(start: Launch, state: PageState) -> str:
    """The scenario file of a state."""
    document = {**make_document(start, state), "replicates": make_scenario(start, state).replicates}
    return tomli_w.dumps(document, multiline_strings=True)


def make_scenario(start: Launch, state: PageState) -> Scenario:
    """The checked scenario of a state.

    Raises
    ------
    InputError : with the messages for the same values in a file.
    """
    return _scenario(start, state.asked)


@lru_cache(SCENARIOS_KEPT)
def _scenario(start: Launch, asked: PageState) -> Scenario:
    spec = parse_scenario(make_document(start, asked), PAGE, Path())
    return spec.model_copy(update={"replicates": REPLICATES})


def run_baseline(start: Launch, state: PageState, spec: Scenario) -> Scenario:
    """What a state is compared with: the base of a loaded file, else the scenario that the page was started with.

    A loaded file with other votes or another world than that is its own baseline. As in `sim run`, the baseline uses
    the seed of the state, and draws parameters if the state does.
    """
    baseline = start.spec
    if state.source:
        base = make_document(start, PageState(source=state.source)).get("base")
        baseline = read_scenario(base) if isinstance(base, str) else start.spec
        if not _is_comparable(baseline, spec):
            baseline = make_scenario(start, PageState(source=state.source))
    numbers = {name: getattr(spec, name) for name in ("replicates", "seed", "parameter_uncertainty")}
    return baseline.model_copy(update=numbers)


def list_messages(error: InputError) -> list[str]:
    """The messages for the same mistakes in a file, without the name of the file."""
    return [_in_place(problem) for problem in error.problems]


def _in_place(problem: Problem) -> str:
    key = problem.key.removeprefix("set.").replace('"', "")
    place = f"{key}: " if key else ""
    return place + problem.message + (f" {problem.fix}" if problem.fix else "")


def _name(reference: str) -> str:
    return reference.removesuffix(".toml")


def _is_comparable(one: Scenario, other: Scenario) -> bool:
    return one.world == other.world and [v.resolution for v in one.vote] == [v.resolution for v in other.vote]


def _loaded(source: str) -> dict[str, Any]:
    """The document of a loaded file."""
    if len(source) > LONGEST_FILE:
        raise make_input_error(PAGE, "", f"has {len(source):,} characters; at most {LONGEST_FILE:,} are read.")
    try:
        return parse_toml(source.removeprefix("\ufeff"))
    except UnreadableError as error:
        raise make_input_error(PAGE, "", str(error)) from error


def _refuse_other_files(document: Mapping[str, Any], start: Launch) -> None:
    """Refuse other files than those shipped and those that the page was started with, in a link or a loaded file."""
    allowed = {
        "base": list_shipped_scenarios(),
        "world": (
            *list_shipped_worlds(),
            start.spec.world,
            str(dict(start.state.settings).get("world", start.spec.world)),
        ),
        "fit": () if start.spec.fit is None else (start.spec.fit,),
        "known_rollcalls": start.spec.known_rollcalls,
    }
    assigned = document.get("set")
    problems = []
    for holder in (document, assigned if isinstance(assigned, dict) else {}):
        for key, value in holder.items():
            name = key.partition(".")[0].strip("\"'")
            names = allowed.get(name, ())
            for text in _texts(value) if name in allowed else ():
                if text not in names:
                    fix = suggest_nearest(text, names, f"There are {', '.join(names) or 'none'}.")
                    problems.append(Problem(PAGE, name, f"got '{text}'; a page loads no other files.", fix))
    if problems:
        raise InputError(problems)


def _texts(value: object) -> Iterator[str]:
    """The texts in a value of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
