"""Reading scenario files: the file, its base, its overrides, and everything wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from sim.errors import InputError, Problem, make_input_error, suggest_nearest
from sim.files.reading import is_file
from sim.limits import MOST_BASES
from sim.rules.parameters import find_parameter_problems
from sim.specs.draft import Draft, Finding
from sim.specs.files import read_toml, show_path
from sim.specs.fits import find_shipped_fit, list_shipped_fits, locate_fit, read_fit
from sim.specs.overrides import apply_set, override
from sim.specs.problems import collect_findings
from sim.specs.scenario.checks import Parts, check_across
from sim.specs.scenario.own import check_terms, lay_terms_of_world
from sim.specs.scenario.spec import Scenario
from sim.specs.shipped import is_folder, locate_file
from sim.specs.worlds import first_day
from sim.world import World, list_shipped_worlds, load_world
from sim.world.rollcalls.files import load_rollcalls


def read_scenario(reference: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario from a file or from those that are shipped, and check all of it.

    Parameters
    ----------
    reference : path to a TOML file, or the name of a shipped scenario with or without ``.toml``.
    overrides : ``key=value`` settings, applied last: ``parameters.enforcement=0.8``, ``vote.severity=1.2``.

    Raises
    ------
    InputError
        With every problem of the file, of the files that it starts from and of the overrides.
    """
    path = locate_file(reference, "scenarios", Path())
    document = read_toml(path)
    return _finish(_draft(document, show_path(path), path.parent, chain=(path.resolve(),)), overrides)


def parse_scenario(document: Mapping[str, object], where: str, folder: Path, overrides: Sequence[str] = ()) -> Scenario:
    """Make a scenario from plain data, as a TOML file would hold it, and check all of it.

    Parameters
    ----------
    document : the keys of a scenario file; may hold ``base`` and ``set``.
    where : name of the document in messages.
    folder : folder that relative paths in it start from.
    overrides : ``key=value`` settings, applied last.

    Raises
    ------
    InputError
        With every problem found.
    """
    return _finish(_draft(document, where, folder, chain=()), overrides)


def _draft(document: Mapping[str, object], where: str, folder: Path, chain: tuple[Path, ...]) -> Draft:
    """Merge a document into its base and apply its ``[set]``; `chain` holds the files that led here."""
    own = {key: value for key, value in document.items() if key not in ("base", "set")}
    base = document.get("base")
    if base is None:
        draft = Draft(where, folder)
    elif isinstance(base, str) and base:
        path = locate_file(base, "scenarios", folder, where, "base")
        if path.resolve() in chain:
            circle = (*chain[chain.index(path.resolve()) :], path.resolve())
            raise make_input_error(where, "base", f"the bases form a circle: {' -> '.join(map(show_path, circle))}.")
        if len(chain) == MOST_BASES:
            message = f"more than {MOST_BASES} scenarios start from one another."
            raise make_input_error(where, "base", message, "Start from one that is nearer to a shipped scenario.")
        draft = _draft(read_toml(path), show_path(path), path.parent, (*chain, path.resolve()))
        draft.base = str(path.resolve()) if path == folder / base else base
    else:
        got = "an empty text" if base == "" else repr(base)
        raise make_input_error(
            where, "base", f"{got} is given where the name of a shipped scenario or a path is needed."
        )
    if "fit" in own:
        _lay_fit(draft, own, where, folder)
    draft.merge(own, where, folder)
    lay_terms_of_world(draft, own.get("world"), folder)
    assignments = document.get("set", {})
    if isinstance(assignments, Mapping):
        apply_set(draft, assignments, where, folder)
    else:
        draft.keep([Problem(where, "set", f"{assignments!r} is given where a table is needed.")])
    return draft


