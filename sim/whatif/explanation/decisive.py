"""The term that is decisive for a member: put at the mean of all members, it costs the likeliest action most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.rules.choice import ACTIONS
from sim.whatif.explanation.terms import Anatomy, chances_of

LEAST_LOSS = 0.05
"""Probability that a term has to cost the likeliest action, put at its mean, to count as decisive."""


@dataclass(frozen=True)
class Decisive:
    """The term that sets a member apart most: at the mean of all members, its likeliest action loses most.

    Parameters
    ----------
    term : place of the term among the anatomy's.
    probability : of the likeliest action, from the utilities.
    at_mean : the same with this term as it is for the mean of the members whose vote is drawn.
    then : action code that is the likeliest then.
    """

    term: int
    probability: float
    at_mean: float
    then: int


def at_means(anatomy: Anatomy) -> FloatArray | None:
    """Probabilities (number of terms, N, 4) of every member's actions with one term put at its mean over members.

    The mean is that of the members whose vote is drawn; there is none where every vote is given. Peers are held
    where they are.
    """
    if not anatomy.is_drawn.any():
        return None
    means = anatomy.arrays[:, anatomy.is_drawn].mean(axis=1, keepdims=True)
    return chances_of(anatomy.utilities - anatomy.arrays + means)


def decisive_terms(anatomy: Anatomy) -> list[Decisive | None]:
    """The decisive term of every member; None where no term costs the likeliest action as much as `LEAST_LOSS`."""
    actions = anatomy.counts.argmax(axis=1)
    members = np.arange(len(actions))
    now, otherwise = chances_of(anatomy.utilities)[members, actions], at_means(anatomy)
    if otherwise is None:
        return [None for _ in members]
    left = otherwise[:, members, actions]
    lowest = left.argmin(axis=0)
    return [
        Decisive(int(term), float(now[i]), float(left[term, i]), int(otherwise[term, i].argmax()))
        if left[term, i] < now[i] - LEAST_LOSS
        else None
        for i, term in enumerate(lowest)
    ]


OVERVIEW = (
    "iso3",
    "name",
    "likeliest",
    "probability",
    "decisive",
    "from_utilities",
    "at_mean",
    "then_likeliest",
)
"""The keys of the rows of `overview_rows`."""


def overview_rows(anatomy: Anatomy) -> list[dict[str, object]]:
    """A row per member whose vote is drawn: its likeliest action, and the term that is decisive for it."""
    world, chances, from_utilities = anatomy.case.world, anatomy.chances, chances_of(anatomy.utilities)
    decisive = decisive_terms(anatomy)
    rows: list[dict[str, object]] = []
    for i in np.flatnonzero(anatomy.is_drawn):
        action, term = int(anatomy.counts[i].argmax()), decisive[i]
        row = (
            world.iso3[i],
            world.names[i],
            ACTIONS[action],
            float(chances[i, action]),
            None if term is None else anatomy.terms[term.term].name,
            float(from_utilities[i, action]),
            None if term is None else term.at_mean,
            None if term is None else ACTIONS[term.then],
        )
        rows.append(dict(zip(OVERVIEW, row, strict=True)))
    return sorted(rows, key=lambda row: (ACTIONS.index(str(row["likeliest"])), row["name"]))
