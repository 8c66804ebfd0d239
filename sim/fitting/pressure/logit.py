"""Ordered logits of many votes at once: the slope of exposure, and what each member adds to its error.

Cumulative logit (McCullagh 1980) with P(class <= k) = 1 / (1 + exp(-(t_k - x b))). Newton's method on all votes
together; the likelihood is log-concave in thresholds and slopes. A weak normal prior keeps an estimate finite where a
regressor separates the classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.scoring.baselines.regressions import PRIOR_DEVIATION, SMALLEST_SPREAD

STEPS, ENOUGH = 60, 1e-7
SMALLEST_GAP = 1e-6
BARRIER = 1e-2
"""Weight of one vote of the middle class that keeps the thresholds apart where nobody cast any."""
CLASSES = 3


@dataclass(frozen=True)
class Slopes:
    """Fits of R votes of N members with p regressors.

    Parameters
    ----------
    thresholds : (R, 2).
    weights : of the regressors, per unit, (R, p); the first is the slope of exposure.
    influence : what each member adds to the error of the slope, (R, N): its sum of squares is the variance that is
        robust and, summed over votes, clustered by member.
    """

    thresholds: FloatArray
    weights: FloatArray
    influence: FloatArray

    @property
    def of_exposure(self) -> FloatArray:
        """The slopes of exposure, (R,)."""
        return self.weights[:, 0]


def fit_ordered(regressors: FloatArray, classes: IntArray) -> Slopes:
    """Fit an ordered logit to each of R votes.

    Parameters
    ----------
    regressors : (R, N, p).
    classes : (R, N), 0 to 2; negative where a member is left out.
    """
    scaled, spread, middle, is_in = _standardise(regressors, classes)
    shares = np.stack([((classes <= k) & is_in).sum(axis=1) + 0.5 * (k + 1) for k in (0, 1)], axis=1)
    start = logit(shares / (is_in.sum(axis=1)[:, None] + 1.5))
    vector = np.concatenate([start, np.zeros((len(scaled), scaled.shape[2]))], axis=1)
    value, slope, curve, _ = _likelihood(vector, scaled, classes)
    for _step in range(STEPS):
        move = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        if np.abs(move).max() < ENOUGH:
            break
        length = np.ones(len(vector))
        for _halving in range(30):
            tried = vector + length[:, None] * move
            is_ordered = tried[:, 1] - tried[:, 0] > SMALLEST_GAP
            tried[~is_ordered] = vector[~is_ordered]
            new, new_slope, new_curve, _ = _likelihood(tried, scaled, classes)
            is_worse = ~is_ordered | (new < value - 1e-10)
            if not is_worse.any():
                break
            length[is_worse] /= 2
        vector, value, slope, curve = tried, new, new_slope, new_curve
    *_, by_member = _likelihood(vector, scaled, classes)
    influence = np.linalg.solve(curve, np.moveaxis(by_member, 1, 2))[:, 2] / spread[:, :1]
    weights = vector[:, 2:] / spread
    return Slopes(vector[:, :2] + (weights * middle).sum(axis=1)[:, None], weights, influence)


def _standardise(regressors: FloatArray, classes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Regressors with mean 0 and spread 1 over the members of each vote; their spreads and means, (R, p); who is in."""
    is_in = classes >= 0
    inside = np.where(is_in[:, :, None], regressors, 0.0)
    count = is_in.sum(axis=1)[:, None]
    middle = inside.sum(axis=1) / count
    centred = np.where(is_in[:, :, None], regressors - middle[:, None], 0.0)
    spread = np.sqrt((centred**2).sum(axis=1) / count)
    spread = np.where(spread > SMALLEST_SPREAD, spread, 1.0)
    return centred / spread[:, None], spread, middle, is_in


