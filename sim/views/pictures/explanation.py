"""Why a member votes as it does: a waterfall of what each term adds to its most likely action over the next."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from sim.results.tables import UTILITY
from sim.results.wording import write_figure
from sim.rules.choice import ACTIONS
from sim.views.frame import SMALL, TEXT, UTILITY_UNIT, finish, make_panel, remove_frame, write_corner, write_day
from sim.views.styles import FAINT, INK, PAPER, STYLES
from sim.whatif.explanation.explain import Explanation
from sim.world.labels import label_quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes


MOST_STEPS = 12
LABEL_LETTERS = 26
"""Letters of a label on a line."""


def list_path_steps(found: Explanation) -> tuple[str, str, list[tuple[str, float]]]:
    """The most likely action, the one next to it in utility, and what each term adds to the first over the second.

    The largest come first. Those beyond the first few are added up; those that add nothing are left out.
    """
    anatomy, i, first, second = found.anatomy, found.index, found.likeliest, found.next
    added = anatomy.arrays[:, i, first] - anatomy.arrays[:, i, second]
    named = [
        (label_quantity(term.name), float(value))
        for term, value in zip(anatomy.terms, added, strict=True)
        if value != 0
    ]
    named.sort(key=lambda step: -abs(step[1]))
    shown, rest = named[:MOST_STEPS], named[MOST_STEPS:]
    if len(rest) == 1:
        return ACTIONS[first], ACTIONS[second], named
    if rest:
        shown.append((f"{len(rest)} smaller terms", sum(value for _, value in rest)))
    return ACTIONS[first], ACTIONS[second], shown


def plot_explanation(found: Explanation, *, ax: Axes | None = None) -> Axes:
    """Draw what each term adds, step by step, to the utility of the member's most likely action over the next."""
    anatomy = found.anatomy
    case, ballot, name = anatomy.case, anatomy.ballot, anatomy.case.world.names[found.index]
    first, second, steps = list_path_steps(found)
    on = make_panel(ax, 1.6 + 0.28 * (len(steps) + 1))
    ends = np.cumsum([value for _, value in steps])
    total = float(ends[-1]) if len(ends) else 0.0
    rows = np.arange(len(steps) + 1)[::-1]
    starts = np.concatenate([[0.0], ends[:-1], [0.0]]) if len(ends) else np.zeros(1)
    values = np.array([*(value for _, value in steps), total])
    fills = [*(STYLES[first if value > 0 else second].area for _, value in steps), FAINT]
    bars = on.ax.barh(rows, values, 0.7, left=starts, color=fills)
    bars.set_label("steps")
    for row, end in zip(rows[:-1], ends, strict=True):
        on.ax.plot([end, end], [row - 1.35, row + 0.35], color=FAINT, linewidth=0.6, zorder=0)
    on.ax.axvline(0, color=INK, linewidth=0.8)
    low, high = min(0.0, float((starts + values).min())), max(0.0, float((starts + values).max()))
    room = 0.13 * max(high - low, 1e-9)
    for row, start, value in zip(rows, starts, values, strict=True):
        end = start + value
        at, side = (max(start, end) + 0.12 * room, "left") if value >= 0 else (min(start, end) - 0.12 * room, "right")
        label = on.ax.text(at, row, UTILITY.write(value), ha=side, va="center", fontsize=SMALL)
        label.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 0.6})
    on.ax.set_xlim(low - room, high + room)
    on.ax.set_yticks(rows, [*(textwrap.fill(step, LABEL_LETTERS) for step, _ in steps), "together"])
    remove_frame(on.ax, "bottom")
    on.ax.tick_params(axis="y", length=0, labelsize=SMALL)
    on.ax.xaxis.set_major_formatter(lambda value, _: write_figure(value))
    ways = f"left: for '{second}'; right: for '{first}'"
    on.ax.set_xlabel(f"{UTILITY_UNIT}\n{ways}", fontsize=TEXT, color=INK)
    given = "" if anatomy.is_drawn[found.index] else " (its vote is fixed, so the terms play no part in it)"
    title = f"{name}, {ballot.resolution}, {write_day(ballot.date)}: what speaks for '{first}' over '{second}'{given}"
    return finish(on, title, write_corner(case, anatomy.replicates))
