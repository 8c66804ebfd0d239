"""Scores of forecasts of votes: how far probabilities are from the votes that were cast."""

from __future__ import annotations

from typing import Generic, TypeVar

from sim.results.described import Result, quantity
from sim.results.intervals import Ends

T = TypeVar("T")


class ByScore(Result, Generic[T]):
    """One thing for each score."""

    accuracy: T = quantity("accuracy", "share of members whose most likely class was the observed one; 1 is best")
    balanced_accuracy: T = quantity(
        "balanced accuracy", "mean over the observed classes of the share that is right; 1 is best"
    )
    brier: T = quantity(
        "Brier score", "squared error summed over the classes (Brier 1950), 0 to 2; 0 is best", unit="0 to 2"
    )
    rps: T = quantity(
        "RPS",
        "ranked probability score (Epstein 1969) over oppose < abstain or absent < support, divided by the number of "
        "classes less one; 0 is best, 1 worst",
        unit="0 to 1",
    )
    log_loss: T = quantity(
        "log loss",
        "mean of minus the logarithm of the probability given to the observed class, clipped at 1e-6; 0 is best",
    )


class Scores(ByScore[float]):
    """Scores over members."""


class ScoreIntervals(ByScore[Ends]):
    """Two ends for each score."""


class Bin(Result):
    """Probabilities of about the same size, and how often what they were given to came true."""

    count: int = quantity("probabilities", "how many probabilities of about the same size there are")
    forecast: float = quantity("forecast", "their mean", unit="share")
    frequency: float = quantity("frequency", "share of them that came true", unit="share")
    p05: float = quantity("low", "lower end of the 90 % interval of that share (Wilson 1927)", unit="share")
    p95: float = quantity("high", "upper end of it", unit="share")


class Reliability(Result):
    """Bins from the smallest probabilities to the largest."""

    bins: tuple[Bin, ...] = quantity("bins", "bins of probabilities of about the same size")
    error: float = quantity(
        "calibration error", "mean distance of forecast and frequency over the bins, weighted by count", unit="share"
    )


class Recall(Result):
    """Of the members that did one action, how often it was their most likely one."""

    share: float = quantity(
        "recall", "share of those that did the action for whom it was the most likely of the four", unit="share"
    )
    n: int = quantity("members", "how many did it", unit="members")
