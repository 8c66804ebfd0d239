"""The state of a page: what a user has moved, as a small frozen value that fits into a link."""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, time
from urllib.parse import parse_qsl, urlencode

from sim.errors import make_input_error
from sim.specs.overrides import read_value

LINK = "link"
"""Name of a query string in messages."""
LONGEST_FILE = 200_000
"""Most characters of a scenario file that is loaded."""
LONGEST_NUMBER = 6
"""Most digits of the number of a vote."""


@dataclass(frozen=True)
class Edit:
    """A multiplier of one attribute of a group or of members.

    Parameters
    ----------
    members : names as in a scenario file, with commas between; a "-" before a name removes it.
    attribute : what is multiplied, such as ``dependence.energy``.
    multiply : the factor.
    """

    members: str
    attribute: str
    multiply: object = 1.0

    @property
    def references(self) -> list[str]:
        """The names one by one."""
        return [name.strip() for name in self.members.split(",") if name.strip()]


@dataclass(frozen=True)
class PageState:
    """Everything that a page shows apart from the scenario that it was started with.

    Parameters
    ----------
    settings : dotted keys and what they are set to, in the order of the keys; lists as tuples.
    edits : multipliers, in the order in which they were added.
    source : text of a scenario file that was loaded; empty where none was.
    vote : which vote is shown.
    month : name of the month that is shown, such as 2022-03; empty for the last.
    member : code of the member that is explained; empty where none is.
    """

    settings: tuple[tuple[str, object], ...] = ()
    edits: tuple[Edit, ...] = ()
    source: str = ""
    vote: int = 0
    month: str = ""
    member: str = ""

    def __hash__(self) -> int:
        """By the link: values may be lists and tables, which have no hash of their own."""
        return hash(self.link())

    @property
    def asked(self) -> PageState:
        """What is run: the state without the vote, month and member that are shown."""
        return PageState(self.settings, self.edits, self.source)

    def with_setting(self, key: str, value: object) -> PageState:
        """The state with a key set, or no longer set where the value is None."""
        settings = {**dict(self.settings), key: tuple(value) if isinstance(value, list) else value}
        return replace(self, settings=tuple(sorted((k, v) for k, v in settings.items() if v is not None)))

    def link(self) -> str:
        """The state as a query string; empty for the scenario that the page was started with."""
        pairs = [(key, _text(value)) for key, value in self.settings]
        pairs += [("edit", f"{edit.members}|{edit.attribute}|{_text(edit.multiply)}") for edit in self.edits]
        pairs += [("vote", str(self.vote))] if self.vote else []
        pairs += [("month", self.month)] if self.month else []
        pairs += [("member", self.member)] if self.member else []
        if self.source:
            packed = base64.urlsafe_b64encode(zlib.compress(self.source.encode(), 9)).decode()
            pairs.append(("file", packed))
        return urlencode(pairs)


def read_link(query: str) -> PageState:
    """The state that a query string holds.

    Raises
    ------
    InputError : it is not a link of this program; values are checked when the scenario is made.
    """
    state = PageState()
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name == "edit":
            parts = text.split("|")
            if len(parts) != 3:
                raise make_input_error(LINK, name, f"got '{text}'; MEMBERS|ATTRIBUTE|FACTOR is needed.")
            state = replace(state, edits=(*state.edits, Edit(parts[0], parts[1], _value(parts[2]))))
        elif name == "vote":
            if not text.isdecimal() or len(text) > LONGEST_NUMBER:
                raise make_input_error(LINK, name, f"got '{text[:20]}'; the number of a vote is needed, from 0.")
            state = replace(state, vote=int(text))
        elif name == "month":
            state = replace(state, month=text)
        elif name == "member":
            state = replace(state, member=text)
        elif name == "file":
            state = replace(state, source=_unpacked(text))
        else:
            state = state.with_setting(name, _value(text))
    return state


def _unpacked(text: str) -> str:
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(base64.urlsafe_b64decode(text), LONGEST_FILE).decode()
    except (ValueError, zlib.error) as error:
        raise make_input_error(LINK, "file", "cannot be read; the link may be cut off.") from error
    if not unpacking.eof:
        raise make_input_error(LINK, "file", f"is cut off, or longer than {LONGEST_FILE:,} characters.")
    return content


def _text(value: object) -> str:
    """A value in a link: text, dates and times as they are, anything else as JSON."""
    match value:
        case str():
            return value
        case date() | time():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def _value(text: str) -> object:
    """The value in a link: TOML, as a person writes it, or a table or a list of tables as `_text` writes it."""
    value = read_value(text)
    if value == text and text.startswith(("{", "[")):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return value
