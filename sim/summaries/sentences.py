"""The answer of a run in sentences, the same on the screen and on the page."""

from __future__ import annotations

from collections.abc import Sequence

from sim.results.changes import Expectation, VoteChanged
from sim.results.run import VoteSummary
from sim.results.wording import write_interval, write_number, write_share
from sim.summaries.tallies import NEAR, REPORTED, SPLIT


def list_words(parts: Sequence[str]) -> str:
    """Parts as a list in a sentence: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def write_split(vote: VoteSummary) -> str:
    """The split of a vote, with and without the target's own."""
    split = vote.split
    return f"{split.with_target}, or {split.without_target} without the target's own vote"


def answer_vote(vote: VoteSummary) -> list[str]:
    """What became of a vote: the split, the observed one, and what changed against the base."""
    support = vote.tally.support
    sentences = [
        f"Support, abstain, oppose: {write_split(vote)} (median of the runs; in 90 % of runs "
        f"{write_interval(support.p05, support.p95)} members support)."
    ]
    if vote.base is None:
        sentences += _compare_with_observed(vote)
    else:
        sentences += answer_change(vote.base)
    if vote.settled < 1:
        sentences.append(f"In {write_share(1 - vote.settled)} of runs members still changed in the last round.")
    return sentences


def _compare_with_observed(vote: VoteSummary) -> list[str]:
    observed = vote.observed
    if observed is None or vote.near is None:
        return []
    split = "/".join(str(observed.of(name)) for name in SPLIT)
    said = [
        f"Observed: {split}. {write_share(vote.near)} of runs are within {NEAR} members of that on every action, "
        "absence included."
    ]
    if vote.accuracy is not None:
        said.append(f"The most likely vote is the observed one for {write_share(vote.accuracy)} of the members scored.")
    return said


def answer_change(base: VoteChanged) -> list[str]:
    """How the tally changed against the base, and who votes differently most often."""
    changes = [f"{name} {write_number(base.change.of(name), 1, is_signed=True)}" for name in REPORTED]
    sentences = [f"Against '{base.scenario}', with the same random numbers: {list_words(changes)} members on average."]
    if not base.moved:
        return [*sentences, "No member votes differently in any run."]
    first = [f"{mover.name} ({write_share(mover.moved)} of runs)" for mover in base.moved[:3]]
    most = "the one that does so is" if len(base.moved) == 1 else "most often"
    return [
        *sentences,
        f"{len(base.moved)} {'member votes' if len(base.moved) == 1 else 'members vote'} differently in some run; "
        f"{most} {list_words(first)}.",
    ]


def judge(expected: Expectation) -> list[str]:
    """What the author of a what-if wrote before running it, and whether it came about."""
    verdict = "as expected" if expected.is_as_expected else f"not as expected ({expected.support})"
    sentences = [f"Expected before the run: {expected.direction}", f"Found: mean support {expected.found}, {verdict}."]
    if expected.movers:
        listed = ", ".join(f"{iso3} {write_share(share)}" for iso3, share in expected.movers.items())
        sentences.append(f"Share of runs in which the expected members vote differently: {listed}.")
    return sentences
