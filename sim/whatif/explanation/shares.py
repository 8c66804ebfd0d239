"""How much of the difference between members each mechanism makes: structure, what earlier votes reveal, and peers."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.case.ballot import WEIGHTS
from sim.results.explanation import MechanismKind, MechanismShare
from sim.rules.choice import OPPOSE, SUPPORT
from sim.whatif.explanation.terms import Anatomy, Term

GROUPED = {name: kind for kind in ("conflict", "order") for name in WEIGHTS[kind]}
"""Terms that are one mechanism together: the inputs of either dimension of alignment."""
KINDS: dict[str, MechanismKind] = {"position": "revealed", "peers": "peers"}
"""What a mechanism is where it is not structure."""


def measure_shares(anatomy: Anatomy) -> tuple[MechanismShare, ...]:
    r"""Share of each mechanism in the variance between members of what speaks for supporting over opposing.

    With :math:`d_{mi}` what mechanism m adds to support less what it adds to opposing, and :math:`d_i` their sum, the
    share is :math:`cov(d_m, d) / var(d)` over the members whose votes are not fixed. Shares add up to 1. One is below 0
    where a mechanism works against the others. There is none where members do not differ.
    """
    added: dict[str, FloatArray] = {}
    for term in anatomy.terms:
        values = _for_support(term)[anatomy.is_drawn]
        name = GROUPED.get(term.name, term.name)
        added[name] = added.get(name, 0.0) + values
    total = np.sum(list(added.values()), axis=0)
    variance = float(total.var()) if total.size else 0.0
    if variance == 0.0:
        return ()
    return tuple(
        MechanismShare(
            mechanism=name,
            kind=KINDS.get(name, "structure"),
            share=float(np.mean((values - values.mean()) * total) / variance),
            deviation=float(values.std()),
        )
        for name, values in added.items()
        if np.ptp(values) > 0.0
    )


def _for_support(term: Term) -> FloatArray:
    array = term.array()
    return array[:, SUPPORT] - array[:, OPPOSE]
