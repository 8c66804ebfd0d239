"""The intervals of samples and of paired differences: the one place that defines which quantiles are their ends."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.results.parts import Interval

Ends = tuple[float, float]
"""Both ends of a 90 % interval: 5 % and 95 % quantile."""
LEVELS = (0.05, 0.95)
PAIRED_LEVELS = (0.025, 0.975)
"""Of a paired difference, by which forecasts are judged."""


def find_ends(samples: FloatArray, levels: Ends = LEVELS) -> Ends:
    """Both ends of the interval of samples (R,), by default that of 90 %."""
    low, high = np.quantile(samples, levels)
    return float(low), float(high)


def compute_interval(samples: FloatArray) -> Interval:
    """Mean and 90 % interval of samples (R,)."""
    low, high = find_ends(samples)
    return Interval(mean=float(samples.mean()), p05=low, p95=high)
