"""A vote of all members that has the counts of a headline, as likely as can be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.rules.choice import ABSENT
from sim.runner.result import VoteResult, frequencies
from sim.summaries.tallies import CODES, SPLIT

MOST_EXACT = 500
"""Members up to which the most likely vote is found exactly; the time grows with the cube of their number."""


def seat_members(vote: VoteResult, split: Mapping[str, float]) -> NDArray[np.intp]:
    """Action codes (N,) of the most likely vote with the counts of a split; -1 of members that may not vote.

    Members whose own most likely action is support can be many more than the median of those that support. The vote
    here maximises the product of the members' probabilities among those with the counts. The remaining members are
    absent.

    Parameters
    ----------
    split : members that support, abstain and oppose; rounded as they are written.
    """
    actions = np.full(len(vote.is_voter), -1, dtype=np.intp)
    voters = np.flatnonzero(vote.is_voter)
    chances = np.log(frequencies(vote.counts)[voters])
    seats = np.repeat([CODES[name] for name in SPLIT], [round(split[name]) for name in SPLIT])[: len(voters)]
    seats = np.concatenate([seats, np.full(len(voters) - len(seats), ABSENT)])
    actions[voters] = _match(chances, seats) if len(voters) <= MOST_EXACT else _fill(chances, seats)
    return actions


def _match(chances: NDArray[np.floating], seats: NDArray[np.intp]) -> NDArray[np.intp]:
    """The seats in the order of the members, such that the sum of log probabilities is greatest."""
    from scipy.optimize import linear_sum_assignment

    _, place = linear_sum_assignment(chances[:, seats], maximize=True)
    return np.asarray(seats[place])


def _fill(chances: NDArray[np.floating], seats: NDArray[np.intp]) -> NDArray[np.intp]:
    """The same for many members, nearly: the surest pairs of member and action first, while there are seats."""
    left = np.bincount(seats, minlength=chances.shape[1])
    found = np.full(len(chances), -1, dtype=np.intp)
    for pair in np.argsort(-chances, axis=None, kind="stable"):
        member, action = divmod(int(pair), chances.shape[1])
        if found[member] < 0 and left[action]:
            found[member] = action
            left[action] -= 1
    return found
