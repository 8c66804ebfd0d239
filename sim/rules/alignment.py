"""Alignment: where a member is between target and sanctioning side, by its structure and by its position."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import FloatArray, Number
from sim.rules.positions import Deviation

DAYS_PER_YEAR = 365.25
DIVISIVENESS_PRIORS = {"both": (0.7071, 0.7071), "conflict": (0.9487, 0.3162), "order": (0.3162, 0.9487)}
"""Prior means by what a resolution divides by: of length 1, in equal parts or one three times the other."""


class Divisiveness(NamedTuple):
    """How a resolution divides members along the two dimensions of alignment, :math:`a_r`; each 0 or greater."""

    conflict: Number
    order: Number


def alignment(conflict: FloatArray, order: FloatArray, deviation: Deviation, divisiveness: Divisiveness) -> FloatArray:
    r"""Compute the term :math:`a_r \cdot (\theta_i + u_i) + w_{ik}` of a resolution that divides along two dimensions.

    Parameters
    ----------
    conflict : whose side a member is on in this conflict, by its structure; utility.
    order : whose order of the world it prefers, by its structure; utility.
    deviation : from structural alignment along each, and on the topic of the resolution; utility.
    """
    along = divisiveness.conflict * (conflict + deviation.conflict)
    return along + divisiveness.order * (order + deviation.order) + deviation.topic
