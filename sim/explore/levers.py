"""The levers of a page, which are the inputs that can be changed: ranges, values, and the state after a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sim.case.ballot import WEIGHTS
from sim.case.changes import BOUNDS
from sim.errors import make_input_error
from sim.explore.events import find_event_groups
from sim.explore.result import Explored
from sim.explore.sliders import Slider, SliderGroup, make_slider
from sim.explore.start import PAGE, Launch, make_scenario
from sim.explore.state import Edit, PageState
from sim.results.described import Result
from sim.rules.parameters import load_registry
from sim.specs import Vote, find_members
from sim.specs.labels import label_key
from sim.specs.overrides import read_value
from sim.specs.scenario.schema import make_schema
from sim.world.labels import label_quantity
from sim.world.peers import PEER_KINDS

MOST_OPEN = 3
"""Groups that are open at first."""
FACTORS = (0.0, 2.0)
"""Ends of the slider of a multiplier; any factor of 0 or more may be typed."""
SANCTIONS = ("enforcement", "sanction_weight", "grievance")
DELIBERATION = ("peer_influence", "inertia")
VOTE_UNITS = {"severity": "utility", "target_threat": "times that on ES-11/1", "sender_threat": "times that on ES-11/1"}


class Sender(Result):
    """A member that is on the sanctioning side now, or was in the baseline."""

    iso3: str
    name: str
    is_sender: bool
    was_sender: bool


class Multiplier(Result):
    """A multiplier that was added on the page, with its slider."""

    key: str
    members: str
    attribute: str
    multiply: object
    low: float
    high: float
    step: float


def find_groups(found: Explored) -> list[SliderGroup]:
    """The levers in groups; the events that the scenario's question is about come first, other events last."""
    groups: Mapping[str, Iterator[Slider]] = {
        "The resolution and the threats": _vote_levers(found),
        "Sanctions": _parameters(found, SANCTIONS),
        "Peers": _parameters(found, DELIBERATION),
        "Weight of what the target can withhold": _parameters(found, WEIGHTS["dependence"].values()),
        "Weight of what the sanctioning side can withhold": _parameters(found, WEIGHTS["exposure"].values()),
        "Weight of each kind of peer": _parameters(found, [f"peer_{kind}" for kind in PEER_KINDS]),
    }
    if found.spec.term:
        groups = {**groups, "Terms of your own": _own_weights(found)}
    asked, others = find_event_groups(found)
    usual = [
        SliderGroup(title=title, is_open=place < MOST_OPEN, levers=tuple(levers))
        for place, (title, levers) in enumerate(groups.items())
    ]
    return [*asked, *usual, *others]


def _vote_levers(found: Explored) -> Iterator[Slider]:
    number, properties = found.state.vote, make_schema(Vote)["properties"]
    vote, before = found.spec.vote[number], found.baseline.case.spec.vote[number]
    for name, unit in VOTE_UNITS.items():
        bounds, meaning = properties[name], properties[name]["description"]
        ends = (bounds["minimum"], bounds["maximum"])
        yield make_slider(
            f"vote.{number}.{name}",
            label=label_key(f"vote.{name}"),
            unit=unit,
            meaning=meaning,
            ends=ends,
            now=getattr(vote, name),
            before=getattr(before, name),
        )
    bounds, meaning = properties["divisiveness"]["items"], properties["divisiveness"]["description"]
    for place in range(len(vote.divisiveness)):
        key = f"vote.{number}.divisiveness.{place}"
        ends = (bounds["minimum"], bounds["maximum"])
        yield make_slider(
            key,
            label=label_key(key),
            unit="factor",
            meaning=meaning,
            ends=ends,
            now=vote.divisiveness[place],
            before=before.divisiveness[place],
        )


def _parameters(found: Explored, names: Iterable[str]) -> Iterator[Slider]:
    for name in names:
        known = load_registry()[name]
        now, before = found.case.parameters[name], found.baseline.case.parameters[name]
        yield make_slider(
            f"parameters.{name}",
            label=known.label,
            unit=known.unit,
            meaning=known.meaning,
            ends=(known.low, known.high),
            now=now,
            before=before,
        )


def _own_weights(found: Explored) -> Iterator[Slider]:
    before = {term.name: term.weight for term in found.baseline.case.spec.term}
    for number, term in enumerate(found.spec.term):
        key = f"term.{number}.weight"
        yield make_slider(
            key,
            label=label_key(key, found.spec),
            unit="utility",
            meaning=term.source,
            ends=term.weights,
            now=term.weight,
            before=before.get(term.name, term.weight),
        )


