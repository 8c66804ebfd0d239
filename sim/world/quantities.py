"""From a world and roles to what the model weighs: dependence, exposure, isolation, alignment inputs, peers.

Each quantity follows from ties and attributes for whatever target and senders a scenario names. Where the world lacks
the ties that a target would need, a clear error says which, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.errors import Problem
from sim.world.estimates import Donors, find_donors, with_middle
from sim.world.peers import find_peers_by_kind
from sim.world.ties import read_tie_columns, sum_rows
from sim.world.world import ABSENCE_INPUTS, ALIGNMENT_INPUTS, AssemblyVotes, World

if TYPE_CHECKING:
    from sim.rules.influence import Blocks
    from sim.world.ties import Ties

AGREEMENT_YEARS = 5
"""Years of the Assembly's votes before a date from which agreement and absences are measured."""
CONTESTED_YEARS = 7
"""Years of the Assembly's votes before a date from which stances on contested resolutions are measured; 5 and 10 years
fit about as well."""
FEWEST_CONTESTED = 10
"""Fewest resolutions of one kind from which a stance is measured."""
INCOME_REFERENCE = 10_000.0
"""Income per head (US dollars) at which the income input is zero."""
POPULATION_REFERENCE = 10_000_000.0
"""Population at which the small-mission input is zero."""

"""Sets of quantities that a world keeps; a sweep over senders needs many, a sweep over parameters one."""


@dataclass(frozen=True)
class Roles:
    """Who is who, by place in the world.

    Parameters
    ----------
    targets : whom the resolution is directed against; the first is the one whose fuels and months are simulated.
    victim : None where there is none.
    senders : those that sanction; may be empty.
    leanings : groups by key, and the side that they lean to, from -1 (the target) to 1 (the sanctioning side).
    """

    targets: IntArray
    victim: int | None
    senders: IntArray
    leanings: tuple[tuple[str, float], ...] = ()

    @property
    def target(self) -> int:
        """The first of the targets."""
        return int(self.targets[0])

    @property
    def key(self) -> tuple[object, ...]:
        """What tells these roles from others, as a key."""
        return (self.targets.tobytes(), self.victim, self.senders.tobytes(), self.leanings)


@dataclass(frozen=True)
class Quantities:
    """What a world gives for every member, for given roles and a date. Arrays are (N,) where no shape is given.

    Parameters
    ----------
    dependence : channel to array in [0, 1]: what the target can withhold.
    exposure : channel to array in [0, 1]: what the senders can withhold, before sanctions in force.
    observed : channel to array in [0, 1]: the same as recorded, after sanctions in force.
    lost : breadth of sanctions to channel to array: the part of `observed` under sanctions of that breadth.
    alignment : input to array; positive is towards the senders.
    absence : input to array; larger is emptier.
    peers : kind to matrix (N, N), rows summing to 1, or to 0 for a member with no such peer; see `find_peers_by_kind`.
    donors : ``dependence`` and ``exposure`` to the donors of members whose figures are estimates, their middle ones.
    control : whether those who hold the seat hold the country, so that leverage over it reaches them.
    """

    dependence: Mapping[str, FloatArray]
    exposure: Mapping[str, FloatArray]
    observed: Mapping[str, FloatArray]
    lost: Mapping[str, Mapping[str, FloatArray]]
    alignment: Mapping[str, FloatArray]
    absence: Mapping[str, FloatArray]
    peers: Mapping[str, Ties | Blocks]
    control: FloatArray
    donors: Mapping[str, Donors]

    @property
    def is_certain(self) -> bool:
        """Whether no member's dependence or exposure is an estimate."""
        return not any(self.donors.values())


def quantities(world: World, roles: Roles, before: date, agreement_sharpness: float) -> Quantities:
    """The quantities of `world` for `roles`, from what was known before a date.

    Parameters
    ----------
    before : votes, ideal points and the Assembly's record count only if dated before this day.
    agreement_sharpness : how fast a peer's weight falls as agreement does; unit 1 / agreement.
    """
    key = ("quantities", roles.key, before, agreement_sharpness)
    return world.remember(key, lambda: _derived(world, roles, before, agreement_sharpness))


