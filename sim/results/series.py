"""The series of the months: what each is called, in what unit, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

FUELS = {
    "crude": "crude oil",
    "products": "oil products",
    "pipeline_gas": "pipeline gas",
    "lng": "liquefied gas",
    "coal": "coal",
}
"""Fuels by their key, and what people call them."""


class Series(NamedTuple):
    """A number per month, of a member or of the whole.

    Parameters
    ----------
    is_amount : whether it adds up over the months, as money does; others are states.
    """

    label: str
    unit: str
    description: str
    is_amount: bool = False


MEMBER_SERIES: Mapping[str, Series] = {
    "alignment_shift": Series(
        "change of alignment",
        "utility",
        "how far alignment has moved since the first month; positive towards the sanctioning side",
    ),
    "dependence": Series("dependence on the target", "utility", "what the target can use as leverage over the member"),
    "dependence_energy": Series("energy dependence", "share", "dependence on the target for energy"),
    "dependence_security": Series("dependence for security", "share", "dependence on the target for security"),
    "isolation": Series("isolation", "share", "part of exposure to the sanctioning side that sanctions have removed"),
    "belief": Series("belief in enforcement", "probability", "belief that secondary sanctions are enforced"),
    "joined": Series("sanctions the target", "probability", "whether the member sanctions the target"),
    "listed": Series("listed", "probability", "whether firms of the member are listed in the month"),
    "helps_target": Series("helps the target", "probability", "whether the member helps the target in any way"),
    "helps_covertly": Series("helps covertly", "probability", "whether it does so covertly"),
    "support_goods": Series("goods", "amount", "dual-use goods and technology passed on to the target"),
    "support_finance": Series("finance", "amount", "finance and payments for the target"),
    "support_arms": Series("arms", "amount", "arms for the target"),
    "support_fighters": Series("fighters", "amount", "fighters for the target"),
    "support_labour": Series("labour", "amount", "labour for the target"),
    "support_territory": Series("territory", "amount", "territory and airspace lent to the target"),
    "recognised": Series("recognition", "probability", "whether the member has recognised the breakaway entity"),
    "diverted": Series(
        "diverted goods", "ratio to before", "growth of what it passes on between the coalition and the target"
    ),
    "rerouted": Series(
        "rerouted exports", "share", "part of its own exports through the target's pipelines that goes another way"
    ),
    "helps_victim": Series("helps the victim", "probability", "whether the member gives the victim aid or arms"),
    "aid": Series("aid to the victim", "million euros", "aid committed to the victim", is_amount=True),
    "arms_to_victim": Series("arms for the victim", "amount", "arms for the victim"),
    "volunteers": Series("volunteers", "probability", "whether volunteers go to the victim"),
    "energy_paid": Series("paid for fuels", "million euros", "what the member pays the target for fuels", True),
}
"""Series over members; the fuels bought come after them."""
WHOLE_SERIES: Mapping[str, Series] = {
    "members_joined": Series("members that sanction", "members", "members that sanction the target"),
    "coverage": Series("coverage", "share", "part of the target's trade that is with members that sanction it"),
    "cost_to_target": Series("cost to the target", "0 to 1", "what that costs the target; convex in the coverage"),
    "effort": Series("enforcement", "0 to 1", "how hard the coalition enforces against third parties"),
    "listings": Series("listings", "members", "members of which firms are listed in the month", is_amount=True),
    "helpers": Series("helpers of the target", "members", "members that help the target openly, at least in part"),
    "aid": MEMBER_SERIES["aid"],
    "revenue": Series("fuel revenue", "million euros", "what the target earns from fuels", is_amount=True),
    "helpers_covert": Series("covert helpers of the target", "members", "members that help the target covertly"),
    "helpers_of_victim": Series("helpers of the victim", "members", "members that help the victim"),
}
"""Series of the whole; those of the fuels come after them."""
OF_FUELS: Mapping[str, Series] = {
    "energy": Series("{fuel} bought", "kilotonnes", "{fuel} bought from the target", is_amount=True),
    "sold": Series("{fuel} sold", "kilotonnes", "{fuel} that the target sells", is_amount=True),
    "unsold": Series("{fuel} unsold", "kilotonnes", "{fuel} that the target could sell and does not", is_amount=True),
    "discount": Series("discount on {fuel}", "share", "discount at which the target sells {fuel}"),
}
"""Series of each fuel, by the word before its key."""


def series_of(name: str) -> Series:
    """What a series is, by its key.

    Examples
    --------
    >>> series_of("unsold_crude").label, series_of("helpers").unit
    ('crude oil unsold', 'members')

    Raises
    ------
    KeyError : there is no such series.
    """
    known = MEMBER_SERIES.get(name) or WHOLE_SERIES.get(name)
    if known is not None:
        return known
    head, _, fuel = name.partition("_")
    kind, called = OF_FUELS[head], FUELS[fuel]
    return kind._replace(label=kind.label.format(fuel=called), description=kind.description.format(fuel=called))
