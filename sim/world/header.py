"""Reading ``world.toml``: title, date, coverage of ties, currencies and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import fsum
from typing import Any

from sim.errors import suggest_nearest
from sim.files.reading import UnreadableError, read_text
from sim.files.toml import parse_toml
from sim.limits import LARGEST_DOCUMENT
from sim.world.names import hint_for_code
from sim.world.tables import Folder
from sim.world.world import TIE_KINDS, Group

FILE = "world.toml"
DATED_KEYS = {
    "title": str,
    "start": date,
    "description": str,
    "order_topics": list,
    "apart": dict,
    "group": list,
    "term": list,
}
KEYS = {
    "title": str,
    "date": date,
    "description": str,
    "order_topics": list,
    "coverage": dict,
    "currencies": dict,
    "group": list,
    "term": list,
}
"""What ``world.toml`` may hold. Terms are checked with the scenarios that they are put into."""
GROUP_KEYS = {"key": str, "name": str, "aliases": list, "is_organisation": bool, "members": list}
TYPES = {str: "a text", date: "a date", dict: "a table", list: "a list", bool: "true or false"}
UNITED_NATIONS = "UN"
"""The sender in ``sanctions.csv`` of measures that bind every member; no group may have this name."""


@dataclass(frozen=True)
class Header:
    """The contents of ``world.toml``.

    Of a dated world `date` is its start, and `coverage` lists the partners that are dated apart from all others; its
    groups have no members here, and currencies are in a table of their own.
    """

    title: str = ""
    date: date = date.min
    description: str = ""
    coverage: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currencies: Mapping[str, float] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    order_topics: tuple[str, ...] = ()


def read_header(folder: Folder, members: Mapping[str, tuple[str, str]], *, is_dated: bool = False) -> Header:
    """The checked contents of ``world.toml``.

    Parameters
    ----------
    members : code to name and region; empty where they could not be read, which leaves codes unchecked.
    is_dated : whether the figures of the world have dates: see `Header`.
    """
    day, partners = ("start", "apart") if is_dated else ("date", "coverage")
    try:
        document = parse_toml(read_text(folder.path / FILE, LARGEST_DOCUMENT))
    except UnreadableError as error:
        is_missing = not (folder.path / FILE).exists()
        message, fix = ("missing.", f"Give title and {day}.") if is_missing else (str(error), "")
        folder.problem(FILE, "", message, fix)
        return Header()
    valid = _checked(folder, document, kinds=DATED_KEYS if is_dated else KEYS, needed=("title", day), prefix="")
    names = _members_by_reference(folder, members)
    entries = valid.get("group", [])
    groups = _groups(folder, entries, members, names, has_members=not is_dated)
    return Header(
        title=valid.get("title", ""),
        date=valid.get(day, date.min),
        description=valid.get("description", ""),
        coverage=_coverage(folder, partners, valid.get(partners, {}), members),
        currencies=_currencies(folder, valid.get("currencies", {}), names if members else None),
        groups=groups,
        order_topics=_texts(folder, "order_topics", valid.get("order_topics", [])),
    )


def _checked(
    folder: Folder, entry: Mapping[str, Any], kinds: Mapping[str, type], needed: tuple[str, ...], prefix: str
) -> dict[str, Any]:
    """The known keys with a value of the right type; a problem is noted for every other, and for what is missing."""
    valid = {}
    for key, value in entry.items():
        if key not in kinds:
            folder.problem(FILE, prefix + key, "unknown key.", suggest_nearest(key, kinds))
        elif not isinstance(value, kinds[key]) or isinstance(value, datetime):
            folder.problem(FILE, prefix + key, f"got {_short(value)}; {TYPES[kinds[key]]} is needed.")
        else:
            valid[key] = value
    for key in needed:
        if key not in entry:
            folder.problem(FILE, prefix + key, "missing.")
    return valid


def _members_by_reference(folder: Folder, members: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What each name, in lower case, means; a problem is noted for a name of two members."""
    names: dict[str, str] = {}
    for iso3, (name, _) in members.items():
        for reference in {iso3.casefold(), name.casefold()}:
            if names.setdefault(reference, iso3) != iso3:
                folder.problem("members.csv", iso3, f"its code or name is that of {names[reference]} too.")
    for _, region in members.values():
        if names.setdefault(region.casefold(), f"region {region}") != f"region {region}":
            message = f"the region '{region}' has the name of {names[region.casefold()]}."
            if not any(problem.message == message for problem in folder.problems):
                folder.problem("members.csv", "region", message)
    return names