def _derived(world: World, roles: Roles, before: date, agreement_sharpness: float) -> Quantities:
    agreement, absences = _assembly(world, before)
    senders, targets = roles.senders, roles.targets
    exposure_by_sender = _withheld_by(world, senders)
    observed = {channel: np.minimum(sum_rows(array), 1.0) for channel, array in exposure_by_sender.items()}
    lost = _lost(world, roles, exposure_by_sender)
    income = np.log10(world.attributes["income_usd"] / INCOME_REFERENCE)
    democracy = world.attributes["liberal_democracy"]
    alignment = {
        "consultation": -read_tie_columns(world.ties["consultation"], targets).max(axis=1),
        "organisations": -sum_rows(np.stack([_shared_organisations(world, int(one)) for one in targets], axis=1)),
        "security": read_tie_columns(world.ties["security"], senders).max(axis=1, initial=0.0),
        "leaning": _leaning(world, roles),
        "ideal_point": _ideal_points(world, roles, before),
        "democracy": _side(democracy, roles) * democracy,
        "contested_texts": _contested_texts(world, roles, before),
    }
    assert tuple(alignment) == ALIGNMENT_INPUTS
    absence = {
        "record": np.sqrt(absences),
        "topic": _topic_absences(world, roles, before),
        "small": -np.log10(world.attributes["population"] / POPULATION_REFERENCE),
        "poverty": -income,
        "autocracy": 1.0 - democracy,
        "arrears": world.attributes["arrears"],
    }
    assert tuple(absence) == ABSENCE_INPUTS
    dependence, exposure = _dependence(world, targets), _before_sanctions(world, observed, lost)
    on_targets, to_senders = find_donors(world, dependence, targets), find_donors(world, exposure, senders)
    return Quantities(
        dependence=with_middle(dependence, on_targets),
        exposure=with_middle(exposure, to_senders),
        observed=observed,
        lost=lost,
        alignment=alignment,
        absence=absence,
        peers=find_peers_by_kind(world, agreement, agreement_sharpness),
        control=world.attributes["effective_control"],
        donors={"dependence": on_targets, "exposure": to_senders},
    )


def _dependence(world: World, targets: IntArray) -> dict[str, FloatArray]:
    """Channel to array (N,) in [0, 1] of what the targets together can withhold."""
    of_ties = {
        kind: read_tie_columns(world.ties[kind], targets) for kind in ("energy", "arms", "food", "trade", "security")
    }
    withheld = _withheld_by(world, targets)
    channels = {**of_ties, "aid": withheld["aid"], "finance": withheld["finance"]}
    return {channel: np.minimum(sum_rows(array), 1.0) for channel, array in channels.items()}


def _leaning(world: World, roles: Roles) -> FloatArray:
    """The sides that a member's groups lean to, summed, in [-1, 1]."""
    leanings = [side * _membership(world, group) for group, side in roles.leanings]
    return np.clip(np.sum(leanings, axis=0), -1.0, 1.0) if leanings else np.zeros(world.size)


def _side(values: FloatArray, roles: Roles) -> float:
    """1 where the sanctioning side has larger values than the targets, otherwise -1.

    Where nobody sanctions, the mean of all members is compared with the targets.
    """
    others = values[roles.senders] if len(roles.senders) else values
    towards = fsum(others) / len(others) - fsum(values[roles.targets]) / len(roles.targets)
    return 1.0 if towards >= 0 else -1.0


