"""The market for the target's energy, one commodity at a time: who buys less, who buys more, and at what discount.

A buyer keeps its earlier purchases, less what it sheds. For a discount it buys more, within the spare capacity of its
refineries, ports and ships. With A kept, spare capacity B, and p the price over the world's, the market clears where

    S p^s = A + B (1 - p^e).

The target sells a little less when it is paid less: s is the short-run elasticity of the supply of oil (Caldara,
Cavallo & Iacoviello 2019: about 0.1). Buyers leave the part p^e of their spare capacity unused, so e is their
elasticity. What finds no buyer stays unsold: no tonne is created or lost. The discount pays for new capacity: a
buyer builds by what the discount exceeds the least that it asks for, which rises with its income.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray

LOWEST_PRICE = 0.01
"""Least that the target is paid for a tonne, over the world price."""
STEPS = 12
"""Steps in which the price is found; the gap that they leave is below a hundred-thousandth of the supply."""
LEAST_SLOPE = 1e-6
"""The least slope, used where neither side responds to the price, so that the step is finite."""


def reduce_share(share: FloatArray, shed: FloatArray | float) -> FloatArray:
    """Share that is left after a part of it, `shed`, is given up this month; both in [0, 1]."""
    return share * (1.0 - shed)


def keep_unless_banned(
    kept: FloatArray, part: FloatArray, joined: FloatArray, ban_share: FloatArray | float
) -> FloatArray:
    """Part of its earlier purchases that a member keeps where it may ban a fuel: none, once it can do without.

    Parameters
    ----------
    kept : part not shed so far, in [0, 1].
    part : of the member's imports of the fuel that came from the target before, in [0, 1].
    joined : 1 for members that sanction, else 0.
    ban_share : part of its imports at which a member that sanctions bans the fuel, in [0, 1].
    """
    return np.where((joined > 0) & (kept * part <= ban_share), 0.0, kept)


def find_reservation(income: FloatArray, reference: FloatArray | float, slope: FloatArray | float) -> FloatArray:
    """Discount from which a buyer builds capacity, 0 or greater: it rises with the logarithm of income per head.

    Parameters
    ----------
    income : dollars per head, greater than 0.
    reference : income up to which any discount will do, dollars per head.
    slope : how much larger the discount has to be for e times that income, 0 (income does not matter) or greater.
    """
    return slope * np.log(np.maximum(income / reference, 1.0))


def compute_willingness(joined: FloatArray, punishment: FloatArray, visibility: FloatArray | float) -> FloatArray:
    """Part of its spare capacity that a buyer would use for the target's energy, in [0, 1].

    Members that sanction use none. The others hold back by the secondary sanctions that they expect, so a member with
    nothing left to lose (punishment 0) cannot be deterred.

    Parameters
    ----------
    joined : 1 for members that sanction, else 0.
    punishment : expected cost of a month of open help, 0 or greater; utility.
    visibility : part of it that buyers of fuel expect, in [0, 1].
    """
    return (1.0 - joined) * np.exp(-visibility * punishment)


def measure_spare(capacity: FloatArray, before: FloatArray, willing: FloatArray) -> FloatArray:
    """What a buyer could buy beyond its earlier purchases, 0 or greater; same unit as `capacity`."""
    return np.maximum(capacity - before, 0.0) * willing


def find_ceiling(before: FloatArray, need: FloatArray, reach: FloatArray, scale: FloatArray) -> FloatArray:
    r"""Most that a buyer could take of a fuel in the end: :math:`r n^2 / (n + n_0)`, at least its earlier purchases.

    Rerouted cargoes come by the shipload, in grades that have to be blended and on terms that have to be negotiated
    again. So large importers can take a larger part of their need than small ones.

    Parameters
    ----------
    need : n, what it imports from everyone.
    reach : r, the part that a very large importer could take from the target, in [0, 1].
    scale : :math:`n_0`, imports at which half of that is within reach; same unit as `need`.
    """
    large = need + scale
    return np.maximum(reach * need * need / np.where(large > 0, large, 1.0), before)


def find_clearing_use(supply: FloatArray | float, held: FloatArray, spare: FloatArray) -> FloatArray:
    r"""Part u of the spare capacity that would clear the market, in [0, 1]: :math:`u = (S - \sum A) / \sum B`.

    Where even all spare capacity is too little, u is 1.

    Parameters
    ----------
    supply : what the target has to sell, S.
    held, spare : totals over the buyers of the purchases that they keep, A, and of their spare capacity, B.
    """
    left = supply - held
    has_spare = spare > 0
    return np.where(has_spare, np.clip(left / np.where(has_spare, spare, 1.0), 0.0, 1.0), (left > 0) * 1.0)


def find_log_price(
    supply: FloatArray | float,
    held: FloatArray,
    spare: FloatArray,
    supply_elasticity: FloatArray | float,
    demand_elasticity: FloatArray | float,
) -> FloatArray:
    r"""Logarithm of the price p at which the market clears, over the world price, in [log `LOWEST_PRICE`, 0].

    It solves :math:`S p^\sigma = A + B (1 - p^\eta)` by Newton's method, a fixed number of steps from p = 1. The gap
    between the two sides is convex in log p, so every step stays above the solution, where demand is no more than
    supply.

    Parameters
    ----------
    supply : what the target sells at the world price, S.
    held, spare : totals over the buyers of the purchases that they keep, A, and of their spare capacity, B.
    supply_elasticity, demand_elasticity : :math:`\sigma` and :math:`\eta`, each 0 or greater.
    """
    log_price = np.zeros_like(held + spare)
    for _ in range(STEPS):
        offered = supply * np.exp(supply_elasticity * log_price)
        unused = spare * np.exp(demand_elasticity * log_price)
        slope = np.maximum(supply_elasticity * offered + demand_elasticity * unused, LEAST_SLOPE)
        gap = (offered - held) + (unused - spare)
        log_price = np.clip(log_price - gap / slope, np.log(LOWEST_PRICE), 0.0)
    return log_price


def compute_part_used(log_price: FloatArray, demand_elasticity: FloatArray | float) -> FloatArray:
    r"""Part of its spare capacity that a buyer uses, in [0, 1]: :math:`1 - p^\eta`.

    Parameters
    ----------
    log_price : log p, as `find_log_price` finds it, 0 or less.
    demand_elasticity : :math:`\eta`, 0 (no discount moves anybody) or greater.
    """
    return -np.expm1(demand_elasticity * log_price)


def adapt_capacity(
    capacity: FloatArray,
    ceiling: FloatArray,
    discount: FloatArray,
    reservation: FloatArray,
    lag_months: FloatArray | float,
) -> FloatArray:
    """Capacity after a month: it covers a part of the distance to its ceiling, by what the buyer gains.

    Parameters
    ----------
    ceiling : most that a buyer could take in the long run, at least `capacity`.
    discount, reservation : discount, and the least that the buyer builds for; the buyer gains what is between them.
    lag_months : 1 or greater.
    """
    gain = np.maximum(discount - reservation, 0.0)
    return capacity + (ceiling - capacity) * (gain / lag_months)


def compute_realised_price(
    price: FloatArray | float,
    discount: FloatArray | float,
    cap: FloatArray | float,
    bound: FloatArray | float,
) -> FloatArray:
    """What the target is paid for a tonne, in euros.

    Parameters
    ----------
    price : world price, euros a tonne.
    discount : share of that price, in [0, 1].
    cap : price cap, euros a tonne; infinite where there is none.
    bound : part of the sales that the cap binds, in [0, 1].
    """
    discounted = price * (1.0 - discount)
    return discounted - bound * np.maximum(discounted - cap, 0.0)


def reroute_exports(share: FloatArray, transit: FloatArray, room: float, lag_months: float) -> FloatArray:
    """Share of a member's oil exports that avoids the target's pipelines after a month, in [0, 1].

    Parameters
    ----------
    share : share that avoids them before the month, in [0, 1].
    transit : share that left through the target before, in [0, 1].
    room : part of that share for which other routes have capacity, in [0, 1].
    lag_months : lag with which exporters move to other routes; 1 or greater.
    """
    return share + np.maximum(transit * room - share, 0.0) / lag_months
