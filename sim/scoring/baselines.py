"""Forecasts of simple rules, whose scores the model has to beat.

A rule learns from rows, which are members of earlier votes or some members of the vote itself, and predicts all members
of one vote without using their votes in it. Where some rows are from the predicted vote, rates of classes come from
these rows alone, and regressions get an indicator per vote. Otherwise rates come from the other votes, and
`pin_to_counts` moves them to given counts.

Every rule but `majority` gives each class some probability: see `sim.scoring.regressions.smooth`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.optimize import least_squares

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.scoring import regressions
from sim.scoring.regressions import fit_ordered_logit, has_scikit_learn, smooth
from sim.scoring.samples import Sample
from sim.scoring.scores import CLASSES

Training = Sequence[tuple[Sample, BoolArray]]
"""Votes, and masks (N,) of the members to learn from; members without an observed class are never used."""
Forecaster = Callable[[Training, Sample], FloatArray | None]
"""A rule: probabilities (N, 3) for the members of the predicted vote, or None where it gives no forecast."""

PERSISTENCE_WEIGHT = 10.0
"""Weight of the repeated vote, in members, against the base rates: a vote is usually repeated, but not always."""
REGION_WEIGHT = 1.0
"""Weight of the Assembly's rates, in members, added to the counts of a region."""
TIE_BREAK = 1e-6
"""Weight of the ideal point added to a record: it only decides between equal records."""
MOST_SHIFT = 30.0
"""Largest shift of log odds; it practically rules out a class that nobody is in."""


def majority(training: Training, asked: Sample) -> FloatArray | None:
    """Predict the most frequent class for all members."""
    classes = _rows_for_rates(training, asked)[0]
    most_frequent = np.bincount(classes, minlength=len(CLASSES)).argmax()
    return np.tile(np.eye(len(CLASSES))[most_frequent], (len(asked.observed), 1)) if len(classes) else None


def base_rates(training: Training, asked: Sample) -> FloatArray | None:
    """Predict the shares of the classes for all members."""
    classes = _rows_for_rates(training, asked)[0]
    return np.tile(_rates(classes), (len(asked.observed), 1)) if len(classes) else None


def persistence(training: Training, asked: Sample) -> FloatArray | None:
    """Predict that members vote as in the last earlier roll call about the target; None where there is none.

    The class of that vote has the weight of 10 members over the rates of that vote: the smoothing that a log loss
    needs, taken from the earlier vote alone. Nothing is learnt from `training`.
    """
    is_recorded = asked.last >= 0
    if not is_recorded.any():
        return None
    repeated = np.where(is_recorded[:, None], PERSISTENCE_WEIGHT * np.eye(len(CLASSES))[asked.last], 0.0)
    return (repeated + _rates(asked.last[is_recorded])) / (1.0 + repeated.sum(axis=1, keepdims=True))


def regional_majority(training: Training, asked: Sample) -> FloatArray | None:
    """Predict the shares of the classes in a member's regional group, with the Assembly's rates as one more member."""
    classes, regions = _rows_for_rates(training, asked)
    if not len(classes):
        return None
    counts = np.zeros((int(max(regions.max(), asked.region.max())) + 1, len(CLASSES)))
    np.add.at(counts, (regions, classes), 1.0)
    counts += REGION_WEIGHT * _rates(classes)
    return (counts / counts.sum(axis=1, keepdims=True))[asked.region]


