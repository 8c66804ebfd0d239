"""The levers of a page, which are the inputs that can be changed: ranges, values, and the state after a change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sim.case.ballot import WEIGHTS
from sim.case.changes import BOUNDS
from sim.errors import make_input_error
from sim.explore.result import Explored
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

SHARE = 1.0
"""Width up to which a slider covers the whole allowed range."""
REACH, BOTH_WAYS = 2.0, 4.0
"""How far a wider slider goes at least: above 0 if values cannot be negative, else to either side of the baseline."""
STEPS = 100
"""Most places of a slider: it has pixels for about twice as many."""
MOST_OPEN = 3
"""Groups that are open at first."""
DIGITS, TIE = 9, 1e-9
"""Digits of the values of a slider, and the difference of two numbers that differ by rounding alone."""
FACTORS = (0.0, 2.0)
"""Ends of the slider of a multiplier; any factor of 0 or more may be typed."""
SANCTIONS = ("enforcement", "sanction_weight", "grievance")
DELIBERATION = ("peer_influence", "inertia")
VOTE_UNITS = {"severity": "utility", "target_threat": "times that on ES-11/1", "sender_threat": "times that on ES-11/1"}


class Slider(Result):
    """One number with a slider.

    Parameters
    ----------
    key : the dotted key that is set.
    label, unit, help : for people.
    low, high, step : of the slider; a typed value may be beyond them, within what files allow.
    now, before : its value, and that in the baseline.
    """

    key: str
    label: str
    unit: str
    help: str
    low: float
    high: float
    step: float
    now: float
    before: float


class SliderGroup(Result):
    """Levers that are shown together, and whether the group is open at first."""

    title: str
    is_open: bool
    levers: tuple[Slider, ...]


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
    """The levers in groups."""
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
    return [
        SliderGroup(title=title, is_open=place < MOST_OPEN, levers=tuple(levers))
        for place, (title, levers) in enumerate(groups.items())
    ]


def _vote_levers(found: Explored) -> Iterator[Slider]:
    number, properties = found.state.vote, make_schema(Vote)["properties"]
    vote, before = found.spec.vote[number], found.baseline.case.spec.vote[number]
    for name, unit in VOTE_UNITS.items():
        bounds, meaning = properties[name], properties[name]["description"]
        ends = (bounds["minimum"], bounds["maximum"])
        yield _lever(
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
        yield _lever(
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
        yield _lever(
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
        yield _lever(
            key,
            label=label_key(key, found.spec),
            unit="utility",
            meaning=term.source,
            ends=term.weights,
            now=term.weight,
            before=before.get(term.name, term.weight),
        )


def _lever(
    key: str, label: str, unit: str, meaning: str, ends: tuple[float, float], now: float, before: float
) -> Slider:
    low, high = ends
    if high - low > SHARE:
        reach = BOTH_WAYS if low < 0 else max(REACH, 2 * before)
        low, high = max(low, before - reach), min(high, before + reach)
    low, high = min(low, now), max(high, now)
    step = _round_step((high - low) / STEPS)
    low, high = max(ends[0], math.floor(low / step) * step), min(ends[1], math.ceil(high / step) * step)
    return Slider(
        key=key,
        label=label,
        unit=unit,
        help=meaning,
        low=round(low, DIGITS),
        high=round(high, DIGITS),
        step=step,
        now=now,
        before=before,
    )


def _round_step(least: float) -> float:
    """The next of 0.01, 0.05, 0.1, 0.5 and so on, so that a slider stops at round numbers."""
    power = math.floor(math.log10(least))
    steps = (float(f"{digit}e{power}") for digit in (1, 5, 10))
    return next(step for step in steps if step > least * (1 - TIE))


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
