"""The points of a sweep as tables for people: all of them, and those nearest to a split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from sim.results.sweep import RankedPoint, SweptPoint
from sim.results.tables import COUNT, FIGURE, MEAN, SHARE, TEXT, Column, Table, table
from sim.results.wording import write_figure
from sim.specs import Scenario
from sim.specs.labels import label_key
from sim.summaries.tallies import NEAR, REPORTED

LONGEST = 20
"""Letters of a lever's value that are shown."""


def write_setting(value: JsonValue) -> str:
    """A value of a lever in a few letters.

    Examples
    --------
    >>> write_setting([0.25, "a resolution of so many words"])
    '[0.25, a resolution of s...]'
    """
    if isinstance(value, list):
        return f"[{', '.join(write_setting(item) for item in value)}]"
    text = write_figure(value) if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def points_table(points: Sequence[SweptPoint], levers: Sequence[str], spec: Scenario) -> Table:
    """The mean tally of every vote at every point.

    Parameters
    ----------
    spec : the scenario whose levers they are, for their labels.
    """
    columns, cells = _levers([point.values for point in points], levers, spec)
    has_votes = len({point.resolution for point in points}) > 1
    has_errors = any(point.error for point in points)
    rows = [
        [
            point.point,
            *own,
            *(None if point.tallies is None else point.tallies.of(action).mean for action in REPORTED),
            *([point.resolution] * has_votes),
            *([point.error or ""] * has_errors),
        ]
        for point, own in zip(points, cells, strict=True)
    ]
    head = [Column("point", COUNT), *columns, *(Column(action, MEAN) for action in REPORTED)]
    head += [Column("resolution")] * has_votes + [Column("error")] * has_errors
    return table("Mean members per action", head, rows)


def ranking_table(ranking: Sequence[RankedPoint], levers: Sequence[str], spec: Scenario) -> Table:
    """The points of a sweep, nearest to the target split first; `spec` as in `points_table`."""
    columns, cells = _levers([point.values for point in ranking], levers, spec)
    rows = [
        [point.rank, *own, point.exactly, point.near, point.distance, point.accuracy]
        for point, own in zip(ranking, cells, strict=True)
    ]
    head = [
        Column("rank", COUNT),
        *columns,
        Column("exactly", SHARE),
        Column(f"within {NEAR}", SHARE),
        Column("members off", MEAN),
        Column("accuracy", SHARE),
    ]
    note = (
        f"Exactly, within {NEAR}: share of runs with the split, or within {NEAR} members of it on every action. "
        "Members off: mean distance from it, summed over the actions. Accuracy: members whose likeliest vote is the "
        "observed one."
    )
    return table("Points nearest to the target split", head, rows, note)


def _levers(
    points: Sequence[Mapping[str, JsonValue]], levers: Sequence[str], spec: Scenario
) -> tuple[list[Column], list[list[JsonValue]]]:
    """A column for each lever, of numbers where all its values are, and what is in it at each point."""
    numeric = [name for name in levers if all(type(values[name]) in (int, float) for values in points)]
    columns = [Column(label_key(name, spec), FIGURE if name in numeric else TEXT) for name in levers]
    return columns, [
        [values[name] if name in numeric else write_setting(values[name]) for name in levers] for values in points
    ]
