"""Help to either side as a quantity, instrument by instrument: how much of what a member could give it gives.

**Amount.** Many firms, banks or agencies of a member could give an instrument. Each gives it openly, covertly or not
at all, by a logit (McFadden 1974). The part that gives it is odds / (1 + odds), with

    odds = ability x exp(readiness + leaning - noise) x premium x (S(1) + k S(s))

Ability is what the instrument takes, in [0, 1]. The premium rises with what the target lacks (`sim.rules.rerouting`).
S(v) = exp(-v H) is what survives the expected punishment H of open help (`sim.rules.beliefs`) at visibility v: 1 in
the open, s under cover. Cover costs too: k = exp(-concealment). More enforcement therefore lowers each amount
smoothly, and a premium makes up for it where something is scarce.

**Open or covert** follows from the two costs: the part given openly is S(1) / (S(1) + k S(s)). Members with nothing
to lose help in the open, exposed ones under cover.

Ability, readiness and the visibility of cover are declared, so the level of help is assumed. Who gives how much, and
how it changes, follows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray, Number

INSTRUMENTS = ("goods", "finance", "arms", "fighters", "labour", "territory", "recognition")
"""Help to the target other than buying its energy. Recognition is an act: it is open, and done once for all."""

PAID = ("goods", "arms", "fighters", "labour")
"""Help that the target pays for, so that it needs open ways of payment."""

PRIVATE = ("goods", "finance")
"""Help given by firms and banks, on whom the side of their government has only part of its weight: goods leak even from
members that sanction."""

MOST = 300.0
"""Utility beyond which odds are as good as certain; their products stay finite."""

HELPS_FROM = 0.25
"""Part of what it could give of some instrument from which a member counts as one that helps."""


class LeaningWeights(NamedTuple):
    """Weight of each reason to help the target, 0 or greater; utility."""

    alignment: Number
    dependence: Number
    isolation: Number


def leaning(
    alignment: FloatArray, dependence: FloatArray, isolation: FloatArray, weights: LeaningWeights
) -> FloatArray:
    r"""Utility of helping the target, common to all instruments:
    :math:`-w_\theta \theta_i + w_D D_i + w_I I_i`; utility.

    Parameters
    ----------
    alignment : positive towards the sanctioning side.
    dependence : what the target can withhold, 0 or greater.
    isolation : in [0, 1].
    """
    return weights.dependence * dependence - weights.alignment * alignment + weights.isolation * isolation


class Survival(NamedTuple):
    """What survives the expected punishment.

    Parameters
    ----------
    odds : factor on the odds of helping, open and covert help together.
    opened : part of the help that is open, in [0, 1].
    seen : part of it that is seen, in [0, 1].
    """

    odds: FloatArray
    opened: FloatArray
    seen: FloatArray


def survive(punishment: FloatArray, visibility: Number, concealment: Number) -> Survival:
    """Help that survives the expected punishment.

    Parameters
    ----------
    punishment : expected cost of a month of open help, 0 or greater; utility.
    visibility : part of covert help that is seen, in [0, 1].
    concealment : cost of helping under cover, 0 or greater; utility.
    """
    punishment = np.minimum(punishment, MOST)
    openly, covertly = np.exp(-punishment), np.exp(-concealment - visibility * punishment)
    odds = openly + covertly
    opened = openly / odds
    return Survival(odds, opened, visibility + (1.0 - visibility) * opened)


def compute_odds(utility: FloatArray) -> FloatArray:
    """Odds of acting, from the utility of it; utilities beyond `MOST` count as that."""
    return np.exp(np.minimum(utility, MOST))


def compute_part_given(odds: FloatArray) -> FloatArray:
    """Part of what could be given that is given, in [0, 1], from the odds of giving it."""
    return odds / (1.0 + odds)


def gate(finance: Number, closed: Number, without_finance: Number) -> Number:
    """Part of paid help that arrives, in [0, 1]: all of it, unless payments are closed and the member finances none.

    Parameters
    ----------
    finance : part of the finance that it could give, in [0, 1].
    closed : 1 where sanctions close the usual ways of payment, else 0.
    without_finance : part that arrives without finance, in [0, 1].
    """
    return 1.0 - closed * (1.0 - without_finance) * (1.0 - finance)
