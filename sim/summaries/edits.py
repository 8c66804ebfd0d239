"""What a what-if edits: its settings, and the members that it names, with what became of their votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np

from sim.results.changes import ChangedSetting, EditedMember, VoteChanged
from sim.results.wording import write_figure
from sim.rules.choice import ACTIONS
from sim.runner.result import RunResult
from sim.specs import Change, Event, Scenario, find_members
from sim.specs.differences import list_differences
from sim.specs.labels import EDITS, label_attribute, label_key
from sim.specs.scenario.spec import Pledge
from sim.specs.scenario.terms import OwnTerm

Entry = TypeVar("Entry", Change, Pledge, Event)
LISTS = ("change", "pledge", "event")
"""Keys of lists, of which each entry is one edit."""
LATER = " (after this vote)"
LONGEST = 60
"""Letters of a value that are shown."""


def list_settings(base: Scenario, spec: Scenario) -> list[ChangedSetting]:
    """The settings in which a scenario differs from its base; of changes, fixed votes and events one for each entry."""
    found = [
        *_of_list("change", base.change, spec.change, partial(_write_change, spec)),
        *_of_list("pledge", base.pledge, spec.pledge, _write_pledge),
        *_of_list("event", base.event, spec.event, _write_event),
        *_of_terms(base.term, spec.term),
    ]
    for key, before, now in list_differences(base.document(), spec.document()):
        if key.split(".")[0] not in (*LISTS, "term"):
            found.append(ChangedSetting(key=key, label=label_key(key, spec), base=_write(before), now=_write(now)))
    return found


def _of_list(
    name: str, before: Sequence[Entry], now: Sequence[Entry], write: Callable[[Entry], tuple[str, str]]
) -> Iterator[ChangedSetting]:
    """The entries of a list that are new, and those that are gone."""
    for number, entry in enumerate(now):
        if entry not in before:
            label, text = write(entry)
            yield ChangedSetting(key=f"{name}.{number}", label=label, now=text)
    for number, entry in enumerate(before):
        if entry not in now:
            label, text = write(entry)
            yield ChangedSetting(key=f"{name}.{number}", label=label, base=text)


def _of_terms(before: Sequence[OwnTerm], now: Sequence[OwnTerm]) -> Iterator[ChangedSetting]:
    """The own terms that are new, gone, or weighed in another way."""
    old, new = ({term.name: term for term in terms} for terms in (before, now))
    for number, name in enumerate(dict.fromkeys([*new, *old])):
        if old.get(name) != new.get(name):
            was, instead = old.get(name), new.get(name)
            yield ChangedSetting(
                key=f"term.{number}",
                label=(instead or old[name]).label,
                base=None if was is None else _write_term(was),
                now=None if instead is None else _write_term(instead),
            )


def _write_term(term: OwnTerm) -> str:
    return f"{term.column}, weight {write_figure(term.weight)} in {term.adds_to}"


def _write_change(spec: Scenario, change: Change) -> tuple[str, str]:
    since = "" if change.date is None else f" from {change.date}"
    whom = "all members" if change.members == ("ALL",) else ", ".join(change.members)
    return f"{label_attribute(change.attribute, spec)} ({whom})", f"{write_edit(change)}{since}"


def write_edit(change: Change) -> str:
    """What a change does to a value, such as "times 0.5"."""
    edit = next(name for name in EDITS if getattr(change, name) is not None)
    return f"{EDITS[edit]} {write_figure(getattr(change, edit))}"


def _write_pledge(pledge: Pledge) -> tuple[str, str]:
    on = "" if pledge.resolution is None else f" on {pledge.resolution}"
    return f"vote of {', '.join(pledge.members)}", f"fixed: {pledge.action}{on}"


def _write_event(event: Event) -> tuple[str, str]:
    return f"{event.kind.replace('_', ' ')}, {event.date}", _shorten(event.what)


def _write(value: Any) -> str | None:
    if value is None:
        return None
    return _shorten(write_figure(value) if isinstance(value, float) else str(value))


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def has_edited_movers(base: VoteChanged) -> bool:
    """Whether a table of the edited members says anything: some member moved, and not all edits are after the vote."""
    is_later = all(edit.endswith(LATER) for one in base.edited for edit in one.edit.split("; "))
    return bool(base.moved) and not is_later


def list_edited(result: RunResult, base: RunResult, number: int) -> list[EditedMember]:
    """The members that a what-if edits and its base does not, with their votes in both, those that moved most first."""
    vote, before = result.votes[number], base.votes[number]
    moved = np.zeros(len(vote.counts)) if vote.change is None else vote.change.changed
    found = []
    for i, edits in _edits(result, base, number).items():
        old, new = int(before.counts[i].argmax()), int(vote.counts[i].argmax())
        found.append(
            EditedMember(
                iso3=result.case.world.iso3[i],
                name=result.case.world.names[i],
                edit="; ".join(edits),
                before=ACTIONS[old],
                before_share=float(before.counts[i, old] / base.replicates),
                now=ACTIONS[new],
                now_share=float(vote.counts[i, new] / result.replicates),
                moved=float(moved[i] / result.replicates),
            )
        )
    return sorted(found, key=lambda one: (-one.moved, one.name))


def _edits(result: RunResult, base: RunResult, number: int) -> dict[int, list[str]]:
    """What is edited of each member, by its index."""
    case, spec, other = result.case, result.case.spec, base.case.spec
    on = result.votes[number].date
    now, was = (one.case.standings[number].terms.values for one in (result, base))
    found: dict[int, list[str]] = {}

    def note(i: int, text: str) -> None:
        if text not in found.setdefault(i, []):
            found[i].append(text)

    def places(members: Sequence[str]) -> list[int]:
        return [case.world.index[iso3] for iso3 in find_members(case.world, members)]

    for change in (one for one in spec.change if one not in other.change):
        after, label = now[change.attribute], label_attribute(change.attribute, spec)
        before = was.get(change.attribute, np.zeros(len(after)))  # the base may not have an own term
        later = "" if change.date is None or change.date <= on else LATER
        for i in places(change.members):
            note(i, f"{label} {write_figure(float(before[i]))} to {write_figure(float(after[i]))}{later}")
    for pledge in (one for one in spec.pledge if one not in other.pledge):
        if pledge.resolution in (None, result.votes[number].resolution):
            for i in places(pledge.members):
                note(i, f"vote fixed: {pledge.action}")
    for event in (one for one in spec.event if one not in other.event):
        for i in places(getattr(event, "members", ())):
            note(i, f"{event.kind.replace('_', ' ')}, {event.date}{LATER if event.date > on else ''}")
    return found
