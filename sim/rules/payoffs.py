"""What each action is worth to a member: the utilities of random-utility choice (McFadden 1974).

Arrays may have any shape that broadcasts; the last axis is the member. A utility of 1 is one unit of log-odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.arrays import FloatArray


class Utilities(NamedTuple):
    """Utility of each action, in the order in which a draw selects an action."""

    oppose: FloatArray
    absent: FloatArray
    abstain: FloatArray
    support: FloatArray


def sum_weighted(channels: Mapping[str, FloatArray], weights: Mapping[str, float | FloatArray]) -> FloatArray:
    """Sum channels times weights in the order of `weights`, so that one member and many give the same bits."""
    return sum_in_order({name: weight * channels[name] for name, weight in weights.items()})


def sum_in_order(parts: Mapping[str, FloatArray]) -> FloatArray:
    """Sum parts in their order.

    Raises
    ------
    ValueError : there are no parts.
    """
    total: FloatArray | None = None
    for part in parts.values():
        total = part if total is None else total + part
    if total is None:
        raise ValueError("no weights")
    return total


def compute_leverage(dependence: FloatArray, exponent: float | FloatArray) -> FloatArray:
    r"""What a dependence is worth to the target, :math:`D_{ik}^{\epsilon}`, in [0, 1].

    With an exponent below 1 the first part of a dependence counts most: a tenth of a member's fuel is already a reason
    for caution, while nine tenths instead of eight hardly add to it.

    Parameters
    ----------
    dependence : in [0, 1].
    exponent : :math:`\epsilon`, greater than 0; 1 is proportional.
    """
    # The square root is exact, and `power` does not depend on the shape: one member and many give the same bits.
    return np.sqrt(dependence) if np.all(exponent == 0.5) else np.power(dependence, exponent)


def compute_isolation_share(lost: FloatArray, exposure: FloatArray) -> FloatArray:
    """Part of the exposure already lost to sanctions in force, in [0, 1]; 0 for a member without exposure."""
    known = exposure > 0
    return np.where(known, np.minimum(lost / np.where(known, exposure, 1.0), 1.0), 0.0)


def sanction_risk(enforcement: float | FloatArray, exposure: FloatArray, isolation: FloatArray) -> FloatArray:
    r"""Expected sanctions :math:`S_i = q_i E_i (1 - I_i)`: belief, exposure, and the part of it not yet lost.

    A member already cut off (isolation 1) has nothing left to lose and cannot be deterred.
    """
    return enforcement * exposure * (1.0 - isolation)


UtilityTerms = Mapping[str, Mapping[str, FloatArray | float]]
"""Term to action to what the term adds to the action's utility; actions that a term does not change are left out."""


def sum_terms(terms: UtilityTerms) -> Utilities:
    """Sum terms to utilities in their order, so that one member and many give the same bits."""
    sums: dict[str, FloatArray | float] = {}
    for term in terms.values():
        for action, value in term.items():
            sums[action] = sums[action] + value if action in sums else value
    return Utilities(**sums)  # type: ignore[arg-type]


def compute_utility_terms(
    alignment: FloatArray,
    severity: float | FloatArray,
    dependence: FloatArray,
    sanction_risk: FloatArray,
    grievance: FloatArray,
    emptiness: FloatArray,
    parameters: Mapping[str, float | FloatArray],
) -> UtilityTerms:
    r"""Utility of each action to a member before it looks at its peers, term by term.

    .. math::
        U(support) &= (a_r \theta_i - \lambda_r) - h_r D_i \\
        U(abstain) &= b_{abstain} - h_r \rho(abstain) D_i - k_r \tau(abstain) S_i \\
        U(absent)  &= b_{absent} + c x_i - h_r \rho(absent) D_i - k_r \tau(absent) S_i \\
        U(oppose)  &= -(a_r \theta_i - \lambda_r) + g I_i - k_r S_i

    Parameters
    ----------
    alignment : :math:`a_r \theta_i`, positive towards the sanctioning side.
    severity : :math:`\lambda_r`, how costly the resolution is to support.
    dependence : :math:`h_r D_i >= 0`, weighted over channels and times the target's threat.
    sanction_risk : :math:`k_r S_i >= 0`, times the threat of the sanctioning side.
    grievance : :math:`g I_i >= 0`.
    emptiness : :math:`b_{absent} + c x_i`.
    parameters : needs ``abstain_bias`` and the shapes ``retaliation_*`` (:math:`\rho`) and ``sanction_*``
        (:math:`\tau`), in [0, 1], with retaliation_absent <= retaliation_abstain and
        sanction_abstain <= sanction_absent.
    """
    return {
        "alignment": {"oppose": -alignment, "support": alignment},
        "severity": {"oppose": severity, "support": -severity},
        "emptiness": {"absent": emptiness},
        "abstain_bias": {"abstain": parameters["abstain_bias"]},
        "dependence": {
            "absent": -(parameters["retaliation_absent"] * dependence),
            "abstain": -(parameters["retaliation_abstain"] * dependence),
            "support": -dependence,
        },
        "grievance": {"oppose": grievance},
        "sanction_risk": {
            "oppose": -sanction_risk,
            "absent": -(parameters["sanction_absent"] * sanction_risk),
            "abstain": -(parameters["sanction_abstain"] * sanction_risk),
        },
    }


def own_terms(added: Mapping[str, FloatArray | float]) -> UtilityTerms:
    """The terms of a scenario's own that add to an action.

    Parameters
    ----------
    added : ``support``, which takes as much from opposing as it adds to supporting, and ``abstain``; utility.
    """
    terms: dict[str, Mapping[str, FloatArray | float]] = {}
    if "support" in added:
        terms["own_support"] = {"oppose": -added["support"], "support": added["support"]}
    if "abstain" in added:
        terms["own_abstain"] = {"abstain": added["abstain"]}
    return terms
