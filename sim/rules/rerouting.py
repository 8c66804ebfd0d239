r"""Trade that goes round: what the coalition no longer sells to the target, and what others pass on instead.

Sanctions close a part of the coalition's exports to the target. Members that do not sanction can pass goods on, up to
the capacity of their routes, which grows with their own trade with the target, less than in proportion: a small
neighbour can multiply its trade, a large partner cannot. Sanctions on the member itself close its route.

Routes are built over months. The part of its capacity that a member comes to use is its help with goods
(`sim.rules.support`), and what the target still misses raises the premium for the next month: a route that closes
makes the others pay better.

Nothing is created or lost. Together the members pass on at most what was closed, and

    closed = passed on + missing.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray, Number

SMALL_TRADE = 100.0
"""Trade with the target, millions of euros a month, at which a route has the parameter `route_capacity`."""


def measure_capacity(trade: FloatArray, isolation: FloatArray, capacity: Number, scale: Number) -> FloatArray:
    """Most that a member could pass on in a month, millions of euros.

    Parameters
    ----------
    trade : its trade with the target before the war, millions of euros a month.
    isolation : part of its own trade with the coalition that sanctions close, in [0, 1].
    capacity : at a trade of `SMALL_TRADE`, millions of euros a month.
    scale : elasticity of the capacity to the trade, in [0, 1].
    """
    return capacity * (trade / SMALL_TRADE) ** scale * (1.0 - isolation)


def build_route(used: FloatArray, wanted: FloatArray, lag_months: Number) -> FloatArray:
    """Part of a route that is used after a month: it covers 1 / `lag_months` of the distance to the part wanted."""
    return used + (wanted - used) / lag_months


def compute_part_passed(closed: FloatArray, offered: FloatArray) -> FloatArray:
    """Part of what all offer to pass on that the target takes, in [0, 1]: at most what was closed to it."""
    is_more = offered > closed
    return np.where(is_more, closed / np.where(is_more, offered, 1.0), 1.0)


def compute_part_missing(missing: FloatArray, imports: Number) -> FloatArray:
    """Part of its earlier imports that the target misses, in [0, 1].

    Parameters
    ----------
    missing : exports that sanctions end less what others offer to pass on, millions of euros a month.
    imports : all that the target bought before, same unit; greater than 0.
    """
    return np.maximum(missing, 0.0) / imports


def pay_premium(missing: FloatArray, elasticity: Number) -> FloatArray:
    """Factor on the odds of passing goods on, 1 or greater: it rises with the part of its imports the target misses."""
    return np.exp(elasticity * missing)
