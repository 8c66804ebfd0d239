"""A sweep for people: its answer in sentences, and tables of its points and of those nearest to a split."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from sim.results.data import DataTable, collect_data
from sim.results.sweep import RankedPoint, SweptPoint
from sim.results.tables import COUNT, FIGURE, MEAN, SHARE, TEXT, Column, Table, table
from sim.results.wording import write_figure, write_interval, write_number, write_share
from sim.runner.folder.reading import SweptPoints, read_points
from sim.specs import Experiment, Scenario
from sim.specs.labels import label_key
from sim.summaries.grounds import answer_grounds, find_grounds
from sim.summaries.tallies import NEAR, REPORTED

LONGEST = 20
"""Letters of a lever's value that are shown."""
MOST_SHOWN, MOST_LISTED = 10, 30
"""Rows of the ranking, and of the points, that a screen shows."""
MOST_NAMED = 4
"""Levers that a sentence names."""


def answer_sweep(
    experiment: Experiment, points: Iterable[SweptPoint], levers: Sequence[str], ranking: Sequence[RankedPoint]
) -> list[str]:
    """Which point is nearest to the target split, where there is one, and between which values mean support is.

    Parameters
    ----------
    points : at least one of them has not failed.
    levers : those that are named, the most important first.
    ranking : nearest to the target split first; empty where there is none.
    """

    def at(values: Mapping[str, JsonValue]) -> str:
        named = levers[:MOST_NAMED]
        return ", ".join(f"{label_key(name, experiment.first)} {write_setting(values[name])}" for name in named)

    failed, least, most = 0, np.inf, -np.inf
    low = high = dict[str, JsonValue]()
    for point in points:
        support = None if point.tallies is None else point.tallies.support.mean
        failed += support is None
        if support is not None and support < least:
            least, low = support, point.values
        if support is not None and support > most:
            most, high = support, point.values
    sentences = []
    if ranking:
        best = ranking[0]
        sentences += [
            f"The point nearest to the target split is {at(best.values)}.",
            f"Its counts differ from the target split by {write_number(best.distance, 1)} members in all on average; "
            f"in {write_share(best.near)} of runs each count is within {NEAR} of it.",
        ]
    sentences.append(
        f"Mean support goes from {write_number(least, 1)} members ({at(low)}) to {write_number(most, 1)} ({at(high)})."
    )
    return [*sentences, f"{failed} points failed."] if failed else sentences


def answer_expected_course(experiment: Experiment) -> list[str]:
    """What the author of an experiment expected of it; nothing where nothing was."""
    expected = experiment.expected
    return [] if expected is None else [f"Expected before the run: {' '.join(expected.direction.split())}"]


def answer_grounds_of_levers(experiment: Experiment) -> list[str]:
    """What the effects of all levers rest on, in a line."""
    return answer_grounds(find_grounds(experiment.factors, experiment.first))


def write_setting(value: JsonValue) -> str:
    """A value of a lever in a few letters.

    Examples
    --------
    >>> write_setting([0.25, "a resolution of so many words"])
    '[0.25, a resolution of s...]'
    >>> write_setting('["CAL", "DUN", "ELM", "FER"]')  # a list as the table of points holds it
    '[CAL, DUN, ELM, FER]'
    """
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, list):
        return f"[{', '.join(write_setting(item) for item in value)}]"
    text = write_figure(value) if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def make_points_table(points: Iterable[SweptPoint], levers: Sequence[str], experiment: Experiment) -> Table:
    """The mean tally of every vote at every point, and between which numbers support is in 90 % of its runs.

    Parameters
    ----------
    points : at least one; they are gone through twice, one by one.
    """
    are_numbers, resolutions, has_errors, replicates = [True] * len(levers), set(), False, set()
    for point in points:
        are_numbers = _are_numbers(point.values, levers, are_numbers)
        resolutions.add(point.resolution)
        replicates.add(point.replicates)
        has_errors |= bool(point.error)
    columns, has_votes = _make_columns(levers, are_numbers, experiment.first), len(resolutions) > 1
    rows = [
        (
            point.point,
            *_list_cells(point.values, levers, are_numbers),
            *_list_members(point),
            *([point.resolution] * has_votes),
            *([point.error or ""] * has_errors),
        )
        for point in points
    ]
    support, *others = (Column(action, MEAN) for action in REPORTED)
    head = [Column("point", COUNT), *columns, support, Column("90 % of runs"), *others]
    head += [Column("resolution")] * has_votes + [Column("error")] * has_errors
    return table("Mean members per action", head, rows, _describe_runs(min(replicates), experiment))