def _lay_fit(draft: Draft, own: dict[str, object], where: str, folder: Path) -> None:
    """Make the path of a parameter file absolute, and put its fitted terms into the votes of the base by resolution."""
    name = own["fit"]
    if not isinstance(name, str) or not name:
        return  # reported when the whole is validated
    path = locate_fit(name, folder)
    if name not in list_shipped_fits():
        own["fit"] = str(path.resolve())
    if not is_file(path):
        message = f'"{name}" is no file.'
        draft.keep([Problem(where, "fit", message, "Give a parameter file that 'sim calibrate' wrote.")])
        return
    try:
        fit = read_fit(path)
    except InputError as error:
        draft.keep(error.problems)
        return
    votes = draft.document.get("vote")
    for index, vote in enumerate(votes if isinstance(votes, list) else []):
        text = fit.find_resolution(str(vote.get("resolution"))) if isinstance(vote, dict) else None
        if text is not None:
            terms = text.model_dump(include={"severity", "divisiveness", "target_threat", "sender_threat"})
            table = {f"vote.{index}.{key}": value for key, value in terms.items()}
            apply_set(draft, {key: list(v) if isinstance(v, tuple) else v for key, v in table.items()}, where, folder)


def _finish(draft: Draft, overrides: Sequence[str]) -> Scenario:
    for text in overrides:
        override(draft, text)
    document = draft.document
    world = _world(draft)
    if world is not None:
        _check_rollcalls(draft, world)
        check_terms(draft, world)
    scenario = _validate(draft, world)
    if document.get("parameter_uncertainty") is True and not draft.problems:
        _check_draws(draft)
    if world is not None:
        parts = Parts.of(document, world) if scenario is None else Parts.of_scenario(scenario, world)
        for finding in check_across(parts):
            draft.note(finding)
    if scenario is None or draft.problems:
        raise InputError(draft.problems)
    return scenario


def _check_draws(draft: Draft) -> None:
    name = draft.document.get("fit")
    path = locate_fit(name) if isinstance(name, str) else find_shipped_fit()
    if not read_fit(path).size:
        fix = "Calibrate again with draws, or leave parameter_uncertainty out."
        draft.note(
            Finding(
                ("parameter_uncertainty",),
                f"{path} holds no draws from a posterior, which uncertain parameters need.",
                fix,
            )
        )


def _world(draft: Draft) -> World | None:
    """Load the world that a document names, or note a problem and return None. A folder's path becomes absolute."""
    name = draft.document.get("world")
    if not isinstance(name, str) or not name:
        return None
    if name not in list_shipped_worlds():
        folder = draft.origin(("world",)).folder / name
        if not is_folder(folder):
            fix = suggest_nearest(
                name, list_shipped_worlds(), f"The shipped worlds are {', '.join(list_shipped_worlds())}."
            )
            message = f'"{name}" is neither a shipped world nor a folder.'
            draft.note(Finding(("world",), message, fix))
            return None
        name = draft.document["world"] = str(folder.resolve())
    try:
        return load_world(name, at=first_day(draft.document))
    except InputError as error:
        draft.keep(error.problems)
        return None


def _check_rollcalls(draft: Draft, world: World) -> None:
    """Make the paths of files of roll calls absolute, and note what is wrong with the files."""
    names = draft.document.get("known_rollcalls")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        return  # reported when the whole is validated
    paths = [draft.origin(("known_rollcalls", number)).folder / name for number, name in enumerate(names)]
    draft.document["known_rollcalls"] = [str(path.resolve()) for path in paths]
    known = {call.resolution: call.votes for call in world.record}
    for number, path in enumerate(paths):
        try:
            calls = load_rollcalls(path.resolve(), world.iso3)
        except InputError as error:
            draft.keep(error.problems)
            continue
        for call in calls:
            differing = int((known.setdefault(call.resolution, call.votes) != call.votes).sum())
            if differing:
                differs = f"differs from the known roll call of {call.resolution} in the votes of {differing} members."
                message = f"{show_path(path)} {differs}"
                draft.note(Finding(("known_rollcalls", number), message, "Remove this roll call from the file."))


def _validate(draft: Draft, world: World | None) -> Scenario | None:
    """Validate the scenario, or return None and note everything that is wrong with its parts."""
    document = {**draft.document, "base": draft.base}
    parameters = document.get("parameters")
    if isinstance(parameters, dict):
        wrong = find_parameter_problems(parameters, where="")
        for problem in wrong:
            draft.note(Finding(tuple(problem.key.split(".", 1)), problem.message, problem.fix))
        if wrong:
            document["parameters"] = {}  # reported above by the registry, which knows the bounds
    try:
        return Scenario.model_validate(document, context=world)
    except ValidationError as error:
        for finding in collect_findings(error):
            draft.note(finding)
        return None
