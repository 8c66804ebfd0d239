"""Why members act as they do in a vote: what each term adds to their utilities, and what would change their votes.

Utilities are in units of log-odds: where one is larger by 1, its action is 2.7 times as likely. They are means over the
runs, and the terms add up to them. Where a class has several bases, the fields of the last one come first.
"""

from __future__ import annotations

import datetime
from typing import Literal

from sim.results.described import Document, Result, quantity
from sim.results.parts import ByAction
from sim.results.world import SourceColumn

UTILITY, PROBABILITY = "utility", "probability"
"""Units."""
MechanismKind = Literal["structure", "revealed", "peers"]


class MadeOf(Result):
    """A quantity that a term is made of, and where it comes from."""

    name: str = quantity("quantity", "name of the quantity", key="quantity")
    value: float = quantity("value", "its value on the day of the vote, mean over the runs")
    at_start: float | None = quantity(
        "before the first month",
        "its value before the first month; null in a scenario without months, and for `drift` and `position`",
    )
    parameter: str = quantity("parameter", "the parameter that weighs it; empty where it has none of its own")
    weight: float | None = quantity("weight", "value of that parameter, mean over its draws; null where there is none")
    rule: str = quantity(
        "rule", "how a missing value was filled in, or how members learn it; empty where columns hold it"
    )
    origins: tuple[SourceColumn, ...] = quantity("columns", "the columns that it is derived from")


class Addition(Result):
    """What a term adds to the utilities of a member's actions."""

    term: str = quantity("term", "name of the term: the quantity that is weighed, or what the term is called")
    part_of: str = quantity("part of", "the term of the model's equation that it is a part of", key="of")
    support: float = quantity("support", "what it adds to the utility of supporting", unit=UTILITY)
    abstain: float = quantity("abstain", "what it adds to the utility of abstaining", unit=UTILITY)
    oppose: float = quantity("oppose", "what it adds to the utility of opposing", unit=UTILITY)
    absent: float = quantity("absent", "what it adds to the utility of being absent", unit=UTILITY)
    value: float | None = quantity(
        "value", "what is weighed; null where it depends on the resolution or a parameter alone"
    )

    def values(self) -> tuple[float, float, float, float]:
        """What it adds to each action, in the order in which people read them."""
        return self.support, self.abstain, self.oppose, self.absent


class OverNext(Result):
    """What a term adds to the most likely action compared with the next one."""

    mean: float = quantity("mean", "mean over the runs", unit=UTILITY)
    p05: float | None = quantity(
        "low", "5 % quantile over the draws of the parameters; null where none are drawn", unit=UTILITY
    )
    p95: float | None = quantity(
        "high", "95 % quantile over the draws of the parameters; null where none are drawn", unit=UTILITY
    )


class ExplainedTerm(Addition):
    """A term of the vote that is explained, with its spread over the draws of the parameters and what it is made of."""

    p05: ByAction[float] | None = quantity(
        "low",
        "5 % quantile of what it adds, over the draws of the parameters, each the mean of its runs; null where none "
        "are drawn",
        unit=UTILITY,
    )
    p95: ByAction[float] | None = quantity(
        "high", "95 % quantile of what it adds; null where no parameters are drawn", unit=UTILITY
    )
    over_next: OverNext = quantity("over the next", "what it adds to the most likely action compared with the next one")
    likeliest_at_mean: float | None = quantity(
        "at the mean",
        "probability of the most likely action if this term were as large as on average among the members whose votes "
        "are not fixed; null where every vote is fixed",
        unit=PROBABILITY,
    )
    meaning: str = quantity("meaning", "what its parameter means")
    made_of: tuple[MadeOf, ...] = quantity("made of", "the quantities that it is made of")


class Decisive(Result):
    """The term that costs the most likely action most probability when it is put at the mean of the members."""

    term: str = quantity("decisive term", "name of the term")
    probability: float = quantity(
        "probability", "probability of the most likely action at the utilities", unit=PROBABILITY
    )
    at_mean: float = quantity(
        "at the mean", "probability of that action with this term at the mean of the members", unit=PROBABILITY
    )
    then_likeliest: str = quantity("most likely then", "the most likely action with this term at the mean")


class Peer(Result):
    """A member that the explained member looks to."""

    iso3: str = quantity("code", "code of the peer")
    name: str = quantity("member", "its name")
    weight: float = quantity("weight", "its share of the weight of all peers", unit="share")
    stance: float = quantity("mean stance", "its mean stance, from -1 (opposes) to 1 (supports)")
    support: float = quantity("adds to support", "what it adds to the utility of supporting", unit=UTILITY)


