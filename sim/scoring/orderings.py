"""Comparing values and lists of members with published ones: by sign, rank and size, and with two simple rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial import Polynomial

from sim.arrays import BoolArray, FloatArray
from sim.results.scores_of_months import Ordering, SenderLists, Senders


def rank_correlation(a: FloatArray, b: FloatArray) -> float | None:
    """Spearman's rank correlation (1904), with ties at mean ranks; None where either side does not vary."""
    from scipy.stats import spearmanr  # takes a tenth of a second to import

    return float(spearmanr(a, b).statistic) if np.ptp(a) > 0 and np.ptp(b) > 0 else None


def rank_above(levels: FloatArray, chosen: BoolArray) -> float:
    """Share of pairs in which a chosen one ranks above another, with ties counted half.

    It is the area under the ROC curve: Mann & Whitney's U over all pairs.
    """
    from scipy.stats import mannwhitneyu  # takes a tenth of a second to import

    yes, no = levels[chosen], levels[~chosen]
    return float(mannwhitneyu(yes, no, method="asymptotic").statistic) / (yes.size * no.size)


def compare_senders(joined: frozenset[str], listed: frozenset[str], given: frozenset[str] = frozenset()) -> Senders:
    """Compare who sanctions in the run with a list: in both, in the run only, on the list only.

    Members in `given` are left out.
    """
    joined, listed = joined - given, listed - given
    lists = SenderLists(
        hits=sorted(joined & listed), false_alarms=sorted(joined - listed), misses=sorted(listed - joined)
    )
    counts = {name: len(codes) for name, codes in lists}
    return Senders(**counts, members=lists)


def compare_values(members: Sequence[str], simulated: Sequence[float], published: Sequence[float]) -> Ordering:
    """Compare values of members by sign, rank and size."""
    s, p = np.array(simulated, dtype=np.float64), np.array(published, dtype=np.float64)
    total = float(p.sum())
    return Ordering(
        signs_right=float((np.sign(s) == np.sign(p)).mean()),
        rank_correlation=rank_correlation(s, p),
        total_error=float(s.sum()) / total - 1 if total else None,
        absolute_error=float(np.abs(s - p).sum()) / total if total else None,
        median_error=float(np.median(np.abs(s - p))),
        simulated_and_published={
            code: (float(one), float(other)) for code, one, other in zip(members, s, p, strict=True)
        },
    )


def forecast_last_and_trend(when: Sequence[float], values: Sequence[float], then: float) -> tuple[float, float]:
    """The last value, and the value of the line of least squares at a later time, at least 0."""
    trend = float(Polynomial.fit(np.subtract(when, then), values, 1)(0.0))
    return float(values[int(np.argmax(when))]), max(trend, 0.0)
