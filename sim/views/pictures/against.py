"""A run against its base: what each run changes, and who votes differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.results.changes import Mover
from sim.results.wording import write_interval, write_number
from sim.runner.result import RunResult
from sim.summaries.changes import list_movers
from sim.summaries.tallies import CODES, measure
from sim.views.frame import SMALL, TEXT, finish, make_panel, remove_frame, write_corner
from sim.views.pictures.ridges import draw_rows
from sim.views.styles import EMPTY, FAINT, INK, SENDERS, TARGET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.runner.result import VoteChange

MOST_MOVERS = 15


def plot_change(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw what each run changes against the base at the same random numbers, with means and 90 % intervals.

    Parameters
    ----------
    number : which vote, from 0.

    Raises
    ------
    ValueError : the run has no base.
    """
    change, against = _against(result, number)
    on = make_panel(ax, 3.4)
    labels = {}
    for name, code in CODES.items():
        one = measure(change.tallies[:, code])
        ends = write_interval(one.p05, one.p95, is_signed=True)
        labels[name] = f"{name}\n{write_number(one.mean, 1, is_signed=True)} ({ends})"
    draw_rows(on.ax, change.tallies, labels, None)
    on.ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    reach = max(3.0, float(np.abs(change.tallies).max()) * 1.08 + 0.6)
    on.ax.set_xlim(-reach, reach)
    on.ax.xaxis.set_major_formatter(lambda value, _: write_number(value, is_signed=True))
    on.ax.set_xlabel("change of the number of members, same random numbers", fontsize=TEXT, color=INK)
    on.ax.set_ylabel("mean (90 % interval)", fontsize=SMALL, color=FAINT)
    title = f"{result.votes[number].resolution}: change of the tally {against}"
    return finish(on, title, write_corner(result.case, result.replicates))


def plot_movers(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw how often members vote differently from the base, and which way.

    Parameters
    ----------
    number : which vote, from 0.

    Raises
    ------
    ValueError : the run has no base.
    """
    _, against = _against(result, number)
    moved = list_movers(result, number)
    shown = moved[:MOST_MOVERS]
    rest = f"; {len(moved) - len(shown)} more in fewer runs" if len(moved) > len(shown) else ""
    title = f"{result.votes[number].resolution}: who votes differently {against}{rest}"
    on = make_panel(ax, 1.7 + 0.19 * max(len(shown), 2))
    if shown:
        _bars(on.ax, shown, result.replicates)
    else:
        on.ax.text(
            0.5, 0.5, "no member votes differently in any run", ha="center", va="center", fontsize=TEXT, color=INK
        )
        on.ax.set(xlim=(0, 1), ylim=(0, 1))
        on.ax.set_axis_off()
    return finish(on, title, write_corner(result.case, result.replicates))


def _bars(ax: Axes, shown: list[Mover], replicates: int) -> None:
    """Draw a bar per member in three parts, by the direction of the change; parts that no member has are left out."""
    places = np.arange(len(shown))[::-1]
    towards, away, moves = (np.array([getattr(row, key) for row in shown]) for key in ("towards", "away", "moved"))
    left = np.zeros(len(shown))
    for label, share, fill in (
        ("towards the target", away, TARGET),
        ("towards the sanctioning side", towards, SENDERS),
        ("between abstaining and absence", np.maximum(moves - towards - away, 0), EMPTY),
    ):
        if share.max() * replicates < 0.5:
            continue
        ax.barh(places, 100 * share, 0.72, left=left, facecolor=fill, label=label)
        left = left + 100 * share
    ax.set_xlim(left=0)
    ax.set_yticks(places, [row.name for row in shown])
    remove_frame(ax, "bottom")
    ax.tick_params(axis="y", length=0, labelsize=SMALL + 0.5)
    ax.set_xlabel("share of runs in which it votes differently, %", fontsize=TEXT, color=INK)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.4, -0.09 - 0.9 / (len(shown) + 2)),
        ncols=1,
        frameon=False,
        fontsize=SMALL,
        labelcolor=FAINT,
    )


def _against(result: RunResult, number: int) -> tuple[VoteChange, str]:
    """The change of a vote against the base, and the base in words."""
    change = result.votes[number].change
    if change is None or result.base is None:
        raise ValueError("the run has no base to compare with")
    return change, f"compared with '{result.base.case.spec.title}'"