def _groups(
    folder: Folder,
    entries: list[Any],
    members: Mapping[str, tuple[str, str]],
    names: dict[str, str],
    *,
    has_members: bool,
) -> tuple[Group, ...]:
    needed = ("key", "name", "members") if has_members else ("key", "name")
    kinds = {key: kind for key, kind in GROUP_KEYS.items() if has_members or key != "members"}
    found = []
    for number, entry in enumerate(entries):
        where = f"group.{number}"
        if not isinstance(entry, dict):
            folder.problem(FILE, where, f"got {_short(entry)}; a table is needed.")
            continue
        valid = _checked(folder, entry, kinds=kinds, needed=needed, prefix=f"{where}.")
        codes, aliases = valid.get("members", []), valid.get("aliases", [])
        if has_members:
            _check_members(folder, f"{where}.members", codes, members)
        aliases = _texts(folder, f"{where}.aliases", aliases)
        references = [*(valid[key] for key in ("key", "name") if key in valid), *aliases]
        for reference in dict.fromkeys(references):
            if not reference.strip() or reference.startswith("-") or reference == UNITED_NATIONS:
                message = (
                    f"got '{reference}'; a name that is not blank, not {UNITED_NATIONS} and does not begin with '-'"
                )
                folder.problem(FILE, where, f"{message} is needed.")
            elif names.setdefault(reference.casefold(), where) != where:
                folder.problem(FILE, where, f"'{reference}' already means {names[reference.casefold()]}.")
        if all(key in valid for key in needed):
            is_organisation = valid.get("is_organisation", True)
            found.append(
                Group(
                    key=valid["key"],
                    name=valid["name"],
                    aliases=aliases,
                    is_organisation=is_organisation,
                    members=tuple(codes),
                )
            )
    return tuple(found)


def _check_members(folder: Folder, key: str, codes: list[Any], members: Mapping[str, tuple[str, str]]) -> None:
    if not codes:
        folder.problem(FILE, key, "got an empty list; at least one member is needed.")
    for position, iso3 in enumerate(codes):
        if not isinstance(iso3, str):
            folder.problem(FILE, key, f"got {_short(iso3)}; the code of a member is needed.")
        elif iso3 in codes[:position]:
            folder.problem(FILE, key, f"'{iso3}' is listed more than once.")
        elif members and iso3 not in members:
            folder.problem(FILE, key, f"'{iso3}' is not a member of this world.", hint_for_code(iso3, members))


def _coverage(
    folder: Folder, table: str, entries: Mapping[str, Any], members: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    found = {}
    for kind, partners in entries.items():
        key = f"{table}.{kind}"
        if kind not in TIE_KINDS:
            folder.problem(FILE, key, "unknown kind of tie.", suggest_nearest(kind, TIE_KINDS))
        elif not isinstance(partners, list):
            folder.problem(FILE, key, f"got {_short(partners)}; a list of members is needed.")
        else:
            _check_members(folder, key, partners, members)
            found[kind] = tuple(partners)
    return found


def _currencies(folder: Folder, entries: Mapping[str, Any], names: Mapping[str, str] | None) -> dict[str, float]:
    found = {}
    for issuer, weight in entries.items():
        key = f"currencies.{issuer}"
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1:
            folder.problem(FILE, key, f"got {_short(weight)}; allowed is 0 to 1.")
        elif names is not None and issuer.casefold() not in names:
            fix = hint_for_code(issuer, set(names.values()), names)
            folder.problem(FILE, key, "is neither a member nor a group of this world.", fix)
        else:
            found[issuer] = float(weight)
    if fsum(found.values()) > 1 + 1e-9:
        folder.problem(FILE, "currencies", f"the shares add up to {fsum(found.values()):g}; allowed is up to 1.")
    return found


def _texts(folder: Folder, key: str, values: list[Any]) -> tuple[str, ...]:
    if all(isinstance(value, str) for value in values):
        return tuple(values)
    folder.problem(FILE, key, f"got {_short(values)}; a list of texts is needed.")
    return ()


def _short(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of more digits than Python writes; a deep nest
        return "something very long"
    return text if len(text) <= 60 else f"{text[:60]}..."
