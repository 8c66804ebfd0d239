"""Rules with coefficients or trees, which learn the class of a vote from what is known of members before it."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.scoring.baselines import regressions
from sim.scoring.baselines.regressions import LEAST_SLOPE, fit_ordered_logit, has_scikit_learn, smooth
from sim.scoring.baselines.rows import Rows, Training, stack_rows
from sim.scoring.samples import Sample

TIE_BREAK = 1e-6
"""Weight of the ideal point added to a record: it only decides between equal records."""


def ideal_point(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by an ordered logit on the ideal point."""
    rows = stack_rows(training, asked, lambda sample: sample.ideal_point[:, None]).with_indicators()
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

    having = [(sample, mask) for sample, mask in training if (sample.last >= 0).any()]
    rows = stack_rows(having, asked, record_of).with_indicators()
    if not len(rows.classes) or not (asked.last >= 0).any():
        return None
    least = np.full(rows.regressors.shape[1], -np.inf)
    least[0] = LEAST_SLOPE
    fitted = fit_ordered_logit(rows.regressors, rows.classes, least_slopes=least)
    return smooth(fitted.probabilities(rows.asked), len(rows.classes))


def signed_logit(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by an ordered logit on the inputs of the model, each with the sign of the theory.

    Slopes are the same for all votes, thresholds are those of each vote. A vote without rows has the mean thresholds of
    the others.
    """
    direction = np.where(asked.signs < 0, -1.0, 1.0)
    rows = stack_rows(training, asked, lambda sample: sample.inputs * direction)
    if not len(rows.classes):
        return None
    least = np.where(asked.signs == 0, -np.inf, 0.0)
    fitted = fit_ordered_logit(rows.regressors, rows.classes, rows.votes, least_slopes=least)
    return smooth(fitted.probabilities(rows.asked, rows.asked_vote), len(rows.classes))


def multinomial_logit(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by a penalized multinomial logit on the inputs of the model; None without scikit-learn."""
    rows = _stack_inputs(training, asked)
    if rows is None:
        return None
    found = regressions.predict_multinomial_logit(rows.regressors, rows.classes, rows.members, rows.asked)
    return smooth(found, len(rows.classes))


def random_forest(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by a random forest on the inputs of the model; None without scikit-learn."""
    rows = _stack_inputs(training, asked)
    if rows is None:
        return None
    return smooth(regressions.predict_random_forest(rows.regressors, rows.classes, rows.asked), len(rows.classes))


def boosted_trees(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by boosted trees on the inputs of the model; None without scikit-learn."""
    rows = _stack_inputs(training, asked)
    if rows is None:
        return None
    return smooth(regressions.predict_boosted_trees(rows.regressors, rows.classes, rows.asked), len(rows.classes))


def _stack_inputs(training: Training, asked: Sample) -> Rows | None:
    rows = stack_rows(training, asked, lambda sample: sample.inputs).with_indicators()
    return rows if len(rows.classes) and has_scikit_learn() else None
