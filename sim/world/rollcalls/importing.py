"""Reading roll calls as people have them: votes by member and resolution, and a report of what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sim.errors import InputError, Problem, input_error
from sim.results.rollcalls import ImportedResolution, RollCallImport, Unmatched
from sim.world.rollcalls.dates import ORDERS, Order, read_days
from sim.world.rollcalls.layout import Entry, Layout, find_layout
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
    day : that of the roll calls for which neither the file nor the world has one.

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
    problems = [*_numbers_unknown(path, entries), *_nameless(path, entries)]
    dates = {} if problems else _dates(path, entries, world, order, day, problems)
    votes, counts, contradictory = _collect(entries, members)
    if contradictory:
        message = f"{_listed(contradictory, 'are', 'is')} in the file twice, with different votes."
        problems.append(Problem(str(path), "", message, "Leave the right one in."))
    if not problems and not votes:
        problems.append(_nothing_matched(path, world, members))
    if problems:
        raise InputError(problems)
    return Imported(votes, dates, _report(path, out, world, layout, grid, votes, dates, members, counts))


class _Members:
    """The members of a world by what a file calls them, and what it calls nobody."""

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
        """The member that a row names, by code or name; who is none, or two at once, is counted."""
        found = {code for text in texts if (code := self.find(text)) is not None}
        if len(found) == 1:
            return found.pop()
        shown = " / ".join(dict.fromkeys(text for text in texts if text and not is_number(text))) or "blank"
        self.strangers[shown] += 1
        if shown not in self.reasons:
            hints = (self.world.hint(text) for text in texts if text)
            self.reasons[shown] = "code and name are of two members" if found else next(filter(None, hints), "")
        return None


def _renamed(path: Path, entries: Sequence[Entry], resolution: str) -> list[Entry]:
    """The votes under the name that the user gives their resolution."""
    names = list(dict.fromkeys(entry.resolution for entry in entries))
    if len(names) > 1:
        message = f"names one resolution; {path} holds {len(names)}: {_listed(names)}."
        raise input_error("--resolution", "", message, "Leave it out.")
    return [replace(entry, resolution=resolution) for entry in entries]


def _with_names(entries: Sequence[Entry]) -> list[Entry]:
    """The votes, those on one resolution that was voted on several times under names of their own."""
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
    first = ", ".join(cell or "(blank)" for cell in grid.rows[0][1][:8]) if grid.rows else "nothing"
    message = f"is not a file of roll calls: neither members nor votes are found. It begins with {first}."
    fix = "Give a column of members and one of votes, a column for each member, or a column for each resolution."
    return input_error(str(path), "", message, fix)


def _numbers_unknown(path: Path, entries: Iterable[Entry]) -> list[Problem]:
    """Numbers in another code: then those that have a meaning here may mean something else."""
    strange = sorted({entry.vote for entry in entries if is_number(entry.vote) and read_vote(entry.vote) is None})
    if not strange:
        return []
    return [
        Problem(str(path), "", f"votes are numbers, {_listed(strange)} among them, whose meaning is not known.", HELP)
    ]


def _nameless(path: Path, entries: Sequence[Entry]) -> list[Problem]:
    count = sum(not entry.resolution for entry in entries)
    fix = "Give a column 'resolution', or, where it is one roll call, --resolution."
    return [Problem(str(path), "", f"{count:,} votes are on no named resolution.", fix)] if count else []


def _dates(
    path: Path, entries: Sequence[Entry], world: World, order: Order | None, day: date | None, problems: list[Problem]
) -> dict[str, date]:
    """The day of each resolution; what is wrong with them is added to the problems."""
    where = str(path)
    texts = dict.fromkeys(entry.date for entry in entries if entry.date)
    days, doubtful = read_days(texts, order)
    if doubtful:
        message = f"{_listed(doubtful)} could be two days."
        problems.append(Problem(where, "date", message, f"Say which, with --dates {' or --dates '.join(ORDERS)}."))
        return {}
    unread = [text for text in texts if text not in days]
    if unread:
        message = f"{_listed(unread, 'are no days', 'is no day')}."
        problems.append(Problem(where, "date", message, "Write them like 2022-03-02."))
        return {}
    found: dict[str, set[date]] = {}
    for entry in entries:
        found.setdefault(entry.resolution, set()).update([days[entry.date]] if entry.date else ())
    several = [name for name, own in found.items() if len(own) > 1]
    if several:
        problems.append(Problem(where, "date", f"{_listed(several, 'have', 'has')} several days.", "Give each one."))
    dates = {name: next(iter(own)) for name, own in found.items() if own}
    for name in found.keys() - dates.keys():
        call = world.rollcall(name)
        if day is not None:
            dates[name] = day
        elif call is not None:
            dates[name] = call.date
    undated = [name for name in found if name not in dates]
    if undated:
        fix = "Give a column 'date', a second row of headings with the dates, or --date where all are of one day."
        problems.append(Problem(where, "date", f"{_listed(undated, 'have', 'has')} no day.", fix))
    return dates


def _collect(
    entries: Sequence[Entry], members: _Members
) -> tuple[dict[str, dict[str, str]], Counter[tuple[str, str]], list[str]]:
    """The votes, how many cells held something else or were repeated, and the votes that contradict each other."""
    votes: dict[str, dict[str, str]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    contradictory = []
    for entry in entries:
        iso3, vote = members.named_in(entry.member), read_vote(entry.vote)
        if vote is None:
            counts["unread", entry.vote] += 1
        elif vote in (NO_RECORD, NOT_A_MEMBER):
            counts[vote, ""] += 1
        elif iso3 is not None:
            cast = votes.setdefault(entry.resolution, {})
            counts["repeated", ""] += iso3 in cast
            if cast.setdefault(iso3, vote) != vote:
                contradictory.append(f"{iso3} on {entry.resolution}")
    return votes, counts, contradictory


def _nothing_matched(path: Path, world: World, members: _Members) -> Problem:
    strangers = f"; in it are {_listed(list(members.strangers))}" if members.strangers else ""
    return Problem(str(path), "", f"holds no vote of a member of {world.name}{strangers}.", HELP)


def _report(
    path: Path,
    out: Path,
    world: World,
    layout: Layout,
    grid: Grid,
    votes: Votes,
    dates: Mapping[str, date],
    members: _Members,
    counts: Counter[tuple[str, str]],
) -> RollCallImport:
    unread = [(text, count) for (kind, text), count in counts.most_common() if kind == "unread"]
    return RollCallImport(
        file=str(path),
        out=str(out),
        layout=layout.description,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        world=world.name,
        votes=sum(map(len, votes.values())),
        members=len({iso3 for cast in votes.values() for iso3 in cast}),
        resolutions=[
            ImportedResolution(
                resolution=name,
                date=dates[name],
                missing=world.size - len(votes[name]),
                **{vote: list(votes[name].values()).count(vote) for vote in ROLL_CALL_VOTES},
            )
            for name in sorted(votes, key=lambda name: (dates[name], name))
        ],
        unmatched_members=[
            Unmatched(text=text, rows=count, reason=members.reasons[text])
            for text, count in members.strangers.most_common()
        ],
        unread_votes=[Unmatched(text=text, rows=count, reason="") for text, count in unread],
        blank=counts[NO_RECORD, ""],
        not_members=counts[NOT_A_MEMBER, ""],
        repeated=counts["repeated", ""],
    )


def _listed(things: Sequence[str], several: str = "", one: str = "") -> str:
    """The first of some things, how many more there are, and a word that goes with one or several."""
    shown = ", ".join(f"'{thing}'" for thing in things[:NAMED])
    more = f" and {len(things) - NAMED:,} more" if len(things) > NAMED else ""
    return f"{shown}{more} {one if len(things) == 1 else several}".strip()
