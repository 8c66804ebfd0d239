"""A world of dated figures: what of it was known before a day, as a frozen `World`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.errors import make_input_error
from sim.results.showing import Shown
from sim.world.dated.series import NO_YEAR, Block, Yearly
from sim.world.dated.spells import Spell
from sim.world.ties import SPARSE_FROM, read_ties_of_members
from sim.world.world import TIE_KINDS, AssemblyVotes, Carried, Fill, Group, RollCall, Sanction, World

if TYPE_CHECKING:
    from sim.world.ties import Ties

YEARLY_ATTRIBUTES = ("population", "gdp_usd", "income_usd", "trade_openness", "liberal_democracy")
CONDITIONS = {"effective_control": 1.0, "arrears": 0.0}
"""Attributes that hold by spells, and their value outside of any."""
YEARLY_TIES = ("trade", "arms", "energy", "food", "aid")
SPELL_TIES = ("border", "pact", "consultation", "forces")
HALF = 0.5
"""Security that a pact gives, and that forces on the ground give."""
QUANTITIES = {kind: f"dependence.{kind}" for kind in ("trade", "arms", "energy", "food")} | {"aid": "exposure.aid"}
"""What a kind of tie is called in the list of fills."""
CURRENCY = "currency share"
"""What the share of an issuer's currency in reserves is called in the lists of fills and of what is carried."""
BREADTHS = ("targeted", "sectoral", "comprehensive")

Numbers = TypeVar("Numbers", FloatArray, IntArray)
FilledYears = Mapping[tuple[str, str, str], Mapping[int, str]]
"""Attribute or kind of tie, member and partner, to the rule that supplied the figure of a year."""


@dataclass(frozen=True, repr=False)
class DatedWorld(Shown):
    """N members in the order of their codes, and everything about them with its dates.

    Parameters
    ----------
    start : the first day that a world can be made for is the one after it.
    joined : first day of each member, (N,).
    positions : latitude and longitude, (N,).
    attributes : attribute to its figures by year.
    conditions : attribute, member, value and spell.
    blocks : ties by year.
    tie_spells : kind to the places of member and partner, and the spell.
    groups : without members, which are in `memberships`: key to member and spell.
    currencies : issuer to year to share of world reserves.
    sanctions : each with its spell.
    rollcalls, ideal_points, assembly : as in `World`, of all dates.
    filled : the figures that a rule supplied, and `estimated` those of them that rest on other members.
    unused : as in `World`.
    """

    name: str
    title: str
    start: date
    description: str
    folder: Path
    iso3: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    joined: tuple[date, ...]
    positions: Mapping[str, FloatArray]
    attributes: Mapping[str, Yearly]
    conditions: tuple[tuple[str, int, float, Spell], ...]
    blocks: tuple[Block, ...]
    tie_spells: Mapping[str, tuple[tuple[int, int, Spell], ...]]
    groups: tuple[Group, ...]
    memberships: Mapping[str, tuple[tuple[str, Spell], ...]]
    currencies: Mapping[str, Mapping[int, float]]
    sanctions: tuple[tuple[Sanction, Spell], ...]
    rollcalls: tuple[RollCall, ...]
    ideal_points: Mapping[int, FloatArray]
    assembly: AssemblyVotes | None
    filled: FilledYears
    estimated: frozenset[tuple[str, str, str, int]] = frozenset()
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, day: date) -> World:
        """The world as it was known before a day: annual figures from 1 January of the next year, all else by its days.

        Of a figure that the latest year lacks the nearest earlier one is carried, and listed; where there is none, a
        rule supplies the value, and is listed.

        Raises
        ------
        InputError : the day is not after the start.
        """
        if day <= self.start:
            message = f"got {day}; its figures are known from {self.start + timedelta(days=1)} on."
            raise make_input_error(f"world {self.name}", "date", message, "Give a later date, or a world of your own.")
        return _Snapshot(self, day - timedelta(days=1)).world()


