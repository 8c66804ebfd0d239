"""The summary of a run: tallies with intervals, splits, the observed vote next to them, every member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import ActionArray, BoolArray, FloatArray
from sim.case import Case
from sim.case.ballot import NOT_FIXED
from sim.results.parts import Split, Splits
from sim.results.run import MemberVote, Miss, RunSummary, VoteSummary
from sim.rules.choice import ACTIONS, OPPOSE
from sim.runner.result import RunResult, VoteResult, frequencies
from sim.scoring.scores import find_classes, merge_to_three_classes, score
from sim.summaries.changes import summarise_change
from sim.summaries.edits import list_settings
from sim.summaries.months import report_months
from sim.summaries.tallies import (
    CODES,
    REPORTED,
    SPLIT,
    count_actions,
    share_behind,
    share_near,
    summarise_tally,
)
from sim.world import RollCall

CLASS_WORDS = ("oppose", "abstain or absent", "support")


def set_fixed(chances: FloatArray, fixed: ActionArray) -> FloatArray:
    """Probabilities (N, 4) in which a fixed vote is certain.

    Parameters
    ----------
    fixed : action code of each fixed vote, `NOT_FIXED` where a member chooses, (N,).
    """
    certain = np.where((fixed >= 0)[:, None], np.eye(len(ACTIONS))[fixed], 0.0)
    return np.where((fixed == NOT_FIXED)[:, None], chances, certain)


def summarise_run(result: RunResult) -> RunSummary:
    """The document of ``sim run --json``."""
    spec = result.case.spec
    return RunSummary(
        scenario=spec.title,
        question=spec.question,
        world=result.case.world.name,
        seed=spec.seed,
        replicates=result.replicates,
        engine=result.engine,
        is_interrupted=result.is_interrupted,
        changed=None if result.base is None else list_settings(result.base.case.spec, spec),
        votes=[summarise_vote(result, number) for number in range(len(result.votes))],
        months=report_months(result),
    )


def summarise_vote(result: RunResult, number: int) -> VoteSummary:
    """One vote of a run."""
    vote, case = result.votes[number], result.case
    call = case.world.rollcall(vote.resolution)
    observed = None if call is None else count_actions(call.tally)
    chances = frequencies(vote.counts)
    return VoteSummary(
        resolution=vote.resolution,
        date=vote.date,
        tally=summarise_tally(vote),
        split=split_of(vote.frequencies.lower_median, case.ballots[number].fixed[case.roles.target]),
        likeliest=count_actions(np.bincount(vote.counts[vote.is_voter].argmax(axis=1), minlength=len(ACTIONS))),
        observed=observed,
        observed_split=None if call is None else split_of(call.tally, call.votes[case.roles.target]),
        near=None if observed is None else share_near(vote.each, dict(observed)),
        accuracy=accuracy(case, number, chances, call),
        population_share=share_behind(case, vote),
        settled=vote.frequencies.settled_share,
        base=None if result.base is None else summarise_change(result, result.base, number),
        members=summarise_member_votes(case, vote, call),
    )


def split_of(tally: NDArray[np.integer] | FloatArray, own: int = OPPOSE) -> Splits:
    """Support, abstain, oppose of a tally, with and without the target's own vote.

    Parameters
    ----------
    own : action code of the target's vote.
    """
    counts = {name: float(tally[CODES[name]]) for name in SPLIT}
    without = {name: count - (CODES[name] == own) for name, count in counts.items()}
    return Splits(with_target=Split(**counts), without_target=Split(**without))


def accuracy(case: Case, number: int, chances: FloatArray, call: RollCall | None) -> float | None:
    """Share of the members scored whose most likely of three classes was the observed one."""
    if call is None:
        return None
    scored = is_scored(case, number, call)
    if not scored.any():
        return None
    return score(merge_to_three_classes(chances[scored]), find_classes(call.votes[scored])).accuracy


def is_scored(case: Case, number: int, call: RollCall) -> BoolArray:
    """Members (N,) whose vote was drawn and is on record."""
    return (case.ballots[number].fixed == NOT_FIXED) & (call.votes >= 0)


def summarise_member_votes(case: Case, vote: VoteResult, call: RollCall | None) -> list[MemberVote]:
    """Every member that may vote: probabilities of the actions, and the observed one."""
    chances = frequencies(vote.counts)
    return [
        MemberVote(
            iso3=iso3,
            name=name,
            **{action: float(chances[i, code]) for action, code in CODES.items()},
            observed=None if call is None or call.votes[i] < 0 else ACTIONS[call.votes[i]],
        )
        for i, (iso3, name) in enumerate(zip(case.world.iso3, case.world.names, strict=True))
        if vote.is_voter[i]
    ]


def find_observed(result: RunResult, number: int) -> RollCall | None:
    """The roll call to compare a vote of a run with; None where the world has none, and for a what-if."""
    return None if result.base is not None else result.case.world.rollcall(result.votes[number].resolution)


def require_observed(result: RunResult, number: int) -> RollCall:
    """The roll call to compare a vote of a run with.

    Raises
    ------
    ValueError : there is none.
    """
    call = find_observed(result, number)
    if call is None:
        raise ValueError(f"there is no roll call of {result.votes[number].resolution} to compare this run with")
    return call


def list_misses(result: RunResult, number: int) -> list[Miss]:
    """Members whose most likely class was not the observed one, the surest mistakes first; none for a what-if."""
    vote, case = result.votes[number], result.case
    call = find_observed(result, number)
    if call is None:
        return []
    three = merge_to_three_classes(frequencies(vote.counts))
    observed, expected = find_classes(call.votes), three.argmax(axis=1)
    wrong = np.flatnonzero((expected != observed) & is_scored(case, number, call))
    of_observed = three[np.arange(len(three)), np.maximum(observed, 0)]
    return [
        Miss(
            iso3=case.world.iso3[i],
            name=case.world.names[i],
            observed=ACTIONS[call.votes[i]],
            likeliest=CLASS_WORDS[int(expected[i])],
            probability_of_observed=float(of_observed[i]),
        )
        for i in sorted(wrong, key=lambda i: of_observed[i])
    ]


def tally_columns(result: RunResult) -> dict[str, list[object]]:
    """Columns of a table with a row per vote and run."""
    columns: dict[str, list[object]] = {name: [] for name in ("resolution", "replicate", *REPORTED, "is_settled")}
    for vote in result.votes:
        columns["resolution"] += [vote.resolution] * result.replicates
        columns["replicate"] += range(result.replicates)
        for name, code in CODES.items():
            columns[name] += vote.tallies[:, code].tolist()
        columns["is_settled"] += vote.is_settled.tolist()
    return columns


def list_member_columns(result: RunResult) -> dict[str, list[object]]:
    """Columns of a table with a row per vote and member."""
    columns: dict[str, list[object]] = {name: [] for name in ("resolution", "iso3", "name", *REPORTED, "observed")}
    for vote in result.votes:
        call = result.case.world.rollcall(vote.resolution)
        for row in summarise_member_votes(result.case, vote, call):
            for name, value in {"resolution": vote.resolution, **dict(row)}.items():
                columns[name].append(value)
    return columns
