"""How well probabilities of votes fit the votes that were cast.

Three ordered classes are scored: 0 oppose, 1 abstain or absent, 2 support. Each member has its own losses, and
intervals come from drawing members again with replacement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.results.intervals import PAIRED_LEVELS, Ends, find_ends
from sim.results.parts import ByAction, PairedInterval
from sim.results.scores import Bin, Recall, Reliability, ScoreIntervals, Scores
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT

CLASSES = ("oppose", "abstain", "support")
SMALLEST_PROBABILITY = 1e-6


def find_classes(actions: NDArray[np.integer]) -> IntArray:
    """The classes of action codes; absent counts as abstain."""
    return np.where(actions == OPPOSE, 0, np.where(actions == SUPPORT, 2, 1))


def merge_to_three_classes(probabilities: FloatArray) -> FloatArray:
    """Probabilities of the four actions (..., 4) as those of the three classes (..., 3)."""
    return np.stack([probabilities[..., 0], probabilities[..., 1] + probabilities[..., 2], probabilities[..., 3]], -1)


def measure_losses(
    probabilities: FloatArray, observed: IntArray, predicted: IntArray | None = None
) -> dict[str, FloatArray]:
    """Measure what each member adds to the scores that are means over members; arrays (n,) by name.

    Parameters
    ----------
    probabilities : of the classes, (n, 3).
    observed : classes, (n,).
    predicted : predicted classes (n,) for the accuracy; by default those with the largest probability.

    Returns
    -------
    ``is_right`` (0 or 1; larger is better), ``brier``, ``rps`` and ``log_loss``, as in `Scores`.
    """
    if predicted is None:
        predicted = probabilities.argmax(axis=1)
    cumulated = np.cumsum(probabilities, axis=1)[:, :2]
    is_at_most = (observed[:, None] <= np.arange(2)).astype(np.float64)
    likelihood = np.clip(probabilities[np.arange(len(observed)), observed], SMALLEST_PROBABILITY, 1.0)
    return {
        "is_right": (predicted == observed).astype(np.float64),
        "brier": ((probabilities - np.eye(len(CLASSES))[observed]) ** 2).sum(axis=1),
        "rps": ((cumulated - is_at_most) ** 2).sum(axis=1) / 2,
        "log_loss": -np.log(likelihood),
    }


def score(probabilities: FloatArray, observed: IntArray, predicted: IntArray | None = None) -> Scores:
    """Score the probabilities (n, 3) of the classes against the observed classes (n,).

    Parameters
    ----------
    predicted : predicted classes (n,) for the accuracy; by default those with the largest probability.
    """
    of = measure_losses(probabilities, observed, predicted)
    return Scores(
        accuracy=float(of["is_right"].mean()),
        balanced_accuracy=float(np.mean([of["is_right"][observed == c].mean() for c in np.unique(observed)])),
        brier=float(of["brier"].mean()),
        rps=float(of["rps"].mean()),
        log_loss=float(of["log_loss"].mean()),
    )


def measure_recalls(probabilities: FloatArray, actions: NDArray[np.integer]) -> ByAction[Recall | None]:
    """Measure, for the members that took each action, the share predicted to take it, and their number.

    Parameters
    ----------
    probabilities : of the four actions, (n, 4).
    actions : observed action codes, (n,).

    Returns
    -------
    By action the share and the number, or None where nobody took it.
    """
    is_right = probabilities.argmax(axis=1) == actions
    found: dict[str, Recall | None] = {}
    for code, name in enumerate(ACTIONS):
        did = actions == code
        found[name] = Recall(share=float(is_right[did].mean()), n=int(did.sum())) if did.any() else None
    return ByAction[Recall | None](**found)


def score_intervals(
    probabilities: FloatArray,
    observed: IntArray,
    predicted: IntArray | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> ScoreIntervals:
    """The 90 % interval (p05, p95) of each of the `Scores`: percentile bootstrap over members (Efron 1979).

    Balanced accuracy is the mean over the classes that a resample holds, as `score` would give it.

    Parameters
    ----------
    probabilities, observed, predicted : as in `score`.
    resamples : number of times that the members are drawn again.
    seed : seed of the draws; the same seed and number of members give the same resamples, also in
        `compute_paired_interval`.
    """
    of = measure_losses(probabilities, observed, predicted)
    weights = _resamples(len(observed), resamples, seed)
    is_of_class = np.eye(len(CLASSES))[observed]
    counts = weights @ is_of_class
    right = weights @ (is_of_class * of["is_right"][:, None])
    balanced = (right / np.maximum(counts, 1)).sum(axis=1) / (counts > 0).sum(axis=1)
    return ScoreIntervals(
        accuracy=find_ends(weights @ of["is_right"] / len(observed)),
        balanced_accuracy=find_ends(balanced),
        brier=find_ends(weights @ of["brier"] / len(observed)),
        rps=find_ends(weights @ of["rps"] / len(observed)),
        log_loss=find_ends(weights @ of["log_loss"] / len(observed)),
    )


def compute_paired_interval(
    loss_a: FloatArray, loss_b: FloatArray, *, resamples: int = 1000, seed: int = 0
) -> PairedInterval:
    """Mean over members of ``loss_a - loss_b``, and its 95 % interval; over several resolutions the mean of the means.

    Both forecasts are for the same members, so what makes a member hard to predict cancels. A member is drawn again
    with all its votes, because its votes are similar. Where the interval does not contain 0, the two forecasts differ
    on members like these.

    Parameters
    ----------
    loss_a, loss_b : losses of the same members in the same order, (n,) or (n, resolutions); see `measure_losses`. Not a
        number where a member is not scored on a resolution.
    resamples, seed : as in `score_intervals`.
    """
    difference = (loss_a - loss_b).reshape(len(loss_a), -1)
    is_scored = np.isfinite(difference)
    weights = np.concatenate([np.ones((1, len(difference))), _resamples(len(difference), resamples, seed)])
    counts = np.maximum(weights @ is_scored, 1.0)
    means = (weights @ np.where(is_scored, difference, 0.0) / counts).mean(axis=1)
    low, high = find_ends(means[1:], PAIRED_LEVELS)
    return PairedInterval(mean=float(means[0]), p025=low, p975=high)


def _resamples(n: int, resamples: int, seed: int) -> FloatArray:
    """Number of times that each member is drawn in each resample, (resamples, n); rows sum to n."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)


