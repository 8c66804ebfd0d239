"""Whether a resolution is adopted: the Assembly counts those present and voting, and abstainers do not vote.

Charter of the United Nations, Article 18; rules of procedure of the General Assembly, rules 83, 85 and 86 (A/520).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray

AdoptionRule = Literal["majority", "two-thirds"]

ADOPTION_RULES: tuple[AdoptionRule, ...] = get_args(AdoptionRule)


def is_adopted(support: NDArray[np.integer], oppose: NDArray[np.integer], rule: AdoptionRule) -> BoolArray:
    """Whether the votes for a resolution are as many as a rule demands of those cast for or against it.

    Parameters
    ----------
    support, oppose : votes for and against; any shape.
    rule : ``"majority"``: more for than against. ``"two-thirds"``: at least twice as many for as against, and one for.
    """
    if rule == "majority":
        return np.asarray(support) > np.asarray(oppose)
    return (np.asarray(support) >= 2 * np.asarray(oppose)) & (np.asarray(support) > 0)
