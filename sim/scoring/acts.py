"""Whether the members that are known to have helped are those that a run holds likeliest to help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.scoring.published import Act


@dataclass(frozen=True)
class Discrimination:
    """One instrument: helpers that are documented against all other members.

    Parameters
    ----------
    instrument : goods, arms and so on.
    actors : codes of the documented helpers.
    among_actors, among_others : mean simulated level.
    ranked_above : probability that a documented helper is held likelier than another member, ties counting half (the
        area under the ROC curve: Mann & Whitney's U over all pairs); 0.5 is chance. Members that were never found out
        count as others.
    """

    instrument: str
    actors: tuple[str, ...]
    among_actors: float
    among_others: float
    ranked_above: float

    def document(self) -> dict[str, object]:
        """The scores by name."""
        return asdict(self)


def score_acts(
    support: Mapping[str, FloatArray], members: Sequence[str], acts: Sequence[Act], side: str
) -> tuple[Discrimination, ...]:
    """Compare simulated help with documented acts, one instrument after another.

    A member's level is its highest of any month: most acts are dated when they became known, not when they began.

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
                actors=tuple(code for code in members if code in helpers),
                among_actors=float(yes.mean()),
                among_others=float(no.mean()),
                ranked_above=float(pairs_above) / (yes.size * no.size),
            )
        )
    return tuple(scores)
