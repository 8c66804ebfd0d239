"""Whether what was given 70 per cent came true in 70 per cent of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.runner.result import RunResult, frequencies
from sim.scoring.scores import classes_of, measure_reliability, three_classes
from sim.summaries.summary import is_scored, observed_call
from sim.views.frame import TEXT, bare, corner_of, day, finish, panel
from sim.views.styles import FAINT, INK, STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_reliability(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw how often the classes of action came true beside the probability they were given, with 90 % intervals.

    Parameters
    ----------
    number : which vote, from 0.

    Raises
    ------
    ValueError : the world has no roll call of the vote, or all votes on record are given.
    """
    vote, case = result.votes[number], result.case
    call = observed_call(result, number)
    scored = is_scored(case, number, call)
    if not scored.any():
        raise ValueError("every vote on record is given")
    found = measure_reliability(three_classes(frequencies(vote.counts)[scored]), classes_of(call.votes[scored]))
    forecast, share, low, high = (
        np.array([getattr(b, key) for b in found.bins]) for key in ("forecast", "frequency", "p05", "p95")
    )
    on = panel(ax, 5.0, 4.6)
    on.ax.plot([0, 1], [0, 1], color=FAINT, linewidth=0.9, linestyle="dashed", label="perfectly calibrated")
    on.ax.errorbar(
        forecast,
        share,
        yerr=np.stack([share - low, high - share]),
        fmt="o",
        markersize=5,
        color=STYLES["support"].edge,
        elinewidth=1.0,
        capsize=2.5,
        label="members and classes in bins of equally many",
    )
    ticks = [0, 0.25, 0.5, 0.75, 1]
    on.ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
    on.ax.set_xticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
    on.ax.set_yticks(ticks, [f"{100 * tick:g} %" for tick in ticks])
    bare(on.ax, "bottom", "left")
    on.ax.set_xlabel("probability that the model gave", fontsize=TEXT, color=INK)
    on.ax.set_ylabel("came true, with 90 % intervals", fontsize=TEXT, color=INK)
    on.ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.13), frameon=False, fontsize=TEXT - 1, labelcolor=INK)
    title = (
        f"{vote.resolution}, {day(vote.date)}: probabilities beside what came true; "
        f"mean gap {100 * found.error:.1f} points"
    )
    return finish(on, title, corner_of(case, result.replicates))