def check_coverage(world: World, roles: Roles, parameters: Mapping[str, float], where: str) -> list[Problem]:
    """What these roles would need and the world does not have: channels of ties unknown for this target."""
    needed = {
        "energy": "dependence_energy",
        "arms": "dependence_arms",
        "food": "dependence_food",
        "trade": "dependence_trade",
        "security": "dependence_security",
        "aid": "dependence_aid",
        "consultation": "align_consultation",
    }
    return [
        Problem(
            where,
            "roles.target",
            f"the world {world.name} knows ties of the kind '{kind}' only with {', '.join(world.coverage[kind])}, "
            f"not with {world.iso3[target]}.",
            f"Leave the channel out with parameters.{parameter} = 0, or give a world that has it.",
        )
        for kind, parameter in needed.items()
        for target in roles.targets
        if kind in world.coverage and world.iso3[target] not in world.coverage[kind] and parameters[parameter] != 0
    ]


def _withheld_by(world: World, members: IntArray) -> dict[str, FloatArray]:
    """Channel to array (N, number of members) of what each of some members can withhold from every member.

    Trade: its share of a member's trade. Finance: openness times the share of its currency in world reserves, a common
    currency split evenly over the group that issues it. Aid: the tie of that name.
    """
    currency = np.zeros(world.size)
    for issuer, weight in world.currencies.items():
        issuers = world.indices(world.resolve(issuer))
        currency[issuers] += weight / len(issuers)
    openness = world.attributes["trade_openness"]
    return {
        "trade": read_tie_columns(world.ties["trade"], members),
        "finance": openness[:, None] * currency[members],
        "aid": read_tie_columns(world.ties["aid"], members),
    }


def _lost(world: World, roles: Roles, exposure_by_sender: Mapping[str, FloatArray]) -> dict[str, dict[str, FloatArray]]:
    """Breadth to channel to the exposure under sanctions of that breadth, and of no broader one of the same sender.

    Comprehensive sanctions that also threaten third parties reach a member's exposure to every sender.
    """
    rank = {"targeted": 1, "sectoral": 2, "comprehensive": 3}
    position = {int(sender): column for column, sender in enumerate(roles.senders)}
    breadth = np.zeros((world.size, len(roles.senders)), dtype=np.int64)
    for sanction in world.sanctions:
        is_everyone = sanction.sender == "UN" or (sanction.is_secondary and sanction.breadth == "comprehensive")
        issuers = world.indices(world.iso3 if sanction.sender == "UN" else world.resolve(sanction.sender))
        columns = [position[int(issuer)] for issuer in issuers if int(issuer) in position]
        if is_everyone and columns:
            columns = list(position.values())
        row = breadth[world.index[sanction.iso3]]
        row[columns] = np.maximum(row[columns], rank[sanction.breadth])
    return {
        name: {
            channel: sum_rows(np.where(breadth == level, array, 0.0)) for channel, array in exposure_by_sender.items()
        }
        for name, level in rank.items()
    }


def _before_sanctions(
    world: World, observed: Mapping[str, FloatArray], lost: Mapping[str, Mapping[str, FloatArray]]
) -> dict[str, FloatArray]:
    """Exposure as it would be without sanctions, so that isolation is not counted twice.

    What a member under sectoral or comprehensive sanctions still trades is what the sanctions left. The median of the
    members of its region that are under none replaces it where it is larger.
    """
    is_broken = np.zeros(world.size, dtype=bool)
    for breadth in ("sectoral", "comprehensive"):
        for array in lost[breadth].values():
            is_broken |= array > 0
    regions = np.array(world.regions)
    exposure = {}
    for channel, array in observed.items():
        restored = array.copy()
        for i in np.flatnonzero(is_broken):
            intact = array[(regions == regions[i]) & ~is_broken]
            if len(intact):
                restored[i] = max(array[i], float(np.median(intact)))
        exposure[channel] = restored
    return exposure


def _shared_organisations(world: World, target: int) -> FloatArray:
    """Sum of 1 / size over the organisations that a member shares with the target: small ones bind more."""
    code = world.iso3[target]
    groups = [group.members for group in world.groups if group.is_organisation and code in group.members]
    shared = np.zeros((world.size, len(groups)))
    for column, members in enumerate(groups):
        shared[world.indices(members), column] = 1.0 / len(members)
    return sum_rows(shared)


