"""Aid to the victim: how it responds to the course of the war, to other donors, and to what it has cost so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray, Number


class AidResponses(NamedTuple):
    """How aid responds to its causes; at 0 it does not.

    Parameters
    ----------
    front : change of the logarithm of aid for the part of the victim's territory that the target holds.
    others : aid added, in parts of one's own product, for what others gave of the product of all members; below 0 a
        donor leaves to others what they give.
    fatigue : fall of aid with what a donor has given, per part of its yearly product; 0 or greater.
    """

    front: Number
    others: Number
    fatigue: Number


def adapt_aid(
    meant: FloatArray,
    follows: FloatArray,
    others: FloatArray,
    held: float,
    given: FloatArray,
    responses: AidResponses,
) -> FloatArray:
    r"""Aid of a month: :math:`\max(0, m_i + j_i w_o O_{-i}) e^{w_f F} / (1 + w_c G_i)`; share of yearly product.

    Parameters
    ----------
    meant : aid that a member would give if nothing else counted; share of its yearly product.
    follows : 1 for members that sanction, which look at other donors, else 0.
    others : what others gave in the month before; share of the yearly product of all members.
    held : part of the victim's territory that the target holds, in [0, 1].
    given : what the member has given so far; share of its yearly product.
    """
    wanted = np.maximum(meant + follows * (responses.others * others), 0.0)
    return wanted * (np.exp(responses.front * held) / (1.0 + responses.fatigue * given))
