"""The map: a mark of equal size per member over the outlines of the land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.runner.result import RunResult
from sim.summaries.summary import require_observed
from sim.views.frame import finish, make_panel, write_corner, write_day
from sim.views.geography import TILE, outlines, tiles
from sim.views.pictures.marks import draw_legend, draw_marks, find_most_likely, label_counts
from sim.views.styles import BORDER, LAND

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_map(result: RunResult, *, number: int = 0, is_observed: bool = False, ax: Axes | None = None) -> Axes:
    """Draw the world: each member's most likely action, or its observed one.

    Parameters
    ----------
    number : which vote, from 0.
    is_observed : whether the roll call is drawn.

    Raises
    ------
    ValueError : the observed vote is asked for, and there is none.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    vote, world = result.votes[number], result.case.world
    on = make_panel(ax, 3.25)
    actions, said = find_most_likely(vote)
    if is_observed:
        actions, said = require_observed(result, number).votes, "what each member did"
    rings, places = outlines(world), tiles(world)
    if rings:
        land = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
        on.ax.add_patch(PathPatch(land, facecolor=LAND, edgecolor=BORDER, linewidth=0.4, zorder=1))
    draw_marks(on.ax, places, actions, TILE * 0.46)
    around = np.concatenate([places, *rings])
    low, high = around.min(axis=0) - TILE, around.max(axis=0) + TILE
    on.ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    on.ax.set_axis_off()
    draw_legend(on.ax, label_counts(actions), (0.5, 0.02))
    return finish(
        on, f"{vote.resolution}, {write_day(vote.date)}: {said}", write_corner(result.case, result.replicates)
    )