def _membership(world: World, group: str) -> FloatArray:
    """1 for the members of a group, otherwise 0."""
    return np.isin(world.iso3, world.resolve(group)).astype(np.float64)


def _contested_texts(world: World, roles: Roles, before: date) -> FloatArray:
    """Mean stance, in [-1, 1], towards the other side on resolutions that divide it from the targets.

    These are the resolutions that all targets backed and most of the other side voted against; of a target that seldom
    backs such resolutions, those that it voted against and most of the other side backed. The other side is
    the sanctioning side or, where nobody sanctions, all members. 0 where a member has no record, and for all where the
    world has no such votes. Of members held out, resolutions of the first kind predict more than both kinds together.
    """
    record = world.assembly
    if record is None:
        return np.zeros(world.size)
    votes = record.votes[_window(record, before, CONTESTED_YEARS)]
    others = votes[:, roles.senders] if len(roles.senders) else votes
    of_targets = votes[:, roles.targets]

    def divides(own: int, other: int) -> BoolArray:
        found = (of_targets == own).all(axis=1) & (2 * (others == other).sum(axis=1) > others.shape[1])
        return np.asarray(found)

    backed, opposed = divides(own=3, other=0), divides(own=0, other=3)
    is_backed = backed.sum() >= FEWEST_CONTESTED
    votes = votes[backed if is_backed else opposed]
    supports = (votes == 3).sum(axis=0) - (votes == 0).sum(axis=0)
    return (-supports if is_backed else supports) / np.maximum((votes >= 0).sum(axis=0), 1)


def _ideal_points(world: World, roles: Roles, before: date) -> FloatArray:
    """Ideal points of the last year before, the sanctioning side at the positive end; 0 where they are unknown."""
    years = [year for year in world.ideal_points if year < before.year]
    if not years:
        return np.zeros(world.size)
    points = np.nan_to_num(world.ideal_points[max(years)])
    return _side(points, roles) * points


def _assembly(world: World, before: date) -> tuple[Ties, FloatArray]:
    """Agreement of every pair (N, N), in [0, 1], and rate of absences (N,), over the Assembly's votes just before.

    Agreement is the mean of 1 for the same vote, 1/2 for yes or no against abstain, 0 for yes against no; absences
    left out. Where the world has no such votes, the tie ``agreement`` is used and the rate of absences is 0.
    """
    record = world.assembly
    window = _window(record, before, AGREEMENT_YEARS) if record is not None else np.zeros(0, dtype=bool)
    if record is None or not window.any():
        return world.ties["agreement"], np.zeros(world.size)
    votes = record.votes[window]
    no, abstain, yes = ((votes == code).astype(np.float64) for code in (0, 2, 3))
    present = no + abstain + yes
    # Products of zeros and ones: whole numbers, exact in any order of summation.
    compared = present.T @ present
    opposed = yes.T @ no
    half = abstain.T @ (yes + no)
    agreed = compared - 0.5 * (half + half.T) - (opposed + opposed.T)
    agreement = np.where(compared > 0, agreed / np.maximum(compared, 1), 0.5)
    recorded = (votes >= 0).sum(axis=0)
    absences = (votes == 1).sum(axis=0) / np.maximum(recorded, 1)
    return agreement, absences


def _window(record: AssemblyVotes, before: date, years: int) -> np.ndarray:
    start = before - timedelta(days=round(365.25 * years))
    return (record.dates >= np.datetime64(start)) & (record.dates < np.datetime64(before))


def _topic_absences(world: World, roles: Roles, before: date) -> FloatArray:
    """Rate of absences in the earlier roll calls about this target."""
    targets = {world.iso3[target] for target in roles.targets}
    calls = [call.votes for call in world.rollcalls if call.target in targets and call.date < before]
    if not calls:
        return np.zeros(world.size)
    votes = np.stack(calls)
    return (votes == 1).sum(axis=0) / np.maximum((votes >= 0).sum(axis=0), 1)
