"""The chamber: one seat per member, observed and simulated side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import ActionArray
from sim.ensemble import simulate
from sim.runner.result import ACTION_COUNT, RunResult
from sim.summaries.summary import find_observed, require_observed
from sim.summaries.tallies import CODES, SPLIT
from sim.views.frame import CORNER, find_figure, finish, make_figure, make_panel, put_title, write_corner, write_day
from sim.views.pictures.marks import draw_legend, draw_marks, label_counts, label_members
from sim.views.seats import OUTER_RADIUS, arrange_seats, measure_seat_distance
from sim.views.styles import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def find_typical_replicate(result: RunResult, number: int) -> int:
    """The first replicate whose tally is nearest to the median tally."""
    vote, done, nearest = result.votes[number], 0, (np.inf, 0)
    median = np.array([vote.frequencies.quantile(code, 0.5) for code in range(ACTION_COUNT)])
    for tallies, _ in vote.each.pieces():
        gaps = np.abs(tallies - median).sum(axis=1)
        nearest = min(nearest, (float(gaps.min()), done + int(gaps.argmin())))
        done += len(tallies)
    return nearest[1]


def find_typical_actions(result: RunResult, number: int) -> ActionArray:
    """Action codes (N,) of the typical replicate."""
    return simulate(result.case, find_typical_replicate(result, number), 1)[number].actions[0]


def plot_chamber(result: RunResult, *, number: int = 0, is_observed: bool = False, ax: Axes | None = None) -> Axes:
    """Draw one seat per member: the simulated run nearest to the median tally, or the observed vote.

    Parameters
    ----------
    number : which vote, from 0.
    is_observed : whether the roll call is drawn.

    Raises
    ------
    ValueError : the observed vote is asked for, and there is none.
    """
    vote = result.votes[number]
    what = f"{vote.resolution}, {write_day(vote.date)}"
    on = make_panel(ax, 3.55)
    if is_observed:
        _draw(on.ax, require_observed(result, number).votes, label_members(result, number))
        title = f"The observed vote: {what}" if on.is_own else "observed"
        return finish(on, title, write_corner(result.case, None))
    _draw(on.ax, find_typical_actions(result, number), label_members(result, number))
    of_run = f"the run nearest to the median of {result.replicates:,}"
    title = f"The simulated vote, {of_run}: {what}" if on.is_own else f"simulated: {of_run}"
    return finish(on, title, write_corner(result.case, result.replicates))


def _draw(ax: Axes, actions: NDArray[np.integer], texts: list[str]) -> None:
    on_record = int((actions >= 0).sum())
    radius = 0.46 * measure_seat_distance(on_record)
    draw_marks(ax, arrange_seats(actions), actions, radius, texts)
    split = " / ".join(str(int((actions == CODES[name]).sum())) for name in SPLIT)
    ax.text(0, 0.1, split, ha="center", va="center", fontsize=13, fontweight="bold", color=INK)
    ax.text(0, 0.0, " / ".join(SPLIT), ha="center", va="center", fontsize=CORNER + 0.5, color=FAINT)
    draw_legend(ax, label_counts(actions), (0.5, 0.02))
    reach = OUTER_RADIUS + 2 * radius
    ax.set(xlim=(-reach, reach), ylim=(-0.1, reach), aspect="equal")
    ax.set_axis_off()


def draw_chambers(result: RunResult, number: int = 0) -> Figure:
    """The observed and the simulated vote side by side; the simulated one alone where none was observed."""
    vote = result.votes[number]
    if find_observed(result, number) is None:
        return find_figure(plot_chamber(result, number=number))
    figure = make_figure(9.6, 3.6)
    left, right = figure.subplots(1, 2)
    plot_chamber(result, number=number, is_observed=True, ax=left)
    plot_chamber(result, number=number, ax=right)
    title = f"{vote.resolution}, {write_day(vote.date)}: the observed and the simulated vote"
    put_title(figure, title, write_corner(result.case, result.replicates))
    return figure
