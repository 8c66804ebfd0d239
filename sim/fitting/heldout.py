"""Members held out: each is predicted by parameters fitted to the votes of the others alone.

Members are cut into folds at random. For each fold the parameters and all texts' terms are fitted to the other members'
votes, and the fold's members are predicted: they lose all their votes on the texts fitted, as observations, as inputs
and as announcements to peers, who are as the model expects them. What any member, held out or not, did in the earlier
of these texts is no input either: only what was known before the first of them is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.fitting.calibration import observed
from sim.fitting.posterior import Observation, Posterior, observation
from sim.fitting.refitted import known_before
from sim.results.intervals import Ends
from sim.results.scores import ScoreIntervals, Scores
from sim.results.validation import HeldOutValidation, Lead, Leads, Validation
from sim.rules.parameters import fitted_resolutions
from sim.scoring import baselines
from sim.scoring.samples import Sample, sample
from sim.scoring.scores import losses, paired_interval, three_classes
from sim.scoring.verdict import rule_forecasts, score_vote
from sim.specs import Scenario, read_scenario, shipped_scenarios, world_of

FOLDS, FOLD_SEEDS = 20, 3
REGRESSIONS = ("ideal_point", "earlier_votes", "multinomial_logit", "random_forest")
"""Rules with coefficients, that the model is compared with member by member."""


@dataclass(frozen=True)
class HeldOut:
    """What held-out members of one resolution were given.

    Parameters
    ----------
    chances : declared probabilities of the classes (N, 3), mean over the cuts.
    """

    scores: HeldOutValidation
    chances: FloatArray


def held_out(
    spec: Scenario,
    folds: int = FOLDS,
    fold_seeds: int = FOLD_SEEDS,
    *,
    on_progress: Callable[[int], None] = lambda done: None,
) -> list[HeldOut]:
    """Predict every member of every vote that is fitted with a scenario's from the other members' votes.

    Parameters
    ----------
    spec : its votes are fitted, together with those that the shipped parameters are, where they are among these.
    folds : 2 or more.
    fold_seeds : how many cuts of the members into folds.
    on_progress : called with the number of folds done.
    """
    observations = _before_all(fitted_with(spec))
    posterior = Posterior(observations)
    samples = [sample(seen.case, 0, seen.votes) for seen in observations]
    whole = posterior.fit()
    cuts = []
    done = 0
    for seed in range(fold_seeds):
        model = [np.zeros((posterior.size, 4)) for _ in observations]
        rules: list[dict[str, FloatArray]] = [{} for _ in observations]
        for out in cut(observations, folds, seed):
            weights = np.where(out, 0.0, 1.0)
            located, found = posterior.located(weights, whole.vector)
            for index in range(len(observations)):
                model[index][out] = located.chances(found.vector, index)[out]
                for name, chances in rule_forecasts([(one, ~out) for one in samples], samples[index]).items():
                    rules[index].setdefault(name, np.zeros((posterior.size, 3)))[out] = chances[out]
            done += 1
            on_progress(done)
        cuts.append((model, rules))
    return [
        _score_cuts(samples[index], seen.votes, [(model[index], rules[index]) for model, rules in cuts], folds)
        for index, seen in enumerate(observations)
    ]


def fitted_with(spec: Scenario) -> list[Scenario]:
    """The scenarios of one vote that are fitted together with a scenario: the shipped three where it is one of them."""
    own = [spec.model_copy(update={"vote": (vote,)}) for vote in spec.vote]
    resolutions = {vote.resolution for vote in spec.vote}
    if not resolutions & fitted_resolutions():
        return own
    shipped = [read_scenario(name) for name in shipped_scenarios()]
    others = [
        other
        for other in shipped
        if other.base is None
        and other.world == spec.world
        and len(other.vote) == 1
        and other.vote[0].resolution in fitted_resolutions() - resolutions
    ]
    return sorted([*own, *others], key=lambda one: one.vote[0].date)


def _before_all(specs: Sequence[Scenario]) -> list[Observation]:
    """The roll calls, each with only what was known before the first of them."""
    known = known_before(world_of(specs[0]), min(spec.vote[0].date for spec in specs))
    return [observation(spec, observed(spec).votes, known) for spec in specs]


def cut(observations: Sequence[Observation], folds: int, seed: int) -> Iterator[BoolArray]:
    """The members of each fold as masks (N,): all that are scored in some vote, at random and about equally many."""
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
        classes[scored] = baselines.pinned(three_classes(model[scored]), counts)
        by_cut.append(score_vote("held-out", asked, chances=model, pinned=classes, votes=votes, forecasts=forecasts))
    mean = _mean_of_cuts(by_cut)
    declared = [one.declared for one in by_cut]

    def lead(name: str) -> Lead:
        """The model's loss less that of the regression that does best by a score."""
        rules = {rule: getattr(mean.baselines[rule], name) for rule in REGRESSIONS if rule in mean.baselines}
        best = min(rules, key=rules.__getitem__)
        ours = [losses(three_classes(model[scored]), observed)[name] for model, _ in cuts]
        theirs = [losses(forecasts[best][scored], observed)[name] for _, forecasts in cuts]
        return Lead(over=best, **dict(paired_interval(np.mean(ours, axis=0), np.mean(theirs, axis=0))))

    scores = HeldOutValidation(
        **dict(mean),
        folds=folds,
        fold_seeds=len(cuts),
        spread=ScoreIntervals(**{name: _extremes(values) for name, values in _by_score(declared).items()}),
        lead=Leads(rps=lead("rps"), log_loss=lead("log_loss")),
    )
    return HeldOut(scores, np.mean([three_classes(model) for model, _ in cuts], axis=0))


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
        }
    )


def _by_score(found: Sequence[Scores]) -> dict[str, list[float]]:
    return {name: [getattr(one, name) for one in found] for name in Scores.model_fields}


def _mean(found: Sequence[Scores]) -> Scores:
    return Scores(**{name: float(np.mean(values)) for name, values in _by_score(found).items()})


def _extremes(values: Sequence[float]) -> Ends:
    return min(values), max(values)
