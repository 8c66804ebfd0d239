"""Reading roll calls as people have them: votes by member and resolution, and a report of what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sim.errors import InputError, Problem, make_input_error
from sim.limits import MOST_PROBLEMS
from sim.results.rollcalls import ImportedResolution, RollCallImport, Unmatched
from sim.world.rollcalls.dates import ORDERS, Order, read_days
from sim.world.rollcalls.layout import Entry, find_layout
from sim.world.rollcalls.text import Grid, read_grid
from sim.world.rollcalls.values import HELP, NO_RECORD, NOT_A_MEMBER, is_number, read_vote
from sim.world.world import ROLL_CALL_VOTES, World

NAMED = 3
"""How many of the things of one kind that a message names; the others are counted."""

Votes = Mapping[str, Mapping[str, str]]
"""Resolution to member to vote."""


@dataclass(frozen=True)
class Imported:
    """Votes by resolution and member, the day of each resolution, and the report."""

    votes: Votes
    dates: Mapping[str, date]
    report: RollCallImport

    def rows(self) -> list[dict[str, object]]:
        """A row for each vote, in the project's own format, in the order of dates."""
        return [
            {"resolution": call.resolution, "date": call.date, "iso3": iso3, "vote": vote}
            for call in self.report.resolutions
            for iso3, vote in sorted(self.votes[call.resolution].items())
        ]


def import_rollcalls(
    path: Path, world: World, out: Path, *, order: Order | None = None, resolution: str = "", day: date | None = None
) -> Imported:
    """Read a file of roll calls in any of the layouts in use.

    Parameters
    ----------
    world : whose members are looked for; dates that the file leaves out are taken from its roll calls.
    out : where the votes are going to be written, for the report.
    order : of day and month in dates written as numbers; needed where they could be two days.
    resolution : what to call the resolution of a file that holds one roll call.
    day : the day of the roll calls for which neither the file nor the world has one.

    Raises
    ------
    InputError : the file holds no roll calls, or what it holds is contradictory; one message for each kind of problem.
    """
    grid = read_grid(path)
    members = _Members(world)
    layout = find_layout(grid, members.find)
    if layout is None:
        raise _unrecognised(path, grid)
    entries = _renamed(path, layout.entries, resolution) if resolution else _with_names(layout.entries)
    dates, problems = _find_dates(path, entries, world, order, day)
    problems += [*_find_unknown_numbers(path, entries), *_find_nameless(path, entries)]
    cells = _read_cells(entries, members)
    if cells.contradictory:
        message = f"{_listed(cells.contradictory, 'are', 'is')} in the file twice, with different votes."
        problems.append(Problem(str(path), "", message, "Leave the right one in."))
    if not problems and not cells.votes:
        problems.append(_nothing_matched(path, world, members))
    if problems:
        raise InputError(problems)
    resolutions = [
        ImportedResolution(
            resolution=name,
            date=dates[name],
            missing=world.size - len(votes),
            **{vote: list(votes.values()).count(vote) for vote in ROLL_CALL_VOTES},
        )
        for name, votes in cells.votes.items()
    ]
    report = RollCallImport(
        file=str(path),
        out=str(out),
        layout=layout.description,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        world=world.name,
        votes=sum(map(len, cells.votes.values())),
        members=len({iso3 for votes in cells.votes.values() for iso3 in votes}),
        resolutions=sorted(resolutions, key=lambda call: (call.date, call.resolution)),
        unmatched_members=members.unmatched(),
        unread_votes=[Unmatched(text=text, rows=count, reason="") for text, count in cells.unread.most_common()],
        blank=cells.counts[NO_RECORD],
        not_members=cells.counts[NOT_A_MEMBER],
        repeated=cells.repeated,
    )
    return Imported(cells.votes, dates, report)


class _Members:
    """The members of a world by the names that a file uses, and the names that are nobody's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.strangers: Counter[str] = Counter()
        self.reasons: dict[str, str] = {}
        self._found: dict[str, str | None] = {}

    def find(self, text: str) -> str | None:
        """The code of the one member that a text names."""
        if text not in self._found:
            try:
                codes = self.world.resolve(text) if text else ()
            except KeyError:
                codes = ()
            self._found[text] = codes[0] if len(codes) == 1 else None
        return self._found[text]

    def named_in(self, texts: Sequence[str]) -> str | None:
        """The member that a row names, by code or name; a row that names none, or two, is counted."""
        found = {code for text in texts if (code := self.find(text)) is not None}
        if len(found) == 1:
            return found.pop()
        shown = " / ".join(dict.fromkeys(text for text in texts if text and not is_number(text))) or "blank"
        self.strangers[shown] += 1
        if shown not in self.reasons:
            # What might have been meant is looked for only for the first: of many thousand it would take minutes.
            hints = (self.world.hint(text) for text in texts if text and len(self.reasons) < MOST_PROBLEMS)
            self.reasons[shown] = "code and name are of two members" if found else next(filter(None, hints), "")
        return None

    def unmatched(self) -> list[Unmatched]:
        """Names that are not members', those with most votes first."""
        return [
            Unmatched(text=text, rows=count, reason=self.reasons[text]) for text, count in self.strangers.most_common()
        ]


