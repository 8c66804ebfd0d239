"""Reliability: whether what was given a probability of 70 % came true in 70 % of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.results.wording import write_number, write_share
from sim.runner.result import RunResult, frequencies
from sim.scoring.scores import find_classes, measure_reliability, merge_to_three_classes
from sim.summaries.summary import is_scored, require_observed
from sim.views.frame import TEXT, finish, make_panel, remove_frame, write_corner, write_day
from sim.views.styles import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_reliability(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw how often the classes of action came true against their probability, with 90 % intervals.

    Parameters
    ----------
    number : which vote, from 0.

    Raises
    ------
    ValueError : there is no roll call to compare the run with, or all votes on record are fixed.
    """
    vote, case = result.votes[number], result.case
    call = require_observed(result, number)
    scored = is_scored(case, number, call)
    if not scored.any():
        raise ValueError("every vote on record is fixed")
    found = measure_reliability(
        merge_to_three_classes(frequencies(vote.counts)[scored]), find_classes(call.votes[scored])
    )
    forecast, share, low, high = (
        np.array([getattr(b, key) for b in found.bins]) for key in ("forecast", "frequency", "p05", "p95")
    )
    on = make_panel(ax, 5.0, 4.6)
    on.ax.plot([0, 1], [0, 1], color=FAINT, linewidth=0.9, linestyle="dashed", label="perfectly calibrated")
    on.ax.errorbar(
        forecast,
        share,
        yerr=np.stack([share - low, high - share]),
        fmt="o",
        markersize=5,
        color=INK,
        elinewidth=1.0,
        capsize=2.5,
        label="probabilities of members and classes, in bins of equal size",
    )
    ticks = [0, 0.25, 0.5, 0.75, 1]
    on.ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
    words = [write_share(tick) for tick in ticks]
    on.ax.set_xticks(ticks, words)
    on.ax.set_yticks(ticks, words)
    remove_frame(on.ax, "bottom", "left")
    on.ax.set_xlabel("probability in the model", fontsize=TEXT, color=INK)
    on.ax.set_ylabel("share that came true, with 90 % intervals", fontsize=TEXT, color=INK)
    on.ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.13), frameon=False, fontsize=TEXT - 1, labelcolor=INK)
    title = (
        f"{vote.resolution}, {write_day(vote.date)}: probabilities and what came true; mean difference "
        f"{write_number(100 * found.error)} percentage points"
    )
    return finish(on, title, write_corner(case, result.replicates))
