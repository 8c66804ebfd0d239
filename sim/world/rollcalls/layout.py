"""Where the votes of a table are: a row for each vote, a row for each resolution, or a row for each member."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sim.world.names import fold
from sim.world.rollcalls.dates import ORDERS, read_day
from sim.world.rollcalls.text import Grid
from sim.world.rollcalls.values import read_vote

VOTE = ("vote", "votes", "ms vote", "vote cast", "voting", "position")
MEMBER = (
    *("iso3", "iso3c", "iso 3", "iso a3", "iso code", "iso", "alpha 3", "ms code", "country code", "code"),
    *("country", "countryname", "country name", "ms name", "member", "member name", "member state", "state", "name"),
)
RESOLUTION = ("resolution", "unres", "res", "symbol", "resolution symbol", "undl symbol", "document", "draft")
NUMBER = ("rcid", "undl id", "roll call", "rollcall")
"""What numbers a roll call; its name where the file has no other."""
DATE = ("date", "vote date", "voting date", "date of vote", "day")
HEADED_WITHIN = 20
"""Rows among which the headings are looked for: titles and notes may come before them."""
FEWEST = 3
"""Members that a row has to name to count as headings."""

Row = tuple[int, tuple[str, ...]]
FindMember = Callable[[str], str | None]
"""The code of the member that a text names, or None."""


@dataclass(frozen=True)
class Entry:
    """One vote as the table has it: the line, and the texts that give its resolution, day, member and vote.

    Parameters
    ----------
    number : the roll call's number in its source, which distinguishes several votes on one resolution.
    member : everything in the row that may name the member.
    """

    line: int
    resolution: str
    number: str
    date: str
    member: tuple[str, ...]
    vote: str


@dataclass(frozen=True)
class RollCallLayout:
    """How a table is laid out, in words, and its votes."""

    description: str
    entries: tuple[Entry, ...]


def find_layout(grid: Grid, find_member: FindMember) -> RollCallLayout | None:
    """The votes of a table, in whichever layout it has; None where there are none."""
    readers = (_read_list, _read_resolutions, _read_members)
    found = (reader(grid.rows, find_member) for reader in readers)
    return next((layout for layout in found if layout is not None and layout.entries), None)


def _read_list(rows: Sequence[Row], find_member: FindMember) -> RollCallLayout | None:
    """A row for each member and resolution, under headings."""
    for start, (_, cells) in enumerate(rows[:HEADED_WITHIN]):
        headings = _Headings(cells)
        vote, members = headings.first(VOTE), headings.all(MEMBER)
        if vote is None or not members:
            continue
        body = [row for row in rows[start + 1 :] if any(_at(row, (*members, vote)))]  # others are notes
        entries = tuple(headings.entry(row, _at(row, members), _cell(row, vote)) for row in body)
        if entries and _is_second_heading(entries[0], find_member):
            entries = entries[1:]
        return RollCallLayout("a row for each member and resolution", entries)
    return None


def _is_second_heading(entry: Entry, find_member: FindMember) -> bool:
    return read_vote(entry.vote) is None and not any(find_member(text) for text in entry.member)


def _read_resolutions(rows: Sequence[Row], find_member: FindMember) -> RollCallLayout | None:
    """A row for each resolution, with a column for each member."""
    for start, (_, cells) in enumerate(rows[:HEADED_WITHIN]):
        found = {column: code for column, text in enumerate(cells) if (code := find_member(text)) is not None}
        if len(set(found.values())) < FEWEST or 2 * len(found) < len([cell for cell in cells if cell]):
            continue
        body = rows[start + 1 :]
        while body and _names_the_same(body[0], found, find_member):
            body = body[1:]
        headings = _Headings(["" if column in found else cell for column, cell in enumerate(cells)])
        # What no heading explains may be a member that the world does not know: it is reported, not passed over.
        others = {column: cells[column] for column in headings.unknown() if _share_of_votes(body, column) == 1}
        members = found | others
        free = [column for column in range(len(cells)) if column not in members]
        headings.guess(free, body)
        return RollCallLayout(
            "a row for each resolution, a column for each member",
            tuple(
                headings.entry(row, (cells[column],), _cell(row, column)) for row in body for column in sorted(members)
            ),
        )
    return None


def _names_the_same(row: Row, found: dict[int, str], find_member: FindMember) -> bool:
    """Whether a row names the members of the headings once more, by code or name."""
    same = sum(find_member(_cell(row, column)) == code for column, code in found.items())
    return 2 * same > len(found)


def _read_members(rows: Sequence[Row], find_member: FindMember) -> RollCallLayout | None:
    """A row for each member, with a column for each resolution, whose headings may take two rows."""
    width = max((len(cells) for _, cells in rows), default=0)
    naming = {
        column: [place for place, row in enumerate(rows) if find_member(_cell(row, column))] for column in range(width)
    }
    named = {
        column: len({find_member(_cell(rows[place], column)) for place in places}) for column, places in naming.items()
    }
    most = max(named.values(), default=0)
    if most < FEWEST or max(map(len, naming.values())) > 1.5 * most:  # a member has a row of its own
        return None
    members = [column for column, count in named.items() if 2 * count > most]
    start = min(naming[column][0] for column in members)
    heads, body = rows[:start], rows[start:]
    columns = [column for column in range(width) if column not in members and _share_of_votes(body, column) > 0.5]
    entries = []
    for column in columns:
        texts = [text for head in heads if (text := _cell(head, column))]
        day = next((text for text in texts if _is_day(text)), "")
        name = next((text for text in texts if text != day and fold(text) not in VOTE), "")
        entries += [Entry(row[0], name, "", day, _at(row, members), _cell(row, column)) for row in body]
    return RollCallLayout("a row for each member, a column for each resolution", tuple(entries))


def _share_of_votes(rows: Sequence[Row], column: int) -> float:
    """How many of the cells of a column that hold something hold a vote."""
    filled = [cell for row in rows if (cell := _cell(row, column))]
    return sum(read_vote(cell) is not None for cell in filled) / max(len(filled), 1)


def _is_day(text: str) -> bool:
    return any(read_day(text, order) is not None for order in ORDERS)


class _Headings:
    """Which column of a table holds what, by its heading; the first of several that could."""

    def __init__(self, cells: Sequence[str]) -> None:
        self._texts = [fold(cell.replace("_", " ")) for cell in cells]
        self._resolutions, self._number, self._date = self.all(RESOLUTION), self.first(NUMBER), self.first(DATE)

    def first(self, names: Sequence[str]) -> int | None:
        """The first column with one of these headings, the earlier names before the later."""
        return next(iter(self.all(names)), None)

    def all(self, names: Sequence[str]) -> list[int]:
        """All columns with one of these headings, in the order of the names."""
        return [column for name in names for column, text in enumerate(self._texts) if text == name]

    def unknown(self) -> Iterator[int]:
        """Columns whose heading is not one of a vote."""
        known = {*VOTE, *MEMBER, *RESOLUTION, *NUMBER, *DATE, ""}
        return (column for column, text in enumerate(self._texts) if text not in known)

    def guess(self, columns: Sequence[int], rows: Sequence[Row]) -> None:
        """Find day and resolution by what is in the columns, where no heading names them."""
        if self._date is None:
            self._date = next((c for c in columns if rows and all(_is_day(_cell(row, c)) for row in rows)), None)
        if not self._resolutions and self._number is None:
            self._resolutions = [column for column in columns if column != self._date][:1]

    def entry(self, row: Row, member: tuple[str, ...], vote: str) -> Entry:
        """The vote of a row."""
        number = "" if self._number is None else _cell(row, self._number)
        name = next((text for column in self._resolutions if (text := _cell(row, column))), number)
        return Entry(row[0], name, number, "" if self._date is None else _cell(row, self._date), member, vote)


def _cell(row: Row, column: int) -> str:
    return row[1][column] if column < len(row[1]) else ""


def _at(row: Row, columns: Sequence[int]) -> tuple[str, ...]:
    return tuple(_cell(row, column) for column in columns)
