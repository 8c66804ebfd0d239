"""The events of the months as levers, and the series that the question of a page is about."""

from __future__ import annotations

from collections.abc import Iterator

from annotated_types import Ge, Le

from sim.explore.result import Explored
from sim.explore.sliders import DateInput, Slider, SliderGroup, Toggle, make_slider
from sim.specs import Event, Scenario
from sim.specs.labels import OF_EVENT, label_event
from sim.summaries.about import list_series_about, list_series_between

MOST_EVENTS, MOST_SERIES = 10, 6
"""Events that are shown where the question is about none of them, and series that the question is about."""
UNITS = {"share": "0 to 1", "effort": "", "strength": "0 to 1", "held": "0 to 1", "eur_per_tonne": ""}
"""Numbers of events that have a slider, and their units where the label does not hold them."""


def find_event_groups(found: Explored) -> tuple[list[SliderGroup], list[SliderGroup]]:
    """The events that can be changed: those that the question is about, and the others that are shown.

    The question is about the events in which the scenario differs from its base. Where it is about none, the first
    events are shown. Those that were moved on the page are always shown.
    """
    spec, before = found.spec, found.baseline.case.spec
    asked = _list_asked(spec, before, found.origin)
    moved = [n for n in range(len(spec.event)) if n not in asked and _is_moved(spec, before, n)]
    first = [] if asked else range(min(MOST_EVENTS, len(spec.event)))
    others = sorted({*first, *moved})
    return (
        [_make_group(spec, before, number, is_open=True) for number in asked],
        [_make_group(spec, before, number, is_open=number in moved) for number in others],
    )


def _list_asked(spec: Scenario, before: Scenario, origin: Scenario | None) -> list[int]:
    """The places of the events that the question is about: those of a loaded file, and those of the baseline."""
    known = len(before.event)
    new = [n for n, event in enumerate(before.event) if origin is not None and event not in origin.event]
    return [n for n in (*range(known, len(spec.event)), *new) if n < len(spec.event)]


def _is_moved(spec: Scenario, before: Scenario, number: int) -> bool:
    return number < len(before.event) and spec.event[number] != before.event[number]


def _make_group(spec: Scenario, before: Scenario, number: int, *, is_open: bool) -> SliderGroup:
    event = spec.event[number]
    was = before.event[number] if number < len(before.event) else event
    if was.kind != event.kind:
        was = event
    key = f"event.{number}"
    toggles: tuple[Toggle, ...] = ()
    if event.kind == "policy" and event.joins is not None:
        joined = was.kind == "policy" and bool(was.joins)
        toggles = (Toggle(key=f"{key}.joins", label=OF_EVENT["joins"], now=event.joins, before=joined),)
    return SliderGroup(
        title=f"Event: {label_event(number, spec)}",
        is_open=is_open,
        levers=tuple(_list_sliders(key, event, was)),
        note=event.what,
        dates=(DateInput(key=f"{key}.date", label=OF_EVENT["date"], now=str(event.date), before=str(was.date)),),
        toggles=toggles,
    )


def _list_sliders(key: str, event: Event, was: Event) -> Iterator[Slider]:
    for name, unit in UNITS.items():
        now = getattr(event, name, None)
        if now is None:
            continue
        described = type(event).model_fields[name]
        before = getattr(was, name, None)
        yield make_slider(
            f"{key}.{name}",
            label=OF_EVENT[name],
            unit=unit,
            meaning=described.description or "",
            ends=(
                next(float(str(one.ge)) for one in described.metadata if isinstance(one, Ge)),
                next(float(str(one.le)) for one in described.metadata if isinstance(one, Le)),
            ),
            now=now,
            before=now if before is None else before,
        )


def list_series_asked(found: Explored) -> list[str]:
    """The series that the question of the scenario is about, and then those that moves on the page touch."""
    months, before = found.result.months, found.baseline.case.spec
    if months is None or found.baseline.months is None:
        return []
    origin = found.origin
    of_question = [] if origin is None else list_series_between(origin, before, months, found.case.world)
    both = dict.fromkeys([*of_question, *list_series_about(found.result)])
    return list(both)[:MOST_SERIES]
