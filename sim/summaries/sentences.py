"""Answers in sentences, the same on the screen and on the page: of a run and a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from sim.results.changes import VoteChanged
from sim.results.parts import Interval, Splits
from sim.results.run import VoteSummary
from sim.results.wording import write_interval, write_number, write_share
from sim.summaries.grounds import answer_grounds
from sim.summaries.tallies import NEAR, REPORTED

NOBODY_MOVED = "No member votes differently in any run."


def list_words(parts: Sequence[str]) -> str:
    """Parts as a list in a sentence: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def write_split(split: Splits) -> str:
    """A split with and without the target's own vote."""
    return f"{split.with_target}, or {split.without_target} without the target's own vote"


def answer_vote(vote: VoteSummary) -> list[str]:
    """What became of a vote: the split, the observed one, and what changed against the base."""
    support = vote.tally.support
    sentences = [
        f"Support/abstain/oppose: {write_split(vote.split)} (median of the runs). In 90 % of runs "
        f"{write_interval(support.p05, support.p95)} members support."
    ]
    if vote.base is None:
        sentences += _compare_with_observed(vote)
    else:
        sentences += answer_change(vote.base)
    if vote.settled < 1:
        unsettled = write_share(1 - vote.settled)
        sentences.append(
            f"In {unsettled} of runs some members still changed what they announced in the last round of deliberation."
        )
    return sentences


def _compare_with_observed(vote: VoteSummary) -> list[str]:
    if vote.observed_split is None or vote.near is None:
        return []
    said = [
        f"Observed: {write_split(vote.observed_split)}. In {write_share(vote.near)} of runs all four counts "
        f"(support, abstain, oppose, absent) are within {NEAR} of the observed ones."
    ]
    if vote.accuracy is not None:
        said.append(f"The most likely vote is the observed one for {write_share(vote.accuracy)} of the members scored.")
    return said


def answer_change(base: VoteChanged) -> list[str]:
    """How the tally changed against the base, and which members vote differently."""
    if not base.moved and (base.uncertain is None or _is_zero(base.uncertain.support)):
        return [NOBODY_MOVED]
    changes = [f"{name} {write_number(base.change.of(name), 1, is_signed=True)}" for name in REPORTED]
    sentences = [f"Compared with '{base.scenario}': {list_words(changes)} members on average."]
    sentences += answer_doubt(base)
    if not base.moved:
        return [*sentences, NOBODY_MOVED]
    first = [f"{mover.name} ({write_share(mover.moved)} of runs)" for mover in base.moved[:3]]
    if len(base.moved) == 1:
        return [*sentences, f"One member votes differently in some run: {first[0]}."]
    return [*sentences, f"{len(base.moved)} members vote differently in some run, above all {list_words(first)}."]


def _is_zero(change: Interval) -> bool:
    return change.mean == change.p05 == change.p95 == 0


def answer_basis(base: VoteChanged) -> list[str]:
    """What a what-if rests on: the same for all its votes, so it is printed once."""
    return [*answer_grounds(base.rests_on), *_warn_of_intercepts(base.not_refitted)]


def _warn_of_intercepts(labels: Sequence[str]) -> list[str]:
    """That a change of a fitted parameter alone moves the mean of all votes as well."""
    if not labels:
        return []
    return [
        f"All other numbers are as fitted together with {list_words(labels)}: part of the change is only that they "
        "were not fitted again ('sim calibrate --fix')."
    ]


def answer_doubt(base: VoteChanged) -> list[str]:
    """The change of support where the fitted numbers are uncertain; nothing where that was not asked."""
    if base.uncertain is None:
        return []
    of = base.uncertain.support
    return [
        f"With uncertain parameters: support {write_number(of.mean, 1, is_signed=True)} on average, "
        f"{write_interval(of.p05, of.p95, is_signed=True)} in 90 % of runs."
    ]


def answer_expectation(base: VoteChanged) -> list[str]:
    """What the author of a what-if expected before the run: the same for all its votes; nothing where nothing was."""
    return [] if base.expected is None else [f"Expected before the run: {base.expected.direction}"]


def judge_expectation(base: VoteChanged) -> list[str]:
    """Whether what the author of a what-if expected came about in a vote; nothing where nothing was expected."""
    expected = base.expected
    if expected is None:
        return []
    names = {mover.iso3: mover.name for mover in base.moved}
    sentences = []
    if expected.support is not None:
        verdict = "as expected" if expected.is_as_expected else f"not as expected ({expected.support})"
        sentences.append(f"Found: mean support {expected.found}, {verdict}.")
    if expected.movers:
        listed = ", ".join(f"{names.get(iso3, iso3)} {write_share(share)}" for iso3, share in expected.movers.items())
        sentences.append(f"Share of runs in which the expected members vote differently: {listed}.")
    return sentences
