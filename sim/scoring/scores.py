"""How well probabilities of votes fit the votes that were cast.

Three ordered classes are scored: 0 oppose, 1 abstain or absent, 2 support. Members are what a score varies over: each
has its own losses, and intervals draw members again with replacement.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.rules.choice import ACTIONS, OPPOSE, SUPPORT

CLASSES = ("oppose", "abstain", "support")
SMALLEST_PROBABILITY = 1e-6


@dataclass(frozen=True)
class Scores:
    """Scores over n members.

    Parameters
    ----------
    accuracy : share of members whose likeliest class was the observed one.
    balanced_accuracy : mean over the observed classes of the share got right.
    brier : squared error summed over the classes (Brier 1950); 0 best, 2 worst.
    rps : ranked probability score (Epstein 1969), divided by the number of classes less one; 0 best, 1 worst.
    log_loss : mean of -log of the probability of the observed class, clipped at 1e-6.
    """

    accuracy: float
    balanced_accuracy: float
    brier: float
    rps: float
    log_loss: float

    def document(self) -> dict[str, float]:
        """The scores by name."""
        return asdict(self)


@dataclass(frozen=True)
class Bin:
    """Probabilities of about the same size, and how often what they were given to came true.

    Parameters
    ----------
    count : number of probabilities.
    forecast : their mean.
    frequency : share that came true.
    p05, p95 : the 90 % interval of that share (Wilson 1927).
    """

    count: int
    forecast: float
    frequency: float
    p05: float
    p95: float


@dataclass(frozen=True)
class Reliability:
    """Bins from the smallest probabilities to the largest.

    Parameters
    ----------
    error : expected calibration error: mean of ``|forecast - frequency|`` over the bins, weighted by their counts.
    """

    bins: tuple[Bin, ...]
    error: float

    def document(self) -> dict[str, object]:
        """Bins and error as plain data."""
        return asdict(self)


def classes_of(actions: NDArray[np.integer]) -> IntArray:
    """Action codes as classes: absent counts with abstain."""
    return np.where(actions == OPPOSE, 0, np.where(actions == SUPPORT, 2, 1))


def three_classes(probabilities: FloatArray) -> FloatArray:
    """Probabilities of the four actions (..., 4) as those of the three classes (..., 3)."""
    return np.stack([probabilities[..., 0], probabilities[..., 1] + probabilities[..., 2], probabilities[..., 3]], -1)


def losses(probabilities: FloatArray, observed: IntArray, predicted: IntArray | None = None) -> dict[str, FloatArray]:
    """What each member adds to the scores that are means over members; name to array (n,).

    Parameters
    ----------
    probabilities : of the classes, (n, 3).
    observed : classes, (n,).
    predicted : classes (n,) to judge accuracy by; by default the likeliest ones.

    Returns
    -------
    ``is_right`` (0 or 1; the larger the better), ``brier``, ``rps`` and ``log_loss``, as in `Scores`.
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
    predicted : classes to judge accuracy by; by default the likeliest ones.
    """
    of = losses(probabilities, observed, predicted)
    return Scores(
        accuracy=float(of["is_right"].mean()),
        balanced_accuracy=float(np.mean([of["is_right"][observed == c].mean() for c in np.unique(observed)])),
        brier=float(of["brier"].mean()),
        rps=float(of["rps"].mean()),
        log_loss=float(of["log_loss"].mean()),
    )


def recalls(probabilities: FloatArray, actions: NDArray[np.integer]) -> dict[str, tuple[float, int] | None]:
    """Of the members that did each action: the share for which it was the likeliest of the four, and their number.

    Parameters
    ----------
    probabilities : of the four actions, (n, 4).
    actions : observed action codes, (n,).

    Returns
    -------
    Name of the action to share in [0, 1] and number, or to None where nobody did it.
    """
    is_right = probabilities.argmax(axis=1) == actions
    found: dict[str, tuple[float, int] | None] = {}
    for code, name in enumerate(ACTIONS):
        did = actions == code
        found[name] = (float(is_right[did].mean()), int(did.sum())) if did.any() else None
    return found


def intervals(
    probabilities: FloatArray,
    observed: IntArray,
    predicted: IntArray | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """The 90 % interval (p05, p95) of each of the `Scores`: percentile bootstrap over members (Efron 1979).

    Balanced accuracy is the mean over the classes that a resample holds, as `score` would give it.

    Parameters
    ----------
    probabilities, observed, predicted : as in `score`.
    resamples : how often the members are drawn again.
    seed : the same seed and number of members give the same resamples, here and in `paired_interval`.
    """
    of = losses(probabilities, observed, predicted)
    weights = _resamples(len(observed), resamples, seed)
    is_of_class = np.eye(len(CLASSES))[observed]
    counts = weights @ is_of_class
    right = weights @ (is_of_class * of["is_right"][:, None])
    balanced = (right / np.maximum(counts, 1)).sum(axis=1) / (counts > 0).sum(axis=1)
    drawn = {
        "accuracy": weights @ of["is_right"] / len(observed),
        "balanced_accuracy": balanced,
        **{name: weights @ of[name] / len(observed) for name in ("brier", "rps", "log_loss")},
    }
    return {name: _p05_p95(values) for name, values in drawn.items()}


def paired_interval(
    loss_a: FloatArray, loss_b: FloatArray, *, resamples: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean over members of ``loss_a - loss_b``, and its 90 % interval: (mean, p05, p95).

    Both forecasts are of the same members, so what is hard about a member cancels. An interval without 0 says that
    the two differ on members like these.

    Parameters
    ----------
    loss_a, loss_b : losses of the same members in the same order, (n,); see `losses`.
    resamples, seed : as in `intervals`.
    """
    difference = loss_a - loss_b
    drawn = _resamples(len(difference), resamples, seed) @ difference / len(difference)
    return (float(difference.mean()), *_p05_p95(drawn))