def _list_members(point: SweptPoint) -> list[object]:
    """Mean support of a point, its range in 90 % of the runs, and the means of the other actions."""
    if point.tallies is None:
        return [None] * (len(REPORTED) + 1)
    support, *others = (point.tallies.of(action) for action in REPORTED)
    return [support.mean, write_interval(support.p05, support.p95), *(other.mean for other in others)]


def _describe_runs(runs: int, experiment: Experiment) -> str:
    """How many runs a mean is over, and how sure that makes it.

    The interval of a mean is that of single runs, divided by the square root of their number.
    """
    note = f"Means over {runs:,} run{'s' * (runs != 1)} of each point."
    if runs > 1:
        times = write_number(runs**0.5, 1)
        note += f" The 90 % interval of mean support is about {times} times narrower than that of the runs."
    if experiment.random_numbers == "common":
        note += " All points share their random numbers, so that their differences are surer than each mean."
    return note


def make_ranking_table(ranking: Sequence[RankedPoint], levers: Sequence[str], spec: Scenario) -> Table:
    """The points of a sweep, nearest to the target split first.

    Parameters
    ----------
    spec : the scenario whose levers they are, for their labels.
    """
    are_numbers = [True] * len(levers)
    for point in ranking:
        are_numbers = _are_numbers(point.values, levers, are_numbers)
    columns = _make_columns(levers, are_numbers, spec)
    rows = [
        (
            point.rank,
            *_list_cells(point.values, levers, are_numbers),
            point.exactly,
            point.near,
            point.distance,
            point.accuracy,
        )
        for point in ranking
    ]
    head = [
        Column("rank", COUNT),
        *columns,
        Column("exactly", SHARE),
        Column("near", SHARE),
        Column("members off", MEAN),
        Column("accuracy", SHARE),
    ]
    note = (
        f"Exactly: share of runs with the target split. Near: share of runs in which each count is within "
        f"{NEAR} of it. Members off: mean difference from it, summed over the counts. Accuracy: share of the members "
        "scored whose most likely vote is the observed one."
    )
    return table("Points nearest to the target split", head, rows, note)


def _are_numbers(values: Mapping[str, JsonValue], levers: Sequence[str], before: Sequence[bool]) -> list[bool]:
    """For each lever, whether its values so far, and this one, are numbers."""
    return [is_it and type(values[name]) in (int, float) for name, is_it in zip(levers, before, strict=True)]


def _make_columns(levers: Sequence[str], are_numbers: Sequence[bool], spec: Scenario) -> list[Column]:
    """A column for each lever, of numbers where all its values are."""
    kinds = [FIGURE if is_it else TEXT for is_it in are_numbers]
    return [Column(label_key(name, spec), kind) for name, kind in zip(levers, kinds, strict=True)]


def _list_cells(
    values: Mapping[str, JsonValue], levers: Sequence[str], are_numbers: Sequence[bool]
) -> Iterator[JsonValue]:
    """What is in the columns of the levers at one point."""
    pairs = zip(levers, are_numbers, strict=True)
    return (values[name] if is_it else write_setting(values[name]) for name, is_it in pairs)


def make_sweep_table(spec: Experiment, folder: Path, ranking: Sequence[RankedPoint] | None) -> Table:
    """The points nearest to the target split, or all points where there is no ranking.

    Parameters
    ----------
    folder : of the finished sweep.
    """
    if ranking:
        return make_ranking_table(ranking, list(spec.factors), spec.first).on_screen(MOST_SHOWN)
    return make_points_table(SweptPoints(folder), list(spec.factors), spec).on_screen(MOST_LISTED)


def make_sweep_data(folder: Path, ranking: Sequence[RankedPoint] | None) -> list[DataTable]:
    """A row per point and vote, and the ranking where there is one; `folder` is that of the finished sweep."""
    return [
        collect_data("points", "a row per point and vote", read_points(folder)),
        collect_data("ranking", "a row per point, nearest to the target split first", ranking or ()),
    ]
