"""What the events make of each month, the same in every replicate, and what they do to members at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import ActionArray, FloatArray
from sim.case.calendar import Month, compute_daily_force, select_in_force
from sim.case.market import Cells
from sim.results.showing import Shown
from sim.rules.energy import reroute_exports
from sim.specs import Event, find_members
from sim.specs.scenario.events import (
    EVERYTHING,
    Cutoff,
    Embargo,
    Front,
    Halt,
    Invasion,
    Listing,
    Policy,
    PriceCap,
    Pursuit,
    Recognition,
    Relief,
    Sanctions,
    Switch,
    Visit,
)
from sim.world import World
from sim.world.quantities import Roles

if TYPE_CHECKING:
    from sim.rules.influence import Peers

JOINED, OWN_DECISION, LEFT = 1, 0, -1
TRADE_SECTORS = ("trade", "technology", "transport")


@dataclass(frozen=True, repr=False)
class Conditions(Shown):
    """A month's conditions as its events leave them. Arrays (N,) for all members or scalars for one; K commodities.

    Parameters
    ----------
    name : of the month; its draws are keyed by it.
    war : part of the month in which the target is at war with the victim, in [0, 1].
    held : part of the victim's territory that the target holds at the end of the month, in [0, 1]; 0 where no event
        says.
    is_recognition_open : whether it has recognised a breakaway entity.
    membership : `JOINED` by a package or policy, `LEFT` by a policy (packages then pass the member by), else
        `OWN_DECISION`.
    effort : what policies multiply a member's enforcement by.
    is_ban_chosen : whether members ban fuels by their own decision, so that embargoes do nothing.
    left : part of earlier purchases that embargoes, cut-offs, switches and the war leave, at the market's cells (C,).
    payments_closed : 1 where sanctions close the usual payments with the target, else 0.
    goods_closed : part of the coalition's exports to the target that sanctions end, in [0, 1].
    price, cap : of the world and of a price cap (infinite without one), millions of euros a tonne (K,).
    capped : part of the month in which the cap is in force, in [0, 1] (K,).
    rerouted : share of a member's own oil exports that it sends round the target's pipelines, in [0, 1].
    selling : instrument to the part of the member's supply that no firm has halted, in [0, 1].
    pursued : instrument to the factor by which enforcement against it differs from that against all help.
    """

    name: str
    war: float
    held: float
    is_recognition_open: bool
    membership: ActionArray
    effort: FloatArray
    is_ban_chosen: bool
    left: FloatArray
    payments_closed: float
    goods_closed: float
    price: FloatArray
    cap: FloatArray
    capped: FloatArray
    rerouted: FloatArray
    selling: Mapping[str, FloatArray]
    pursued: Mapping[str, float]

    def of_member(self, index: int, cells: Cells) -> Conditions:
        """The part of one member; `cells` are those of all."""
        return replace(
            self,
            membership=self.membership[index],
            effort=self.effort[index],
            left=self.left[cells.member == index],
            rerouted=self.rerouted[index],
            selling={name: part[index] for name, part in self.selling.items()},
        )


@dataclass(frozen=True)
class Touch:
    """What an event does to members at once; arrays (N,), 0 where it does nothing.

    Parameters
    ----------
    shift : added to alignment; utility.
    isolated : isolation below which sanctions leave nobody.
    relieved : part of the isolation that is lifted.
    listed, heard : firms listed, and listings heard of from peers, weighted.
    """

    shift: FloatArray
    isolated: FloatArray
    relieved: FloatArray
    listed: FloatArray
    heard: FloatArray

    def of_member(self, index: int) -> Touch:
        """The part of one member."""
        return Touch(**{name: value[index] for name, value in self.__dict__.items()})


def find_touch(event: Event, world: World, roles: Roles, peers: Peers, parameters: Mapping[str, float]) -> Touch | None:
    """What an event does at once, or None where it only changes the months' conditions."""
    nothing = np.zeros(world.size)
    touch = Touch(shift=nothing, isolated=nothing, relieved=nothing, listed=nothing, heard=nothing)
    match event:
        case Visit():
            return replace(touch, shift=-parameters["drift_rivalry"] * event.strength * _mask(world, event.rival))
        case Sanctions():
            hit = _mask(world, event.against)
            if not event.against:
                hit[roles.target] = 1.0
            return replace(touch, isolated=_grade(event, parameters) * hit)
        case Relief():
            return replace(touch, relieved=event.share * _mask(world, event.members))
        case Listing():
            listed = _mask(world, event.members)
            return replace(touch, listed=listed, heard=peers @ listed)
        case _:
            return None


def _mask(world: World, references: Sequence[str]) -> FloatArray:
    mask = np.zeros(world.size)
    mask[world.indices(find_members(world, references))] = 1.0
    return mask


def _grade(event: Sanctions, parameters: Mapping[str, float]) -> float:
    if "all" in event.sectors:
        return parameters["grade_comprehensive"]
    is_sectoral = any(sector in EVERYTHING for sector in event.sectors)
    return parameters["grade_sectoral" if is_sectoral else "grade_targeted"]


