"""What a what-if of months is about: the series that it names or touches, and who joins or leaves the coalition.

Where nothing moves, the reasons are given, as far as they are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.arrays import BoolArray, FloatArray
from sim.case import Case
from sim.results.months import CoalitionChange, MonthsAbout, SeriesAbout
from sim.results.series import Series, make_series
from sim.runner.months import MonthsResult
from sim.runner.result import RunResult
from sim.specs import Event, Scenario, find_members
from sim.specs.scenario.events import (
    Cutoff,
    Embargo,
    Halt,
    Invasion,
    Listing,
    Policy,
    PriceCap,
    Pursuit,
    Relief,
    Sanctions,
    Switch,
    Visit,
)
from sim.summaries.edits import list_settings
from sim.summaries.month_changes import change_of, find_way, list_compared_months, list_new_events
from sim.world import World

MOST_MEMBERS = 3
"""Members of an event up to which each has series of its own."""
SEEN = 0.05
"""Members that join or leave, on average over the runs, from which on the change is seen in one decimal."""
OF_ATTRIBUTES = {
    "dependence.energy": "dependence_energy",
    "dependence.security": "dependence_security",
    "isolation": "isolation",
}
"""Series that a change of an attribute starts from; that of any other dependence is the sum."""


def summarise_about(result: RunResult) -> MonthsAbout:
    """What a what-if changed in the months in which it and its base can differ."""
    over = list_compared_months(result)
    expected = {} if result.case.spec.expected is None else result.case.spec.expected.series
    series = {name: _summarise(result, name, expected.get(name), over) for name in list_series_about(result)}
    return MonthsAbout(
        first=over[0],
        last=over[-1],
        series=series,
        coalition=_compare_coalitions(result, over[-1]),
        unmoved=[] if _has_moved(result, series, over) else list(_list_reasons(result, over[-1])),
    )


def _summarise(result: RunResult, name: str, expected: str | None, over: Sequence[str]) -> SeriesAbout:
    of, one = describe_series(name, result.case.world), change_of(result, name, over)
    found = SeriesAbout(**dict(one), label=of.label, unit=of.unit, found=find_way(one), expected=expected)
    return found.model_copy(update={"alone": _list_alone(result, over[-1])}) if name == "members_joined" else found


def _list_alone(result: RunResult, month: str) -> list[str]:
    """The members that events of the what-if make join or leave by a month, by name; none where others do so too."""
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    now, was = (_measure_joined(months, month) for months in (result.months, result.base.months))
    moved, named = np.abs(now - was), np.zeros(len(now), dtype=bool)
    for event in list_new_events(result.base.case.spec, result.case.spec):
        named[result.case.world.indices(find_members(result.case.world, _list_moved(event)))] = True
    names = sorted(result.case.world.names[i] for i in np.flatnonzero(named & (moved >= SEEN)))
    return names if moved[~named].sum() < SEEN else []


def _list_moved(event: Event) -> tuple[str, ...]:
    """The members that an event makes join or leave, as it names them."""
    match event:
        case Policy() if event.joins is not None:
            return event.members
        case Sanctions() if not event.against:
            return event.members
    return ()


def describe_series(name: str, world: World) -> Series:
    """What a series is, with the name of its member where it is of one."""
    member, _, key = name.rpartition(":")
    of = make_series(key)
    return of._replace(label=f"{of.label}, {world.names[world.index[member]]}") if member else of


def list_series_about(result: RunResult) -> list[str]:
    """List the series that a what-if is about: those its author named, then those that its edits touch, each once.

    A series of a member has the member's code and a colon before it.
    """
    assert result.base is not None
    assert result.base.months is not None
    return list_series_between(result.base.case.spec, result.case.spec, result.base.months, result.case.world)


def list_series_between(base: Scenario, spec: Scenario, months: MonthsResult, world: World) -> list[str]:
    """List the series that a scenario is about compared with its base, as `list_series_about` does.

    Parameters
    ----------
    months : a result with the series that there are, the base's where it is known.
    """
    named = [] if spec.expected is None else list(spec.expected.series)
    touched = [name for event in list_new_events(base, spec) for name in _touched_by(event, world, months)]
    for change in (one for one in spec.change if one not in base.change):
        head = change.attribute.partition(".")[0]
        key = OF_ATTRIBUTES.get(change.attribute, "dependence" if head == "dependence" else "")
        touched += [f"{member}:{key}" for member in _few(world, change.members) if key]
    return [name for name in dict.fromkeys([*named, *touched]) if _exists(months, name)]


def is_about_series(result: RunResult) -> bool:
    """Whether a run is a what-if of months that is about some series."""
    has_months = result.months is not None and result.base is not None and result.base.months is not None
    return has_months and bool(list_series_about(result))


def _few(world: World, members: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of the members, where they are few."""
    found = find_members(world, members)
    return found if len(found) <= MOST_MEMBERS else ()


def _exists(months: MonthsResult, name: str) -> bool:
    member, _, key = name.rpartition(":")
    return key in (months.members if member else months.totals)


