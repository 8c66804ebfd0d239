"""A world: members, their attributes and the ties between them, frozen once read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.results.showing import Shown
from sim.world.names import Place, fold, load_known_names, nearest, place_of

if TYPE_CHECKING:
    from sim.world.ties import Ties

T = TypeVar("T")
MOST_REMEMBERED = 64
"""Derivations of a world that are kept."""

ROLL_CALL_VOTES = ("no", "absent", "abstain", "yes")
"""Votes as roll calls spell them, in the order of the codes 0 to 3."""

TIE_KINDS = (
    "trade",
    "arms",
    "energy",
    "food",
    "security",
    "aid",
    "border",
    "pact",
    "consultation",
    "agreement",
)
"""Ties of an ordered pair, each in [0, 1]: what the first member has with, or gets from, the second."""

ATTRIBUTES = (
    "latitude",
    "longitude",
    "population",
    "gdp_usd",
    "income_usd",
    "trade_openness",
    "liberal_democracy",
    "effective_control",
    "arrears",
)
"""Numeric columns of ``members.csv``."""


DEPENDENCE_CHANNELS = ("energy", "arms", "food", "trade", "security", "aid", "finance")
"""What the target can withhold."""

EXPOSURE_CHANNELS = ("trade", "finance", "aid")
"""What the senders can withhold."""

ALIGNMENT_INPUTS = (
    "consultation",
    "organisations",
    "security",
    "leaning",
    "ideal_point",
    "democracy",
    "contested_texts",
)
"""The inputs of structural alignment."""

ABSENCE_INPUTS = ("record", "topic", "small", "poverty", "autocracy", "arrears")
"""The inputs of absence."""

EDITABLE = (
    *(f"dependence.{channel}" for channel in DEPENDENCE_CHANNELS),
    *(f"exposure.{channel}" for channel in EXPOSURE_CHANNELS),
    "isolation",
    *(f"alignment.{name}" for name in ALIGNMENT_INPUTS),
    *(f"absence.{name}" for name in ABSENCE_INPUTS),
)
"""What a ``[[change]]`` of a scenario may edit."""


EVERYONE = "ALL"
"""The name of all members together, wherever members are listed."""


@dataclass(frozen=True)
class Group:
    """A named set of members. Organisations also tie their members as peers."""

    key: str
    name: str
    aliases: tuple[str, ...]
    is_organisation: bool
    members: tuple[str, ...]


@dataclass(frozen=True)
class Sanction:
    """Sanctions of one sender on one member, by their broadest measure in force at the date of the world.

    `sender` is an ISO3 code, a group key, or ``UN`` for measures that bind everyone. `is_secondary` says that third
    parties are threatened too, so that a comprehensive measure reaches the member's exposure to every sender.
    """

    iso3: str
    sender: str
    breadth: str
    is_secondary: bool
    since: str
    instrument: str
    note: str


@dataclass(frozen=True, repr=False)
class RollCall(Shown):
    """A recorded vote: codes 0 no, 1 absent, 2 abstain, 3 yes in the order of the members, -1 not recorded.

    `divides_by` is what the resolution is expected to divide by, from its topic: ``order`` or ``both``.
    """

    resolution: str
    date: date
    title: str
    target: str
    topic: str
    votes: IntArray
    divides_by: str = "both"

    @property
    def tally(self) -> IntArray:
        """How many members voted each way, (4,) by code; those that are not recorded are left out."""
        return np.bincount(self.votes[self.votes >= 0], minlength=len(ROLL_CALL_VOTES))


@dataclass(frozen=True, repr=False)
class AssemblyVotes(Shown):
    """All recorded votes of the Assembly over some years: `votes` is (number of votes, N), coded as in `RollCall`."""

    dates: NDArray[np.datetime64]
    resolutions: tuple[str, ...]
    votes: IntArray


@dataclass(frozen=True)
class Fill:
    """A value that a rule supplied because no source has it; `partner` is whom the value is about, blank for all.

    `is_estimate` says that nothing is known of the member itself, so that the value rests on other members.
    """

    iso3: str
    quantity: str
    rule: str
    partner: str = ""
    is_estimate: bool = False


@dataclass(frozen=True)
class Carried:
    """A figure of an earlier year than others have, because the later ones lack it."""

    iso3: str
    quantity: str
    year: int


@dataclass(frozen=True, repr=False)
class World(Shown):
    """Members in the order of their codes, their attributes (N,), and the ties (N, N) between them.

    Parameters
    ----------
    ties : kind of tie to matrix, sparse in a large world; element (i, j) is what member i has with, or gets from,
        member j. Agreement that is not known is NaN, and no element of a sparse matrix.
    coverage : kind of tie to the partners it is known for; a kind that is missing is known for all.
    currencies : share in world reserves of the currency that a member or group issues.
    rollcalls : the roll calls that members know; of a dated world those before its day.
    ideal_points : year to array (N,), or empty.
    years : attribute, or kind of tie, to the year of each member's figure (N,), 0 where it has none; partners that are
        dated apart have years of their own, such as ``aid (DUN)``. Empty without dates.
    carried : figures of an earlier year than others have.
    outcomes : roll calls after the day of a dated world: results are scored on them, and no rule reads them.
    unused : file to the columns in it that nothing reads; an own term of a scenario may.
    memo : quantities already derived from this very world, by what they were derived for.
    """

    name: str
    title: str
    date: date
    description: str
    folder: Path
    iso3: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    attributes: Mapping[str, FloatArray]
    groups: tuple[Group, ...]
    ties: Mapping[str, Ties]
    coverage: Mapping[str, tuple[str, ...]]
    currencies: Mapping[str, float]
    sanctions: tuple[Sanction, ...]
    rollcalls: tuple[RollCall, ...]
    ideal_points: Mapping[int, FloatArray]
    assembly: AssemblyVotes | None
    fills: tuple[Fill, ...] = field(repr=False)
    years: Mapping[str, IntArray] = field(default_factory=dict, repr=False)
    carried: tuple[Carried, ...] = field(default=(), repr=False)
    outcomes: tuple[RollCall, ...] = field(default=(), repr=False)
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    memo: dict[object, object] = field(init=False, repr=False, compare=False, default_factory=dict)

    def remember(self, key: object, make: Callable[[], T]) -> T:
        """Give what was derived from this very world under a key, and make it where it has not been made yet.

        Parameters
        ----------
        key : what it is derived for; begins with its kind.
        """
        if key not in self.memo:
            if len(self.memo) >= MOST_REMEMBERED:
                self.memo.clear()
            self.memo[key] = make()
        return cast(T, self.memo[key])

    @property
    def size(self) -> int:
        """Number of members, N."""
        return len(self.iso3)

    @property
    def is_dated(self) -> bool:
        """Whether its figures have dates, so that it is the world of one day out of many."""
        return bool(self.years)

    @property
    def record(self) -> tuple[RollCall, ...]:
        """All roll calls, of whatever date."""
        return (*self.rollcalls, *self.outcomes)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Index of a member by its ISO3 code."""
        return {iso3: i for i, iso3 in enumerate(self.iso3)}

    @cached_property
    def _members_by_reference(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {EVERYONE.casefold(): self.iso3}
        for iso3, name in zip(self.iso3, self.names, strict=True):
            found[iso3.casefold()] = found[name.casefold()] = (iso3,)
        for group in self.groups:
            for reference in (group.key, group.name, *group.aliases):
                found.setdefault(reference.casefold(), group.members)
        regions: dict[str, list[str]] = {}
        for iso3, region in zip(self.iso3, self.regions, strict=True):
            regions.setdefault(region, []).append(iso3)
        for region, members in regions.items():
            found.setdefault(region.casefold(), tuple(members))
        return found

    @cached_property
    def _members_by_folded(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for reference in self.references():
            found.setdefault(fold(reference), self._members_by_reference[reference.casefold()])
        return found

    @cached_property
    def _members_by_place(self) -> Mapping[Place, tuple[str, ...]]:
        """Members that are real states: code and name mean the same place."""
        places = ((iso3, place_of(iso3), place_of(name)) for iso3, name in zip(self.iso3, self.names, strict=True))
        return {place: (iso3,) for iso3, place, named in places if place is not None and place == named}

    def resolve(self, reference: str) -> tuple[str, ...]:
        """Codes of a member (code, or any of its names), a group (key, name or alias), a region, or ``ALL``.

        Case, accents, apostrophes and spaces make no difference. The world's own names count before all others.

        Raises
        ------
        KeyError : nothing in the world goes by that name.
        """
        own = self._members_by_reference.get(reference.casefold()) or self._members_by_folded.get(fold(reference))
        if own is not None:
            return own
        place = place_of(reference)
        if place is None:
            raise KeyError(reference)
        return self._members_by_place[place]

    def hint(self, reference: str, default: str = "") -> str:
        """What to add to a message about a name that is not that of a member: what it means, or what was meant.

        Parameters
        ----------
        default : what to say where no known name is similar.
        """
        with suppress(KeyError):
            return f"It means {len(self.resolve(reference))} members; one is needed."
        place = place_of(reference)
        if place is not None:
            return self._explain_absence(place)
        meanings: dict[str, object] = {known: self.resolve(known) for known in self.references()}
        if self._members_by_place:
            for known, other in load_known_names().items():
                meanings.setdefault(known, self._members_by_place.get(other, other))
        near = nearest(reference, meanings)
        if not near:
            return default
        meant = meanings[near[0]]
        if isinstance(meant, Place):
            return self._explain_absence(meant)
        return f"Did you mean {' or '.join(repr(name) for name in near if not isinstance(meanings[name], Place))}?"

    def _explain_absence(self, place: Place) -> str:
        return place.note or f"{place.name} ({place.key}) is not a member of the world {self.name}."

    def references(self) -> tuple[str, ...]:
        """Every name that `resolve` accepts."""
        groups = (name for group in self.groups for name in (group.key, group.name, *group.aliases))
        return (*self.iso3, *self.names, EVERYONE, *groups, *dict.fromkeys(self.regions))

    def indices(self, codes: tuple[str, ...]) -> IntArray:
        """Indices of members given by ISO3 code."""
        return np.array([self.index[code] for code in codes], dtype=np.int64)

    def rollcall(self, resolution: str) -> RollCall | None:
        """The recorded vote of a resolution, or None."""
        return next((call for call in self.record if call.resolution == resolution), None)

    def rules_of(self, iso3: str, partner: str) -> dict[str, str]:
        """What supplied a member's values that no source has, by quantity; of ties those with a partner."""
        own = [fill for fill in self.fills if fill.iso3 == iso3 and fill.partner in ("", partner)]
        return {fill.quantity: fill.rule for fill in sorted(own, key=lambda fill: fill.partner != "")}

    def attributes_editable(self) -> tuple[str, ...]:
        """What a ``[[change]]`` of a scenario may edit."""
        return EDITABLE
