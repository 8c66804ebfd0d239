"""A run against its base: what each replicate changes, and who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.summaries.changes import movers
from sim.summaries.tallies import CODES, quantiles
from sim.runner.result import RunResult
from sim.views.frame import SMALL, TEXT, bare, corner_of, finish, panel
from sim.views.pictures.ridges import rows
from sim.views.styles import EMPTY, FAINT, INK, STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.runner.result import VoteChange

MOST_MOVERS = 15


def plot_change(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw what each replicate changes against the base at the same random numbers, with means and 90 % intervals.

    Parameters
    ----------
    number : which vote, from 0.

    Raises
    ------
    ValueError : the run has no base.
    """
    change, against = _against(result, number)
    on = panel(ax, 3.4)
    labels = {}
    for name, code in CODES.items():
        changes = change.tallies[:, code]
        _, low, high = quantiles(changes)
        labels[name] = f"{name}\n{_zero(changes.mean()):+.1f} ({_signed(low)} to {_signed(high)})"
    rows(on.ax, change.tallies, labels, None)
    on.ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    reach = max(3.0, float(np.abs(change.tallies).max()) * 1.08 + 0.6)
    on.ax.set_xlim(-reach, reach)
    on.ax.xaxis.set_major_formatter(lambda value, _: f"{value:+g}" if value else "0")
    on.ax.set_xlabel("change of the number of members, same random numbers", fontsize=TEXT, color=INK)
    on.ax.set_ylabel("mean (90 % interval)", fontsize=SMALL, color=FAINT)
    title = f"{result.votes[number].resolution}: what changes {against}"
    return finish(on, title, corner_of(result.case, result.replicates))


def plot_movers(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw how often the members that move most act otherwise than in the base, and which way.

    Parameters
    ----------
    number : which vote, from 0.

    Raises
    ------
    ValueError : the run has no base.
    """
    _, against = _against(result, number)
    moved = movers(result, number)
    shown: list[dict[str, Any]] = moved[:MOST_MOVERS]
    rest = f"; {len(moved) - len(shown)} more move less often" if len(moved) > len(shown) else ""
    title = f"{result.votes[number].resolution}: who moves {against}{rest}"
    on = panel(ax, 1.7 + 0.19 * max(len(shown), 2))
    if shown:
        _bars(on.ax, shown, result.replicates)
    else:
        on.ax.text(0.5, 0.5, "nobody moves, in any replicate", ha="center", va="center", fontsize=TEXT, color=INK)
        on.ax.set(xlim=(0, 1), ylim=(0, 1))
        on.ax.set_axis_off()
    return finish(on, title, corner_of(result.case, result.replicates))


def _bars(ax: Axes, shown: list[dict[str, Any]], replicates: int) -> None:
    """A bar per member in three parts, one after another; ways that nobody moves are left out."""
    places = np.arange(len(shown))[::-1]
    towards, away, moves = (np.array([row[key] for row in shown]) for key in ("towards", "away", "moved"))
    left = np.zeros(len(shown))
    for label, share, fill in (
        ("nearer to the target", away, STYLES["oppose"].fill),
        ("nearer to the senders", towards, STYLES["support"].fill),
        ("between abstaining and absence", np.maximum(moves - towards - away, 0), EMPTY),
    ):
        if share.max() * replicates < 0.5:
            continue
        ax.barh(places, 100 * share, 0.72, left=left, facecolor=fill, label=label)
        left = left + 100 * share
    ax.set_xlim(left=0)
    ax.set_yticks(places, [row["name"] for row in shown])
    bare(ax, "bottom")
    ax.tick_params(axis="y", length=0, labelsize=SMALL + 0.5)
    ax.set_xlabel("per cent of replicates in which it acts otherwise", fontsize=TEXT, color=INK)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.4, -0.09 - 0.9 / (len(shown) + 2)),
        ncols=1,
        frameon=False,
        fontsize=SMALL,
        labelcolor=FAINT,
    )


def _against(result: RunResult, number: int) -> tuple[VoteChange, str]:
    """What a vote changes, and the base in words."""
    change = result.votes[number].change
    if change is None or result.base is None:
        raise ValueError("the run has no base to be told apart from")
    return change, f"against '{result.base.case.spec.title}'"


def _zero(value: float) -> float:
    return 0.0 if abs(value) < 0.05 else float(value)


def _signed(value: float) -> str:
    return f"{value:+.0f}" if round(value) else "0"
