"""A sweep: an output along one lever as lines, over two as a heat map with the contour of the target split."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import JsonValue

from sim.arrays import FloatArray
from sim.errors import did_you_mean, input_error
from sim.results.wording import write_figure, write_number
from sim.runner.designs import DesignPoint, list_levels, list_points
from sim.runner.folder.kept import KeptSweep
from sim.runner.folder.reading import read_points
from sim.specs import Scenario
from sim.specs.labels import label_key
from sim.summaries.ranking import list_wanted
from sim.summaries.sweeps import write_setting
from sim.summaries.tallies import REPORTED
from sim.views.frame import SMALL, TEXT, figure_of, finish, make_panel, strip_frame, write_sweep_corner
from sim.views.styles import INK, MISS, STYLES
from sim.whatif.outputs import answer_question, find_resolution, label_output, output_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.views.frame import Panel


MOST_NUMBERED = 66
"""Each cell of a heat map holds its number up to this many cells."""
MOST_TICKS = 9
SHADES = "cividis"


@dataclass(frozen=True)
class Slice:
    """The points of a sweep that are drawn.

    Parameters
    ----------
    over : the levers along the axes, one or two.
    levels : the values of each.
    held : the values at which the other levers are held; empty where they vary with those drawn.
    points : those that are drawn.
    is_grid : whether there is one point at each crossing of the levels.
    """

    over: tuple[str, ...]
    levels: Mapping[str, list[JsonValue]]
    held: Mapping[str, JsonValue]
    points: tuple[DesignPoint, ...]
    is_grid: bool


def slice_of(kept: KeptSweep, over: Sequence[str] = ()) -> Slice:
    """The part of a sweep that can be drawn: along its one or two levers with most values, or those that are named.

    Levers of a factorial design that are not drawn are held at the middle one of their values.

    Raises
    ------
    InputError : there is no such lever, or more than two are named.
    """
    levels = list_levels(kept.experiment)
    for name in over:
        if name not in levels:
            raise input_error("--over", name, "is not a lever of this sweep.", did_you_mean(name, levels))
    if len(over) > 2:
        raise input_error("--over", "", f"got {len(over)} levers; one or two can be drawn.")
    points = list_points(kept.experiment)
    varied = [name for name in levels if len(levels[name]) > 1] or list(levels)[:1]
    is_crossed = len(points) == int(np.prod([len(levels[name]) for name in levels]))
    if over:
        drawn = tuple(over)
    elif is_crossed:
        ranked = sorted(varied, key=lambda name: -len(levels[name]))[:2]
        drawn = tuple(name for name in varied if name in ranked)
    else:
        drawn = tuple(varied[:1])
    held = {name: _middle(levels[name]) for name in varied if name not in drawn} if is_crossed else {}
    chosen = tuple(point for point in points if all(point.values[name] == value for name, value in held.items()))
    return Slice(
        over=drawn, levels={name: levels[name] for name in drawn}, held=held, points=chosen, is_grid=is_crossed
    )


def _middle(levels: Sequence[JsonValue]) -> JsonValue:
    return levels[(len(levels) - 1) // 2]


def plot_sweep(
    kept: KeptSweep,
    *,
    output: str | None = None,
    over: Sequence[str] = (),
    resolution: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw an output of a sweep along one lever, or over two.

    Parameters
    ----------
    output : as in ``sim sensitivity``; all actions along one lever, and ``support`` over two, by default.
    over : the levers; those with most values by default.
    resolution : which vote; the first by default.

    Raises
    ------
    InputError : there is no such output, lever or vote.
    """
    vote, cut = find_resolution(kept.experiment, resolution), slice_of(kept, over)
    if len(cut.over) == 2 and cut.is_grid:
        return _heat_map(kept, cut=cut, output=output or "support", vote=vote, ax=ax)
    return _lines(kept, cut=cut, output=output, vote=vote, ax=ax)


def values_of(kept: KeptSweep, cut: Slice, output: str, vote: str) -> FloatArray:
    """The output at each point that is drawn, NaN where it failed."""
    found = answer_question(kept.experiment, kept.folder, output_of(kept.experiment, output, vote))
    at = dict(zip(found.points, found.values.tolist(), strict=True))
    return np.array([at.get(point.number, np.nan) for point in cut.points])


def write_corner_of(kept: KeptSweep) -> str:
    """The corner of a picture of a sweep."""
    worlds = [base.world for base in kept.experiment.bases.values()]
    title = kept.experiment.title or "Sweep"
    return write_sweep_corner(title, worlds, kept.manifest.replicates, kept.manifest.experiment_hash)


