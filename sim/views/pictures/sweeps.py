"""A sweep: an output along one lever as lines, over two as a heat map with the contour of the target split."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import JsonValue

from sim.arrays import FloatArray
from sim.errors import make_input_error, suggest_nearest
from sim.results.wording import MINUS, write_figure, write_number, write_share
from sim.runner.designs import DesignPoint, list_levels, list_points
from sim.runner.folder.kept import KeptSweep
from sim.runner.folder.reading import read_points
from sim.specs import Scenario
from sim.specs.labels import label_key
from sim.summaries.ranking import list_wanted
from sim.summaries.sweeps import write_setting
from sim.summaries.tallies import NEAR, REPORTED
from sim.views.frame import SMALL, TEXT, find_figure, finish, make_panel, remove_frame, write_sweep_corner
from sim.views.spreading import spread
from sim.views.styles import FAINT, INK, MISS, STYLES, Style
from sim.whatif.outputs import answer_question, compute_output, find_resolution, label_output

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.views.frame import Panel


MOST_NUMBERED = 66
"""Each cell of a heat map holds its number up to this many cells."""
MOST_TICKS = 9
LEAST_HEIGHT, LEAST_SHARE = 6.0, 0.2
"""Least height of an axis of members, and of one of shares of the runs."""
FINE = 16
"""Steps between two points of a heat map in which lines are drawn."""
LABEL_PART = 0.125
"""Part of the height of an axis that the two lines at the end of a line need."""
PLAIN = Style(INK, INK, "o", "solid")
"""The look of an output that is not an action."""
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
            raise make_input_error("--over", name, "is not a lever of this sweep.", suggest_nearest(name, levels))
    if len(over) > 2:
        raise make_input_error("--over", "", f"got {len(over)} levers; one or two can be drawn.")
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


def read_values(kept: KeptSweep, cut: Slice, output: str, vote: str) -> FloatArray:
    """The output at each point that is drawn, NaN where it failed."""
    found = answer_question(kept.experiment, kept.folder, compute_output(kept.experiment, output, vote))
    at = dict(zip(found.points, found.values.tolist(), strict=True))
    return np.array([at.get(point.number, np.nan) for point in cut.points])


def write_corner_of(kept: KeptSweep) -> str:
    """The corner of a picture of a sweep."""
    worlds = [base.world for base in kept.experiment.bases.values()]
    title = kept.experiment.title or "Sweep"
    return write_sweep_corner(title, worlds, kept.manifest.replicates, kept.manifest.experiment_hash)


def _lines(kept: KeptSweep, cut: Slice, output: str | None, vote: str, ax: Axes | None) -> Axes:
    """One output, or every action: the latter as changes from the first point, since their levels are far apart."""
    on, spec = make_panel(ax, 3.9), kept.experiment.first
    lever = cut.over[0]
    at, ticks = _places(cut, lever)
    order = np.argsort(at, kind="stable")
    is_line = cut.is_grid or len(np.unique(at)) == len(at)
    is_change = output is None and is_line and len(at) > 1
    names = REPORTED if output is None else (output,)
    values = {name: read_values(kept, cut, name, vote)[order] for name in names}
    starts = {name: float(own[0]) if is_change else 0.0 for name, own in values.items()}
    bands = _bands(kept, cut, vote) if output in REPORTED and is_line else {}
    wanted = list_wanted(kept.experiment, vote)
    for name, own in values.items():
        style = STYLES.get(name, PLAIN)
        if name in bands:
            on.ax.fill_between(at[order], *bands[name][:, order], color=style.edge, alpha=0.15, linewidth=0)
        on.ax.plot(
            at[order],
            own - starts[name],
            color=style.edge,
            marker=style.marker,
            markersize=4.2,
            markerfacecolor=style.fill,
            linestyle=style.dash if is_line else "none",
            label=name,
        )
        if name in wanted:
            aim = on.ax.axhline(wanted[name] - starts[name], color=MISS, linewidth=1.1, linestyle=style.dash, zorder=0)
            aim.set_label(f"_aim-{name}")
    _widen(on.ax, LEAST_HEIGHT if output is None or output in REPORTED else LEAST_SHARE)
    if output is not None and output not in REPORTED:
        low, high = on.ax.get_ylim()
        on.ax.set_ylim(max(low, -0.02), min(high, 1.02))
        on.ax.yaxis.set_major_formatter(lambda value, _: write_share(value))
    if is_change:
        on.ax.axhline(0, color=FAINT, linewidth=0.7, zorder=0)
        on.ax.yaxis.set_major_formatter(lambda value, _: ("+" if value > 0 else "") + write_figure(value))
        _label_ends(on.ax, at[order], values)
    elif output is None:
        on.ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False, fontsize=TEXT, labelcolor=INK
        )
    if ticks is not None:
        on.ax.set_xticks(range(len(ticks)), ticks)
    remove_frame(on.ax, "bottom", "left")
    on.ax.set_xlabel(label_key(lever, spec), fontsize=TEXT, color=INK)
    unit = _unit(output) if output else "change of the mean, members" if is_change else "mean number of members"
    on.ax.set_ylabel(unit, fontsize=TEXT, color=INK)
    since = f", from {_write_value(cut.points[int(order[0])].values[lever])} on" if is_change else ""
    shaded = "; shaded: 90 % of runs" if bands else ""
    aimed = "; orange: the target split" if set(wanted) & set(names) else ""
    what = _unit(output) if output else "change of the members per action" if is_change else "members per action"
    title = f"{vote}: {what} along {label_key(lever, spec)}{since}{_write_held(cut, spec)}{shaded}{aimed}"
    return finish(on, title, write_corner_of(kept))


def _label_ends(ax: Axes, at: FloatArray, values: Mapping[str, FloatArray]) -> None:
    """Write next to the end of each line which action it is, and from how many members to how many it goes."""
    ends = {name: float(own[-1] - own[0]) for name, own in values.items()}
    low, high = ax.get_ylim()
    names = sorted(ends, key=ends.__getitem__)
    wanted = np.array([ends[name] for name in names])
    places = spread(wanted, LABEL_PART * (high - low), low, high)
    width = float(at[-1] - at[0]) or 1.0
    ax.set_xlim(at[0] - 0.02 * width, at[-1] + 0.02 * width)
    for name, end, place in zip(names, wanted, places, strict=True):
        leader = ax.plot([at[-1], at[-1] + 0.055 * width], [end, place], color=STYLES[name].edge, linewidth=0.6)
        leader[0].set(clip_on=False, label="_leader")
        words = f"{name}\n{write_number(values[name][0], 1)} to {write_number(values[name][-1], 1)}"
        ax.text(at[-1] + 0.065 * width, place, words, va="center", fontsize=SMALL, color=INK, gid=f"end-{name}")


def _widen(ax: Axes, least: float) -> None:
    """Make an axis at least so high, so that noise alone does not fill it."""
    low, high = ax.get_ylim()
    if high - low < least:
        middle = (low + high) / 2
        ax.set_ylim(middle - least / 2, middle + least / 2)


def _heat_map(kept: KeptSweep, cut: Slice, output: str, vote: str, ax: Axes | None) -> Axes:
    on, spec = make_panel(ax, 4.3), kept.experiment.first
    across, up = cut.over
    values = _table(kept, cut, output, vote)
    across_edges, up_edges = (np.arange(count + 1) - 0.5 for count in values.shape[::-1])
    drawn = on.ax.pcolormesh(across_edges, up_edges, values, cmap=SHADES, edgecolors="face", linewidth=0.3)
    bar = find_figure(on.ax).colorbar(drawn, ax=on.ax, pad=0.02, fraction=0.06)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
    bar.set_label(_unit(output), fontsize=TEXT, color=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set(edgecolor="face", rasterized=False)
    aim = list_wanted(kept.experiment, vote)
    aimed = _draw_contours(on, kept, cut, output, vote) if aim else ""
    if values.size <= MOST_NUMBERED:
        _number(on, values)
    for name, axis in ((across, on.ax.xaxis), (up, on.ax.yaxis)):
        step = -(-len(cut.levels[name]) // MOST_TICKS)
        axis.set_ticks(range(0, len(cut.levels[name]), step), [_write_value(v) for v in cut.levels[name][::step]])
    remove_frame(on.ax)
    on.ax.tick_params(labelsize=SMALL)
    on.ax.set_xlabel(label_key(across, spec), fontsize=TEXT, color=INK)
    on.ax.set_ylabel(label_key(up, spec), fontsize=TEXT, color=INK)
    return finish(on, f"{vote}: {_unit(output)}{_write_held(cut, spec)}{aimed}", write_corner_of(kept))


def _table(kept: KeptSweep, cut: Slice, output: str, vote: str) -> FloatArray:
    """The output at the crossings of two levers, a row for each value of the second; NaN where it failed."""
    across, up = cut.over
    values = np.full((len(cut.levels[up]), len(cut.levels[across])), np.nan)
    for point, value in zip(cut.points, read_values(kept, cut, output, vote), strict=True):
        row, column = (_index(cut.levels[name], point.values[name]) for name in (up, across))
        values[row, column] = value
    return values


def _draw_contours(on: Panel, kept: KeptSweep, cut: Slice, output: str, vote: str) -> str:
    """Draw where the output is at its target, and where the whole split is near the target; what the title says of it.

    The split is near where no mean is more than a few members from its target: the region that all actions share.
    """
    wanted = list_wanted(kept.experiment, vote)
    means = {name: _refine(_table(kept, cut, name, vote)) for name in wanted}
    off = np.max([np.abs(means[name] - aim) for name, aim in wanted.items()], axis=0)
    near = f"where every mean is within {NEAR} of the target split"
    said = ""
    if output in wanted and _crosses(means[output], wanted[output]):
        _outline(on, means[output], wanted[output], "dashed", "aim")
        said = f"; dashed: the target of {write_figure(wanted[output])}"
    if np.nanmin(off) > NEAR:
        return f"{said}; nowhere is every mean within {NEAR} of the target split"
    if _crosses(off, NEAR):
        _outline(on, off, NEAR, "solid", "near")
        return f"{said}; outlined: {near}"
    return f"{said}; everywhere is {near}" if np.nanmax(off) <= NEAR else said


def _refine(values: FloatArray) -> FloatArray:
    """Values between the points as well, linear along each lever."""
    for axis in (0, 1):
        count = values.shape[axis]
        fine = np.linspace(0, count - 1, (count - 1) * FINE + 1)
        values = np.apply_along_axis(lambda own, at=fine: np.interp(at, np.arange(len(own)), own), axis, values)
    return values


def _crosses(values: FloatArray, level: float) -> bool:
    return min(values.shape) > 1 and bool(np.nanmin(values) <= level <= np.nanmax(values))


def _outline(on: Panel, values: FloatArray, level: float, dash: str, name: str) -> None:
    for width, colour in ((4.2, "white"), (2.0, MISS)):
        at = [np.arange(count) / FINE for count in values.shape[::-1]]
        drawn = on.ax.contour(*at, values, levels=[level], colors=[colour], linewidths=width, linestyles=[dash])
        drawn.set_gid(name)


def _number(on: Panel, values: FloatArray) -> None:
    """Write its number into each cell, on a ground of the cell's colour where a line crosses it."""
    from matplotlib import colormaps

    low, high = np.nanmin(values), np.nanmax(values)
    digits = 0 if high - low > 20 else 1 if high - low > 0.5 else 2
    for row, column in np.argwhere(~np.isnan(values)):
        is_dark = values[row, column] < (low + high) / 2
        label = on.ax.text(
            column,
            row,
            write_number(values[row, column], digits),
            ha="center",
            va="center",
            fontsize=SMALL,
            color="white" if is_dark else "black",
            zorder=5,
        )
        ground = colormaps[SHADES]((values[row, column] - low) / max(high - low, 1e-9))
        label.set_bbox({"facecolor": ground, "edgecolor": "none", "pad": 0.8})


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
        _write_value(value) for value in levels
    ]


def _index(levels: Sequence[JsonValue], value: JsonValue) -> int:
    return [json.dumps(level, sort_keys=True) for level in levels].index(json.dumps(value, sort_keys=True))


def _unit(output: str) -> str:
    return f"mean {label_output(output)}" if output in REPORTED else label_output(output)


def _write_held(cut: Slice, spec: Scenario) -> str:
    return "".join(f", {label_key(name, spec)} at {_write_value(value)}" for name, value in cut.held.items())


def _write_value(value: JsonValue) -> str:
    """The value of a lever along an axis: of a list of numbers, each to three digits."""
    if isinstance(value, list) and all(isinstance(one, int | float) for one in value):
        return ", ".join(f"{one:.3g}" for one in value).replace("-", MINUS)
    return write_setting(value)
