"""The map: every member in the colour of its action, and a dot for the small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.runner.result import RunResult
from sim.summaries.summary import require_observed
from sim.summaries.tallies import CODES, REPORTED
from sim.views.frame import finish, make_panel, write_corner, write_day
from sim.views.geography import make_map
from sim.views.hovering import hover
from sim.views.pictures.marks import draw_legend, draw_marks, find_most_likely, label_counts, label_members
from sim.views.styles import BORDER, HATCH, LAND, PAPER, STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILLS = {CODES[name]: STYLES[name] for name in REPORTED}


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
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle

    vote = result.votes[number]
    on = make_panel(ax, 3.25)
    actions, said = find_most_likely(vote)
    if is_observed:
        actions, said = require_observed(result, number).votes, "what each member did"
    drawn, texts = make_map(result.case.world), label_members(result, number)
    _fill(on.ax, drawn.elsewhere, -1, "")
    for member, rings in drawn.shapes.items():
        _fill(on.ax, rings, int(actions[member]), texts[member])
    radius, own = drawn.distance * 0.42, actions[drawn.dotted]
    around = [Circle((x, y), radius * 1.35) for x, y in drawn.dots]
    on.ax.add_collection(PatchCollection(around, facecolor=PAPER, linewidth=0, zorder=2))
    draw_marks(on.ax, drawn.dots, own, radius, [texts[member] for member in drawn.dotted])
    low, high = drawn.ends
    on.ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    on.ax.set_axis_off()
    draw_legend(on.ax, label_counts(actions), (0.5, 0.02))
    return finish(
        on, f"{vote.resolution}, {write_day(vote.date)}: {said}", write_corner(result.case, result.replicates)
    )


def _fill(ax: Axes, rings: list[FloatArray], action: int, text: str) -> None:
    """Fill the shape of a member in the colour of its action; land of no member, and of one without a vote, in grey."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if not rings:
        return
    style = FILLS.get(action)
    shape = PathPatch(
        Path.make_compound_path(*(Path(np.asarray(ring), closed=True) for ring in rings)),
        facecolor=LAND if style is None else PAPER if style.fill == "none" else style.fill,
        edgecolor=style.edge if style is not None and style.fill == "none" else BORDER,
        hatch=HATCH if style is not None and style.fill == "none" else None,
        linewidth=0.35,
        zorder=1,
    )
    hover(shape, text)
    ax.add_patch(shape)
