"""The answer of an explanation in sentences: what a member does, what decides it, and what would change its vote."""

from __future__ import annotations

from collections import Counter

from sim.results.explanation import Fence, MemberReasons, Overview
from sim.results.wording import write_figure, write_number, write_share
from sim.summaries.sentences import list_words
from sim.summaries.tallies import REPORTED
from sim.world.labels import label_quantity

MOST_NAMED = 3
ACTS = {"support": "supports", "abstain": "abstains", "oppose": "opposes", "absent": "is absent"}
"""What a member does, as a verb."""


def answer_explanation(reasons: MemberReasons) -> list[str]:
    """What a member does, the term that decides it, and the nearest switching points."""
    if reasons.is_given:
        return [f"{reasons.name} has a fixed vote: {reasons.likeliest}. Its utilities play no part in it."]
    ranked = sorted(REPORTED, key=reasons.probabilities.of, reverse=True)
    shares = [f"{ACTS[action]} in {write_share(reasons.probabilities.of(action))}" for action in ranked]
    sentences = [f"{reasons.name} {shares[0]} of runs, {list_words(shares[1:])}.", _name_decisive(reasons)]
    if not reasons.levers:
        return sentences
    points = sorted(
        ((point.share_of_width, lever, point) for lever in reasons.levers for point in lever.tips),
        key=lambda found: found[0],
    )
    if not points:
        return [*sentences, "No lever changes its vote within its range."]
    changes = [
        f"{lever.label} from {write_figure(lever.now)} to {write_figure(point.beyond)} (then {point.action})"
        for _, lever, point in points[:MOST_NAMED]
    ]
    return [*sentences, f"What would change its vote, nearest first: {', '.join(changes)}."]


def _name_decisive(reasons: MemberReasons) -> str:
    decisive = reasons.decisive
    if decisive is None:
        return f"No single term decides: put at its mean over the members, none costs '{reasons.likeliest}' 5 points."
    return (
        f"Decisive: {label_quantity(decisive.term)}. At the mean utilities below, the probability of "
        f"'{reasons.likeliest}' is {write_share(decisive.probability)}; with this term at the mean of the members it "
        f"would be {write_share(decisive.at_mean)}."
    )


def answer_overview(overview: Overview) -> list[str]:
    """Which terms are decisive for most members, and how much of their differences is structure."""
    return [_name_most_decisive(overview), *_divide(overview)]


def _divide(overview: Overview) -> list[str]:
    if not overview.shares:
        return []
    sums = {"structure": 0.0, "revealed": 0.0, "peers": 0.0}
    for one in overview.shares:
        sums[one.kind] += one.share
    structure, revealed, peers = (f"{write_number(100 * share)} %" for share in sums.values())
    return [
        f"Of what makes members differ in supporting over opposing, structure is {structure} of the variance, what "
        f"their earlier votes reveal beyond it {revealed}, their peers {peers}."
    ]


def _name_most_decisive(overview: Overview) -> str:
    count = len(overview.members)
    if not count:
        return f"{overview.resolution}: every vote is fixed; there is nothing to decide."
    decisive = Counter(member.decisive for member in overview.members)
    nothing = decisive.pop(None, 0)
    named = [f"{label_quantity(str(term))} ({times})" for term, times in decisive.most_common(MOST_NAMED)]
    about = f"{overview.resolution}, {count} members without a fixed vote"
    if not named:
        return f"{about}: no single term decides for any of them."
    return f"{about}: the most common decisive terms are {list_words(named)}. For {nothing} no single term decides."


def answer_fence(fence: Fence) -> str:
    """How near the nearest members are to another action."""
    if not fence.members:
        return f"{fence.resolution}: every vote is fixed; nobody is near to another action."
    names = list_words([member.name for member in fence.members[:MOST_NAMED]])
    return f"{fence.resolution}: nearest to another action {'are' if len(fence.members) > 1 else 'is'} {names}."