def _likelihood(
    vector: FloatArray, scaled: FloatArray, classes: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Log posterior (R,), its slope (R, p + 2), minus its curvature, and the slope of each member's part."""
    score = np.einsum("rnp,rp->rn", scaled, vector[:, 2:])
    low, high = vector[:, :1] - score, vector[:, 1:2] - score
    gap = np.maximum(vector[:, 1:2] - vector[:, :1], SMALLEST_GAP)
    odds = 1.0 / np.expm1(gap)
    is_low, is_middle, is_high = (classes == k for k in range(CLASSES))
    middle = -np.logaddexp(0.0, -high) - np.logaddexp(0.0, low) + np.log(-np.expm1(-gap))
    value = np.where(is_low, -np.logaddexp(0.0, -low), 0) + np.where(is_high, -np.logaddexp(0.0, high), 0)
    value += np.where(is_middle, middle, 0)
    by_low = np.where(is_low, expit(-low), np.where(is_middle, -expit(low) - odds, 0))
    by_high = np.where(is_high, -expit(high), np.where(is_middle, expit(-high) + odds, 0))
    bend = odds * (odds + 1)  # e^g / (e^g - 1)^2
    low_low = np.where(is_low | is_middle, expit(low) * expit(-low), 0) + np.where(is_middle, bend, 0)
    high_high = np.where(is_high | is_middle, expit(high) * expit(-high), 0) + np.where(is_middle, bend, 0)
    crossed = np.where(is_middle, bend, 0)
    ones, zeros = np.ones((*score.shape, 1)), np.zeros((*score.shape, 1))
    of_low = np.concatenate([ones, zeros, -scaled], axis=2)
    of_high = np.concatenate([zeros, ones, -scaled], axis=2)
    by_member = by_low[:, :, None] * of_low + by_high[:, :, None] * of_high
    cross = _weigh(of_low, crossed, of_high)
    curve = _weigh(of_low, low_low, of_low) + _weigh(of_high, high_high, of_high) - cross - np.swapaxes(cross, 1, 2)
    prior = 1 / PRIOR_DEVIATION**2
    total = value.sum(axis=1) - prior * (vector**2).sum(axis=1) / 2 + BARRIER * np.log(-np.expm1(-gap[:, 0]))
    slope, curve = by_member.sum(axis=1) - prior * vector, curve + prior * np.eye(vector.shape[1])
    slope[:, :2] += BARRIER * odds * (-1, 1)
    curve[:, :2, :2] += BARRIER * bend[:, :, None] * ((1, -1), (-1, 1))
    return total, slope, curve, by_member


def _weigh(left: FloatArray, weights: FloatArray, right: FloatArray) -> FloatArray:
    return np.swapaxes(left * weights[:, :, None], 1, 2) @ right


def fit_least_squares(regressors: FloatArray, classes: IntArray) -> Slopes:
    """The same by least squares on -1, 0 and 1; thresholds are the intercepts."""
    scaled, spread, _, is_in = _standardise(regressors, classes)
    design = np.concatenate([is_in[:, :, None].astype(float), scaled], axis=2)
    stance = np.where(is_in, classes - 1.0, 0.0)
    curve = np.swapaxes(design, 1, 2) @ design + 1e-9 * np.eye(design.shape[2])
    vector = np.linalg.solve(curve, np.swapaxes(design, 1, 2) @ stance[:, :, None])[:, :, 0]
    left = np.where(is_in, stance - np.einsum("rnp,rp->rn", design, vector), 0.0)
    influence = np.linalg.solve(curve, np.swapaxes(design * left[:, :, None], 1, 2))[:, 1] / spread[:, :1]
    return Slopes(np.repeat(vector[:, :1], 2, axis=1), vector[:, 1:] / spread, influence)


def add_pressure(fit: Slopes, regressors: FloatArray, classes: IntArray, effect: float, draws: FloatArray) -> IntArray:
    """The classes (R, N) where pressure is added to the latent choices that the observed ones allow.

    Each member's latent error is drawn from what its observed class allows; without an effect nothing changes.

    Parameters
    ----------
    effect : added to the slope of exposure.
    draws : uniform numbers in (0, 1), (R, N).
    """
    score = np.einsum("rnp,rp->rn", np.nan_to_num(regressors), fit.weights)
    ends = np.stack([expit(fit.thresholds[:, k : k + 1] - score) for k in (0, 1)])
    bounds = np.stack([np.zeros_like(score), ends[0], ends[1], np.ones_like(score)])
    place = np.maximum(classes, 0)[None]
    low, high = (np.take_along_axis(bounds, place + k, axis=0)[0] for k in (0, 1))
    error = logit(np.clip(low + draws * (high - low), 1e-12, 1 - 1e-12))
    latent = score + effect * np.nan_to_num(regressors[:, :, 0])
    moved = (latent - fit.thresholds[:, :1] > -error).astype(np.int64) + (latent - fit.thresholds[:, 1:] > -error)
    return np.where(classes < 0, classes, moved)
