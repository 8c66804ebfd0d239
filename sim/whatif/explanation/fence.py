"""The members on the fence: those nearest to another action, what holds them, and what draws them away."""

from __future__ import annotations

import numpy as np

from sim.results.explanation import Fence, FenceMember
from sim.rules.choice import ACTIONS
from sim.whatif.explanation.decisive import at_means
from sim.whatif.explanation.terms import Anatomy, compute_chances


def list_fence(anatomy: Anatomy, count: int) -> Fence:
    """The members without a fixed vote whose two most common actions are nearest to each other in share of runs.

    What holds a member is the term whose replacement by the mean of the members narrows its lead most; what draws it
    away is the term whose replacement widens it most.

    Parameters
    ----------
    count : how many members are listed.
    """
    world, chances, changed = anatomy.case.world, anatomy.chances, at_means(anatomy)
    now = compute_chances(anatomy.utilities)
    found = []
    for i in np.flatnonzero(anatomy.is_drawn):
        assert changed is not None  # as some vote is drawn
        rival, first = np.argsort(chances[i], kind="stable")[-2:]
        gained = (changed[:, i, first] - changed[:, i, rival]) - (now[i, first] - now[i, rival])
        held, drawn = int(gained.argmin()), int(gained.argmax())
        found.append(
            FenceMember(
                iso3=world.iso3[i],
                name=world.names[i],
                likeliest=ACTIONS[first],
                probability=float(chances[i, first]),
                next=ACTIONS[rival],
                probability_of_next=float(chances[i, rival]),
                apart=float(chances[i, first] - chances[i, rival]),
                held_by=anatomy.terms[held].name if gained[held] < 0 else None,
                without=float(gained[held]) if gained[held] < 0 else None,
                drawn_by=anatomy.terms[drawn].name if gained[drawn] > 0 else None,
            )
        )
    found.sort(key=lambda member: (member.apart, member.name))
    return Fence(
        scenario=anatomy.case.spec.title,
        resolution=anatomy.ballot.resolution,
        replicates=anatomy.replicates,
        members=tuple(found[:count]),
    )
