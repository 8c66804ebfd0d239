"""Ideal points that drift, without structure: what earlier votes reveal of a member by the model's own filter."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.rules.positions import NODE_WEIGHTS, NODES
from sim.scoring.baselines.pinning import pin_to_counts
from sim.scoring.baselines.rows import Training, compute_rates
from sim.scoring.samples import Sample

STANCES = np.array([-1.0, 0.0, 1.0])
"""Of the classes."""


def ideal_points_over_time(training: Training, asked: Sample) -> FloatArray | None:
    """Predict by what a member's earlier votes about the target reveal of it, at the rates of the last of them.

    The uncertainty of each member's position counts: probabilities are means over it. Nothing is learned from
    `training`. None where there is no earlier roll call.
    """
    if asked.revealed is None or not (asked.last >= 0).any():
        return None
    mean, deviation = asked.revealed.T
    utilities = (mean[:, None] + deviation[:, None] * NODES)[..., None] * STANCES
    odds = np.exp(utilities - utilities.max(axis=-1, keepdims=True))
    chances: FloatArray = np.einsum("q,nqc->nc", NODE_WEIGHTS, odds / odds.sum(axis=-1, keepdims=True))
    return pin_to_counts(chances, len(chances) * compute_rates(asked.last[asked.last >= 0]))