def _lines(kept: KeptSweep, cut: Slice, output: str | None, vote: str, ax: Axes | None) -> Axes:
    on, spec = make_panel(ax, 3.9), kept.experiment.first
    lever = cut.over[0]
    at, ticks = _places(cut, lever)
    order = np.argsort(at, kind="stable")
    is_line = cut.is_grid or len(np.unique(at)) == len(at)
    bands = _bands(kept, cut, vote) if output is None else {}
    for name, style in STYLES.items() if output is None else (((output, STYLES["support"]),)):
        values = values_of(kept, cut, name, vote)
        if is_line and name in bands:
            on.ax.fill_between(at[order], *bands[name][:, order], color=style.edge, alpha=0.15, linewidth=0)
        on.ax.plot(
            at[order],
            values[order],
            color=style.edge,
            marker=style.marker,
            markersize=4.2,
            markerfacecolor=style.fill,
            linestyle=style.dash if is_line else "none",
            label=name,
        )
    split = list_wanted(kept.experiment, vote)
    for name in REPORTED if output is None else (output,):
        if name in split:
            on.ax.axhline(split[name], color=MISS, linewidth=0.9, linestyle="dotted", zorder=0)
    if ticks is not None:
        on.ax.set_xticks(range(len(ticks)), ticks)
    strip_frame(on.ax, "bottom", "left")
    on.ax.set_xlabel(label_key(lever, spec), fontsize=TEXT, color=INK)
    on.ax.set_ylabel(_unit(output) if output else "mean number of members", fontsize=TEXT, color=INK)
    if output is None:
        on.ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, fontsize=TEXT, labelcolor=INK
        )
        on.ax.set_ylim(bottom=-2)
    shaded = "; shaded: 90 % of runs" if is_line and bands else ""
    aimed = "; dotted: the target split" if split else ""
    if output is not None and output not in REPORTED:
        on.ax.set_ylim(-0.02, 1.02)  # a share
    what = _unit(output) if output else "members per action"
    title = f"{vote}: {what} along {label_key(lever, spec)}{_write_held(cut, spec)}{shaded}{aimed}"
    return finish(on, title, write_corner_of(kept))


def _heat_map(kept: KeptSweep, cut: Slice, output: str, vote: str, ax: Axes | None) -> Axes:
    on, spec = make_panel(ax, 4.3), kept.experiment.first
    across, up = cut.over
    size = (len(cut.levels[up]), len(cut.levels[across]))
    values = np.full(size, np.nan)
    for point, value in zip(cut.points, values_of(kept, cut, output, vote), strict=True):
        row, column = (_index(cut.levels[name], point.values[name]) for name in (up, across))
        values[row, column] = value
    across_edges, up_edges = (np.arange(count + 1) - 0.5 for count in size[::-1])
    drawn = on.ax.pcolormesh(across_edges, up_edges, values, cmap=SHADES, edgecolors="face", linewidth=0.3)
    bar = figure_of(on.ax).colorbar(drawn, ax=on.ax, pad=0.02, fraction=0.06)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
    bar.set_label(_unit(output), fontsize=TEXT, color=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set(edgecolor="face", rasterized=False)
    aim = list_wanted(kept.experiment, vote).get(output)
    aimed = "" if aim is None else _contour(on, values, aim)
    if values.size <= MOST_NUMBERED:
        _number(on, values)
    for name, axis in ((across, on.ax.xaxis), (up, on.ax.yaxis)):
        step = -(-len(cut.levels[name]) // MOST_TICKS)
        axis.set_ticks(range(0, len(cut.levels[name]), step), [write_setting(v) for v in cut.levels[name][::step]])
    strip_frame(on.ax)
    on.ax.tick_params(labelsize=SMALL)
    on.ax.set_xlabel(label_key(across, spec), fontsize=TEXT, color=INK)
    on.ax.set_ylabel(label_key(up, spec), fontsize=TEXT, color=INK)
    return finish(on, f"{vote}: {_unit(output)}{_write_held(cut, spec)}{aimed}", write_corner_of(kept))


def _contour(on: Panel, values: FloatArray, aim: float) -> str:
    """Draw the line where the output is at its target; what the title says about it."""
    if min(values.shape) < 2 or not np.nanmin(values) <= aim <= np.nanmax(values):
        return f"; the target of {write_figure(aim)} is not met here"
    for width, colour in ((3.4, "white"), (1.8, MISS)):
        on.ax.contour(values, levels=[aim], colors=[colour], linewidths=width)
    return f"; line: the target of {write_figure(aim)}"


def _number(on: Panel, values: FloatArray) -> None:
    low, high = np.nanmin(values), np.nanmax(values)
    digits = 0 if high - low > 20 else 1 if high - low > 0.5 else 2
    for row, column in np.argwhere(~np.isnan(values)):
        is_dark = values[row, column] < (low + high) / 2
        on.ax.text(
            column,
            row,
            write_number(values[row, column], digits),
            ha="center",
            va="center",
            fontsize=SMALL,
            color="white" if is_dark else "black",
            zorder=5,
        )


def _bands(kept: KeptSweep, cut: Slice, vote: str) -> dict[str, FloatArray]:
    """Both ends (2, points) of the 90 % interval over the runs, by action."""
    at = {point.point: point.tallies for point in read_points(kept.folder) if point.resolution == vote}

    def ends(action: str) -> FloatArray:
        found = [at.get(point.number) for point in cut.points]
        of = [None if tallies is None else tallies.of(action) for tallies in found]
        return np.array([(np.nan, np.nan) if one is None else (one.p05, one.p95) for one in of]).T

    return {action: ends(action) for action in REPORTED}


def _places(cut: Slice, lever: str) -> tuple[FloatArray, list[str] | None]:
    """Where the points are along a lever, and what is written there where its values are not numbers."""
    values = [point.values[lever] for point in cut.points]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, dtype=np.float64), None
    levels = cut.levels[lever]
    return np.array([_index(levels, value) for value in values], dtype=np.float64), [
        write_setting(value) for value in levels
    ]


def _index(levels: Sequence[JsonValue], value: JsonValue) -> int:
    return [json.dumps(level, sort_keys=True) for level in levels].index(json.dumps(value, sort_keys=True))


def _unit(output: str) -> str:
    return f"mean {label_output(output)}" if output in REPORTED else label_output(output)


def _write_held(cut: Slice, spec: Scenario) -> str:
    return "".join(f", {label_key(name, spec)} at {write_setting(value)}" for name, value in cut.held.items())
