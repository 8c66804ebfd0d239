"""The market for the target's energy, one commodity at a time: who buys less, who buys more, and at what discount.

A buyer keeps its earlier purchases, less what it sheds. For a discount it buys more, within the spare capacity of its
refineries, ports and ships. The discount rises with the part of this spare capacity that the market needs to clear.
What finds no buyer stays unsold: no tonne is created or lost.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray


def reduce_share(share: FloatArray, shed: FloatArray | float) -> FloatArray:
    """Share that is left after a part of it, `shed`, is given up this month; both in [0, 1]."""
    return share * (1.0 - shed)


def thrift(income: FloatArray, reference: FloatArray | float, exponent: FloatArray | float) -> FloatArray:
    """How much a discount counts with a buyer, in (0, 1]: it falls with income per head above a reference.

    Parameters
    ----------
    income : dollars per head, greater than 0.
    reference : income up to which a discount counts in full, dollars per head.
    exponent : 0 (income does not matter) or greater.
    """
    return np.minimum(reference / income, 1.0) ** exponent


def willingness(joined: FloatArray, punishment: FloatArray, visibility: FloatArray | float) -> FloatArray:
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
    r"""Part u of the spare capacity at which the market clears, in [0, 1]: :math:`u = (S - \sum A) / \sum B`.

    With demand :math:`A_i + u B_i` and a discount in proportion to u, this gives the clearing price. Where even all
    spare capacity is too little, u is 1 and the rest stays unsold.

    Parameters
    ----------
    supply : what the target has to sell, S.
    held, spare : totals over the buyers of the purchases that they keep, A, and of their spare capacity, B.
    """
    left = supply - held
    has_spare = spare > 0
    return np.where(has_spare, np.clip(left / np.where(has_spare, spare, 1.0), 0.0, 1.0), (left > 0) * 1.0)


def adapt_capacity(
    capacity: FloatArray, ceiling: FloatArray, use: FloatArray, lag_months: FloatArray | float
) -> FloatArray:
    """Capacity after a month: it covers `use` / `lag_months` of the distance to its ceiling.

    Parameters
    ----------
    ceiling : most that a buyer could take in the long run, at least `capacity`.
    use : part of all spare capacity that was needed, in [0, 1].
    lag_months : 1 or greater.
    """
    return capacity + (ceiling - capacity) * (use / lag_months)


def realised_price(
    price: FloatArray | float,
    use: FloatArray,
    discount_max: FloatArray | float,
    cap: FloatArray | float,
    bound: FloatArray | float,
) -> FloatArray:
    """What the target is paid for a tonne, in euros.

    Parameters
    ----------
    price : world price, euros a tonne.
    use : part of the spare capacity that was needed, in [0, 1].
    discount_max : discount at which all spare capacity is used, share in [0, 1].
    cap : price cap, euros a tonne; infinite where there is none.
    bound : part of the sales that the cap binds, in [0, 1].
    """
    discounted = price * (1.0 - discount_max * use)
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
