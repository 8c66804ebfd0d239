"""What dates and votes say about peers: whether members follow those that moved before them."""

from __future__ import annotations

from sim.results.described import Document, Result, quantity


class PeerEstimate(Result):
    """One way to distinguish following from likeness."""

    label: str = quantity("what was asked", "which decisions, and what of peers came before them")
    decisions: int = quantity("decisions", "decisions that the estimate rests on")
    effect: float = quantity("effect", "above 0: members do what peers did before them")
    low: float = quantity("low", "lower end of the 90 % interval")
    high: float = quantity("high", "upper end of the 90 % interval")
    placebo_p: float = quantity(
        "p, placebo", "two-sided p of the rank of the effect among the same with placebo peers", unit="probability"
    )
    is_identified: bool = quantity(
        "identified", "whether the interval is above 0 and placebo peers do not give the same"
    )


class PeersReport(Document):
    """What is known of peers apart from the fit of the model."""

    unit_of_order: str = quantity("unit of order", "unit of the effects on the order of joining")
    unit_of_votes: str = quantity("unit of votes", "unit of the effects on votes")
    order: tuple[PeerEstimate, ...] = quantity("order", "from the order in which members joined sanctions")
    votes: tuple[PeerEstimate, ...] = quantity("votes", "from votes after the surprises of an earlier vote")
    is_identified: bool = quantity("identified", "whether any of them identifies an influence of peers")
