"""The term that is decisive for a member: put at the mean of all members, it costs the likeliest action most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.evaluation.summary import frequencies
from sim.rules.choice import ACTIONS
from sim.whatif.terms import Anatomy, chances_of

FloatArray = NDArray[np.float64]

LEAST_LOSS = 0.05
"""Probability that a term has to cost the likeliest action, put at its mean, to count as decisive."""


@dataclass(frozen=True)
class Decisive:
    """The term that sets a member apart most: at the mean of all members, its likeliest action loses most.

    Parameters
    ----------
    term : place of the term among the anatomy's; -1 where none costs the likeliest action as much as `LEAST_LOSS`.
    probability : of the likeliest action, from the utilities.
    at_mean : the same with this term as it is for the mean of the members whose vote is drawn.
    then : action code that is the likeliest then.
    """

    term: int
    probability: float
    at_mean: float
    then: int


def at_means(anatomy: Anatomy) -> FloatArray:
    """Probabilities (number of terms, N, 4) of every member's actions with one term put at its mean over members.

    The mean is that of the members whose vote is drawn. Peers are held where they are.
    """
    means = anatomy.arrays[:, anatomy.is_drawn].mean(axis=1, keepdims=True)
    return chances_of(anatomy.utilities - anatomy.arrays + means)


def decisive_terms(anatomy: Anatomy) -> list[Decisive]:
    """The decisive term of every member."""
    actions = anatomy.counts.argmax(axis=1)
    members = np.arange(len(actions))
    now, otherwise = chances_of(anatomy.utilities)[members, actions], at_means(anatomy)
    left = otherwise[:, members, actions]
    lowest = left.argmin(axis=0)
    return [
        Decisive(
            int(lowest[i]) if left[lowest[i], i] < now[i] - LEAST_LOSS else -1,
            float(now[i]),
            float(left[lowest[i], i]),
            int(otherwise[lowest[i], i].argmax()),
        )
        for i in members
    ]


def overview_rows(anatomy: Anatomy) -> list[dict[str, object]]:
    """A row per member whose vote is drawn: its likeliest action, and the term that is decisive for it."""
    world, chances = anatomy.case.world, frequencies(anatomy.counts)
    rows: list[dict[str, object]] = []
    for i, decisive in enumerate(decisive_terms(anatomy)):
        if not anatomy.is_drawn[i]:
            continue
        action, is_found = int(anatomy.counts[i].argmax()), decisive.term >= 0
        rows.append(
            {
                "iso3": world.iso3[i],
                "name": world.names[i],
                "likeliest": ACTIONS[action],
                "probability": float(chances[i, action]),
                "decisive": anatomy.terms[decisive.term].name if is_found else None,
                "from_utilities": decisive.probability,
                "at_mean": decisive.at_mean if is_found else None,
                "then_likeliest": ACTIONS[decisive.then] if is_found else None,
            }
        )
    return sorted(rows, key=lambda row: (ACTIONS.index(str(row["likeliest"])), row["name"]))
