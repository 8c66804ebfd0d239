"""The rows that a rule learns from: members of one vote or several, with their classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.scoring.baselines.regressions import smooth
from sim.scoring.samples import Sample
from sim.scoring.scores import CLASSES

Training = Sequence[tuple[Sample, BoolArray]]
"""Votes in date order, and masks (N,) of the members to learn from; those without an observed class are never used."""
Forecaster = Callable[[Training, Sample], FloatArray | None]
"""A rule: probabilities (N, 3) for the members of the predicted vote, or None where it gives no forecast."""


@dataclass(frozen=True)
class Rows:
    """Rows (n,) to learn from, with their regressors (n, p), and the regressors (N, p) to predict.

    Parameters
    ----------
    votes : index of the vote of each row, in date order.
    asked_vote : that of the predicted vote; None where no row is from it.
    """

    regressors: FloatArray
    classes: IntArray
    members: IntArray
    votes: IntArray
    asked: FloatArray
    asked_vote: int | None

    def with_indicators(self) -> Rows:
        """The rows with an indicator of each vote as more regressors.

        A vote without rows has no indicator of its own, so the indicators of the others hold no information on it.
        """
        count = len(np.unique(self.votes))
        if self.asked_vote is None or count < 2:
            return self
        marks = np.eye(count)
        asked = np.tile(marks[self.asked_vote], (len(self.asked), 1))
        return Rows(
            regressors=np.column_stack([self.regressors, marks[self.votes]]),
            classes=self.classes,
            members=self.members,
            votes=self.votes,
            asked=np.column_stack([self.asked, asked]),
            asked_vote=self.asked_vote,
        )


def stack_rows(training: Training, asked: Sample, regressors: Callable[[Sample], FloatArray]) -> Rows:
    """Stack the members to learn from, with the regressors (N, p) that a function gives for a sample."""
    found = [(sample, np.flatnonzero(mask & (sample.observed >= 0))) for sample, mask in training]
    found = [(sample, rows) for sample, rows in found if len(rows)]
    names = list(dict.fromkeys(sample.resolution for sample, _ in found))
    wanted = regressors(asked)
    return Rows(
        regressors=np.concatenate([wanted[:0], *(regressors(sample)[rows] for sample, rows in found)]),
        classes=concatenate([sample.observed[rows] for sample, rows in found]),
        members=concatenate([rows for _, rows in found]),
        votes=concatenate([np.full(len(rows), names.index(sample.resolution)) for sample, rows in found]),
        asked=wanted,
        asked_vote=names.index(asked.resolution) if asked.resolution in names else None,
    )


def make_rows_for_rates(training: Training, asked: Sample) -> tuple[IntArray, IntArray]:
    """Classes and regions of the rows behind rates: those of the predicted vote, or of all votes where it has none."""
    found = [(sample, mask & (sample.observed >= 0)) for sample, mask in training]
    same = [(sample, rows) for sample, rows in found if sample.resolution == asked.resolution and rows.any()]
    found = same or found
    classes = concatenate([sample.observed[rows] for sample, rows in found])
    return classes, concatenate([sample.region[rows] for sample, rows in found])


def concatenate(parts: Sequence[IntArray]) -> IntArray:
    """The parts one after the other; none where there are none."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def compute_rates(classes: IntArray) -> FloatArray:
    """Shares (3,) of the classes, with half a member of each class added."""
    n = len(classes)
    return smooth(np.bincount(classes, minlength=len(CLASSES)) / n, n)
