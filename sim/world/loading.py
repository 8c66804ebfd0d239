"""Finding a world by its name or folder, and what of it was known before a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.errors import make_input_error, suggest_nearest
from sim.world.dated import DatedWorld, is_dated, read_dated_world
from sim.world.dated.reading import STEMS as DATED_STEMS
from sim.world.reading import read_world
from sim.world.tables import hash_world_files
from sim.world.world import World

ALIASES = {"un-2022": ("un", date(2022, 2, 24))}
"""Names of a shipped world on a day: on the first day of the invasion, where no other day is asked for."""
STEMS = ("world", "members", "ties", "sanctions", "rollcalls", "resolutions", "ideal_points", "assembly_votes")
"""Files that the model reads of a world without dates; the others of its folder are for people."""


@cache
def list_shipped_worlds() -> tuple[str, ...]:
    """Names of the worlds that come with the program, those that mean one of them on a day included."""
    data = Path(str(files("sim"))) / "data"
    return tuple(sorted([*(path.parent.name for path in data.glob("*/world.toml")), *ALIASES]))


def load_world(reference: str | Path, folder: Path | None = None, at: date | None = None) -> World:
    """The world of a shipped name or of a folder; read once and kept.

    Parameters
    ----------
    reference : name of a shipped world, or path of a folder.
    folder : where a relative path starts; the current folder by default.
    at : day before which everything about a dated world must be known; a world without dates is the same on any day.

    Raises
    ------
    InputError : there is no such world, its files have problems (all of them are listed), or a dated world is not known
        on the day or no day is given.

    Examples
    --------
    >>> from datetime import date
    >>> int(load_world("un", at=date(2014, 3, 27)).years["trade"].max())
    2013
    """
    path, at = _path_of(reference, folder), _resolve_alias(reference, at)[1]
    if not is_dated(path):
        return _load(path)
    if at is None:
        message = f"the figures of the world {path.name} have dates; a day is needed."
        raise make_input_error("world", "", message, 'Give one, such as load_world("un", at=date(2022, 3, 2)).')
    return _load_at(path, at)


def load_dated_world(reference: str | Path, folder: Path | None = None) -> DatedWorld:
    """The dated world of a shipped name or of a folder, with all its dates; read once and kept.

    Raises
    ------
    InputError : there is no such world, it has no dates, or its files have problems (all of them are listed).
    """
    path = _path_of(reference, folder)
    if not is_dated(path):
        fix = "A dated world has a table attributes.csv."
        raise make_input_error("world", "", f"the figures of the world {path.name} have no dates.", fix)
    return _load_dated(path)


def load_world_before(world: World, day: date) -> World:
    """The world as it was known before an earlier day, with the roll calls that it holds from before then.

    A world without dates is returned as it is: who uses it leaves out what is dated later.
    """
    if not world.is_dated:
        return world
    found = load_world(world.folder, at=day)
    calls = tuple(call for call in world.rollcalls if call.date < day)
    names = [call.resolution for call in found.rollcalls]
    return found if [call.resolution for call in calls] == names else replace(found, rollcalls=calls)


def hash_world(world: World) -> dict[str, str]:
    """SHA-256 of every file the model reads of a world, by file name."""
    return hash_world_files(world.folder, DATED_STEMS if world.is_dated else STEMS)


def _resolve_alias(reference: str | Path, at: date | None) -> tuple[str | Path, date | None]:
    """The world and the day that a name means."""
    if str(reference) not in ALIASES:
        return reference, at
    name, day = ALIASES[str(reference)]
    return name, at or day


def _path_of(reference: str | Path, folder: Path | None) -> Path:
    reference, _ = _resolve_alias(reference, None)
    if str(reference) in list_shipped_worlds():
        return Path(str(files("sim"))) / "data" / str(reference)
    path = (folder or Path()) / reference
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # too long for a path, or with a null byte in it
        is_folder = False
    if not is_folder:
        names = list_shipped_worlds()
        fix = suggest_nearest(str(reference), names, f"Shipped worlds: {', '.join(names)}; or give a folder.")
        raise make_input_error("world", "", f"'{reference}' is neither a shipped world nor a folder.", fix)
    return path.resolve()


@cache
def _load(folder: Path) -> World:
    return read_world(folder)


@cache
def _load_dated(folder: Path) -> DatedWorld:
    return read_dated_world(folder)


@cache
def _load_at(folder: Path, day: date) -> World:
    return _load_dated(folder).at(day)
