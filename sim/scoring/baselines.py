"""Forecasts of simple rules, whose scores a model has to beat.

A rule learns from rows, the members of earlier votes or some members of the vote itself, and is asked about all members
of one vote. It never looks at how these voted in it. Where some rows are of the vote that is asked about, rates of
classes are taken from those alone, and regressions get an indicator per vote; else rates are those of the other votes,
and `pin_to_counts` moves them to given counts.

Every rule but `majority` leaves each class a chance: see `sim.scoring.regressions.smooth`.
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
"""Votes, and which of their members (N,) may be learnt from; members without an observed class never are."""
Forecaster = Callable[[Training, Sample], FloatArray | None]
"""Probabilities (N, 3) for the members of the vote that is asked about, or None where the rule gives no forecast."""

PERSISTENCE_WEIGHT = 10.0
"""How many members' worth of counts persistence lays over the base rates: a vote is repeated, but not for sure."""
REGION_WEIGHT = 1.0
"""How many members' worth of counts the Assembly's rates add to those of a region."""
TIE_BREAK = 1e-6
"""What an ideal point adds to a record: it decides between equal records only."""
MOST_SHIFT = 30.0
"""Largest shift of log odds; a class of which nobody was is as good as ruled out there."""


def majority(training: Training, asked: Sample) -> FloatArray | None:
    """All members do what most did."""
    classes = _rows_for_rates(training, asked)[0]
    likeliest = np.bincount(classes, minlength=len(CLASSES)).argmax()
    return np.tile(np.eye(len(CLASSES))[likeliest], (len(asked.observed), 1)) if len(classes) else None


def base_rates(training: Training, asked: Sample) -> FloatArray | None:
    """All members have the shares of the classes as their probabilities."""
    classes = _rows_for_rates(training, asked)[0]
    return np.tile(_rates(classes), (len(asked.observed), 1)) if len(classes) else None


def persistence(training: Training, asked: Sample) -> FloatArray | None:
    """Members vote as in the last earlier roll call about the target; None where there is none.

    The class of that vote has the weight of 10 members over the rates of that vote: the smoothing that a log loss
    needs, taken from the earlier vote alone. Nothing is learnt from `training`.
    """
    is_recorded = asked.last >= 0
    if not is_recorded.any():
        return None
    repeated = np.where(is_recorded[:, None], PERSISTENCE_WEIGHT * np.eye(len(CLASSES))[asked.last], 0.0)
    return (repeated + _rates(asked.last[is_recorded])) / (1.0 + repeated.sum(axis=1, keepdims=True))


def regional_majority(training: Training, asked: Sample) -> FloatArray | None:
    """Members have the shares of the classes in their regional group, with the Assembly's rates as one member more."""
    classes, regions = _rows_for_rates(training, asked)
    if not len(classes):
        return None
    counts = np.zeros((int(max(regions.max(), asked.region.max())) + 1, len(CLASSES)))
    np.add.at(counts, (regions, classes), 1.0)
    counts += REGION_WEIGHT * _rates(classes)
    return (counts / counts.sum(axis=1, keepdims=True))[asked.region]


def ideal_point(training: Training, asked: Sample) -> FloatArray | None:
    """Ordered logit on the ideal point."""
    rows = _stack_rows(training, asked, lambda sample: sample.ideal_point[:, None])
    if not len(rows.classes):
        return None
    fitted = fit_ordered_logit(rows.regressors, rows.classes)
    return smooth(fitted.probabilities(rows.asked), len(rows.classes))


def earlier_votes(training: Training, asked: Sample) -> FloatArray | None:
    """Ranking by all earlier votes about the target: ordered logit on their mean stance, which can only raise support.

    The ideal point breaks ties and counts for nothing else, so that ranking members by P(support) - P(oppose) is
    ranking them by their record. None where the vote asked about, or all of those to learn from, had none before.
    """

    def standing(sample: Sample) -> FloatArray:
        return (sample.record + TIE_BREAK * sample.ideal_point)[:, None]

    rows = _stack_rows([(s, mask) for s, mask in training if (s.last >= 0).any()], asked, standing)
    if not len(rows.classes) or not (asked.last >= 0).any():
        return None
    fitted = fit_ordered_logit(rows.regressors, rows.classes, is_first_rising=True)
    return smooth(fitted.probabilities(rows.asked), len(rows.classes))


def multinomial_logit(training: Training, asked: Sample) -> FloatArray | None:
    """Penalised multinomial logit on what the model weighs; None without scikit-learn."""
    rows = _stack_rows(training, asked, lambda sample: sample.inputs)
    if not len(rows.classes) or not has_scikit_learn():
        return None
    found = regressions.predict_multinomial_logit(rows.regressors, rows.classes, rows.members, rows.asked)
    return smooth(found, len(rows.classes))


def random_forest(training: Training, asked: Sample) -> FloatArray | None:
    """Random forest on what the model weighs; None without scikit-learn."""
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
    """Probabilities (n, 3) moved to given counts of the classes, by two numbers that are the same for all members.

    The log odds of oppose and of support against abstain are shifted by a constant each, until the expected counts are
    those given: the two free numbers that the model's own pinned scores have. Probabilities that hold a 0, as those of
    `majority`, come back as they are: a constant cannot move them.

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
    """Rows (n,) to learn from, with their regressors (n, p), and the regressors (N, p) that are asked about."""

    regressors: FloatArray
    classes: IntArray
    members: IntArray
    asked: FloatArray


def _stack_rows(training: Training, asked: Sample, regressors: Callable[[Sample], FloatArray]) -> _Rows:
    found = [(sample, np.flatnonzero(mask & (sample.observed >= 0))) for sample, mask in training]
    found = [(sample, rows) for sample, rows in found if len(rows)]
    votes = list(dict.fromkeys(sample.resolution for sample, _ in found))
    # A vote that nothing is known of has no indicator, so that the others' would say nothing about it.
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
    """Classes and regions of the rows that rates are taken from: those of the vote asked about if there are any."""
    found = [(sample, mask & (sample.observed >= 0)) for sample, mask in training]
    same = [(sample, rows) for sample, rows in found if sample.resolution == asked.resolution and rows.any()]
    found = same or found
    classes = _concatenate([sample.observed[rows] for sample, rows in found])
    return classes, _concatenate([sample.region[rows] for sample, rows in found])


def _concatenate(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _rates(classes: IntArray) -> FloatArray:
    """Shares (3,) of the classes, half a member of each added."""
    n = len(classes)
    return smooth(np.bincount(classes, minlength=len(CLASSES)) / n, n)