def _resamples(n: int, resamples: int, seed: int) -> FloatArray:
    """How often each member is drawn in each resample, (resamples, n); rows sum to n."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)


def _p05_p95(values: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)


def reliability(probabilities: FloatArray, observed: IntArray, bins: int = 10, of: int | None = None) -> Reliability:
    """Whether what was given 70 % came true in 70 % of the cases (Murphy & Winkler 1977).

    Bins hold about equally many probabilities, cut at their quantiles, so that each says something of a chamber's few
    hundred members; equal probabilities stay in one bin, so there may be fewer bins than asked for. Pooled, the three
    probabilities of a member are not independent: read the intervals as approximate.

    Parameters
    ----------
    probabilities, observed : as in `score`.
    bins : most bins, 1 or more.
    of : one class; by default all member-class pairs are pooled.
    """
    has_come_true = np.eye(len(CLASSES))[observed]
    chosen = slice(None) if of is None else [of]
    forecast, truth = probabilities[:, chosen].ravel(), has_come_true[:, chosen].ravel()
    edges = np.unique(np.quantile(forecast, np.arange(1, bins) / bins))
    place = np.searchsorted(edges, forecast)
    found = tuple(_bin(forecast[place == b], truth[place == b]) for b in np.unique(place))
    error = sum(b.count * abs(b.forecast - b.frequency) for b in found) / len(forecast)
    return Reliability(found, float(error))


def _bin(forecast: FloatArray, truth: FloatArray) -> Bin:
    low, high = share_interval(int(truth.sum()), len(truth))
    return Bin(count=len(truth), forecast=float(forecast.mean()), frequency=float(truth.mean()), p05=low, p95=high)


def share_interval(hits: int, trials: int) -> tuple[float, float]:
    """The 90 % interval of a share (Wilson 1927): of hits in so many trials.

    Examples
    --------
    >>> low, high = share_interval(6, 10)
    >>> f"{low:.3f} to {high:.3f}"
    '0.352 to 0.806'
    """
    from scipy.stats import binomtest  # takes a tenth of a second to import

    interval = binomtest(hits, trials).proportion_ci(0.90, method="wilson")
    return float(interval.low), float(interval.high)


def ranked_classes(probabilities: FloatArray, observed: IntArray) -> IntArray:
    """Classes by rank of P(support) - P(oppose), cut at the observed counts; ties by the order of the members."""
    order = np.argsort(probabilities[:, 0] - probabilities[:, 2], kind="stable")
    classes = np.empty(len(observed), dtype=np.int64)
    classes[order] = np.sort(observed)[::-1]
    return classes