def make_conditions(
    months: Sequence[Month],
    world: World,
    roles: Roles,
    cells: Cells,
    prices: FloatArray,
    transit: FloatArray,
    is_ban_chosen: bool,
    parameters: Mapping[str, float],
) -> tuple[Conditions, ...]:
    """The conditions of each month.

    Parameters
    ----------
    prices : of the world, millions of euros a tonne (T, K).
    transit : share of each member's oil exports that leaves through the target (N,).
    is_ban_chosen : whether members ban fuels by their own decision, and embargoes are left out.
    """
    seen: list[Event] = []
    found: list[Conditions] = []
    share = np.zeros(world.size)
    first = months[0].first
    for number, month in enumerate(months):
        seen += [
            item for item in month.items if not (isinstance(item, int) or (is_ban_chosen and isinstance(item, Embargo)))
        ]
        now = _conditions(
            month, seen, first=first, world=world, roles=roles, cells=cells, price=prices[number], parameters=parameters
        )
        if now.war > 0:
            share = reroute_exports(share, transit, parameters["reroute_room"], parameters["reroute_months"] / now.war)
        found.append(replace(now, rerouted=share, is_ban_chosen=is_ban_chosen))
    return tuple(found)


def _conditions(
    month: Month,
    events: Sequence[Event],
    first: date,
    world: World,
    roles: Roles,
    cells: Cells,
    price: FloatArray,
    parameters: Mapping[str, float],
) -> Conditions:
    membership, effort = np.zeros(world.size, dtype=np.int8), np.ones(world.size)
    cap, capped = np.full(len(cells.commodities), np.inf), np.zeros(len(cells.commodities))
    closed_sectors: set[str] = set()
    held = 0.0
    selling: dict[str, FloatArray] = {}
    pursued: dict[str, float] = {}
    for event in events:
        match event:
            case Sanctions():
                if not event.against or world.iso3[roles.target] in find_members(world, event.against):
                    membership[(_mask(world, event.members) > 0) & (membership != LEFT)] = JOINED
                    closed_sectors |= set(event.sectors)
            case Policy():
                touched = _mask(world, event.members) > 0
                if event.joins is not None:
                    membership[touched] = JOINED if event.joins else LEFT
                if event.effort is not None:
                    effort[touched] = event.effort
            case Pursuit():
                pursued |= dict.fromkeys(event.instruments, event.effort)
            case PriceCap():
                for commodity in event.commodities:
                    if commodity in cells.commodities:
                        at = cells.commodities.index(commodity)
                        cap[at] = min(cap[at], event.eur_per_tonne / 1e6)
                        capped[at] = max(capped[at], select_in_force(month, event.date))
            case Front():
                held = event.held
            case Halt():
                for instrument in event.instruments:
                    before = selling.get(instrument, np.ones(world.size))
                    selling[instrument] = before * (1.0 - event.share * _mask(world, event.members))
            case _:
                pass
    everything = "all" in closed_sectors
    return Conditions(
        name=month.name,
        war=max((select_in_force(month, event.date) for event in events if isinstance(event, Invasion)), default=0.0),
        held=held,
        is_recognition_open=any(isinstance(event, Recognition) for event in events),
        membership=membership,
        effort=effort,
        is_ban_chosen=False,
        left=_left(month, events, first=first, world=world, roles=roles, cells=cells),
        payments_closed=float(everything or "finance" in closed_sectors),
        goods_closed=parameters["goods_ended"]
        * (1.0 if everything else sum(sector in closed_sectors for sector in TRADE_SECTORS) / len(TRADE_SECTORS)),
        price=price,
        cap=cap,
        capped=capped,
        rerouted=np.zeros(world.size),
        selling=selling,
        pursued=pursued,
    )


def _left(month: Month, events: Sequence[Event], first: date, world: World, roles: Roles, cells: Cells) -> FloatArray:
    """Part of earlier purchases left at the cells (C,): the mean over days of what the furthest event leaves."""
    by_day = np.ones(((month.last - month.first).days + 1, len(cells)))
    for event in events:
        match event:
            case Switch() if event.date < first:
                continue  # history: the market starts from what it left
            case Embargo() | Cutoff() | Switch():
                hit = _mask(world, event.members)[cells.member] * _commodities(cells, event.commodities)
                share, force = event.share, compute_daily_force(month, event.date, event.phase_months)
            case Invasion() if roles.victim is not None:
                hit, share, force = 1.0 * (cells.member == roles.victim), 1.0, compute_daily_force(month, event.date)
            case _:
                continue
        by_day = np.minimum(by_day, 1.0 - share * np.outer(force, hit))
    return by_day.mean(axis=0)


def _commodities(cells: Cells, names: Sequence[str]) -> FloatArray:
    chosen = np.array([name in names for name in cells.commodities], dtype=np.float64)
    return chosen[cells.commodity]
