"""Regressions and trees that learn the class of a vote from regressors: the ordered logit, and three of scikit-learn.

scikit-learn is an extra (``pip install 'alignment-sim[learn]'``) and imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from sim.arrays import FloatArray, IntArray
from sim.scoring.scores import CLASSES

PRIOR_DEVIATION = 10.0
"""Standard deviation of the normal prior on an ordered logit's thresholds and slopes, for standardised regressors:
weak, but enough for an optimum where a regressor separates the classes or a class does not occur."""
LEAST_SLOPE = 0.01
"""Smallest slope, per standard deviation, of a regressor that can only raise support."""
LOG_GAP_BOUNDS = (-12.0, 4.0)
"""Bounds of the log of the gap between the thresholds, which coincide where nobody abstains."""
SMALLEST_SPREAD = 1e-5
"""Standard deviation below which a regressor counts as constant."""

INVERSE_PENALTIES = 10.0 ** np.arange(-3.0, 1.1, 0.5)
FOLDS = 5
TREES = 500
SMALLEST_LEAF = 3
BOOSTING = {"max_iter": 100, "learning_rate": 0.05, "max_leaf_nodes": 8, "min_samples_leaf": 20}
"""Settings of the boosted trees."""
SEED = 0


@dataclass(frozen=True)
class OrderedLogit:
    r"""Cumulative logit over the ordered classes (McCullagh 1980), with thresholds for each of G groups of rows.

    .. math:: P(class \le k) = 1 / (1 + e^{-(t_k - x \cdot b)})

    Parameters
    ----------
    thresholds : :math:`t_0 < t_1` of each group, (G, 2).
    slopes : :math:`b`, (p,); positive raises support. Per unit of the regressors.
    """

    thresholds: FloatArray
    slopes: FloatArray

    def probabilities(self, regressors: FloatArray, group: int | None = None) -> FloatArray:
        """Probabilities (n, 3) of the classes at regressors (n, p), for a group or at the mean thresholds of all."""
        low, high = self.thresholds.mean(axis=0) if group is None else self.thresholds[group]
        score = regressors @ self.slopes
        oppose, support = expit(low - score), expit(score - high)
        return np.column_stack([oppose, np.maximum(1.0 - oppose - support, 0.0), support])


def fit_ordered_logit(
    regressors: FloatArray,
    classes: IntArray,
    groups: IntArray | None = None,
    *,
    least_slopes: FloatArray | None = None,
) -> OrderedLogit:
    """Fit a cumulative logit by penalized maximum likelihood, from the rates of the classes and slopes of 0.

    The likelihood is log-concave in thresholds and slopes, so there is one optimum. A class that does not occur gets
    little probability, by the prior of its threshold.

    Parameters
    ----------
    regressors : (n, p).
    classes : (n,).
    groups : group of each row, 0 to G - 1, (n,); by default all are in one.
    least_slopes : smallest slope of each regressor per standard deviation, (p,), such as 0 for one that can only raise
        support; by default there is none.
    """
    group = np.zeros(len(classes), dtype=np.int64) if groups is None else groups
    count = int(group.max()) + 1
    mean, spread = _moments(regressors)
    scaled = (regressors - mean) / spread
    is_oppose, is_middle, is_support = (classes == c for c in range(len(CLASSES)))

    def sum_by_group(values: FloatArray) -> FloatArray:
        return np.bincount(group, values, count).astype(np.float64)

    def loss(vector: FloatArray) -> tuple[float, FloatArray]:
        low, gap, slopes = vector[:count], np.exp(vector[count : 2 * count]), vector[2 * count :]
        score, own = scaled @ slopes, gap[group]
        below, above = low[group] - score, (low + gap)[group] - score
        # P(middle) = F(above) F(-below) (1 - exp(-gap)), without a difference of nearly equal numbers.
        terms = np.where(is_oppose, -np.logaddexp(0.0, -below), 0.0)
        terms -= np.where(is_middle, np.logaddexp(0.0, -above) + np.logaddexp(0.0, below) - np.log(-np.expm1(-own)), 0)
        terms -= np.where(is_support, np.logaddexp(0.0, above), 0.0)
        rate = 1.0 / np.expm1(own)
        priors = np.array([*low, *(low + gap), *slopes]) / PRIOR_DEVIATION**2
        by_low = np.where(is_oppose, expit(-below), np.where(is_middle, -expit(below) - rate, 0.0))
        by_high = np.where(is_support, -expit(above), np.where(is_middle, expit(-above) + rate, 0.0))
        by_slopes = -(by_low + by_high) @ scaled - priors[2 * count :]
        of_low = sum_by_group(by_low) - priors[:count]
        of_high = sum_by_group(by_high) - priors[count : 2 * count]
        total = terms.sum() - PRIOR_DEVIATION**2 * (priors @ priors) / 2
        return -total / len(classes), -np.array([*(of_low + of_high), *(gap * of_high), *by_slopes]) / len(classes)

    counts = np.stack([sum_by_group(is_it.astype(np.float64)) for is_it in (is_oppose, is_middle, is_support)], axis=1)
    shares = np.cumsum(counts + 0.5, axis=1)[:, :2] / (counts.sum(axis=1, keepdims=True) + 1.5)
    first, second = np.log(shares / (1.0 - shares)).T
    free = np.full(scaled.shape[1], -np.inf) if least_slopes is None else least_slopes
    found = minimize(
        loss,
        np.array([*first, *np.log(second - first), *np.zeros(scaled.shape[1])]),
        jac=True,
        method="L-BFGS-B",
        bounds=[*[(None, None)] * count, *[LOG_GAP_BOUNDS] * count, *((least, None) for least in free)],
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    slopes = found.x[2 * count :] / spread
    low = found.x[:count] + mean @ slopes
    return OrderedLogit(np.stack([low, low + np.exp(found.x[count : 2 * count])], axis=1), slopes)


def has_scikit_learn() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def predict_multinomial_logit(
    regressors: FloatArray, classes: IntArray, members: IntArray, asked: FloatArray
) -> FloatArray:
    """Predict probabilities (N, 3) at `asked` (N, p) by a multinomial logit with a squared penalty on its coefficients.

    Regressors are standardised by the training rows. The penalty is the one of 10^3 to 10^-1, in half
    decades, with the least log loss over 5 folds; a member is in one fold with all its votes.

    Parameters
    ----------
    regressors : (n, p).
    classes : (n,).
    members : index of the member of each row, (n,).
    """
    if len(np.unique(classes)) == 1:
        return _certain(classes, asked)
    mean, spread = _moments(regressors)
    with threadpool_limits(limits=1):  # matrices with a row per member: threads cost more than they gain
        return _ask(_fit_best_logit((regressors - mean) / spread, classes, members), (asked - mean) / spread)


def predict_random_forest(regressors: FloatArray, classes: IntArray, asked: FloatArray) -> FloatArray:
    """Predict probabilities (N, 3) at `asked` (N, p) by a random forest (Breiman 2001): 500 trees, leaves of 3 rows."""
    return _ask(_fit_forest(regressors, classes), asked)


def predict_boosted_trees(regressors: FloatArray, classes: IntArray, asked: FloatArray) -> FloatArray:
    """Predict probabilities (N, 3) at `asked` (N, p) by boosted trees on binned regressors (Ke et al. 2017).

    There are 100 rounds at a learning rate of 0.05, with trees of at most 8 leaves of 20 rows or more.
    """
    if len(np.unique(classes)) == 1:
        return _certain(classes, asked)
    with threadpool_limits(limits=1):
        return _ask(_fit_boosted_trees(regressors, classes), asked)


class _Classifier(Protocol):
    """A fitted classifier of scikit-learn."""

    classes_: IntArray

    def predict_proba(self, regressors: FloatArray) -> FloatArray:
        """Probabilities (N, C) of the classes that occurred."""


def _keep_last(fit: Callable[..., _Classifier]) -> Callable[..., _Classifier]:
    """Keep what was fitted last: the votes of a fold are predicted from the same rows, one after the other."""
    last: list[tuple[object, _Classifier]] = []

    def kept(*rows: FloatArray | IntArray) -> _Classifier:
        key = tuple((values.shape, values.tobytes()) for values in rows)
        if not last or last[0][0] != key:
            last[:] = [(key, fit(*rows))]
        return last[0][1]

    return kept


@_keep_last
def _fit_best_logit(scaled: FloatArray, classes: IntArray, members: IntArray) -> _Classifier:
    known = np.unique(members)
    order = np.random.default_rng(SEED).permutation(len(known))
    fold = (order % min(FOLDS, len(known)))[np.searchsorted(known, members)]
    lost = np.zeros(len(INVERSE_PENALTIES))
    for number in range(fold.max() + 1 if len(known) > 1 else 0):
        out = fold == number
        for place, inverse_penalty in enumerate(INVERSE_PENALTIES):
            if len(np.unique(classes[~out])) == 1:
                chances = _certain(classes[~out], scaled[out])
            else:
                chances = _ask(_fit_logit(scaled[~out], classes[~out], inverse_penalty), scaled[out])
            likelihood = smooth(chances, int((~out).sum()))[np.arange(out.sum()), classes[out]]
            lost[place] -= np.log(likelihood).sum()
    return _fit_logit(scaled, classes, INVERSE_PENALTIES[lost.argmin()])


def _fit_logit(scaled: FloatArray, classes: IntArray, inverse_penalty: float) -> _Classifier:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=inverse_penalty, max_iter=10_000).fit(scaled, classes)


@_keep_last
def _fit_forest(regressors: FloatArray, classes: IntArray) -> _Classifier:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=SEED, n_jobs=1)
    return forest.fit(regressors, classes)


@_keep_last
def _fit_boosted_trees(regressors: FloatArray, classes: IntArray) -> _Classifier:
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(**BOOSTING, early_stopping=False, random_state=SEED)
    return trees.fit(regressors, classes)


def smooth(probabilities: FloatArray, n: int) -> FloatArray:
    """Smooth probabilities (..., 3) learnt from n rows, by half a row of each class.

    This is the rule of Jeffreys (1946) for shares, (n p + 1/2) / (n + 3/2), applied to a regression as well. It gives
    some probability to a class that did not occur, and does not change the ranks of members.
    """
    return (n * probabilities + 0.5) / (n + 0.5 * len(CLASSES))


def _moments(regressors: FloatArray) -> tuple[FloatArray, FloatArray]:
    spread = regressors.std(axis=0)
    return regressors.mean(axis=0), np.where(spread > SMALLEST_SPREAD, spread, 1.0)


def _certain(classes: IntArray, asked: FloatArray) -> FloatArray:
    """The only class that occurred, for all."""
    return np.tile(np.eye(len(CLASSES))[classes[0]], (len(asked), 1))


def _ask(fitted: _Classifier, asked: FloatArray) -> FloatArray:
    """Probabilities (N, 3) by a fitted classifier; 0 for a class that did not occur."""
    full = np.zeros((len(asked), len(CLASSES)))
    full[:, fitted.classes_] = fitted.predict_proba(asked)
    return full
