"""Which levers an output depends on: Sobol's and Morris's figures as bars with their intervals."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from sim.results.sensitivity import Indices, MorrisIndices, SobolIndices
from sim.results.wording import write_share
from sim.specs import Scenario
from sim.specs.labels import label_key
from sim.views.frame import SMALL, TEXT, finish, make_panel, remove_frame
from sim.views.styles import INK, LOOKS
from sim.whatif.outputs import label_output
from sim.whatif.sensitivity import CONFIDENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LEVERS = 20
LABEL_LETTERS = 30
"""Letters of a label on a line."""
BARS = {
    MorrisIndices: (("mu_star", "mean size of the effect of the whole range"),),
    SobolIndices: (("total", "total, with interactions"), ("first", "alone")),
}
"""Figures that are drawn, by kind of indices: name and label."""


def plot_indices(found: Indices, *, corner: str = "", spec: Scenario | None = None, ax: Axes | None = None) -> Axes:
    """Draw how much an output depends on each lever, those that matter most first.

    Parameters
    ----------
    corner : the text in the corner, where the picture has a figure of its own.
    spec : the scenario whose levers they are, for their labels.
    """
    levers = found.levers[:MOST_LEVERS]
    kind = type(levers[0])
    drawn = BARS[kind]
    on = make_panel(ax, 1.9 + 0.27 * len(levers))
    rows = np.arange(len(levers))[::-1].astype(np.float64)
    fills = (LOOKS[0][0], LOOKS[1][0])
    for place, (name, label) in enumerate(drawn):
        values, low, high = (
            np.array([getattr(lever, figure) for lever in levers]) for figure in (name, f"{name}_low", f"{name}_high")
        )
        height = 0.72 / len(drawn)
        at = rows + 0.36 - height * (place + 0.5)
        spans = np.stack([np.maximum(values - low, 0), np.maximum(high - values, 0)])
        bars = on.ax.barh(at, values, height, color=fills[place], label=label)
        bars.set_label(label)
        on.ax.errorbar(values, at, xerr=spans, fmt="none", ecolor=INK, elinewidth=0.8, capsize=1.8)
    on.ax.axvline(0, color=INK, linewidth=0.8)
    on.ax.set_yticks(rows, [textwrap.fill(label_key(lever.lever, spec), LABEL_LETTERS) for lever in levers])
    remove_frame(on.ax, "bottom")
    on.ax.tick_params(axis="y", length=0, labelsize=SMALL)
    output = label_output(found.output)
    unit = "share of the variance over the points" if kind is SobolIndices else f"effect on the {output}"
    on.ax.set_xlabel(f"{unit}\nlines: {write_share(CONFIDENCE)} intervals", fontsize=TEXT, color=INK)
    on.ax.legend(loc="lower right", frameon=False, fontsize=TEXT - 1, labelcolor=INK)
    rest = f"; the first {len(levers)} of {len(found.levers)}" if len(levers) < len(found.levers) else ""
    title = f"What the {output} depends on: {found.resolution}, {found.scenario}{rest}"
    return finish(on, title, corner)
