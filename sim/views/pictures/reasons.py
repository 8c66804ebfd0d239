"""How a member's reasons change over the months: what speaks for its most likely action, and what it would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.results.wording import write_share
from sim.rules.choice import ACTIONS
from sim.summaries.tallies import CODES, REPORTED
from sim.views.frame import TEXT, UTILITY_UNIT, finish, make_figure, make_panel, put_title, write_corner, write_day
from sim.views.pictures.months import draw_legend_below, mark_months
from sim.views.styles import FAINT, INK, LOOKS, STYLES
from sim.whatif.explanation.explain import Explanation
from sim.whatif.explanation.summary import sum_changing_terms
from sim.world.labels import label_quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_reasons(found: Explanation, *, ax: Axes | None = None) -> Axes:
    """Draw what the terms that change add to the most likely action over the next, month by month, and the sum of all.

    Raises
    ------
    ValueError : there are no months that the vote sees.
    """
    _check(found)
    on = make_panel(ax, 3.6)
    first, second = ACTIONS[found.likeliest], ACTIONS[found.next]
    terms = sum_changing_terms(found, len(LOOKS) - 1)
    together, steady = terms.pop("together"), terms.pop("steady")
    at = np.arange(len(together))
    on.ax.axhline(0, color=FAINT, linewidth=0.7, zorder=0)
    for (label, values), (colour, dash) in zip(terms.items(), LOOKS, strict=False):
        on.ax.plot(at, values, color=colour, linestyle=dash, linewidth=1.5, label=label_quantity(label))
    on.ax.plot(at, steady, color=FAINT, linewidth=1.0, label="terms that do not change")
    on.ax.plot(at, together, color=INK, linewidth=2.4, label="together")
    _months(on.ax, found)
    on.ax.set_ylabel(UTILITY_UNIT, fontsize=TEXT, color=INK)
    return finish(on, f"What speaks for '{first}' over '{second}'", _corner(found))


def plot_answers(found: Explanation, *, ax: Axes | None = None) -> Axes:
    """Draw how likely each action of the member is in every month in which the resolution is asked.

    Raises
    ------
    ValueError : there are no months that the vote sees.
    """
    _check(found)
    on = make_panel(ax, 3.2)
    chances = np.stack([month.chances[found.index] for month in found.monthly])
    for name in REPORTED:
        style = STYLES[name]
        on.ax.plot(
            chances[:, CODES[name]],
            color=style.edge,
            linestyle=style.dash,
            marker=style.marker,
            markersize=3,
            markerfacecolor=style.fill,
            linewidth=1.5,
            label=name,
            clip_on=False,
        )
    on.ax.set_ylim(0, 1)
    on.ax.yaxis.set_major_formatter(lambda value, _: write_share(value))
    _months(on.ax, found)
    on.ax.set_ylabel("probability", fontsize=TEXT, color=INK)
    return finish(on, "What it would do", _corner(found))


def draw_reasons(found: Explanation) -> Figure:
    """Reasons and answers, one below the other.

    Raises
    ------
    ValueError : there are no months that the vote sees.
    """
    _check(found)
    figure = make_figure(6.4, 7.4)
    for plot, ax in zip((plot_reasons, plot_answers), figure.subplots(2, 1, height_ratios=(5, 4)), strict=True):
        plot(found, ax=ax)
    anatomy = found.anatomy
    name, ballot = anatomy.case.world.names[found.index], anatomy.ballot
    given = "" if anatomy.is_drawn[found.index] else " (its vote is fixed, so the reasons play no part in it)"
    title = f"{name} on {ballot.resolution}, {write_day(ballot.date)}: asked again in every month{given}"
    put_title(figure, title, _corner(found))
    return figure


def _check(found: Explanation) -> None:
    if not found.monthly:
        raise ValueError("there are no months that the vote sees")


def _months(ax: Axes, found: Explanation) -> None:
    months = [f"{month.ballot.date:%Y-%m}" for month in found.monthly]
    mark_months(ax, months, [f"{found.anatomy.ballot.date:%Y-%m}"])
    draw_legend_below(ax)


def _corner(found: Explanation) -> str:
    return write_corner(found.anatomy.case, found.anatomy.replicates)
