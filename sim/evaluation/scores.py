"""How well probabilities of votes fit the votes that were cast.

Three ordered classes are scored: 0 oppose, 1 abstain or absent, 2 support.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from sim.rules.choice import OPPOSE, SUPPORT

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CLASSES = ("oppose", "abstain", "support")
SMALLEST_PROBABILITY = 1e-6


@dataclass(frozen=True)
class Scores:
    """Scores over n members.

    Parameters
    ----------
    accuracy : share of members whose likeliest class was the observed one.
    balanced_accuracy : mean over the observed classes of the share got right.
    rps : ranked probability score (Epstein 1969), divided by the number of classes less one; 0 best, 1 worst.
    log_loss : mean of -log of the probability of the observed class, clipped at 1e-6.
    """

    accuracy: float
    balanced_accuracy: float
    rps: float
    log_loss: float

    def document(self) -> dict[str, float]:
        """The scores by name."""
        return asdict(self)


def classes_of(actions: NDArray[np.integer]) -> IntArray:
    """Action codes as classes: absent counts with abstain."""
    return np.where(actions == OPPOSE, 0, np.where(actions == SUPPORT, 2, 1))


def three_classes(probabilities: FloatArray) -> FloatArray:
    """Probabilities of the four actions (..., 4) as those of the three classes (..., 3)."""
    return np.stack([probabilities[..., 0], probabilities[..., 1] + probabilities[..., 2], probabilities[..., 3]], -1)


def score(probabilities: FloatArray, observed: IntArray, predicted: IntArray | None = None) -> Scores:
    """Score the probabilities (n, 3) of the classes against the observed classes (n,).

    Parameters
    ----------
    predicted : classes to judge accuracy by; by default the likeliest ones.
    """
    if predicted is None:
        predicted = probabilities.argmax(axis=1)
    is_right = predicted == observed
    cumulated = np.cumsum(probabilities, axis=1)[:, :2]
    truth = (observed[:, None] <= np.arange(2)).astype(np.float64)
    likelihood = np.clip(probabilities[np.arange(len(observed)), observed], SMALLEST_PROBABILITY, 1.0)
    return Scores(
        accuracy=float(is_right.mean()),
        balanced_accuracy=float(np.mean([is_right[observed == c].mean() for c in np.unique(observed)])),
        rps=float(((cumulated - truth) ** 2).sum(axis=1).mean() / 2),
        log_loss=float(-np.log(likelihood).mean()),
    )


def ranked_classes(probabilities: FloatArray, observed: IntArray) -> IntArray:
    """Classes by rank of P(support) - P(oppose), cut at the observed counts; ties by the order of the members."""
    order = np.argsort(probabilities[:, 0] - probabilities[:, 2], kind="stable")
    classes = np.empty(len(observed), dtype=np.int64)
    classes[order] = np.sort(observed)[::-1]
    return classes
