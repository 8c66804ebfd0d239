"""The decisive term of a member: put at the mean of all members, it costs the most likely action most probability."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.results.explanation import Decisive, MemberOverview, Overview
from sim.rules.choice import ACTIONS
from sim.whatif.explanation.shares import measure_shares
from sim.whatif.explanation.terms import Anatomy, compute_chances

LEAST_LOSS = 0.05
"""Probability that a term has to cost the most likely action, put at its mean, to count as decisive."""


def at_means(anatomy: Anatomy) -> FloatArray | None:
    """Probabilities (number of terms, N, 4) of every member's actions with one term put at its mean over members.

    The mean is that of the members whose votes are not fixed; there is none where all are. Peers keep their stances.
    """
    if not anatomy.is_drawn.any():
        return None
    means = anatomy.arrays[:, anatomy.is_drawn].mean(axis=1, keepdims=True)
    return compute_chances(anatomy.utilities - anatomy.arrays + means)


def find_decisive_terms(anatomy: Anatomy) -> list[Decisive | None]:
    """The decisive term of every member; None where no term costs the most likely action as much as `LEAST_LOSS`."""
    actions = anatomy.counts.argmax(axis=1)
    members = np.arange(len(actions))
    now, changed = compute_chances(anatomy.utilities)[members, actions], at_means(anatomy)
    if changed is None:
        return [None for _ in members]
    kept = changed[:, members, actions]
    return [
        Decisive(
            term=anatomy.terms[term].name,
            probability=float(now[i]),
            at_mean=float(kept[term, i]),
            then_likeliest=ACTIONS[changed[term, i].argmax()],
        )
        if kept[term, i] < now[i] - LEAST_LOSS
        else None
        for i, term in enumerate(kept.argmin(axis=0))
    ]


def summarise_members(anatomy: Anatomy) -> Overview:
    """The most likely action of every member whose vote is not fixed, its decisive term, and what makes them differ."""
    world, chances, from_utilities = anatomy.case.world, anatomy.chances, compute_chances(anatomy.utilities)
    decisive = find_decisive_terms(anatomy)
    members = []
    for i in np.flatnonzero(anatomy.is_drawn):
        action, found = int(anatomy.counts[i].argmax()), decisive[i]
        members.append(
            MemberOverview(
                iso3=world.iso3[i],
                name=world.names[i],
                likeliest=ACTIONS[action],
                probability=float(chances[i, action]),
                decisive=None if found is None else found.term,
                from_utilities=float(from_utilities[i, action]),
                at_mean=None if found is None else found.at_mean,
                then_likeliest=None if found is None else found.then_likeliest,
            )
        )
    members.sort(key=lambda member: (ACTIONS.index(member.likeliest), member.name))
    spec = anatomy.case.spec
    return Overview(
        scenario=spec.title,
        resolution=anatomy.ballot.resolution,
        shares=measure_shares(anatomy),
        members=tuple(members),
    )