def ideal_point(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by an ordered logit on the ideal point."""
    rows = _stack_rows(training, asked, lambda sample: sample.ideal_point[:, None])
    if not len(rows.classes):
        return None
    fitted = fit_ordered_logit(rows.regressors, rows.classes)
    return smooth(fitted.probabilities(rows.asked), len(rows.classes))


def earlier_votes(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by an ordered logit on the mean stance in all earlier votes about the target, with a rising slope.

    The ideal point only breaks ties, so that the rank by P(support) - P(oppose) is the rank by record. None where the
    predicted vote, or all votes to learn from, have no earlier votes.
    """

    def record_of(sample: Sample) -> FloatArray:
        return (sample.record + TIE_BREAK * sample.ideal_point)[:, None]

    rows = _stack_rows([(s, mask) for s, mask in training if (s.last >= 0).any()], asked, record_of)
    if not len(rows.classes) or not (asked.last >= 0).any():
        return None
    fitted = fit_ordered_logit(rows.regressors, rows.classes, is_first_rising=True)
    return smooth(fitted.probabilities(rows.asked), len(rows.classes))


def multinomial_logit(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by a penalised multinomial logit on the inputs of the model; None without scikit-learn."""
    rows = _stack_rows(training, asked, lambda sample: sample.inputs)
    if not len(rows.classes) or not has_scikit_learn():
        return None
    found = regressions.predict_multinomial_logit(rows.regressors, rows.classes, rows.members, rows.asked)
    return smooth(found, len(rows.classes))


def random_forest(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by a random forest on the inputs of the model; None without scikit-learn."""
    rows = _stack_rows(training, asked, lambda sample: sample.inputs)
    if not len(rows.classes) or not has_scikit_learn():
        return None
    return smooth(regressions.predict_random_forest(rows.regressors, rows.classes, rows.asked), len(rows.classes))


FORECASTERS: Mapping[str, Forecaster] = MappingProxyType(
    {
        "majority": majority,
        "base_rates": base_rates,
        "persistence": persistence,
        "regional_majority": regional_majority,
        "ideal_point": ideal_point,
        "earlier_votes": earlier_votes,
        "multinomial_logit": multinomial_logit,
        "random_forest": random_forest,
    }
)
"""Every rule by name, in the order in which they are reported. The last two need the extra ``learn``."""


def pin_to_counts(probabilities: FloatArray, counts: IntArray) -> FloatArray:
    """Move probabilities (n, 3) to given counts of the classes, by two numbers that are the same for all members.

    The log odds of oppose and of support against abstain are each shifted by a constant, until the expected counts are
    the given ones. The model's own pinned scores have the same two free numbers. Probabilities with a 0, as those of
    `majority`, are returned unchanged, because a constant cannot move them.

    Parameters
    ----------
    counts : of the classes, (3,), summing to n.
    """
    if (probabilities == 0.0).any():
        return probabilities

    def shifted(shifts: FloatArray) -> FloatArray:
        odds = probabilities * np.exp(np.array([shifts[0], 0.0, shifts[1]]))
        return odds / odds.sum(axis=1, keepdims=True)

    def gap(shifts: FloatArray) -> FloatArray:
        return shifted(shifts).sum(axis=0)[[0, 2]] - counts[[0, 2]]

    def slope(shifts: FloatArray) -> FloatArray:
        chances = shifted(shifts)[:, [0, 2]]
        return np.diag(chances.sum(axis=0)) - chances.T @ chances

    found = least_squares(gap, np.zeros(2), jac=slope, bounds=(-MOST_SHIFT, MOST_SHIFT), xtol=1e-12, ftol=1e-12)
    return shifted(found.x)


@dataclass(frozen=True)
class _Rows:
    """Rows (n,) to learn from, with their regressors (n, p), and the regressors (N, p) to predict."""

    regressors: FloatArray
    classes: IntArray
    members: IntArray
    asked: FloatArray


def _stack_rows(training: Training, asked: Sample, regressors: Callable[[Sample], FloatArray]) -> _Rows:
    found = [(sample, np.flatnonzero(mask & (sample.observed >= 0))) for sample, mask in training]
    found = [(sample, rows) for sample, rows in found if len(rows)]
    votes = list(dict.fromkeys(sample.resolution for sample, _ in found))
    # A vote without rows has no indicator of its own, so the indicators of the others hold no information on it.
    marked = votes if len(votes) > 1 and asked.resolution in votes else []

    def of(sample: Sample, rows: IntArray) -> FloatArray:
        indicators = np.tile([float(sample.resolution == vote) for vote in marked], (len(rows), 1))
        return np.column_stack([regressors(sample)[rows], indicators])

    wanted = of(asked, np.arange(len(asked.observed)))
    return _Rows(
        regressors=np.concatenate([np.zeros((0, wanted.shape[1])), *(of(*pair) for pair in found)]),
        classes=_concatenate([sample.observed[rows] for sample, rows in found]),
        members=_concatenate([rows for _, rows in found]),
        asked=wanted,
    )


def _rows_for_rates(training: Training, asked: Sample) -> tuple[IntArray, IntArray]:
    """Classes and regions of the rows behind rates: those of the predicted vote, or of all votes where it has none."""
    found = [(sample, mask & (sample.observed >= 0)) for sample, mask in training]
    same = [(sample, rows) for sample, rows in found if sample.resolution == asked.resolution and rows.any()]
    found = same or found
    classes = _concatenate([sample.observed[rows] for sample, rows in found])
    return classes, _concatenate([sample.region[rows] for sample, rows in found])


def _concatenate(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _rates(classes: IntArray) -> FloatArray:
    """Shares (3,) of the classes, with half a member of each class added."""
    n = len(classes)
    return smooth(np.bincount(classes, minlength=len(CLASSES)) / n, n)
