"""What the votes say about pressure: threatened votes compared with votes that nobody threatened over."""

from __future__ import annotations

import datetime
from typing import Literal

from sim.results.described import Document, Result, quantity

Verdict = Literal["coercion", "backlash", "none", "not identified"]

SLOPE = "log-odds at full leverage"


class PlaceboEstimate(Result):
    """The slope of exposure on a threatened vote among its slopes on control votes, by one set or form."""

    label: str = quantity("controls or form", "which control votes, or which form")
    controls: int = quantity("controls", "control votes; days, where the votes of a day count once", unit="votes")
    slope: float = quantity("slope, threatened", "slope of exposure on the threatened vote", unit=SLOPE)
    median: float = quantity("slope, controls", "median slope of exposure on the controls", unit=SLOPE)
    effect: float = quantity("pressure", "the first less the second; above 0 is towards the threatener", unit=SLOPE)
    low: float | None = quantity("low", "lower end of the interval by rank; null with too few controls", unit=SLOPE)
    high: float | None = quantity("high", "upper end of the interval by rank; null with too few controls", unit=SLOPE)
    rank_p: float = quantity(
        "p, rank", "two-sided p of the rank of the threatened vote among the controls", unit="probability"
    )
    clustered_error: float = quantity(
        "error, members", "standard error of the effect, clustered by member, with the controls as given", unit=SLOPE
    )


class PowerPoint(Result):
    """How often pressure of one size is found where it is added to control votes."""

    effect: float = quantity("pressure added", "added to the slope of exposure", unit=SLOPE)
    found: float = quantity("found", "share in which the rank test rejects", unit="share")
    covered: float = quantity("covered", "share in which the interval holds the effect that was added", unit="share")


class PressureEstimate(Result):
    """One threatened vote."""

    resolution: str = quantity("resolution", "name of the resolution")
    date: datetime.date = quantity("date", "day of the vote")
    threatener: str = quantity("threatener", "code of the member that threatened")
    name: str = quantity("name", "name of the member that threatened")
    is_public: bool = quantity("public", "whether a threat was public")
    statements: tuple[str, ...] = quantity("statements", "entries of the table of threats that count")
    channels: tuple[str, ...] = quantity("channels", "ties with the threatener that exposure is made of")
    is_primary: bool = quantity("primary", "whether it is the one primary hypothesis")
    primary: PlaceboEstimate = quantity("estimate", "by the controls and the form written down in advance")
    adjusted_p: float = quantity(
        "p, adjusted", "p by rank; of the secondary hypotheses after Holm's correction", unit="probability"
    )
    members: float = quantity(
        "members kept", "votes against the threatener that the estimated pressure prevented", unit="members"
    )
    verdict: Verdict = quantity(
        "verdict",
        "`coercion` or `backlash` where the test rejects; `none` where the interval is within the smallest effect; or "
        "else `not identified`",
    )
    detectable: float | None = quantity(
        "detectable", "smallest effect that is found in the wanted share; null beyond the largest tried", unit=SLOPE
    )
    detectable_members: float | None = quantity(
        "detectable, in members", "votes against the threatener that such an effect would prevent", unit="members"
    )
    power: tuple[PowerPoint, ...] = quantity("power", "how often pressure of each size would have been found")
    recovery: tuple[PowerPoint, ...] = quantity("recovery", "the same for none, the size found, and twice that size")
    sets: tuple[PlaceboEstimate, ...] = quantity("sets", "by every alternative set of controls")
    forms: tuple[PlaceboEstimate, ...] = quantity("forms", "by every alternative form")


class PressureReport(Document):
    """All threatened votes, each for itself."""

    plan: str = quantity("plan", "SHA-256 of the plan and of the coded threats, as written before any fit")
    level: float = quantity("level", "level of the intervals", unit="share")
    smallest_effect: float = quantity("smallest effect", "the effect that zero has to exclude", unit=SLOPE)
    wanted: float = quantity("wanted share", "share in which a detectable effect is found", unit="share")
    votes: tuple[PressureEstimate, ...] = quantity("votes", "an entry for each threatened vote")