def _touched_by(event: Event, world: World, months: MonthsResult) -> Iterator[str]:
    """The series that an event touches first."""
    match event:
        case Embargo() | Cutoff() | Switch():
            yield "revenue"
            yield from (f"sold_{fuel}" for fuel in event.commodities)
            yield from (f"{code}:energy_{fuel}" for code in _few(world, event.members) for fuel in event.commodities)
        case PriceCap():
            yield "revenue"
        case Sanctions() if event.against:
            yield from (f"{code}:isolation" for code in _few(world, event.against))
        case Sanctions():
            yield from ("members_joined", "goods_closed")
        case Listing() | Relief():
            yield from (f"{code}:isolation" for code in _few(world, event.members))
        case Visit():
            yield from (f"{code}:alignment_shift" for code in _few(world, event.rival))
        case Policy():
            yield from ("members_joined", "effort", "aid")
            yield from (f"{code}:aid" for code in _few(world, event.members) if event.joins is not None)
        case Pursuit():
            yield from (f"help_{instrument}" for instrument in event.instruments)
        case Halt():
            for code in _few(world, event.members):
                place = world.index[code]
                yield from (f"{code}:{_name_sales(name, place, months)}" for name in event.instruments)
        case Invasion():
            yield from ("members_joined", "helpers", "revenue", "aid")


def _name_sales(instrument: str, place: int, months: MonthsResult) -> str:
    """The series of what firms of a member sell: arms for the victim where it gets more of them, or for the target."""
    name = f"support_{instrument}"
    if instrument != "arms":
        return name
    of_target, of_victim = (months.member_mean(one)[:, place].mean() for one in (name, "arms_to_victim"))
    return "arms_to_victim" if of_victim > of_target else name


def _compare_coalitions(result: RunResult, month: str) -> CoalitionChange:
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    now, was = (_measure_joined(months, month) >= 0.5 for months in (result.months, result.base.months))

    def names(those: BoolArray) -> list[str]:
        return sorted(result.case.world.names[i] for i in np.flatnonzero(those))

    return CoalitionChange(stayed=names(now & was), joined=names(now & ~was), left=names(was & ~now))


def _measure_joined(months: MonthsResult, month: str) -> FloatArray:
    """The share of runs in which each member sanctions the target in a month, (N,)."""
    joined: FloatArray = months.member_mean("joined")[months.months.index(month)]
    return joined


def _has_moved(result: RunResult, series: dict[str, SeriesAbout], over: Sequence[str]) -> bool:
    """Whether any series that it is about, or any of the whole, moved by 2 %."""
    assert result.months is not None
    whole = (change_of(result, name, over) for name in result.months.totals)
    return any(find_way(one) != "unchanged" for one in (*series.values(), *whole))


def _list_reasons(result: RunResult, last: str) -> Iterator[str]:
    """Why no series moved, edit by edit, as far as it is known."""
    assert result.base is not None
    before, spec = result.base.case.spec, result.case.spec
    edits = list_settings(before, spec)
    if not edits:
        yield "The two scenarios are the same."
    for event in list_new_events(before, spec):
        reason = _why_idle(event, result.base.case, last) or "its effect on every series is below 2 %"
        yield f"{event.kind.replace('_', ' ').capitalize()} of {event.date}: {reason}."
    for edit in edits:
        head, _, name = edit.key.partition(".")
        if head == "vote" or name == "vote_feedback":
            yield f"{edit.key}: only votes read it, and nothing in the months depends on votes."
        elif head not in ("event", "months"):
            yield f"{edit.key}: its effect on every series is below 2 %."


def _why_idle(event: Event, case: Case, last: str) -> str | None:
    """Why an event has no effect in the months of a base, where that is known."""
    if f"{event.date:%Y-%m}" > last:
        return f"it is after the last month, {last}"
    world, plan = case.world, case.plan
    assert plan is not None
    places = world.indices(find_members(world, getattr(event, "members", ()) or getattr(event, "rival", ())))
    match event:
        case Embargo() | Cutoff() | Switch():
            cells = plan.inputs.cells
            fuels = [place for place, name in enumerate(cells.commodities) if name in event.commodities]
            bought = np.isin(cells.member, places) & np.isin(cells.commodity, fuels) & (cells.before > 0)
            if event.share == 0 or not bought.any():
                return "its members bought none of these fuels"
        case PriceCap():
            fuels = [place for place, name in enumerate(plan.inputs.cells.commodities) if name in event.commodities]
            if all((now.price[fuels] * 1e6 <= event.eur_per_tonne).all() for now in plan.conditions):
                return "the cap is above the world price in every month"
        case Relief() if not (event.share * plan.inputs.isolation[..., places]).any():
            return "its members are not isolated"
        case Visit() if event.strength == 0:
            return "its strength is 0"
        case Halt() if event.share == 0:
            return "its share is 0"
        case Sanctions() if not event.against and not set(places.tolist()) - set(case.roles.senders.tolist()):
            return "its members are among those that sanction anyway"
    return None
