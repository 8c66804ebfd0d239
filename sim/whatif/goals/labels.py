"""What people call the levers of a goal, without the keys that their names in the file have."""

from __future__ import annotations

from sim.specs import Scenario
from sim.specs.goal.levers import AttributeLever, DateLever, GoalLever, JoinLever, LeaveLever, NumberLever
from sim.specs.labels import OF_EVENT, label_attribute, label_edit, label_key


def label_lever(lever: GoalLever, base: Scenario) -> str:
    """What people call a lever.

    Parameters
    ----------
    base : the scenario of the goal, whose events and votes are named.
    """
    match lever:
        case NumberLever():
            return label_key(lever.key, base)
        case DateLever():
            return f"{label_key(lever.key, base)}, moved by months"
        case AttributeLever():
            return label_edit(lever.edit, label_attribute(lever.attribute, base), ", ".join(lever.members))
        case JoinLever() | LeaveLever():
            whole = label_key(lever.key, base).removesuffix(f": {OF_EVENT['members']}")
            return f"{lever.kind} the {whole}: {', '.join(lever.members)}"
    return lever.name
