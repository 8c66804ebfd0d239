"""Several scenarios at once: from names, files, patterns and folders to one list of references."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from sim.errors import InputError, Problem, make_input_error, suggest_nearest
from sim.specs.files import read_toml
from sim.specs.shipped import is_folder, list_shipped_scenarios

OF_OTHER_FILES = ("design", "goal")
"""Tables that experiments and goals have, and scenarios do not."""


def is_of_several(reference: str) -> bool:
    """Whether a reference may name several scenarios: it is a pattern or a folder."""
    return glob.has_magic(reference) or (is_folder(Path(reference)) and reference not in list_shipped_scenarios())


def list_references(given: Iterable[str]) -> list[str]:
    """List the scenarios that names, files, patterns and folders stand for, each once.

    Parameters
    ----------
    given : names of shipped scenarios; TOML files; patterns such as ``es-11-*``, which stand for files, or where no
        file matches for shipped scenarios; folders, which stand for the scenarios in them.

    Raises
    ------
    InputError : a pattern or a folder stands for no scenario; all of them are listed.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for reference in given:
        try:
            for one in _expand(reference):
                found.setdefault(_identity(one), one)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return list(found.values())


def _expand(reference: str) -> Sequence[str]:
    if not is_of_several(reference):
        return [reference]
    if is_folder(Path(reference)):
        files = list(_scenarios_of(sorted(Path(reference).glob("*.toml"))))
        if not files:
            raise make_input_error(
                reference, "", "the folder holds no scenario file.", "Give a folder with '.toml' files."
            )
        return files
    files = list(_scenarios_of(map(Path, sorted(glob.glob(reference)))))
    matching = files or [
        name for name in list_shipped_scenarios() if fnmatchcase(name, reference.removesuffix(".toml"))
    ]
    if not matching:
        fix = suggest_nearest(
            reference.strip("*?"), list_shipped_scenarios(), "'sim list' shows the shipped scenarios."
        )
        raise make_input_error(reference, "", "no file and no shipped scenario matches this pattern.", fix)
    return matching


def _scenarios_of(paths: Iterable[Path]) -> Iterator[str]:
    """The files among these that are scenarios; one that cannot be read is reported when it is read as a scenario."""
    for path in paths:
        if path.suffix != ".toml" or not path.is_file():
            continue
        try:
            document = read_toml(path)
        except InputError:
            document = {}
        if not any(table in document for table in OF_OTHER_FILES):
            yield str(path)


def _identity(reference: str) -> str:
    """What two references to one scenario share."""
    return str(Path(reference).resolve()) if Path(reference).is_file() else reference.removesuffix(".toml")


def name_references(references: Sequence[str]) -> list[str]:
    """Name each scenario by its file, without the folders; files of one name in several folders keep their folders.

    Examples
    --------
    >>> name_references(["es-11-1", "mine/cut.toml", "hers/cut.toml"])
    ['es-11-1', 'mine-cut', 'hers-cut']
    """
    stems = [Path(reference.removesuffix(".toml")).name for reference in references]
    return [
        stem if stems.count(stem) == 1 else "-".join(Path(reference.removesuffix(".toml")).parts).strip("/-.")
        for stem, reference in zip(stems, references, strict=True)
    ]
