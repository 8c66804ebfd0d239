"""Labels of the keys of a scenario, for axes, tables and pages, where nobody types keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.results.series import FUELS
from sim.rules.parameters import load_registry
from sim.specs.scenario.spec import Scenario
from sim.world.labels import label_quantity

KEYS: Mapping[str, str] = {
    "scenario": "scenario",
    "roles.target": "target",
    "roles.victim": "victim",
    "roles.senders": "sanctioning side",
    "months.start": "first month",
    "months.end": "last month",
    "parameter_uncertainty": "uncertain parameters",
    "seed": "seed",
    "replicates": "runs",
    "world": "world",
}
VOTE: Mapping[str, str] = {
    "resolution": "resolution",
    "date": "day of the vote",
    "severity": "severity of the resolution",
    "severity_spread": "spread of the severity",
    "target_threat": "threat of the target",
    "sender_threat": "threat of the sanctioning side",
    "topic": "topic of the resolution",
    "divides_by": "what the resolution divides by",
}
TELLING = ("members", "commodities", "instruments")
"""Lists that distinguish events of one kind and date in labels."""
MOST_NAMED = 3
"""Entries of such a list that a label holds."""
DIVISIVENESS = ("division over the conflict", "division over the order of the world")
OF_EVENT: Mapping[str, str] = {
    "date": "date",
    "members": "members",
    "share": "share",
    "phase_months": "months of phasing out",
    "effort": "enforcement, multiplied by",
    "joins": "whether the members sanction",
    "eur_per_tonne": "price, euros a tonne",
    "strength": "strength",
    "held": "share of the territory held",
    "against": "whom it is against",
    "sectors": "sectors",
    "commodities": "fuels",
    "instruments": "kinds of help",
    "sender": "who visits",
    "rival": "who takes offence",
}
EDITS: Mapping[str, str] = {"multiply": "multiplied by", "add": "plus", "set": "set to"}


def label_key(key: str, spec: Scenario | None = None) -> str:
    """The label of a key that can be set; the key itself where it has no label.

    Parameters
    ----------
    key : dotted, such as ``vote.0.target_threat``.
    spec : the scenario of the key; its votes and changes are named where there are several.

    Examples
    --------
    >>> label_key("parameters.enforcement"), label_key("vote.0.target_threat")
    ('belief in enforcement', 'threat of the target')
    """
    if key in KEYS:
        return KEYS[key]
    kind, *rest = key.split(".")
    if kind == "parameters" and len(rest) == 1 and rest[0] in load_registry():
        return load_registry()[rest[0]].label
    number = int(rest.pop(0)) if rest and rest[0].isdecimal() else 0
    match kind, rest:
        case "vote", ["divisiveness", place] if place in ("0", "1"):
            return DIVISIVENESS[int(place)] + _of_vote(number, spec)
        case "vote", ["divisiveness"]:
            return "division by the resolution" + _of_vote(number, spec)
        case "vote", [name] if name in VOTE:
            return VOTE[name] + _of_vote(number, spec)
        case "event", [name] if name in OF_EVENT:
            return f"{_name_event(number, spec)}: {OF_EVENT[name]}"
        case "term", ["weight"] if spec is not None and number < len(spec.term):
            return f"weight of {spec.term[number].label}"
        case "change", [edit] if edit in EDITS and spec is not None and number < len(spec.change):
            change = spec.change[number]
            return label_edit(edit, label_attribute(change.attribute, spec), ", ".join(change.members))
    return label_quantity(key)


def label_attribute(name: str, spec: Scenario) -> str:
    """What people call an attribute that a change may edit: a quantity of the world, or figures of an own term."""
    return {term.key: term.label for term in spec.term}.get(name) or label_quantity(name)


def label_edit(edit: str, attribute: str, members: str) -> str:
    """The label of an edit of some members' attribute.

    Examples
    --------
    >>> label_edit("multiply", "dependence.arms", "IND")
    'arms dependence on the target (IND), multiplied by'
    """
    whom = "all members" if members == "ALL" else members
    return f"{label_quantity(attribute)} ({whom}), {EDITS[edit]}"


def label_event(number: int, spec: Scenario) -> str:
    """What people call an event: its kind and date, and where others share both also how it differs from them."""
    event = spec.event[number]
    name = f"{event.kind.replace('_', ' ')} of {event.date}"
    same = [other for other in spec.event if (other.kind, other.date) == (event.kind, event.date)]
    apart = [key for key in TELLING if len({getattr(other, key, ()) for other in same}) > 1]
    details = [_list_few(getattr(event, key, ())) for key in apart]
    return f"{name} ({'; '.join(filter(None, details))})" if any(details) else name


def _list_few(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > MOST_NAMED else ""
    return ", ".join(FUELS.get(name, name) for name in names[:MOST_NAMED]) + more


def _name_event(number: int, spec: Scenario | None) -> str:
    return f"event {number}" if spec is None or number >= len(spec.event) else label_event(number, spec)


def _of_vote(number: int, spec: Scenario | None) -> str:
    return "" if spec is None or len(spec.vote) < 2 else f" ({spec.vote[number].resolution})"