class MemberAnswer(Result):
    """What a member does, in the runs and by its utilities."""

    probabilities: ByAction[float] = quantity(
        "share of runs", "probability of each action, as `sim run --json` has it", unit=PROBABILITY
    )
    utilities: ByAction[float] = quantity("utility", "utility of each action", unit=UTILITY)
    probabilities_from_utilities: ByAction[float] = quantity(
        "from the utilities", "probability of each action at these utilities", unit=PROBABILITY
    )


class DatedMonth(Result):
    """A month in which the resolution is asked."""

    month: str = quantity("month", "the month, such as 2022-03")
    date: datetime.date = quantity("date", "the day of the month on which the resolution is asked")


class ExplainedMonth(MemberAnswer, DatedMonth):
    """What a member would do if the resolution were put to the vote in a month, and why."""

    terms: tuple[Addition, ...] = quantity("terms", "what each term adds in that month")


class TermInMonth(Addition, DatedMonth):
    """What a term adds in a month: a row of the table of all months."""


class SwitchingPoint(Result):
    """The value of a lever, nearest to where it is, at which another action becomes a member's most likely."""

    action: str = quantity("switches to", "the action that becomes the most likely")
    before: float = quantity("not yet at", "value at which a run does not have it as the most likely")
    beyond: float = quantity("switches at", "value at which a run has it as the most likely, the nearest found")
    change: float = quantity("change", "difference between that value and where the lever is")
    share_of_width: float = quantity(
        "share of the range", "size of that change as a share of the lever's range", unit="share"
    )
    probabilities_before: ByAction[float] = quantity(
        "probabilities before", "probability of each action in the run at `before`", unit=PROBABILITY
    )
    probabilities_beyond: ByAction[float] = quantity(
        "probabilities beyond", "probability of each action in the run at `beyond`", unit=PROBABILITY
    )


class TriedLever(Result):
    """An input that can be changed, and where the member switches to another action as it is."""

    lever: str = quantity("lever", "the input, as it is written in a scenario")
    label: str = quantity("label", "what people call it")
    kind: str = quantity("kind", "`attribute` of the member, number of the `vote`, or `parameter` of the model")
    now: float = quantity("now", "its value in the scenario")
    low: float = quantity("low", "the lowest value that it may have")
    high: float = quantity("high", "the highest value that it may have")
    unit: str = quantity("unit", "what it is counted in")
    tips: tuple[SwitchingPoint, ...] = quantity(
        "switching points", "where other actions become the most likely, nearest first; empty where none does"
    )


class WalkPoint(Result):
    """A value of the lever of `--along`, and what the member does there."""

    value: float = quantity("value", "value of the lever")
    support: float = quantity("support", "probability of supporting", unit=PROBABILITY)
    abstain: float = quantity("abstain", "probability of abstaining", unit=PROBABILITY)
    oppose: float = quantity("oppose", "probability of opposing", unit=PROBABILITY)
    absent: float = quantity("absent", "probability of being absent", unit=PROBABILITY)


class Walk(Result):
    """What a member does along the values of one lever."""

    lever: str = quantity("lever", "the lever of `--along`")
    label: str = quantity("label", "what people call it")
    points: tuple[WalkPoint, ...] = quantity("points", "values of the lever, in rising order")


class ExplainedVote(Result):
    """Which member's action in which vote is explained."""

    scenario: str = quantity("scenario", "title of the scenario")
    seed: int = quantity("seed", "number that all random draws are keyed by")
    replicates: int = quantity("runs", "runs that the explanation is a mean of")
    parameter_uncertainty: bool = quantity(
        "drawn parameters", "whether the fitted parameters are drawn from their posterior"
    )
    resolution: str = quantity("resolution", "name of the resolution")
    date: datetime.date = quantity("date", "day of the vote")
    iso3: str = quantity("code", "code of the member")
    name: str = quantity("member", "name of the member")
    is_given: bool = quantity("fixed vote", "whether its vote is fixed, so that the utilities play no part in it")
    likeliest: str = quantity("most likely action", "the action that it has in most runs")
    next: str = quantity("next action", "of its other actions, the one with the highest utility")


class RevealingVote(Result):
    """An earlier vote of a member, and what it adds to the member's position in the vote explained."""

    resolution: str = quantity("resolution", "name of the earlier resolution")
    date: datetime.date = quantity("date", "day of that vote")
    title: str = quantity("title", "title of that resolution")
    vote: str = quantity("vote", "what the member did; empty where that is not on record")
    adds: float = quantity("adds", "what it adds to the position, and so to the utility of support", unit=UTILITY)


class RevealedPosition(Result):
    """How far a member is from where its structure puts it; towards the senders if above 0."""

    mean: float = quantity("position", "mean of what it adds to the utility of support", unit=UTILITY)
    deviation: float = quantity("uncertainty", "standard deviation of that over the runs", unit=UTILITY)
    by_structure: float = quantity("by structure", "what alignment is worth without it", unit=UTILITY)
    votes: tuple[RevealingVote, ...] = quantity("votes", "the votes that formed it, those that add most first")


