"""What people call the quantities of a world: on axes, in tables and in explanations."""

from __future__ import annotations

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "dependence.energy": "energy dependence on the target",
    "dependence.arms": "arms dependence on the target",
    "dependence.food": "food dependence on the target",
    "dependence.trade": "trade dependence on the target",
    "dependence.security": "dependence on the target for security",
    "dependence.aid": "aid from the target",
    "dependence.finance": "financial dependence on the target",
    "exposure.trade": "trade exposure to the sanctioning side",
    "exposure.finance": "financial exposure to the sanctioning side",
    "exposure.aid": "aid from the sanctioning side",
    "isolation": "isolation by sanctions in force",
    "alignment.consultation": "consultation pact with the target",
    "alignment.organisations": "organisations shared with the target",
    "alignment.security": "security ties with the sanctioning side",
    "alignment.leaning": "leaning of its groups",
    "alignment.ideal_point": "ideal point",
    "alignment.democracy": "liberal democracy",
    "alignment.contested_texts": "stance on resolutions the target backed",
    "absence.record": "earlier absences",
    "absence.topic": "earlier absences on votes about the target",
    "absence.small": "small population",
    "absence.poverty": "low income",
    "absence.autocracy": "lack of liberal democracy",
    "absence.arrears": "arrears to the United Nations",
    "position": "position that its votes reveal",
    "drift": "change of alignment over the months",
    "severity": "severity of the resolution",
    "sanction_risk": "sanction risk",
    "grievance": "grievance of the isolated",
    "absent_bias": "base utility of absence",
    "abstain_bias": "base utility of abstaining",
    "peers": "peers",
    "belief": "belief in enforcement",
}
"""Labels of what a ``[[change]]`` may edit, and of the other terms of a member's utilities."""


def label_quantity(name: str) -> str:
    """What people call a quantity; its name where it has no label, as a column of a user's own.

    Examples
    --------
    >>> label_quantity("alignment.contested_texts")
    'stance on resolutions the target backed'
    """
    return LABELS.get(name, name)
