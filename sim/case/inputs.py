"""What members start the months from: frozen arrays over members, or the part of one member, with the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum
from typing import TypeVar

import numpy as np

from sim.arrays import FloatArray, IntArray, Number
from sim.case.ballot import Terms, weigh_own
from sim.case.market import Cells
from sim.results.showing import Shown
from sim.rules.energy import find_reservation
from sim.rules.parameters import Parameters
from sim.rules.payoffs import compute_leverage, sum_weighted
from sim.rules.rerouting import measure_capacity
from sim.rules.support import INSTRUMENTS
from sim.world import World
from sim.world.quantities import Roles
from sim.world.ties import find_largest_with, read_tie_columns, read_tie_row

FIXED = ("arms", "food")
"""Channels of dependence that the months leave alone."""
LENT = ("aid", "finance")
"""Channels of dependence on what the target can afford to give."""
FOR_VICTIM = ("arms_to_victim", "volunteers")
"""Help to the victim other than aid."""
NEARLY_ALL = 0.9
"""Share of members that can give an instrument from which it is quicker to ask all."""
EARTH_RADIUS_KM = 6371.0
MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class Readiness:
    """One instrument: who is able to give it, and how ready those are.

    Parameters
    ----------
    able : indices of the members that can give it; None where nearly all can, and for the part of a member that can.
    odds : of giving it, where nothing else counts: the member's ability times the readiness for the instrument,
        (..., n) or (..., N); 0 for members that cannot.
    """

    able: IntArray | None
    odds: FloatArray


@dataclass(frozen=True, repr=False)
class MonthInputs(Shown):
    """Arrays (N,) for all members, (R, N) where replicates differ, or scalars for one member in one replicate.

    `cells` and `instruments` hold what only some have.

    Parameters
    ----------
    alignment : towards the senders, at the divisiveness that is the unit, deviation included; utility.
    exposure : to the senders, weighted over channels, in [0, 1].
    isolation, energy, trade, security : as at the start, each in [0, 1].
    fixed_dependence : dependence in the channels that the months leave alone; utility.
    lent_dependence : dependence on the target's aid and finance, as at the start; utility.
    gdp : yearly product, billions of euros.
    power : share of all members' product: weight in enforcing.
    target_trade : share of each member in the target's trade, in [0, 1].
    exports : to the target before the war, half of the trade with it, millions of euros a month.
    capacity : most that it could pass on to the target, millions of euros a month.
    reservation : discount from which it builds capacity for more of the target's fuels, 0 or greater.
    near, supplier : nearness to the victim, and part in arming others, each in [0, 1].
    tied : indices of the members with a security tie to the target; None for one member.
    seat : 0 for the targets and the victim, which do not decide, else 1.
    has_victim : whether there is anybody to give aid to.
    """

    alignment: FloatArray
    exposure: FloatArray
    isolation: FloatArray
    energy: FloatArray
    trade: FloatArray
    security: FloatArray
    fixed_dependence: FloatArray
    lent_dependence: FloatArray
    dependence: FloatArray
    gdp: FloatArray
    power: FloatArray
    target_trade: FloatArray
    exports: FloatArray
    capacity: FloatArray
    reservation: FloatArray
    near: FloatArray
    supplier: FloatArray
    seat: FloatArray
    has_victim: bool
    tied: IntArray | None
    cells: Cells
    instruments: Mapping[str, Readiness]

    def of_member(self, index: int) -> MonthInputs:
        """The part of one member, where all replicates are the same."""
        arrays = {
            name: value[index] for name, value in vars(self).items() if isinstance(value, np.ndarray) and name != "tied"
        }
        instruments = {}
        for name, ready in self.instruments.items():
            at = index if ready.able is None else np.flatnonzero(ready.able == index)
            for own in np.atleast_1d(ready.odds[at]):
                if own > 0:
                    instruments[name] = Readiness(None, own)
        return MonthInputs(
            **arrays, has_victim=self.has_victim, tied=None, cells=self.cells.of_member(index), instruments=instruments
        )

    def of_replicates(self, rows: slice) -> MonthInputs:
        """The part of some replicates."""
        arrays = {name: of_replicates(value, rows) for name, value in vars(self).items() if np.ndim(value) == 2}
        instruments = {
            name: replace(ready, odds=of_replicates(ready.odds, rows)) for name, ready in self.instruments.items()
        }
        return replace(self, **arrays, instruments=instruments)


Values = TypeVar("Values", FloatArray, Number)


def of_replicates(values: Values, rows: slice) -> Values:
    """The part of some replicates in values (R, N) or (R, 1), members outermost in memory; others hold for all."""
    return np.asfortranarray(values[rows]) if isinstance(values, np.ndarray) and values.ndim == 2 else values


def weigh_dependence(
    energy: FloatArray, trade: FloatArray, security: FloatArray, fixed: FloatArray, parameters: Parameters
) -> FloatArray:
    """Dependence on the target over all channels, as leverage; `fixed` is that of the others, utility."""
    exponent = parameters["leverage_exponent"]
    return (
        fixed
        + parameters["dependence_energy"] * compute_leverage(energy, exponent)
        + parameters["dependence_trade"] * compute_leverage(trade, exponent)
        + parameters["dependence_security"] * compute_leverage(security, exponent)
    )


def make_month_inputs(
    world: World,
    roles: Roles,
    parameters: Parameters,
    alignment: FloatArray,
    exposure: FloatArray,
    terms: Terms,
    cells: Cells,
) -> MonthInputs:
    """The inputs of a scenario.

    Parameters
    ----------
    parameters : arrays (R, 1) give inputs (R, N) where they differ.
    alignment, exposure : as in `MonthInputs`.
    terms : the editable quantities at the start, with the scenario's changes.
    cells : the market.
    """
    values, gdp = terms.values, world.attributes["gdp_usd"]
    total = max(fsum(gdp), 1.0)
    trade = world.ties["trade"]
    seat = np.ones(world.size)
    seat[[*roles.targets, *([] if roles.victim is None else [roles.victim])]] = 0.0
    near = _nearness(world, roles, parameters["aid_distance_km"])
    supplier = find_largest_with(world.ties["arms"])
    fixed, lent = (
        sum_weighted(
            {
                name: compute_leverage(values[f"dependence.{name}"], parameters["leverage_exponent"])
                for name in channels
            },
            {name: parameters[f"dependence_{name}"] for name in channels},
        )
        for channels in (FIXED, LENT)
    )
    for added in weigh_own("dependence", terms, parameters).values():
        fixed = fixed + added
    energy, own_trade, security = (values[f"dependence.{name}"] for name in ("energy", "trade", "security"))
    commerce = world.attributes["trade_openness"] * (gdp / 1e6 * parameters["eur_per_usd"])
    with_target = own_trade * commerce / MONTHS_OF_YEAR
    abilities = _abilities(world, roles, values=values, near=near, supplier=supplier)
    return MonthInputs(
        alignment=alignment,
        exposure=exposure,
        isolation=values["isolation"],
        energy=energy,
        trade=own_trade,
        security=security,
        fixed_dependence=fixed,
        lent_dependence=lent,
        dependence=weigh_dependence(
            energy=energy, trade=own_trade, security=security, fixed=fixed + lent, parameters=parameters
        ),
        gdp=gdp / 1e9 * parameters["eur_per_usd"],
        power=gdp / total,
        target_trade=read_tie_row(trade, roles.target),
        exports=with_target / 2.0 * seat,
        capacity=measure_capacity(
            with_target, values["isolation"], parameters["route_capacity"], parameters["route_scale"]
        )
        * seat,
        reservation=find_reservation(
            world.attributes["income_usd"], parameters["thrift_income_usd"], parameters["thrift_slope"]
        ),
        near=near,
        supplier=supplier,
        seat=seat,
        has_victim=roles.victim is not None,
        tied=np.flatnonzero(security > 0),
        cells=cells,
        instruments={
            name: _readiness(ability * seat, parameters[f"support_{name}"])
            for name, ability in abilities.items()
            if np.any(ability * seat > 0)
        },
    )


def _readiness(ability: FloatArray, bias: Number) -> Readiness:
    everyone = np.exp(bias) * ability
    able = np.flatnonzero(np.atleast_2d(ability > 0).any(axis=0))
    is_nearly_all = len(able) >= NEARLY_ALL * ability.shape[-1]
    return Readiness(None, everyone) if is_nearly_all else Readiness(able, everyone[..., able])


def _abilities(
    world: World, roles: Roles, values: Mapping[str, FloatArray], near: FloatArray, supplier: FloatArray
) -> dict[str, FloatArray]:
    """The ability of each member to give each instrument, in [0, 1], from ties that the world knows.

    Goods and finance follow trade, seen from either side; arms need an industry that arms others; fighters are hired
    where the target has forces by consent and incomes are low; labour is sent by poor autocracies; territory needs a
    border with the victim and the target's forces or pact; recognition is open to all. Volunteers come from near.
    """
    trade = world.ties["trade"]
    own, of_target = read_tie_columns(trade, roles.targets[:1])[:, 0], read_tie_row(trade, roles.target)
    partner = own + of_target - own * of_target
    poor = np.clip(-np.log10(world.attributes["income_usd"] / 10_000.0), 0.0, 1.0)
    victim_border = (
        np.zeros(world.size)
        if roles.victim is None
        else read_tie_columns(world.ties["border"], np.array([roles.victim]))[:, 0]
    )
    abilities = {
        "goods": partner,
        "finance": partner,
        "arms": supplier,
        "fighters": values["dependence.security"] * poor,
        "labour": poor * (1.0 - world.attributes["liberal_democracy"]),
        "territory": values["dependence.security"] * victim_border,
        "recognition": np.ones(world.size),
        "arms_to_victim": supplier,
        "volunteers": near,
    }
    assert tuple(abilities) == INSTRUMENTS + FOR_VICTIM
    return abilities


def _nearness(world: World, roles: Roles, distance_km: Number) -> FloatArray:
    """exp(-distance / `distance_km`) from the victim along the great circle, in (0, 1]; 0 where there is none."""
    if roles.victim is None:
        return np.zeros(world.size)
    latitude, longitude = (np.radians(world.attributes[name]) for name in ("latitude", "longitude"))
    cosine = np.sin(latitude) * np.sin(latitude[roles.victim]) + np.cos(latitude) * np.cos(
        latitude[roles.victim]
    ) * np.cos(longitude - longitude[roles.victim])
    return np.exp(-EARTH_RADIUS_KM * np.arccos(np.clip(cosine, -1.0, 1.0)) / distance_km)
