"""Alignment: where a member is between target and senders, by its structure and by what its votes reveal beyond it."""

from __future__ import annotations

from typing import NamedTuple

from sim.arrays import FloatArray, Number
from sim.rules.positions import Deviation

DAYS_PER_YEAR = 365.25
DIVISIVENESS_PRIORS = {"both": (0.7071, 0.7071), "conflict": (0.9487, 0.3162), "order": (0.3162, 0.9487)}
"""Means by what a text divides by, as its words say: of length 1, in equal parts or one thrice the other."""


class Divisiveness(NamedTuple):
    """How a resolution divides members along the two dimensions of alignment, :math:`a_r`; each 0 or greater."""

    conflict: Number
    order: Number


def alignment(conflict: FloatArray, order: FloatArray, deviation: Deviation, divisiveness: Divisiveness) -> FloatArray:
    r"""The term :math:`a_r \cdot (\theta_i + u_i) + w_{ik}` of a resolution that divides along two dimensions.

    Parameters
    ----------
    conflict : whose side a member is on in this conflict, by its structure; utility.
    order : whose order of the world it prefers, by its structure; utility.
    deviation : how far it is from there along each, and on the resolution's topic; utility.
    """
    along = divisiveness.conflict * (conflict + deviation.conflict)
    return along + divisiveness.order * (order + deviation.order) + deviation.topic
