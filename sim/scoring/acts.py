"""Whether a run predicts help from the members that are known to have helped, and how openly they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.results.scores_of_months import Discrimination, Openness
from sim.scoring.orderings import rank_above
from sim.scoring.published import Act


def score_acts(
    support: Mapping[str, FloatArray],
    abilities: Mapping[str, FloatArray],
    members: Sequence[str],
    acts: Sequence[Act],
    side: str,
) -> list[Discrimination]:
    """Compare simulated help with documented acts, one instrument after another.

    A member's level is its highest of all months, because most acts are dated when they became known, not when they
    began.

    Parameters
    ----------
    support : probability or amount of help by instrument, (T, N).
    abilities : what members could give by instrument, in any unit, (N,).
    side : ``target`` or ``victim``.
    """
    scores = []
    for instrument, level in support.items():
        helpers = {act.iso3 for act in acts if (act.side, act.instrument) == (side, instrument)} & set(members)
        if not helpers or len(helpers) == len(members):
            continue
        reached = level.max(axis=0)
        acted = np.array([code in helpers for code in members])
        scores.append(
            Discrimination(
                instrument=instrument,
                actors=[code for code in members if code in helpers],
                among_actors=float(reached[acted].mean()),
                among_others=float(reached[~acted].mean()),
                ranked_above=rank_above(reached, acted),
                ability_ranked_above=rank_above(abilities[instrument], acted),
            )
        )
    return scores


def score_openness(open_part: FloatArray, members: Sequence[str], acts: Sequence[Act]) -> Openness | None:
    """Compare how openly members help with how openly they are known to have helped; None without acts of both kinds.

    Parameters
    ----------
    open_part : part of each member's help to the target that is open, (N,).
    acts : those that help the target count, each once.
    """
    known = [act for act in acts if act.side == "target" and act.iso3 in members]
    parts = np.array([open_part[members.index(act.iso3)] for act in known])
    is_open = np.array([act.openness == "open" for act in known], dtype=bool)
    if not is_open.any() or is_open.all():
        return None
    return Openness(
        open_acts=int(is_open.sum()),
        covert_acts=int((~is_open).sum()),
        open_part_of_open=float(parts[is_open].mean()),
        open_part_of_covert=float(parts[~is_open].mean()),
        ranked_above=rank_above(parts, is_open),
    )
