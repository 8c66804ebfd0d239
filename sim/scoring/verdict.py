"""Scoring predictions of one vote, by the model and by simple rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.errors import make_input_error
from sim.results.validation import Intervals, Mode, Validation
from sim.scoring import baselines
from sim.scoring.pairing import MemberLosses, lead_over_best
from sim.scoring.samples import Sample
from sim.scoring.scores import (
    measure_losses,
    measure_recalls,
    measure_reliability,
    merge_to_three_classes,
    rank_classes,
    score,
    score_intervals,
)

UNPINNED = ("majority",)
"""Rules without chances that counts could move."""
UNRANKED = ("base_rates", "persistence", "topic_persistence", "regional_majority")
"""Rules that give many members the same probabilities, so that a ranking would only follow their names."""
PARTNER = "boosted_trees"
"""The learner whose probabilities are averaged with the model's in the blend."""


@dataclass(frozen=True)
class ScoredVote:
    """Scores of one vote, and what each member adds to them when the counts are given."""

    report: Validation
    losses: MemberLosses


def score_vote(
    mode: Mode,
    asked: Sample,
    chances: FloatArray,
    pinned: FloatArray,
    votes: IntArray,
    forecasts: Mapping[str, FloatArray],
    *,
    are_rules_in_sample: bool = False,
) -> ScoredVote:
    """Score predictions of one vote.

    Parameters
    ----------
    asked : the members before the vote, with their observed classes.
    chances : declared probabilities of the four actions, (N, 4).
    pinned : probabilities of the three classes (N, 3) when the observed counts are given.
    votes : observed action codes, (N,).
    forecasts : probabilities of the classes (N, 3) by each rule.
    are_rules_in_sample : whether the rules learned from this very vote.

    Raises
    ------
    InputError : all recorded votes are fixed.
    """
    scored = asked.observed >= 0
    if not scored.any():
        raise make_input_error(asked.resolution, "", "all recorded votes are fixed, so there is nothing to score.")
    observed = asked.observed[scored]
    declared, ranked = merge_to_three_classes(chances[scored]), pinned[scored]
    rules = {name: found[scored] for name, found in forecasts.items()}
    counts = np.bincount(observed, minlength=3)
    pinned_rules = {
        name: baselines.pin_to_counts(found, counts) for name, found in rules.items() if name not in UNPINNED
    }
    order = rank_classes(ranked, observed)
    orders = {name: None if name in UNRANKED else rank_classes(found, observed) for name, found in pinned_rules.items()}
    blended = None if are_rules_in_sample else _blend(ranked, pinned_rules)
    losses = MemberLosses(
        members=tuple(code for code, is_scored in zip(asked.members, scored, strict=True) if is_scored),
        model=measure_losses(ranked, observed, order),
        rules={name: measure_losses(found, observed, orders[name]) for name, found in pinned_rules.items()},
        blend=None if blended is None else measure_losses(blended, observed, rank_classes(blended, observed)),
    )
    report = Validation(
        resolution=asked.resolution,
        mode=mode,
        are_rules_in_sample=are_rules_in_sample,
        n=int(scored.sum()),
        pinned=score(ranked, observed, order),
        declared=score(declared, observed),
        intervals=Intervals(
            pinned=score_intervals(ranked, observed, order),
            declared=score_intervals(declared, observed),
            baselines={name: score_intervals(found, observed) for name, found in rules.items()},
        ),
        recall=measure_recalls(chances[scored], votes[scored]),
        reliability=measure_reliability(declared, observed),
        baselines={name: score(found, observed) for name, found in rules.items()},
        baselines_pinned={name: score(found, observed, orders[name]) for name, found in pinned_rules.items()},
        blend=None if blended is None else score(blended, observed, rank_classes(blended, observed)),
        lead=lead_over_best(losses.model, losses.rules) if losses.rules else None,
    )
    return ScoredVote(report, losses)


def _blend(model: FloatArray, rules: Mapping[str, FloatArray]) -> FloatArray | None:
    """Mean probabilities (n, 3) of the model and the learner, with equal weights, so that no weight is chosen."""
    return (model + rules[PARTNER]) / 2 if PARTNER in rules else None


def make_rule_forecasts(
    training: baselines.Training, asked: Sample, rules: Mapping[str, baselines.Forecaster] = baselines.FORECASTERS
) -> dict[str, FloatArray]:
    """Probabilities (N, 3) of the classes by each rule that gives a forecast of the predicted vote."""
    found = {name: rule(training, asked) for name, rule in rules.items()}
    return {name: chances for name, chances in found.items() if chances is not None}