class MemberReasons(MemberAnswer, ExplainedVote, Document):
    """Why a member acts as it does in a vote, and what would change its vote."""

    terms: tuple[ExplainedTerm, ...] = quantity("terms", "what each term adds to the utilities")
    decisive: Decisive | None = quantity(
        "decisive term",
        "the term that costs the most likely action most at the mean of the members; null where that is less than 5 "
        "percentage points",
    )
    position: RevealedPosition = quantity("position", "its position as earlier votes reveal it, and how sure it is")
    peers: tuple[Peer, ...] = quantity("peers", "the members that it looks to, those with most weight first")
    months: tuple[ExplainedMonth, ...] = quantity(
        "months", "the same resolution asked in each month; empty in a scenario without months"
    )
    levers: tuple[TriedLever, ...] = quantity(
        "levers", "the inputs that were changed; empty with `--no-levers`, and where the vote is fixed"
    )
    along: Walk | None = quantity("along a lever", "what it does along the lever of `--along`; null without it")


class MemberOverview(Result):
    """The most likely action of a member whose vote is not fixed, and the term that is decisive for it."""

    iso3: str = quantity("code", "code of the member")
    name: str = quantity("member", "name of the member")
    likeliest: str = quantity("most likely action", "the action that it has in most runs")
    probability: float = quantity("share of runs", "probability of that action, from the runs", unit=PROBABILITY)
    decisive: str | None = quantity(
        "decisive term", "the decisive term; null where none costs the action 5 percentage points"
    )
    from_utilities: float = quantity(
        "from the utilities", "probability of that action at the utilities", unit=PROBABILITY
    )
    at_mean: float | None = quantity(
        "at the mean",
        "the same with the decisive term at the mean of the members; null where no term is decisive",
        unit=PROBABILITY,
    )
    then_likeliest: str | None = quantity(
        "most likely then", "the most likely action with that term at the mean; null where no term is decisive"
    )


class MechanismShare(Result):
    """How much of the difference between members one mechanism makes."""

    mechanism: str = quantity(
        "mechanism", "name of the term, or `conflict` and `order` for all inputs of a dimension of alignment"
    )
    kind: MechanismKind = quantity(
        "kind",
        "`structure`: what is known of members but their votes about the target; `revealed`: how far these votes put "
        "them from there; `peers`: how their peers vote",
    )
    share: float = quantity(
        "share",
        "its share of the variance between members of what speaks for supporting over opposing: its covariance with "
        "the whole, by the variance of the whole; below 0 where it works against the rest",
        unit="share",
    )
    deviation: float = quantity(
        "deviation", "standard deviation over members of what it adds to that difference", unit=UTILITY
    )


class Overview(Document):
    """The decisive term of every member whose vote is not fixed, and what makes members differ."""

    scenario: str = quantity("scenario", "title of the scenario")
    resolution: str = quantity("resolution", "name of the resolution")
    shares: tuple[MechanismShare, ...] = quantity(
        "shares", "what makes members differ, mechanism by mechanism; the shares add up to 1; empty where nobody does"
    )
    members: tuple[MemberOverview, ...] = quantity("members", "the members whose votes are not fixed")


class FenceMember(Result):
    """A member that is near to another action."""

    iso3: str = quantity("code", "code of the member; the nearest to another action come first")
    name: str = quantity("member", "name of the member")
    likeliest: str = quantity("most likely", "the action that it has in most runs")
    probability: float = quantity("share of runs", "share of runs with that action", unit=PROBABILITY)
    next: str = quantity("next", "the action that it has in most of the other runs")
    probability_of_next: float = quantity("share of runs of the next", "share of runs with that", unit=PROBABILITY)
    apart: float = quantity("apart", "difference of the two shares", unit=PROBABILITY)
    held_by: str | None = quantity(
        "held by",
        "the term that keeps it at its most likely action: at the mean of the members it would narrow the lead over "
        "the next most; null where none would",
    )
    without: float | None = quantity(
        "without it", "by how much it would change that lead; null where no term narrows it", unit=PROBABILITY
    )
    drawn_by: str | None = quantity(
        "drawn to the next by",
        "the term that draws it away: at the mean of the members it would widen the lead most; null where none would",
    )


class Fence(Document):
    """The members that are nearest to another action."""

    scenario: str = quantity("scenario", "title of the scenario")
    resolution: str = quantity("resolution", "name of the resolution")
    replicates: int = quantity("runs", "runs that the shares are of")
    members: tuple[FenceMember, ...] = quantity("members", "the members, nearest to another action first")