def _renamed(path: Path, entries: Sequence[Entry], resolution: str) -> list[Entry]:
    """The votes under the name that the user gives their resolution."""
    names = list(dict.fromkeys(entry.resolution for entry in entries))
    if len(names) > 1:
        message = f"names one resolution; {path} holds {len(names)}: {_listed(names)}."
        raise make_input_error("--resolution", "", message, "Leave it out.")
    return [replace(entry, resolution=resolution) for entry in entries]


def _with_names(entries: Sequence[Entry]) -> list[Entry]:
    """The votes; where a resolution was voted on several times, each vote under a name of its own."""
    numbers: dict[str, set[str]] = {}
    for entry in entries:
        numbers.setdefault(entry.resolution, set()).add(entry.number)
    return [
        entry
        if len(numbers[entry.resolution]) == 1
        else replace(entry, resolution=f"{entry.resolution} ({entry.number})")
        for entry in entries
    ]


def _unrecognised(path: Path, grid: Grid) -> InputError:
    if not grid.rows:
        return make_input_error(str(path), "", "is empty.", "Give a table of votes.")
    first = ", ".join(cell or "(blank)" for cell in grid.rows[0][1][:8])
    message = f"is not a file of roll calls: neither members nor votes are found. It begins with {first}."
    fix = "Give a column of members and one of votes, a column for each member, or a column for each resolution."
    return make_input_error(str(path), "", message, fix)


def _find_unknown_numbers(path: Path, entries: Iterable[Entry]) -> list[Problem]:
    """Numbers of an unknown code: where there are any, the known numbers may mean something else too."""
    strange = sorted({entry.vote for entry in entries if is_number(entry.vote) and read_vote(entry.vote) is None})
    if not strange:
        return []
    return [
        Problem(str(path), "", f"votes are numbers, {_listed(strange)} among them, whose meaning is not known.", HELP)
    ]


def _find_nameless(path: Path, entries: Sequence[Entry]) -> list[Problem]:
    count = sum(not entry.resolution for entry in entries)
    fix = "Give a column 'resolution', or, where it is one roll call, --resolution."
    return [Problem(str(path), "", f"{count:,} votes are on no named resolution.", fix)] if count else []


def _find_dates(
    path: Path, entries: Sequence[Entry], world: World, order: Order | None, day: date | None
) -> tuple[dict[str, date], list[Problem]]:
    """The day of each resolution, and what is wrong with them."""

    def refused(message: str, fix: str) -> tuple[dict[str, date], list[Problem]]:
        return {}, [Problem(str(path), "date", message, fix)]

    texts = list(dict.fromkeys(entry.date for entry in entries if entry.date))
    days, doubtful = read_days(texts, order)
    if doubtful:
        return refused(
            f"{_listed(doubtful)} could be either of two days.",
            f"Give the order, with --dates {' or --dates '.join(ORDERS)}.",
        )
    unread = [text for text in texts if text not in days]
    if unread:
        return refused(f"{_listed(unread, 'are not dates', 'is not a date')}.", "Write them like 2022-03-02.")
    found: dict[str, set[date]] = {}
    for entry in entries:
        found.setdefault(entry.resolution, set()).update([days[entry.date]] if entry.date else ())
    several = [name for name, own in found.items() if len(own) > 1]
    if several:
        return refused(f"{_listed(several, 'have', 'has')} several days.", "Give each one.")
    dates = {name: own.pop() if own else day or _known_day(world, name) for name, own in found.items()}
    undated = [name for name, own in dates.items() if own is None and name]
    if undated:
        fix = "Give a column 'date', a second row of headings with the dates, or --date where all are of one day."
        return refused(f"{_listed(undated, 'have', 'has')} no day.", fix)
    return {name: own for name, own in dates.items() if own is not None}, []


def _known_day(world: World, resolution: str) -> date | None:
    call = world.rollcall(resolution)
    return None if call is None else call.date


@dataclass
class _Cells:
    """What the cells of votes hold: votes by resolution and member, and everything else counted."""

    votes: dict[str, dict[str, str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    contradictory: list[str] = field(default_factory=list)


def _read_cells(entries: Iterable[Entry], members: _Members) -> _Cells:
    found = _Cells()
    for entry in entries:
        iso3, vote = members.named_in(entry.member), read_vote(entry.vote)
        if vote is None:
            found.unread[entry.vote] += 1
        elif vote in (NO_RECORD, NOT_A_MEMBER):
            found.counts[vote] += 1
        elif iso3 is not None:
            votes = found.votes.setdefault(entry.resolution, {})
            if iso3 not in votes:
                votes[iso3] = vote
            elif votes[iso3] == vote:
                found.repeated += 1
            else:
                found.contradictory.append(f"{iso3} on {entry.resolution}")
    return found


def _nothing_matched(path: Path, world: World, members: _Members) -> Problem:
    strangers = f"; in it are {_listed(list(members.strangers))}" if members.strangers else ""
    return Problem(str(path), "", f"holds no vote of a member of {world.name}{strangers}.", HELP)


def _listed(things: Sequence[str], several: str = "", one: str = "") -> str:
    """The first of some things, how many more there are, and a verb for one or several."""
    shown = ", ".join(f"'{thing}'" for thing in things[:NAMED])
    more = f" and {len(things) - NAMED:,} more" if len(things) > NAMED else ""
    return f"{shown}{more} {one if len(things) == 1 else several}".strip()
