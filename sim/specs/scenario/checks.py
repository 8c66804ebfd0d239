"""Checks across the parts of a scenario: roles, votes, pledges and changes against each other and the world.

Each part that is valid by itself is checked, so that a mistake elsewhere in the file hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Self

from pydantic import ConfigDict, TypeAdapter

from sim.errors import suggest_nearest
from sim.results.series import list_series
from sim.specs.draft import Finding, Key
from sim.specs.names import OWN, REMOVAL, find_members
from sim.specs.scenario.events import Event, Months
from sim.specs.scenario.spec import Change, Expected, NamedRoles, Pledge, Scenario, Vote
from sim.specs.scenario.terms import OwnTerm
from sim.specs.section import read_sound, read_sound_items
from sim.world import World

EVENT: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))
SELECTING = ("members", "against", "sender", "rival")
"""Keys of an event that select members."""


@dataclass(frozen=True)
class Parts:
    """The parts of a document that are valid by themselves; items of lists by their index in the document."""

    world: World
    roles: NamedRoles | None
    votes: Mapping[int, Vote]
    pledges: Mapping[int, Pledge]
    changes: Mapping[int, Change]
    terms: Mapping[int, OwnTerm]
    events: Mapping[int, Event]
    months: Months | None
    expected: Expected | None
    has_months: bool
    has_all_votes: bool
    has_all_terms: bool

    @classmethod
    def of(cls, document: Mapping[str, object], world: World) -> Self:
        """Read each part of a document by itself, and leave out parts that are not valid."""
        votes = read_sound_items(Vote, document.get("vote"), world)
        terms = read_sound_items(OwnTerm, document.get("term"), world)
        written, own = document.get("vote"), document.get("term", [])
        return cls(
            world=world,
            roles=read_sound(NamedRoles, document.get("roles"), world),
            votes=votes,
            pledges=read_sound_items(Pledge, document.get("pledge"), world),
            changes=read_sound_items(Change, document.get("change"), world),
            terms=terms,
            events=read_sound_items(EVENT, document.get("event"), world),
            months=read_sound(Months, document.get("months"), world),
            expected=read_sound(Expected, document.get("expected"), world),
            has_months=document.get("months") is not None,
            has_all_votes=isinstance(written, list) and len(votes) == len(written),
            has_all_terms=isinstance(own, list) and len(terms) == len(own),
        )

    @classmethod
    def of_scenario(cls, scenario: Scenario, world: World) -> Self:
        """The parts of a valid scenario."""
        return cls(
            world=world,
            roles=scenario.roles,
            votes=dict(enumerate(scenario.vote)),
            pledges=dict(enumerate(scenario.pledge)),
            changes=dict(enumerate(scenario.change)),
            terms=dict(enumerate(scenario.term)),
            events=dict(enumerate(scenario.event)),
            months=scenario.months,
            expected=scenario.expected,
            has_months=scenario.months is not None,
            has_all_votes=True,
            has_all_terms=True,
        )


def check_across(parts: Parts) -> Iterator[Finding]:
    """Everything that is wrong between parts that are valid by themselves.

    Parameters
    ----------
    parts : the valid parts of a scenario's document.
    """
    yield from _vote_findings(parts.votes)
    yield from _month_findings(parts)
    yield from _expected_findings(parts)
    for key, references in list_selections(parts):
        yield from check_selection(parts.world, key, references)
    if parts.roles is not None:
        yield from _role_findings(parts.world, parts.roles)
        yield from _fixed_findings(parts.world, parts.roles, parts.pledges)
    if parts.has_all_votes:
        yield from _pledged_vote_findings(parts.votes, parts.pledges)
    yield from _contradictions(parts.world, parts.pledges)
    yield from _term_findings(parts)


def _term_findings(parts: Parts) -> Iterator[Finding]:
    """What is wrong between own terms, and where a change edits the figures of one that is not there."""
    for (earlier, one), (later, other) in combinations(parts.terms.items(), 2):
        for key in ("name", "label"):
            if getattr(one, key) == getattr(other, key):
                message = f'"{getattr(other, key)}" is already the {key} of term.{earlier}.'
                yield Finding(("term", later, key), message, f"Give each term a {key} of its own.")
    known = [term.key for term in parts.terms.values() if term.adds_to != "peers"]
    for index, change in parts.changes.items() if parts.has_all_terms else ():
        if change.attribute.startswith(OWN) and change.attribute not in known:
            fix = suggest_nearest(change.attribute, known, "Give [[term]] with figures of members.")
            yield Finding(("change", index, "attribute"), f'there is no term "{change.attribute}" with figures.', fix)


def _vote_findings(votes: Mapping[int, Vote]) -> Iterator[Finding]:
    for earlier, later in pairwise(votes):
        if votes[later].date < votes[earlier].date:
            message = f"{votes[later].date} is before the date of vote.{earlier}, {votes[earlier].date}."
            yield Finding(("vote", later, "date"), message, "Put the votes in the order of their dates.")
    first: dict[str, int] = {}
    for index, vote in votes.items():
        if first.setdefault(vote.resolution, index) != index:
            message = f'"{vote.resolution}" is already vote.{first[vote.resolution]}.'
            yield Finding(("vote", index, "resolution"), message, "Give each resolution once.")


def _month_findings(parts: Parts) -> Iterator[Finding]:
    if parts.events and not parts.has_months:
        yield Finding(("months",), "is missing, but events need months.", "Give [months] with start and end.")
    months = parts.months
    if months is None:
        return
    if months.end < months.start:
        yield Finding(("months", "end"), f"{months.end} is before the start, {months.start}.")
        return
    for index, vote in parts.votes.items():
        if (
            not (months.start.year, months.start.month)
            <= (vote.date.year, vote.date.month)
            <= (
                months.end.year,
                months.end.month,
            )
        ):
            message = f"{vote.date} is outside the simulated months, {months.start:%Y-%m} to {months.end:%Y-%m}."
            yield Finding(("vote", index, "date"), message, "Give months that contain all votes.")
    for index, change in parts.changes.items():
        if change.date is not None and change.date > months.start:
            message = f"{change.date} is after the months begin, and from then on only events change the world."
            yield Finding(("change", index, "date"), message, "Leave the date out, or write an event instead.")


def _expected_findings(parts: Parts) -> Iterator[Finding]:
    """What is wrong with the series of the months that a what-if expects something of."""
    for name in {} if parts.expected is None else parts.expected.series:
        key = ("expected", "series", name)
        member, _, series = name.rpartition(":")
        known = list_series(of_members=bool(member))
        if not parts.has_months:
            yield Finding(key, "needs months, which the scenario does not have.", "Give [months], or leave it out.")
        elif series not in known:
            whose = "a member" if member else "the whole"
            fix = suggest_nearest(series, known, f"Series of {whose}: {', '.join(known)}.")
            yield Finding(key, f'"{series}" is not a series of {whose}.', fix)
        elif member and member not in parts.world.index:
            fix = parts.world.hint(member, "'sim world members' lists them.")
            yield Finding(key, f'"{member}" is not the code of a member of {parts.world.name}.', fix)


def list_selections(parts: Parts) -> Iterator[tuple[Key, Sequence[str]]]:
    """The lists of members and groups of a scenario, by their key."""
    if parts.roles is not None:
        for name in ("senders", "other_targets"):
            if getattr(parts.roles, name):
                yield ("roles", name), getattr(parts.roles, name)
    for index, vote in parts.votes.items():
        if vote.voters:
            yield ("vote", index, "voters"), vote.voters
    for index, pledge in parts.pledges.items():
        yield ("pledge", index, "members"), pledge.members
    for index, change in parts.changes.items():
        yield ("change", index, "members"), change.members
    for index, event in parts.events.items():
        for name in SELECTING:
            if getattr(event, name, ()):
                yield ("event", index, name), getattr(event, name)
    if parts.expected is not None and parts.expected.movers:
        yield ("expected", "movers"), parts.expected.movers


def check_selection(world: World, key: Key, references: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with a list of members and groups in which some are removed again."""
    chosen: set[str] = set()
    idle = []
    for index, reference in enumerate(references):
        named = set(world.resolve(reference.removeprefix(REMOVAL)))
        if not reference.startswith(REMOVAL):
            chosen |= named
        elif chosen & named:
            chosen -= named
        else:
            idle.append(index)
    for index in idle:
        message = f'"{references[index]}" removes nothing: no earlier reference names any of it.'
        yield Finding((*key, index), message)
    if not chosen and not idle:
        yield Finding(key, "no member remains.", "Give at least one member.")


