"""The 90 % intervals of samples: the one place that defines which quantiles are their ends."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.results.parts import Interval

LEVELS = (0.05, 0.95)
Ends = tuple[float, float]
"""Both ends of a 90 % interval: 5 % and 95 % quantile."""


def ends_of(samples: FloatArray) -> Ends:
    """Both ends of the 90 % interval of samples (R,)."""
    low, high = np.quantile(samples, LEVELS)
    return float(low), float(high)


def interval_of(samples: FloatArray) -> Interval:
    """Mean and 90 % interval of samples (R,)."""
    low, high = ends_of(samples)
    return Interval(mean=float(samples.mean()), p05=low, p95=high)
