"""What a what-if rests on: the evidence for each input that it changes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from sim.results.grounds import Ground
from sim.rules.parameters import Evidence, Parameter, load_registry
from sim.specs import Event, Scenario
from sim.specs.differences import list_differences
from sim.specs.labels import label_key
from sim.world.labels import label_quantity

WORDS: Mapping[Evidence, str] = {
    "estimated": "estimated",
    "published": "published",
    "assumed": "assumed",
    "not identified": "not identified by votes",
}
OF_OWN_TERMS = "a weight of your own: no votes or figures were fitted to it"
UNSURE: tuple[Evidence, ...] = ("assumed", "not identified")


def list_not_refitted(base: Scenario, other: Scenario) -> list[str]:
    """Labels of the fitted parameters that a what-if changes while it keeps the fit of its base."""
    if base.fit != other.fit:
        return []
    names = {name for name in (*base.parameters, *other.parameters) if load_registry()[name].prior is not None}
    changed = [
        name for name in load_registry() if name in names and base.parameters.get(name) != other.parameters.get(name)
    ]
    return [load_registry()[name].label for name in changed]


@cache
def levers() -> Mapping[str, Mapping[str, Any]]:
    """What is known of inputs that are no parameters, by key without numbers."""
    return tomllib.loads(files("sim").joinpath("data", "evidence.toml").read_text(encoding="utf-8"))


def list_grounds(base: Scenario, other: Scenario) -> list[Ground]:
    """What the difference between a what-if and its base rests on, each number once."""
    keys = [key for key, _, _ in list_differences(base.document(), other.document())]
    return find_grounds(keys, other, base)


def find_grounds(keys: Iterable[str], spec: Scenario, base: Scenario | None = None) -> list[Ground]:
    """What the effect of inputs rests on, each number once.

    Parameters
    ----------
    keys : dotted keys of a scenario that are changed.
    spec : the scenario that has them.
    base : where a change or an event is looked up that the scenario does not have.
    """
    found: dict[str, Ground] = {}
    for key in keys:
        for ground in _grounds(key, spec, base):
            found.setdefault(ground.key, ground)
    return list(found.values())


def _grounds(key: str, spec: Scenario, base: Scenario | None) -> Iterator[Ground]:
    kind, *rest = key.split(".")
    if kind == "parameters" and rest and rest[0] in load_registry():
        yield _ground_of(load_registry()[rest[0]])
    if kind == "term":
        for term in spec.term:
            yield Ground(key=term.key, label=f"weight of {term.label}", evidence="assumed", basis=OF_OWN_TERMS)
        return
    for plain in _without_numbers(key, spec, base):
        lever = levers().get(plain, {})
        for name in lever.get("parameters", ()):
            yield _ground_of(load_registry()[name])
        if "evidence" in lever:
            label = label_quantity(plain.partition(".")[2]) if kind == "change" else label_key(plain)
            yield Ground(key=plain, label=label, evidence=lever["evidence"], basis=lever["basis"])


def _ground_of(parameter: Parameter) -> Ground:
    return Ground(
        key=f"parameters.{parameter.name}", label=parameter.label, evidence=parameter.evidence, basis=parameter.source
    )


def _without_numbers(key: str, spec: Scenario, base: Scenario | None) -> Iterator[str]:
    """The keys as `levers` have them: of a change its attribute, of an event what it is, of a vote its term."""
    kind, *rest = key.split(".")
    number = int(rest[0]) if rest and rest[0].isdecimal() else 0
    holders = [one for one in (spec, base) if one is not None]
    match kind:
        case "change":
            yield from [f"change.{one.change[number].attribute}" for one in holders if number < len(one.change)][:1]
        case "event":
            for event in [one.event[number] for one in holders if number < len(one.event)][:1]:
                yield from _describe_event(event)
        case "vote":
            yield ".".join([kind, *(part for part in rest if not part.isdecimal())])
        case _:
            yield key


def _describe_event(event: Event) -> Iterator[str]:
    """The keys of an event: its kind, the fields that it has, and each entry of these where they are lists."""
    yield f"event.{event.kind}"
    for field, value in event:
        if value is not None:
            yield f"event.{event.kind}.{field}"
        if isinstance(value, tuple):
            yield from (f"event.{event.kind}.{field}.{entry}" for entry in value)


def _write_evidence(ground: Ground) -> str:
    """What is known of a number; those that only months read were asked of figures, and not of votes."""
    parameter = load_registry().get(ground.key.removeprefix("parameters."))
    is_of_months = parameter is not None and parameter.is_of_months
    return "hardly identified" if is_of_months and ground.evidence == "not identified" else WORDS[ground.evidence]


def answer_grounds(grounds: Iterable[Ground]) -> list[str]:
    """One line on what a what-if rests on; none where nothing is known to be said."""
    parts = []
    for ground in grounds:
        shown = f", see '{ground.basis}'" if ground.basis.startswith("sim ") else ""
        parts.append(f"{ground.label} ({_write_evidence(ground)}{shown})")
    return [f"Rests on: {'; '.join(parts)}."] if parts else []
