"""A threatened vote among placebo votes: its slope's rank, and the interval that inverts the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.fitting.pressure.logit import Slopes, fit_least_squares, fit_ordered
from sim.fitting.pressure.votes import AGAINST, MISSING, NEITHER, PutVote, Record, Threat, find_own_record
from sim.results.pressure import PlaceboEstimate
from sim.rules.choice import ABSENT
from sim.rules.payoffs import compute_leverage

TRANSFORMS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "leverage": lambda ties: compute_leverage(ties, 0.5),
    "share": lambda ties: ties,
    "any": lambda ties: (ties > 0).astype(np.float64),
}


@dataclass(frozen=True)
class PlaceboPanel:
    """A threatened vote, first, and its R control votes.

    Parameters
    ----------
    regressors : exposure, and what else a vote may depend on, (1 + R, N, p).
    classes : (1 + R, N).
    days : group of each control, (R,): slopes of one group are averaged.
    """

    regressors: FloatArray
    classes: IntArray
    groups: IntArray
    is_linear: bool

    def fit(self) -> Slopes:
        """The slopes on all votes."""
        return (fit_least_squares if self.is_linear else fit_ordered)(self.regressors, self.classes)


def make_placebo_panel(
    record: Record, threat: Threat, rule: Mapping[str, Any], form: Mapping[str, Any]
) -> PlaceboPanel | None:
    """Make the panel of a threatened vote, by a set of controls and a form of the plan; None without controls."""
    controls = record.controls(threat, rule)
    if not controls:
        return None
    asked = [threat.question, *controls]
    classes = [record.classes(one, threat) for one in asked]
    records = find_own_record(controls, classes[1:], asked)
    exposure = TRANSFORMS[form["exposure"]]
    columns = []
    for one, own in zip(asked, records):
        known = [record.exposure(one, threat, exposure)]
        known += [own] if form["record"] != "none" else []
        columns.append(np.stack([*known, *(record.attribute(one, name) for name in form["covariates"])], axis=1))
    is_daily = rule.get("by") == "day"
    names = [one.day.isoformat() if is_daily else one.resolution for one in controls]
    return PlaceboPanel(
        regressors=np.stack(columns),
        classes=np.stack([_as_form(one, kind, form) for one, kind in zip(asked, classes)]),
        groups=np.unique(names, return_inverse=True)[1],
        is_linear=form.get("estimator") == "least squares",
    )


def _as_form(question: PutVote, classes: IntArray, form: Mapping[str, Any]) -> IntArray:
    """The classes as a form sees them: with two classes, or without absences."""
    if form.get("classes") == "against":
        return np.where(classes == MISSING, MISSING, np.where(classes == AGAINST, AGAINST, NEITHER))
    if form["absence"] == "missing":
        return np.where(question.actions == ABSENT, MISSING, classes)
    return classes


def mean_by_group(values: FloatArray, groups: IntArray) -> FloatArray:
    """Means over groups along the first axis."""
    return np.stack([values[groups == group].mean(axis=0) for group in range(groups.max() + 1)])


def rank_p(slope: float | FloatArray, placebo: FloatArray) -> FloatArray:
    """Two-sided p of the rank of slopes among placebo slopes (R,)."""
    slope = np.asarray(slope)[..., None]
    fewer = np.minimum((placebo <= slope).sum(axis=-1), (placebo >= slope).sum(axis=-1))
    return np.minimum(1.0, 2.0 * (fewer + 1) / (placebo.shape[-1] + 1))


def ends_by_rank(placebo: FloatArray, level: float) -> tuple[float, float] | None:
    """Placebo slopes between which the rank test does not reject; None where they are too few for any interval."""
    ordered = np.sort(placebo)
    place = int((1 - level) / 2 * (len(ordered) + 1) + 1e-9)
    return (float(ordered[place - 1]), float(ordered[-place])) if place else None


def estimate_by_rank(panel: PlaceboPanel, label: str, level: float) -> PlaceboEstimate:
    """The pressure on a threatened vote, by one panel."""
    fit = panel.fit()
    slope, placebo = float(fit.of_exposure[0]), mean_by_group(fit.of_exposure[1:], panel.groups)
    ends = ends_by_rank(placebo, level)
    error = fit.influence[0] - mean_by_group(fit.influence[1:], panel.groups).mean(axis=0)
    median = float(np.median(placebo))
    return PlaceboEstimate(
        label=label,
        controls=len(placebo),
        slope=slope,
        median=median,
        effect=slope - median,
        low=None if ends is None else slope - ends[1],
        high=None if ends is None else slope - ends[0],
        rank_p=float(rank_p(slope, placebo)),
        clustered_error=float(np.sqrt(error @ error)),
    )


def without(placebo: FloatArray) -> FloatArray:
    """For each of R placebo slopes the others, (R, R - 1)."""
    size = len(placebo)
    others: BoolArray = ~np.eye(size, dtype=bool)
    return np.broadcast_to(placebo, (size, size))[others].reshape(size, size - 1)


def adjust_by_holm(values: Sequence[float]) -> list[float]:
    """P values after Holm's correction (1979), in the order given."""
    order = np.argsort(values)
    found, largest = [0.0] * len(values), 0.0
    for place, i in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - place) * values[i]))
        found[i] = largest
    return found
