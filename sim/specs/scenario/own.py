"""Own terms of a scenario: those of its world, the files that hold their figures, and what is wrong with these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.errors import InputError
from sim.files.reading import UnreadableError, is_file, read_text
from sim.files.toml import parse_toml
from sim.limits import LARGEST_DOCUMENT
from sim.specs.draft import Draft, Finding, Key, PartOrigin
from sim.specs.files import show_path
from sim.specs.scenario.spec import Scenario
from sim.specs.scenario.terms import OwnTerm
from sim.specs.section import read_sound_items
from sim.world import World, list_shipped_worlds
from sim.world.own import find_members_file, read_figures, read_network

if TYPE_CHECKING:
    from sim.world.ties import Ties

MOST_LISTED = 10
"""Members without a figure that a message lists."""


def lay_terms_of_world(draft: Draft, name: object, folder: Path) -> None:
    """Put the terms of a world after those of a scenario; one of the scenario replaces one of the same name.

    Parameters
    ----------
    name : what the scenario's document gives as its world.
    """
    present = draft.document.get("term", [])
    if not isinstance(name, str) or not name or name in list_shipped_worlds() or not isinstance(present, list):
        return
    path = folder / name / "world.toml"
    try:
        found = parse_toml(read_text(path, LARGEST_DOCUMENT)).get("term") if is_file(path) else None
    except UnreadableError:
        return  # reported when the world is read
    names = [term.get("name") for term in present if isinstance(term, dict)]
    for number, term in enumerate(found if isinstance(found, list) else []):
        if not isinstance(term, dict) or term.get("name") not in names:
            draft.mark(("term", len(present)), PartOrigin(show_path(path), ("term", number), path.parent))
            present.append(term)
    if present:
        draft.document["term"] = present


def check_terms(draft: Draft, world: World) -> None:
    """Make the paths of the files of own terms absolute, and note what is wrong with the figures in them."""
    items = draft.document.get("term")
    for number, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict) and isinstance(item.get("file"), str) and item["file"]:
            path = draft.origin(("term", number, "file")).folder / item["file"]
            item["file"] = str(path.resolve()) if is_file(path) else str(path)
    for number, term in read_sound_items(OwnTerm, items, world).items():
        key: Key = ("term", number)
        if term.file is not None and not is_file(Path(term.file)):
            message = f'"{term.file}" is no file.'
            draft.note(Finding((*key, "file"), message, "Give a CSV file, as seen from the file that names it."))
            continue
        try:
            lacking = [] if term.adds_to == "peers" else _lacking(term, world)
            if term.adds_to == "peers":
                read_term_network(term, world)
        except InputError as error:
            draft.keep(error.problems)
            continue
        if lacking:
            more = "" if len(lacking) <= MOST_LISTED else f" and {len(lacking) - MOST_LISTED} more"
            message = f"is missing, but {term.column} has no figure of {', '.join(lacking[:MOST_LISTED])}{more}."
            fix = "Give missing = 0.0, or another figure that they have, or add their rows."
            draft.note(Finding((*key, "missing"), message, fix))


def _lacking(term: OwnTerm, world: World) -> list[str]:
    """Codes of the members that have no figure and get none."""
    figures = read_figures(locate_figures(term, world), term.column, world, term.bounds)
    if term.missing is not None:
        return []
    return [code for code, has_none in zip(world.iso3, np.isnan(figures), strict=True) if has_none]


def locate_figures(term: OwnTerm, world: World) -> Path:
    """The file that holds the figures of a term."""
    return find_members_file(world) if term.file is None else Path(term.file)


def read_term_figures(term: OwnTerm, world: World) -> FloatArray:
    """The figures of members that a term weighs, (N,)."""
    figures = read_figures(locate_figures(term, world), term.column, world, term.bounds)
    return np.where(np.isnan(figures), 0.0 if term.missing is None else term.missing, figures)


def read_term_network(term: OwnTerm, world: World) -> Ties:
    """The pairs of a term that adds to peers, as a matrix (N, N)."""
    return read_network(locate_figures(term, world), term.column, world)


def find_unused_columns(spec: Scenario, world: World) -> dict[str, tuple[str, ...]]:
    """Columns of a world's files, by file, that neither the model nor an own term of the scenario uses."""
    used = {(find_members_file(world).name, term.column) for term in spec.term if term.file is None}
    left = {
        file: tuple(column for column in columns if (file, column) not in used)
        for file, columns in world.unused.items()
    }
    return {file: columns for file, columns in left.items() if columns}
