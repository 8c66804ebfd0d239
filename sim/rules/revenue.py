"""What the target earns with its fuels limits what it can pay for help, and what it can lend and so withhold.

Everything depends on the revenue of the month over that before the war, to the power of a weight: 0 means that money
is no limit, 1 that a tenth less of it pays for a tenth less, where little is given.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray, Number

LEAST = 1e-12
"""Revenue over that before the war that counts as none."""


def compute_part_earned(revenue: FloatArray, before: Number) -> FloatArray:
    """Revenue of a month over that of a month before the war, 0 or greater; 1 where nothing was sold before."""
    return revenue / before if before > 0 else np.ones_like(revenue)


def compute_part_paid(earned: FloatArray, weight: Number) -> FloatArray:
    """Factor on the odds of help that the target pays for, 0 or greater; above 1 where it earns more than before.

    Parameters
    ----------
    earned : revenue over that before the war, 0 or greater.
    weight : 0 or greater.
    """
    return np.exp(weight * np.log(np.maximum(earned, LEAST)))


def compute_part_lent(earned: FloatArray, weight: Number) -> FloatArray:
    """Part of its earlier aid and finance to others that the target can keep up, and so withhold, in [0, 1].

    Parameters
    ----------
    earned, weight : as in `compute_part_paid`.
    """
    return compute_part_paid(np.minimum(earned, 1.0), weight)