def _role_findings(world: World, roles: NamedRoles) -> Iterator[Finding]:
    senders = find_members(world, roles.senders)
    given = find_fixed_members(world, roles)
    if roles.victim is not None and "victim" not in given.values():
        yield Finding(("roles", "victim"), f'"{roles.victim}" is also the target.', "Give two different members.")
    for code, role in given.items():
        if code in senders:
            fix = f'Remove it with "{REMOVAL}{code}".'
            yield Finding(("roles", "senders"), f"{code} is the {role}, which cannot sanction the target.", fix)


def _fixed_findings(world: World, roles: NamedRoles, pledges: Mapping[int, Pledge]) -> Iterator[Finding]:
    given = find_fixed_members(world, roles)
    for index, pledge in pledges.items():
        usual = {"target": "oppose", "victim": "support"}
        for code in find_members(world, pledge.members):
            if code in given and pledge.action == usual[given[code]]:
                message = f"{code} is the {given[code]}, which votes this way in any case."
                yield Finding(("pledge", index, "members"), message, f'Remove it with "{REMOVAL}{code}".')


def find_fixed_members(world: World, roles: NamedRoles) -> dict[str, str]:
    """Members whose role fixes their vote, by code: targets and the victim."""
    targets = (*world.resolve(roles.target), *find_members(world, roles.other_targets))
    victims = () if roles.victim is None else world.resolve(roles.victim)
    return {**dict.fromkeys(victims, "victim"), **dict.fromkeys(targets, "target")}


def _pledged_vote_findings(votes: Mapping[int, Vote], pledges: Mapping[int, Pledge]) -> Iterator[Finding]:
    resolutions = [vote.resolution for vote in votes.values()]
    for index, pledge in pledges.items():
        yield from vote_findings(("pledge", index, "resolution"), pledge.resolution, resolutions, "this scenario")


def vote_findings(key: Key, resolution: str | None, resolutions: Sequence[str], whose: str) -> Iterator[Finding]:
    """What is wrong with the name of a vote, given the votes that exist."""
    if resolution is not None and resolution not in resolutions:
        fix = suggest_nearest(resolution, resolutions, f"Its votes are {', '.join(resolutions)}.")
        yield Finding(key, f'"{resolution}" is not a vote of {whose}.', fix)


def _contradictions(world: World, pledges: Mapping[int, Pledge]) -> Iterator[Finding]:
    for (_, earlier), (index, later) in combinations(pledges.items(), 2):
        same_vote = None in (earlier.resolution, later.resolution) or earlier.resolution == later.resolution
        if not same_vote or earlier.action == later.action:
            continue
        both = set(find_members(world, earlier.members)) & set(find_members(world, later.members))
        for code in sorted(both):
            message = f'{code} is already pledged to {earlier.action}, because "{earlier.reason}".'
            yield Finding(("pledge", index, "members"), message, "Give a member one action per vote.")
