r"""Secondary sanctions in one unit: listings per month of open help, at the effort that is announced.

**Hazard.** A month in which a member gives visible help v, while the coalition enforces with effort e, has its firms
listed with hazard :math:`\lambda e f v`: the rate of the record, the effort, the part f of it that is carried out.

**Belief.** Members see the announced effort; what they do not know is the rate at which it is carried out. Their
belief about it is a Gamma distribution over the rate, with mean a / b, the conjugate prior of counts (Gelman et al.
2013, "Bayesian Data Analysis", 2.6): a listing adds to a, a month of help tried under some effort adds to b. Both are
added of the member itself and of the members like it, so those that do not help learn too. A bluff (f = 0) therefore
works until enough months of help have gone unpunished.

**Punishment.** What a month of open help costs in expectation: :math:`H_i = c q_i e E_i (1 - I_i)`, the cost c of a
listing to a member with everything to lose, times the believed hazard, times what it has left to lose. Help seen in
part costs that part. Members that are cut off have nothing left to lose (H = 0) and cannot be deterred.

**Assumed.** :math:`\lambda` is the rate of listings among helping members on record, and c has no source. Until a
dated change of enforcement has been scored, both are assumptions: every run draws its own values around them.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray, Number

ASSUMED = ("listing_rate", "listing_cost")
"""Parameters that every run draws around their value, because no data fix their size."""


def spread_assumption(value: Number, noise: Number, spread: Number) -> Number:
    """Spread an assumed value over runs: log-logistic around `value`, its median.

    Parameters
    ----------
    noise : logit noise of scale 1, one number per run.
    spread : scale of the logarithm; 0 leaves the value as it is. 90 % of the values are within exp(2.94 `spread`).
    """
    return value * np.exp(spread * noise)


def compute_prior_counts(rate: FloatArray, strength: Number) -> tuple[FloatArray, FloatArray]:
    """Counts (listings, months of help) of a prior with mean `rate` and the weight of `strength` months of help."""
    return rate * strength, strength + np.zeros_like(rate)


def compute_posterior_mean(listings: FloatArray, months: FloatArray) -> FloatArray:
    r"""Mean of the posterior, :math:`q = a / b`; listings per month of open help.

    Parameters
    ----------
    listings, months : counts a and b, prior included; b is greater than 0.
    """
    return listings / months


def compute_expected_punishment(belief: FloatArray, effort: Number, at_stake: FloatArray, cost: Number) -> FloatArray:
    """Expected cost of a month of open help, 0 or greater; utility.

    Parameters
    ----------
    belief : believed listings per month of open help at effort 1.
    effort : how hard the coalition has announced to enforce, 0 or greater.
    at_stake : exposure to the coalition that is not lost yet, in [0, 1].
    cost : of a listing to a member with exposure 1; utility.
    """
    return (cost * effort) * (belief * at_stake)


def compute_listing_chance(hazard: FloatArray) -> FloatArray:
    """Chance that a month's help is listed, from its hazard: 1 - exp(-hazard), in [0, 1]."""
    return -np.expm1(-hazard)
