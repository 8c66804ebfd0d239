"""In which region of the levers does something happen? Scenario discovery by a shallow tree (Bryant & Lempert 2010).

A classification tree (Breiman et al. 1984, as scikit-learn grows it) splits the points of a sweep where the event is
common from those where it is rare. Every point stands in with the share of its replicates that have the event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.errors import input_error
from sim.runner.designs import points_of
from sim.specs import Experiment
from sim.whatif.outputs import Answers

DEPTH = 3
LEAST_SHARE = 0.05
"""Share of the points that a region has to hold at least."""
LEAST_POINTS = 20


@dataclass(frozen=True)
class Bound:
    """A lever above or below a value, or at one of its values where they are no numbers.

    Parameters
    ----------
    low, high : the lever is above, or at most; None where it is not bounded so.
    is_value, value : for a lever without numbers: whether it is, or is not, at this value.
    """

    lever: str
    low: float | None = None
    high: float | None = None
    value: str | None = None
    is_value: bool = True

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.lever} {'is' if self.is_value else 'is not'} {self.value}"
        if self.low is not None and self.high is not None:
            return f"{self.low:.4g} < {self.lever} <= {self.high:.4g}"
        return f"{self.lever} > {self.low:.4g}" if self.low is not None else f"{self.lever} <= {self.high:.4g}"


@dataclass(frozen=True)
class Region:
    """A box in the space of the levers.

    Parameters
    ----------
    bounds : what holds in it; empty where it is the whole space.
    points : points of the design in it.
    share : of all points.
    probability : mean share of replicates with the event in it (its density).
    coverage : part of all events that lie in it.
    """

    bounds: tuple[Bound, ...]
    points: int
    share: float
    probability: float
    coverage: float

    def document(self) -> dict[str, object]:
        """The region as plain data."""
        return {
            "where": [str(bound) for bound in self.bounds],
            "points": self.points,
            "share": self.share,
            "probability": self.probability,
            "coverage": self.coverage,
        }


def check_regions(experiment: Experiment) -> None:
    """Refuse an experiment whose regions could not be told apart, before it is run.

    Raises
    ------
    InputError : scikit-learn is not installed, or there are too few points.
    """
    if find_spec("sklearn") is None:
        fix = "Install alignment-sim with the extra 'sensitivity'."
        raise input_error("--event", "", "regions need scikit-learn.", fix)
    if experiment.size < LEAST_POINTS:
        message = f"there are {experiment.size} points; {LEAST_POINTS} are needed to tell regions apart."
        raise input_error("--event", "", message, "Give the design more samples or steps.")


def regions_of(experiment: Experiment, answers: Answers) -> list[Region]:
    """The regions that tell an event apart, those where it is likeliest first.

    Parameters
    ----------
    answers : the share of replicates with the event at every point, in [0, 1].
    """
    wanted = set(answers.points)
    points = [point.values for point in points_of(experiment) if point.number in wanted]
    columns, labels = _columns(points)
    happens = answers.values
    if np.ptp(happens) == 0:
        return [Region(bounds=(), points=len(happens), share=1.0, probability=float(happens[0]), coverage=1.0)]
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=DEPTH, min_weight_fraction_leaf=LEAST_SHARE, random_state=0)
    count = len(happens)
    weights = np.concatenate([happens, 1.0 - happens])
    tree.fit(np.vstack([columns, columns]), np.repeat([1, 0], count), sample_weight=weights)
    leaves = tree.apply(columns)
    found = [
        Region(
            bounds=tuple(_merged(path)),
            points=int((inside := leaves == leaf).sum()),
            share=float(inside.mean()),
            probability=float(happens[inside].mean()),
            coverage=float(happens[inside].sum() / happens.sum()),
        )
        for leaf, path in _paths(tree.tree_, labels)
        if (leaves == leaf).any()
    ]
    return sorted(found, key=lambda region: -region.probability)


def _columns(points: list[Mapping[str, Any]]) -> tuple[FloatArray, list[tuple[str, str | None]]]:
    """Levers as columns, (points, columns): numbers as they are, others as one column for each value."""
    columns: list[list[float]] = []
    labels: list[tuple[str, str | None]] = []
    for lever in points[0]:
        values = [point[lever] for point in points]
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            columns.append([float(value) for value in values])
            labels.append((lever, None))
            continue
        written = [value if isinstance(value, str) else json.dumps(value) for value in values]
        for level in dict.fromkeys(written):
            columns.append([float(value == level) for value in written])
            labels.append((lever, level))
    return np.array(columns).T, labels


def _paths(tree: Any, labels: list[tuple[str, str | None]]) -> Iterator[tuple[int, list[Bound]]]:
    """The leaves of a tree, with the bounds on the way to each."""
    waiting: list[tuple[int, list[Bound]]] = [(0, [])]
    while waiting:
        node, path = waiting.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left == right:
            yield node, path
            continue
        (lever, level), threshold = labels[tree.feature[node]], float(tree.threshold[node])
        if level is None:
            below, above = Bound(lever, high=threshold), Bound(lever, low=threshold)
        else:
            below, above = Bound(lever, value=level, is_value=False), Bound(lever, value=level)
        waiting += [(left, [*path, below]), (right, [*path, above])]


def _merged(path: list[Bound]) -> Iterator[Bound]:
    """Bounds of the same lever as one, in the order in which the levers come."""
    for lever in dict.fromkeys(bound.lever for bound in path if bound.value is None):
        own = [bound for bound in path if bound.lever == lever and bound.value is None]
        lows, highs = [b.low for b in own if b.low is not None], [b.high for b in own if b.high is not None]
        yield Bound(lever, max(lows, default=None), min(highs, default=None))
    yield from (bound for bound in path if bound.value is not None)
