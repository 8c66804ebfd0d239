"""Rules without coefficients: rates of the classes, and votes that are repeated."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.scoring.baselines.rows import Training, compute_rates, make_rows_for_rates
from sim.scoring.samples import Sample
from sim.scoring.scores import CLASSES

PERSISTENCE_WEIGHT = 10.0
"""Weight of the repeated vote, in members, against the base rates: a vote is usually repeated, but not always."""
REGION_WEIGHT = 1.0
"""Weight of the Assembly's rates, in members, added to the counts of a region."""


def majority(training: Training, asked: Sample) -> FloatArray | None:
    """Predict the most frequent class for all members."""
    classes = make_rows_for_rates(training, asked)[0]
    most_frequent = np.bincount(classes, minlength=len(CLASSES)).argmax()
    return np.tile(np.eye(len(CLASSES))[most_frequent], (len(asked.observed), 1)) if len(classes) else None


def base_rates(training: Training, asked: Sample) -> FloatArray | None:
    """Predict the shares of the classes for all members."""
    classes = make_rows_for_rates(training, asked)[0]
    return np.tile(compute_rates(classes), (len(asked.observed), 1)) if len(classes) else None


def persistence(training: Training, asked: Sample) -> FloatArray | None:
    """Predict that members vote as in the last earlier roll call about the target; None where there is none.

    The class of that vote has the weight of 10 members over the rates of that vote: the smoothing that a log loss
    needs, taken from the earlier vote alone. Nothing is learned from `training`.
    """
    return _repeat(asked.last)


def topic_persistence(training: Training, asked: Sample) -> FloatArray | None:
    """Predict that members vote as in the last earlier roll call about the target on the same topic.

    Who has no vote in it is predicted from its last vote about the target; None where there is no earlier roll call.
    """
    return _repeat(np.where(asked.last_on_topic >= 0, asked.last_on_topic, asked.last))


def _repeat(last: IntArray) -> FloatArray | None:
    is_recorded = last >= 0
    if not is_recorded.any():
        return None
    repeated = np.where(is_recorded[:, None], PERSISTENCE_WEIGHT * np.eye(len(CLASSES))[last], 0.0)
    return (repeated + compute_rates(last[is_recorded])) / (1.0 + repeated.sum(axis=1, keepdims=True))


def regional_majority(training: Training, asked: Sample) -> FloatArray | None:
    """Predict the shares of the classes in a member's regional group, with the Assembly's rates as one more member."""
    classes, regions = make_rows_for_rates(training, asked)
    if not len(classes):
        return None
    counts = np.zeros((int(max(regions.max(), asked.region.max())) + 1, len(CLASSES)))
    np.add.at(counts, (regions, classes), 1.0)
    counts += REGION_WEIGHT * compute_rates(classes)
    return (counts / counts.sum(axis=1, keepdims=True))[asked.region]
