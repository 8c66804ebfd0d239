"""Distributions in rows, one per action: of tallies, with the observed one marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.results.parts import ByAction
from sim.results.wording import write_interval, write_number
from sim.runner.result import RunResult
from sim.summaries.summary import find_observed
from sim.summaries.tallies import CODES, count_actions, measure
from sim.views.frame import SMALL, TEXT, finish, make_panel, write_corner, write_day
from sim.views.styles import FAINT, INK, MISS, STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, TOP = 0.7, 0.78
"""Heights of the highest bar of a row and of the mark above it; rows are 1 apart."""


def plot_tallies(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw how many members did each action, over the runs, with 90 % intervals and the observed number marked.

    Parameters
    ----------
    number : which vote, from 0.
    """
    vote, case = result.votes[number], result.case
    call = find_observed(result, number)
    observed = None if call is None else count_actions(call.tally)
    on = make_panel(ax, 3.6)
    labels = {}
    for name, code in CODES.items():
        one = measure(vote.tallies[:, code])
        seen = "" if observed is None else f"\nobserved {observed.of(name)}"
        labels[name] = f"{name}\n{write_number(one.median)} ({write_interval(one.p05, one.p95)}){seen}"
    draw_rows(on.ax, vote.tallies, labels, observed)
    on.ax.set_xlim(-0.02 * case.world.size - 0.5, 1.02 * case.world.size + 0.5)
    on.ax.set_xlabel("members", fontsize=TEXT, color=INK)
    seen = "" if observed is None else "; observed marked by a line"
    title = f"{vote.resolution}, {write_day(vote.date)}: members per action in {result.replicates:,} runs{seen}"
    on.ax.set_ylabel("median (90 % interval)", fontsize=SMALL, color=FAINT)
    return finish(on, title, write_corner(case, result.replicates))


def draw_rows(ax: Axes, values: NDArray[np.integer], labels: Mapping[str, str], marked: ByAction[int] | None) -> None:
    """A row of bars per action from values (R, 4) by action code, the first row on top."""
    grounds = {name: float(len(STYLES) - 1 - place) for place, name in enumerate(STYLES)}
    for name, style in STYLES.items():
        ground, own = grounds[name], values[:, CODES[name]]
        at, times = np.unique(own, return_counts=True)
        fill = "#FFFFFF" if style.fill == "none" else style.fill
        bars = ax.bar(
            at, times / times.max() * HEIGHT, 1.0, bottom=ground, facecolor=fill, edgecolor=style.edge, linewidth=0.5
        )
        bars.set_label(name)
        spread = measure(own)
        ax.plot([spread.p05, spread.p95], [ground - 0.07] * 2, color=style.edge, linewidth=2.4, solid_capstyle="butt")
        ax.axhline(ground, color=FAINT, linewidth=0.4, zorder=0)
        if marked is not None:
            line = ax.plot([marked.of(name)] * 2, [ground, ground + TOP], color=MISS, linewidth=1.5, zorder=4)
            line[0].set_gid(f"observed-{name}")
            ax.plot(marked.of(name), ground + TOP, marker="v", color=MISS, markersize=5, zorder=4)
    ax.set_yticks([grounds[name] + 0.3 for name in STYLES], [labels[name] for name in STYLES], fontsize=SMALL + 0.5)
    ax.set_ylim(-0.2, len(STYLES) - 0.02)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.tick_params(axis="x", labelsize=TEXT, labelcolor=INK)
