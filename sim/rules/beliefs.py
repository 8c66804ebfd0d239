"""Beliefs about enforcement: what members learn from listings, their own and their neighbours'.

The belief that help to the target is punished is the mean of a Beta distribution, updated by trials that end in a
listing or do not (Bernoulli): the conjugate prior of Raiffa & Schlaifer (1961), "Applied Statistical Decision Theory".
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray, Number


def prior_counts(enforcement: Number, strength: Number) -> tuple[Number, Number]:
    """Counts (listings, escapes) of the prior with mean `enforcement` and the weight of `strength` trials."""
    return enforcement * strength, (1.0 - enforcement) * strength


def posterior_mean(listings: FloatArray, escapes: FloatArray) -> FloatArray:
    r"""Mean of the posterior, :math:`q = a / (a + b)`, in [0, 1].

    Parameters
    ----------
    listings, escapes : counts a and b, prior included; greater than 0 together.
    """
    return listings / (listings + escapes)


def listing_chance(visible: FloatArray, effort: Number, listing_rate: Number) -> FloatArray:
    """Chance that a month's help is detected and listed, in [0, 1].

    Parameters
    ----------
    visible : help given in the month, each instrument times its visibility; 0 or greater.
    effort : how hard the coalition enforces, 0 or greater.
    listing_rate : chance at one unit of open help and effort 1.
    """
    return np.minimum(visible * (effort * listing_rate), 1.0)