def find_senders(found: Explored) -> list[Sender]:
    """The members of the sanctioning side, now and in the baseline, by name."""
    world = found.case.world
    now, before = (set(find_members(world, spec.roles.senders)) for spec in (found.spec, found.baseline.case.spec))
    names = dict(zip(world.iso3, world.names, strict=True))
    rows = [
        Sender(iso3=iso3, name=names[iso3], is_sender=iso3 in now, was_sender=iso3 in before) for iso3 in now | before
    ]
    return sorted(rows, key=lambda row: row.name)


def find_edits(found: Explored) -> list[Multiplier]:
    """The multipliers that were added on the page."""
    return [
        Multiplier(
            key=f"edit.{place}",
            members=edit.members,
            attribute=edit.attribute,
            multiply=edit.multiply,
            low=FACTORS[0],
            high=FACTORS[1],
            step=0.05,
        )
        for place, edit in enumerate(found.state.edits)
    ]


class Attribute(Result):
    """A quantity that a multiplier may apply to: its key and its label."""

    key: str
    label: str


def find_attributes(found: Explored) -> list[Attribute]:
    """What a multiplier may apply to: leverage of the target, and what the sanctioning side can withhold or has."""
    editable = found.case.world.attributes_editable()
    shares = [name for name in editable if name not in BOUNDS]
    names = [name for name in shares if name.split(".")[0] in ("dependence", "exposure", "isolation")]
    return [Attribute(key=name, label=label_quantity(name)) for name in names]


def find_references(found: Explored) -> list[str]:
    """The names of members and groups."""
    return sorted(set(found.case.world.references()))


def move_lever(start: Launch, found: Explored, key: str, text: str) -> PageState:
    """The state with a lever at a typed value, or at the place of its slider.

    Parameters
    ----------
    key : a dotted key of the scenario, or ``edit.0`` for the factor of a multiplier.
    text : a value as ``--set`` takes it.

    Raises
    ------
    InputError : the value is not allowed; the message is that of the same value in a file.
    """
    value = read_value(text.strip())
    if key.startswith("edit."):
        place = int(key.removeprefix("edit."))
        edits = list(found.state.edits)
        edits[place] = replace(edits[place], multiply=value)
        state = replace(found.state, edits=tuple(edits))
    else:
        plain = found.state.with_setting(key, None)
        state = plain if _is_at(start, plain, key, value) else plain.with_setting(key, value)
    make_scenario(start, state)
    return state


def _is_at(start: Launch, state: PageState, key: str, value: object) -> bool:
    """Whether a key has a value without being set, so that a lever that is put back is not kept as a setting."""
    own = make_scenario(start, state).document()
    holder: object = own
    for part in key.split("."):
        if isinstance(holder, list) and part.isdecimal() and int(part) < len(holder):
            holder = holder[int(part)]
        elif isinstance(holder, dict) and part in holder:
            holder = holder[part]
        else:
            return False
    return holder == value and isinstance(holder, bool) == isinstance(value, bool)


def with_edit(start: Launch, state: PageState, members: str, attribute: str) -> PageState:
    """The state with one more multiplier, which changes nothing until it is moved.

    Raises
    ------
    InputError : there are no such members, or no such attribute.
    """
    edit = Edit(members, attribute)
    if not edit.references:
        raise make_input_error(PAGE, "members", "is empty.", "Give members or groups, with commas between.")
    more = replace(state, edits=(*state.edits, edit))
    make_scenario(start, more)
    return more


def without_edit(state: PageState, place: int) -> PageState:
    """The state without one of its multipliers."""
    return replace(state, edits=(*state.edits[:place], *state.edits[place + 1 :]))


def with_sender(start: Launch, found: Explored, reference: str, is_sender: bool) -> PageState:
    """The state with a member on the sanctioning side, or not on it.

    Raises
    ------
    InputError : there is no such member, it is the target or the victim, or it was the last one there.
    """
    world, senders = found.case.world, tuple(found.spec.roles.senders)
    before = tuple(found.baseline.case.spec.roles.senders)
    left = tuple(name for name in senders if name not in (reference, f"-{reference}"))
    is_in = reference in find_members(world, left) if reference in world.iso3 else False
    if is_in != is_sender:
        left = (*left, reference if is_sender else f"-{reference}")
    if set(left) == set(before) and left[: len(before)] == before:
        left = before
    own = found.state.with_setting("roles.senders", None)
    state = own if make_scenario(start, own).roles.senders == left else own.with_setting("roles.senders", list(left))
    make_scenario(start, state)
    return state