class _Snapshot:
    """The figures of one day, put together with what was carried or supplied."""

    def __init__(self, dated: DatedWorld, eve: date) -> None:
        self.dated, self.eve = dated, eve
        self.here = np.array([i for i, day in enumerate(dated.joined) if day <= eve], dtype=np.int64)
        self.codes = tuple(dated.iso3[i] for i in self.here)
        self.fills: list[Fill] = []
        self.carried: list[Carried] = []
        self.years: dict[str, IntArray] = {}

    def world(self) -> World:
        dated = self.dated
        attributes, ties, currencies = self._attributes(), self._ties(), self._currencies()
        points = {year: self._of(array) for year, array in dated.ideal_points.items() if year < self.eve.year}
        calls = [replace(call, votes=self._of(call.votes)) for call in dated.rollcalls]
        for array in (*attributes.values(), *points.values(), *self.years.values()):
            array.setflags(write=False)
        return World(
            name=dated.name,
            title=dated.title,
            date=self.eve,
            description=dated.description,
            folder=dated.folder,
            iso3=self.codes,
            names=tuple(dated.names[i] for i in self.here),
            regions=tuple(dated.regions[i] for i in self.here),
            attributes=attributes,
            groups=tuple(self._groups()),
            ties=ties,
            coverage={},
            currencies=currencies,
            sanctions=self._sanctions(),
            rollcalls=tuple(call for call in calls if call.date <= self.eve),
            ideal_points=points,
            assembly=self._assembly(),
            fills=tuple(self.fills),
            years=self.years,
            carried=tuple(self.carried),
            outcomes=tuple(call for call in calls if call.date > self.eve),
            unused=dated.unused,
        )

    def _of(self, values: Numbers) -> Numbers:
        """The members of the day out of an array whose last axis is all members."""
        return values if len(self.here) == len(self.dated.iso3) else values[..., self.here]

    def _attributes(self) -> dict[str, FloatArray]:
        found = {name: self._of(values) for name, values in self.dated.positions.items()}
        for name, yearly in self.dated.attributes.items():
            values, years = yearly.latest(self.eve.year)
            values, years = values[self.here], years[self.here]
            self._note(name, name, "", years)
            is_missing = years == NO_YEAR
            if is_missing.all():
                message = f"no figure of '{name}' before {self.eve.year}."
                raise make_input_error(f"{self.dated.folder.name}/attributes.csv", "", message, "Give a later date.")
            values[is_missing] = np.median(values[~is_missing])
            for i in np.flatnonzero(is_missing).tolist():
                rule = f"no figure before {self.eve.year}: median of all members"
                self.fills.append(Fill(self.codes[i], name, rule, is_estimate=True))
            found[name] = values
            self.years[name] = years
        for name, usual in CONDITIONS.items():
            found[name] = self._of(self._condition(name, usual))
        return found

    def _condition(self, name: str, usual: float) -> FloatArray:
        values = np.full(len(self.dated.iso3), usual)
        held = [one for one in self.dated.conditions if one[0] == name and one[3].holds(self.eve)]
        for _, i, value, _ in held:
            values[i] = value
        if not held and usual == 0:
            self.fills += [Fill(iso3, name, "no list of the time: none counted") for iso3 in self.codes]
        return values

    def _ties(self) -> dict[str, Ties]:
        """The ties of the day; who votes the same way as whom is known from votes alone."""
        listed = {
            kind: [self._latest(block) for block in self.dated.blocks if block.kind == kind] for kind in YEARLY_TIES
        }
        ties = {kind: self._matrix(*np.concatenate(parts, axis=1)) for kind, parts in listed.items()}
        pact, forces, consultation, border = (self._held(kind) for kind in ("pact", "forces", "consultation", "border"))
        shield = {pair: HALF * ((pair in pact) + (pair in forces)) for pair in pact | forces}
        held = {"security": shield, "border": dict.fromkeys(border, 1.0), "pact": dict.fromkeys(pact, 1.0)}
        held["consultation"] = dict.fromkeys(consultation - pact, 1.0)
        for kind, pairs in held.items():
            ties[kind] = self._matrix(*np.array([(i, j, tie) for (i, j), tie in pairs.items()]).reshape(-1, 3).T)
        nobody = np.zeros(0)
        ties["agreement"] = self._matrix(nobody, nobody, nobody, unlisted=np.nan)
        return {kind: ties[kind] for kind in TIE_KINDS}

    def _latest(self, block: Block) -> FloatArray:
        """Members, partners and ties of a block, (3, K), each member's of its latest year; noted where that is old."""
        found, years = block.latest(self.eve.year)
        years = years[self.here]
        self.years[block.name] = years
        self._note(block.kind, block.name, block.partner, years)
        for i in self.here[years == NO_YEAR].tolist():
            if self.dated.iso3[i] != block.partner:
                rest = "estimated from members like it" if (years != NO_YEAR).any() else "none counted"
                rule = f"no figure of {block.name} before {self.eve.year}: {rest}"
                self.fills.append(
                    Fill(self.dated.iso3[i], QUANTITIES[block.kind], rule, block.partner, is_estimate=True)
                )
        return np.stack([block.member[found], block.other[found], block.values[found]])

    def _matrix(self, first: FloatArray, second: FloatArray, values: FloatArray, unlisted: float = 0.0) -> Ties:
        """Ties between the members of the day."""
        place = np.full(len(self.dated.iso3), -1)
        place[self.here] = np.arange(len(self.here))
        one, other = place[first.astype(np.int64)], place[second.astype(np.int64)]
        is_here = (one >= 0) & (other >= 0)
        is_sparse = len(self.here) >= SPARSE_FROM
        return read_ties_of_members(
            len(self.here), one[is_here], other[is_here], values[is_here], unlisted, is_sparse=is_sparse
        )

    def _held(self, kind: str) -> set[tuple[int, int]]:
        """The pairs with a spell of a kind that holds."""
        return {(i, j) for i, j, spell in self.dated.tie_spells.get(kind, ()) if spell.holds(self.eve)}

    def _note(self, figure: str, shown: str, partner: str, years: IntArray) -> None:
        """List the members whose figure is older than the latest there is, and those whose figure a rule supplied."""
        for iso3, year in zip(self.codes, years.tolist(), strict=True):
            if NO_YEAR < year < years.max():
                self.carried.append(Carried(iso3, shown, year))
            rule = self.dated.filled.get((figure, iso3, partner), {}).get(year)
            if rule is not None:
                is_estimate = (figure, iso3, partner, year) in self.dated.estimated
                self.fills.append(Fill(iso3, QUANTITIES.get(figure, figure), rule, partner, is_estimate))

    def _groups(self) -> Iterator[Group]:
        """The groups that have a member on the day."""
        for group in self.dated.groups:
            inside = {iso3 for iso3, spell in self.dated.memberships.get(group.key, ()) if spell.holds(self.eve)}
            members = tuple(code for code in self.codes if code in inside)
            if members:
                yield replace(group, members=members)

    def _currencies(self) -> dict[str, float]:
        """Each issuer's share of its latest year; an issuer without one yet is left out, and listed."""
        before = self.eve.year
        latest = {
            issuer: max((year for year in shares if year < before), default=NO_YEAR)
            for issuer, shares in self.dated.currencies.items()
        }
        for issuer, year in latest.items():
            if year == NO_YEAR:
                self.fills.append(Fill(issuer, CURRENCY, f"no figure before {before}: none counted"))
            elif year < max(latest.values()):
                self.carried.append(Carried(issuer, CURRENCY, year))
        return {issuer: self.dated.currencies[issuer][year] for issuer, year in latest.items() if year != NO_YEAR}

    def _sanctions(self) -> tuple[Sanction, ...]:
        """For each pair the broadest measure in force."""
        found: dict[tuple[str, str], Sanction] = {}
        for sanction, spell in self.dated.sanctions:
            if not spell.holds(self.eve) or sanction.iso3 not in self.codes:
                continue
            key = (sanction.iso3, sanction.sender)
            if key not in found or _breadth(sanction) > _breadth(found[key]):
                found[key] = sanction
        return tuple(found.values())

    def _assembly(self) -> AssemblyVotes | None:
        record = self.dated.assembly
        if record is None:
            return None
        known = int((record.dates <= np.datetime64(self.eve)).sum())
        return AssemblyVotes(record.dates[:known], record.resolutions[:known], self._of(record.votes[:known]))


def _breadth(sanction: Sanction) -> tuple[int, bool]:
    return BREADTHS.index(sanction.breadth), sanction.is_secondary