def measure_reliability(
    probabilities: FloatArray, observed: IntArray, bins: int = 10, of: int | None = None
) -> Reliability:
    """Measure whether outcomes with a probability of 70 % occur in 70 % of the cases (Murphy & Winkler 1977).

    Bins hold about equal numbers of probabilities, split at their quantiles, so that each bin has enough of the few
    hundred members. Equal probabilities are in one bin, so there may be fewer bins than requested. The three pooled
    probabilities of a member are not independent, so the intervals are approximate.

    Parameters
    ----------
    probabilities, observed : as in `score`.
    bins : largest number of bins, 1 or more.
    of : one class; by default all pairs of member and class are pooled.
    """
    has_come_true = np.eye(len(CLASSES))[observed]
    chosen = slice(None) if of is None else [of]
    forecast, truth = probabilities[:, chosen].ravel(), has_come_true[:, chosen].ravel()
    edges = np.unique(np.quantile(forecast, np.arange(1, bins) / bins))
    place = np.searchsorted(edges, forecast)
    found = tuple(_bin(forecast[place == b], truth[place == b]) for b in np.unique(place))
    error = sum(b.count * abs(b.forecast - b.frequency) for b in found) / len(forecast)
    return Reliability(bins=found, error=float(error))


def _bin(forecast: FloatArray, truth: FloatArray) -> Bin:
    low, high = share_interval(int(truth.sum()), len(truth))
    return Bin(count=len(truth), forecast=float(forecast.mean()), frequency=float(truth.mean()), p05=low, p95=high)


def share_interval(hits: int, trials: int) -> Ends:
    """The 90 % interval of a share of hits in trials (Wilson 1927).

    Examples
    --------
    >>> low, high = share_interval(6, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.352 to 0.806'
    """
    from scipy.stats import binomtest  # takes a tenth of a second to import

    interval = binomtest(hits, trials).proportion_ci(0.90, method="wilson")
    return float(interval.low), float(interval.high)


def rank_classes(probabilities: FloatArray, observed: IntArray) -> IntArray:
    """Predict classes by rank of P(support) - P(oppose), split at the observed counts; ties by order of members."""
    order = np.argsort(probabilities[:, 0] - probabilities[:, 2], kind="stable")
    classes = np.empty(len(observed), dtype=np.int64)
    classes[order] = np.sort(observed)[::-1]
    return classes
