"""Whether a run predicts help from the members that are known to have helped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.results.scores_of_months import Discrimination
from sim.scoring.published import Act


def score_acts(
    support: Mapping[str, FloatArray], members: Sequence[str], acts: Sequence[Act], side: str
) -> list[Discrimination]:
    """Compare simulated help with documented acts, one instrument after another.

    The share of pairs in which a helper ranks above another member is the area under the ROC curve: Mann & Whitney's U
    over all pairs. A member's level is its highest of all months, because most acts are dated when they became known,
    not when they began.

    Parameters
    ----------
    support : probability or amount of help by instrument, (T, N).
    side : ``target`` or ``victim``.
    """
    from scipy.stats import mannwhitneyu  # takes a tenth of a second to import

    scores = []
    for instrument, level in support.items():
        helpers = {act.iso3 for act in acts if (act.side, act.instrument) == (side, instrument)} & set(members)
        if not helpers or len(helpers) == len(members):
            continue
        reached = level.max(axis=0)
        acted = np.array([code in helpers for code in members])
        yes, no = reached[acted], reached[~acted]
        pairs_above = mannwhitneyu(yes, no, method="asymptotic").statistic
        scores.append(
            Discrimination(
                instrument=instrument,
                actors=[code for code in members if code in helpers],
                among_actors=float(yes.mean()),
                among_others=float(no.mean()),
                ranked_above=float(pairs_above) / (yes.size * no.size),
            )
        )
    return scores
