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
    "belief": Series(
        "belief in enforcement",
        "listings per month of open help",
        "rate of listings that the member expects for open help, at the announced effort 1",
    ),
    "joined": Series("sanctions the target", "probability", "whether the member sanctions the target"),
    "trade_closed": Series(
        "trade closed", "share", "part of its exports to the target that the member's sanctions have ended"
    ),
    "listed": Series("listed", "probability", "whether firms of the member are listed in the month"),
    "helps_target": Series(
        "helps the target", "probability", "whether the member gives at least a quarter of what it could of some help"
    ),
    "helps_covertly": Series("helps the target covertly", "probability", "whether it gives that much under cover"),
    "open_part": Series(
        "open part of help to the target", "share", "part of its help to the target that the member gives openly"
    ),
    "visible_help": Series(
        "visible help to the target", "months of open help", "how much open help its help of the month looks like"
    ),
    "support_goods": Series(
        "goods for the target", "part of what it could", "dual-use goods and technology passed on to the target"
    ),
    "support_finance": Series("finance for the target", "part of what it could", "finance and payments for the target"),
    "support_arms": Series("arms for the target", "part of what it could", "arms for the target"),
    "support_fighters": Series("fighters for the target", "part of what it could", "fighters for the target"),
    "support_labour": Series("labour for the target", "part of what it could", "labour for the target"),
    "support_territory": Series(
        "territory for the target", "part of what it could", "territory and airspace lent to the target"
    ),
    "recognised": Series(
        "recognition of the breakaway entity", "probability", "whether the member has recognised the breakaway entity"
    ),
    "passed_on": Series(
        "goods passed on to the target",
        "million euros",
        "goods of the coalition that the member passes on to the target",
        True,
    ),
    "rerouted": Series(
        "rerouted exports", "share", "part of its own exports through the target's pipelines that goes another way"
    ),
    "helps_victim": Series("helps the victim", "probability", "whether the member gives the victim aid or arms"),
    "aid": Series("aid to the victim", "million euros", "aid committed to the victim", is_amount=True),
    "arms_to_victim": Series("arms for the victim", "part of what it could", "arms for the victim"),
    "volunteers": Series("volunteers for the victim", "probability", "whether volunteers go to the victim"),
    "energy_paid": Series("paid for fuels", "million euros", "what the member pays the target for fuels", True),
}
"""Series over members; the fuels bought come after them."""
WHOLE_SERIES: Mapping[str, Series] = {
    "members_joined": Series("members that sanction", "members", "members that sanction the target"),
    "coverage": Series(
        "trade with sanctioning members", "share", "part of the target's trade that is with members that sanction it"
    ),
    "effort": Series("enforcement", "0 to 1", "how hard the coalition enforces against third parties"),
    "listings": Series("listings", "members", "members of which firms are listed in the month", is_amount=True),
    "goods_closed": Series(
        "exports to the target closed",
        "million euros",
        "exports of the coalition to the target that sanctions end",
        is_amount=True,
    ),
    "goods_missing": Series(
        "goods that the target misses", "million euros", "the part of these that nobody passes on", is_amount=True
    ),
    "help_goods": Series(
        "goods passed on to the target", "million euros", "the part of these that others pass on", is_amount=True
    ),
    "help_finance": Series(
        "finance for the target", "members", "finance for the target, in numbers of members that give all they could"
    ),
    "help_arms": Series("arms for the target", "members", "arms for the target, in such numbers"),
    "help_fighters": Series("fighters for the target", "members", "fighters for the target, in such numbers"),
    "help_labour": Series("labour for the target", "members", "labour for the target, in such numbers"),
    "help_territory": Series("territory for the target", "members", "territory lent to the target, in such numbers"),
    "helpers": Series("helpers of the target", "members", "members that give at least a quarter of some help"),
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


def list_series(*, of_members: bool) -> list[str]:
    """List the keys of all series, of members or of the whole, those of the fuels last."""
    named, kinds = (MEMBER_SERIES, ("energy",)) if of_members else (WHOLE_SERIES, ("sold", "unsold", "discount"))
    return [*named, *(f"{kind}_{fuel}" for kind in kinds for fuel in FUELS)]


def make_series(name: str) -> Series:
    """What a series is, by its key.

    Examples
    --------
    >>> make_series("unsold_crude").label, make_series("helpers").unit
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
