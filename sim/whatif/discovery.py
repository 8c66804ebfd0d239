"""In which region of the levers an event happens: scenario discovery by a shallow tree (Bryant & Lempert 2010).

A classification tree (Breiman et al. 1984, as scikit-learn grows it) splits the points of a sweep where the event is
common from those where it is rare. Every point counts with the share of its runs that have the event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.errors import make_input_error
from sim.results.sensitivity import Bound, Region
from sim.runner.designs import list_points
from sim.specs import Experiment
from sim.whatif.outputs import Answers

DEPTH = 3
LEAST_SHARE = 0.05
"""Share of the points that a region has to hold at least."""
LEAST_POINTS = 20


def check_regions(experiment: Experiment) -> None:
    """Refuse an experiment whose regions could not be found, before it is run.

    Raises
    ------
    InputError : scikit-learn is not installed, or there are too few points.
    """
    if find_spec("sklearn") is None:
        fix = "Install alignment-sim with the extra 'sensitivity'."
        raise make_input_error("--event", "", "regions need scikit-learn.", fix)
    if experiment.size < LEAST_POINTS:
        message = f"there are {experiment.size} points; {LEAST_POINTS} are needed to find regions."
        raise make_input_error("--event", "", message, "Give the design more samples or steps.")


def find_regions(experiment: Experiment, answers: Answers) -> list[Region]:
    """The regions in which an event is more or less common, the most common first.

    Parameters
    ----------
    answers : the share of replicates with the event at every point, in [0, 1].
    """
    wanted = set(answers.points)
    points = [point.values for point in list_points(experiment) if point.number in wanted]
    columns, labels = _columns(points)
    happens = answers.values
    if np.ptp(happens) == 0:
        return [Region(where=(), points=len(happens), share=1.0, probability=float(happens[0]), coverage=1.0)]
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=DEPTH, min_weight_fraction_leaf=LEAST_SHARE, random_state=0)
    count = len(happens)
    weights = np.concatenate([happens, 1.0 - happens])
    tree.fit(np.vstack([columns, columns]), np.repeat([1, 0], count), sample_weight=weights)
    leaves = tree.apply(columns)
    found = [
        Region(
            where=tuple(_merge_bounds(path)),
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
    """Levers as columns, (points, columns): numbers unchanged, others as one column for each value."""
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


def _merge_bounds(path: list[Bound]) -> Iterator[Bound]:
    """The bounds of each lever as one, in the order of the levers."""
    for lever in dict.fromkeys(bound.lever for bound in path if bound.value is None):
        own = [bound for bound in path if bound.lever == lever and bound.value is None]
        lows, highs = [b.low for b in own if b.low is not None], [b.high for b in own if b.high is not None]
        yield Bound(lever, max(lows, default=None), min(highs, default=None))
    yield from (bound for bound in path if bound.value is not None)
