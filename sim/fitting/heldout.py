"""Held-out members: each is predicted with parameters that are fitted to the votes of the others alone.

Members are split into folds at random. For each fold the parameters and the terms of all resolutions are fitted to the
votes of the other members, and the members of the fold are predicted. Their own votes on these resolutions are not
used: not as observations, not as inputs, and not as announcements to peers, whose stances are those that the model
expects. The earlier of these votes are not inputs for any member, held out or not: inputs are what was known before the
first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.fitting.calibration import observe_vote
from sim.fitting.posterior import Observation, Posterior, make_observation
from sim.fitting.refitted import find_known_before
from sim.results.intervals import Ends
from sim.results.scores import ScoreIntervals, Scores
from sim.results.validation import HeldOutValidation, Validation
from sim.rules.parameters import list_fitted_resolutions
from sim.runner.executors import Executor, InProcess
from sim.scoring import baselines
from sim.scoring.pairing import Losses, MemberLosses, lead_over_best
from sim.scoring.samples import Sample, make_sample
from sim.scoring.scores import measure_losses, merge_to_three_classes
from sim.scoring.verdict import make_rule_forecasts, score_vote
from sim.specs import Scenario, list_shipped_scenarios, load_scenario_world, read_scenario

FOLDS, FOLD_SEEDS = 20, 3
REGRESSIONS = ("ideal_point", "earlier_votes", "signed_logit", "multinomial_logit", "random_forest", "boosted_trees")
"""Rules with coefficients, with which the model is compared member by member."""


@dataclass(frozen=True)
class HeldOut:
    """Predictions of the held-out members for one resolution.

    Parameters
    ----------
    losses : what each member adds to the pinned scores, means over the splits.
    chances : declared probabilities of the classes (N, 3), mean over the splits.
    """

    scores: HeldOutValidation
    losses: MemberLosses
    chances: FloatArray


def predict_held_out(
    spec: Scenario,
    folds: int = FOLDS,
    fold_seeds: int = FOLD_SEEDS,
    *,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda done: None,
) -> list[HeldOut]:
    """Predict every member, in every vote fitted with those of a scenario, from the votes of the other members.

    Parameters
    ----------
    spec : its votes are fitted; where one of them is a vote of the shipped fit, together with all votes of that fit.
    folds : number of folds, 2 or more.
    fold_seeds : number of random splits of the members into folds.
    executor : where the folds are predicted; in this process by default.
    on_progress : called with the number of finished folds.
    """
    observations = observe_before_all(fitted_with(spec))
    posterior = Posterior(observations)
    samples = [make_sample(seen.case, 0, seen.votes) for seen in observations]
    start = posterior.fit().vector
    cuts = [
        (
            [np.zeros((posterior.size, 4)) for _ in observations],
            [dict[str, FloatArray]() for _ in observations],
        )
        for _ in range(fold_seeds)
    ]
    tasks = [
        _Fold(posterior, samples, start, seed, out)
        for seed in range(fold_seeds)
        for out in split_folds(observations, folds, seed)
    ]
    predicted = (executor or InProcess()).results(_predict_fold, tasks)
    for done, (seed, out, forecasts) in enumerate(predicted, start=1):
        model, rules = cuts[seed]
        for index, (chances, by_rule) in enumerate(forecasts):
            model[index][out] = chances
            for name, others in by_rule.items():
                rules[index].setdefault(name, np.zeros((posterior.size, 3)))[out] = others
        on_progress(done)
    return [
        _score_cuts(samples[index], seen.votes, [(model[index], rules[index]) for model, rules in cuts], folds)
        for index, seen in enumerate(observations)
    ]


@dataclass(frozen=True)
class _Fold:
    """Members (N,) to predict from the others, in one split; the fit begins at the parameters `start`."""

    posterior: Posterior
    samples: Sequence[Sample]
    start: FloatArray
    seed: int
    out: BoolArray


_Forecasts = list[tuple[FloatArray, dict[str, FloatArray]]]
"""For each vote, chances of the members of a fold by the model (n, 4), and by each rule (n, 3)."""


def _predict_fold(fold: _Fold) -> tuple[int, BoolArray, _Forecasts]:
    out = fold.out
    located, found = fold.posterior.located(np.where(out, 0.0, 1.0), fold.start)
    forecasts = []
    for index, sample in enumerate(fold.samples):
        by_rule = make_rule_forecasts([(one, ~out) for one in fold.samples], sample)
        forecasts.append(
            (located.chances(found.vector, index)[out], {name: chances[out] for name, chances in by_rule.items()})
        )
    return fold.seed, out, forecasts


def fitted_with(spec: Scenario) -> list[Scenario]:
    """The scenarios of one vote that are fitted together: the shipped three where the scenario is one of them."""
    own = [spec.model_copy(update={"vote": (vote,)}) for vote in spec.vote]
    resolutions = {vote.resolution for vote in spec.vote}
    if not resolutions & list_fitted_resolutions():
        return own
    shipped = [read_scenario(name) for name in list_shipped_scenarios()]
    others = [
        other
        for other in shipped
        if other.base is None
        and other.world == spec.world
        and len(other.vote) == 1
        and other.vote[0].resolution in list_fitted_resolutions() - resolutions
    ]
    return sorted([*own, *others], key=lambda one: one.vote[0].date)


def observe_before_all(specs: Sequence[Scenario]) -> list[Observation]:
    """Observe the roll calls, each with only what was known before the first of them."""
    known = find_known_before(load_scenario_world(specs[0]), min(spec.vote[0].date for spec in specs))
    return [make_observation(spec, observe_vote(spec).votes, known) for spec in specs]


def split_folds(observations: Sequence[Observation], folds: int, seed: int) -> Iterator[BoolArray]:
    """Split the members that are scored in some vote into random folds of about equal size, as masks (N,)."""
    scored = np.flatnonzero(np.any([seen.votes >= 0 for seen in observations], axis=0))
    order = np.random.default_rng(seed).permutation(scored)
    for fold in range(folds):
        yield np.isin(np.arange(len(observations[0].votes)), order[fold::folds])


def _score_cuts(
    asked: Sample, votes: IntArray, cuts: Sequence[tuple[FloatArray, dict[str, FloatArray]]], folds: int
) -> HeldOut:
    scored = asked.observed >= 0
    observed = asked.observed[scored]
    counts = np.bincount(observed, minlength=3)
    by_cut = []
    for model, forecasts in cuts:
        classes = np.full((len(votes), 3), 1 / 3)
        classes[scored] = baselines.pin_to_counts(merge_to_three_classes(model[scored]), counts)
        by_cut.append(score_vote("held-out", asked, chances=model, pinned=classes, votes=votes, forecasts=forecasts))
    mean = _mean_of_cuts([one.report for one in by_cut])
    declared = [one.report.declared for one in by_cut]
    first = by_cut[0].losses
    losses = MemberLosses(
        members=first.members,
        model=_mean_losses([one.losses.model for one in by_cut]),
        rules={rule: _mean_losses([one.losses.rules[rule] for one in by_cut]) for rule in first.rules},
        blend=None if first.blend is None else _mean_losses([one.losses.blend for one in by_cut if one.losses.blend]),
    )
    regressions = {
        rule: _mean_losses([measure_losses(forecasts[rule][scored], observed) for _, forecasts in cuts])
        for rule in REGRESSIONS
        if rule in mean.baselines
    }
    ours = _mean_losses([measure_losses(merge_to_three_classes(model[scored]), observed) for model, _ in cuts])
    scores = HeldOutValidation(
        **{**dict(mean), "lead": lead_over_best(losses.model, losses.rules)},
        folds=folds,
        fold_seeds=len(cuts),
        spread=ScoreIntervals(**{name: _extremes(values) for name, values in _by_score(declared).items()}),
        lead_declared=lead_over_best(ours, regressions),
    )
    return HeldOut(scores, losses, np.mean([merge_to_three_classes(model) for model, _ in cuts], axis=0))


def _mean_losses(found: Sequence[Losses]) -> dict[str, FloatArray]:
    """Mean over the splits of what each member adds to each score."""
    return {name: np.mean([one[name] for one in found], axis=0) for name in found[0]}


def _mean_of_cuts(cuts: Sequence[Validation]) -> Validation:
    first = cuts[0]
    return first.model_copy(
        update={
            "pinned": _mean([one.pinned for one in cuts]),
            "declared": _mean([one.declared for one in cuts]),
            "baselines": {name: _mean([one.baselines[name] for one in cuts]) for name in first.baselines},
            "baselines_pinned": {
                name: _mean([one.baselines_pinned[name] for one in cuts]) for name in first.baselines_pinned
            },
            "blend": None if first.blend is None else _mean([one.blend for one in cuts if one.blend is not None]),
        }
    )


def _by_score(found: Sequence[Scores]) -> dict[str, list[float]]:
    return {name: [getattr(one, name) for one in found] for name in Scores.model_fields}


def _mean(found: Sequence[Scores]) -> Scores:
    return Scores(**{name: float(np.mean(values)) for name, values in _by_score(found).items()})


def _extremes(values: Sequence[float]) -> Ends:
    return min(values), max(values)
