"""The months between votes: fuel sold, members that sanction, help to either side, alignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.results.series import FUELS, make_series
from sim.runner.months import Band, MonthsResult
from sim.runner.result import RunResult
from sim.scoring.monthly import list_published
from sim.views.frame import SMALL, TEXT, finish, make_figure, make_panel, put_title, remove_frame, write_corner
from sim.views.styles import FAINT, INK, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


TOPICS: Mapping[str, tuple[str, str]] = {
    "fuel": ("Fuel that the target sells", "million tonnes a month"),
    "sanctions": ("Members that sanction the target, and are listed", "members"),
    "help": ("Members that help a side", "members"),
    "alignment": ("Change of alignment since the start", "utility (log-odds)\nup: towards the sanctioning side"),
}
"""What can be drawn of the months: title and unit."""
SERIES: Mapping[str, tuple[str, ...]] = {
    "sanctions": ("members_joined", "listings"),
    "help": ("helpers", "helpers_covert", "helpers_of_victim"),
}
"""Series of the whole that are drawn, by topic."""
MOST_TICKS = 6
LEGEND_LETTERS = 50
"""Letters of up to five labels from which on a legend has two columns."""


def plot_months(result: RunResult, *, topic: str = "fuel", ax: Axes | None = None) -> Axes:
    """Draw series of the months: means over the runs with 90 % intervals; the months of votes are marked.

    A what-if has the means of its base as thin lines, and published figures are dots in the colour of their series.

    Parameters
    ----------
    topic : ``fuel``, ``sanctions``, ``help`` or ``alignment``. The band of alignment holds the middle 80 % of members.

    Raises
    ------
    ValueError : the scenario has no months.
    """
    months = result.months
    if months is None:
        raise ValueError("the scenario has no months")
    title, unit = TOPICS[topic]
    on = make_panel(ax, 3.2)
    at = np.arange(len(months.months))
    lines, base = collect_lines(months, topic), None if result.base is None else result.base.months
    of_base = {} if base is None else collect_lines(base, topic)
    known = {} if topic not in SERIES else list_published(result)
    published = {make_series(name).label: known.get(name, {}) for name in SERIES.get(topic, ())}
    labels = {"base": "base (thin)", "published": "published (dots)"}
    for (label, (middle, low, high)), (colour, dash) in zip(lines.items(), LOOKS, strict=False):
        on.ax.fill_between(at, low, high, color=colour, alpha=0.14, linewidth=0)
        on.ax.plot(at, middle, color=colour, linestyle=dash, linewidth=1.6, label=label)
        if base is not None and label in of_base:
            draw_base(on.ax, months.months, base.months, of_base[label].mean, colour, label=labels.pop("base", ""))
        if draw_published(on.ax, months.months, published.get(label, {}), colour, label=labels.get("published", "")):
            labels["published"] = ""
    if topic == "alignment":
        on.ax.axhline(0, color=INK, linewidth=0.7, zorder=0)
    else:
        on.ax.set_ylim(bottom=0)
    mark_months(on.ax, months.months, [f"{vote.date:%Y-%m}" for vote in result.votes])
    on.ax.set_ylabel(unit, fontsize=TEXT, color=INK)
    if not lines:
        on.ax.set_yticks([])
        on.ax.text(0.5, 0.5, "no data in this world", transform=on.ax.transAxes, ha="center", fontsize=TEXT, color=INK)
    draw_legend_below(on.ax)
    if on.is_own:
        title += "" if topic == "alignment" else "; shaded: 90 % intervals"
    return finish(on, title, write_corner(result.case, months.watched))


def draw_base(
    ax: Axes, months: Sequence[str], of_base: Sequence[str], values: FloatArray, colour: str, label: str = ""
) -> None:
    """Draw the means of the base, in the months that both have, as a thin line."""
    common = [month for month in of_base if month in months]
    at = [months.index(month) for month in common]
    means = [values[list(of_base).index(month)] for month in common]
    ax.plot(at, means, color=colour, linestyle="solid", linewidth=0.8, label=label, gid="base")


def draw_published(ax: Axes, months: Sequence[str], figures: Mapping[str, float], colour: str, label: str = "") -> bool:
    """Draw published figures of single months as dots; whether there are any."""
    known = {months.index(month): value for month, value in figures.items() if month in months}
    if known:
        ax.plot([*known], [*known.values()], color=colour, linestyle="none", marker="o", markersize=3.5, label=label)
    return bool(known)


def mark_months(ax: Axes, months: Sequence[str], votes: Sequence[str]) -> None:
    """Put months along the axis, and mark those of votes by lines with one label."""
    label = "vote" if len(votes) == 1 else "votes"
    for at in sorted({months.index(vote) for vote in votes if vote in months}):
        ax.axvline(at, color=FAINT, linewidth=0.9, linestyle=(0, (1, 2)), zorder=0, label=label)
        label = ""
    step = max(1, -(-len(months) // MOST_TICKS))
    ax.set_xticks(range(0, len(months), step), months[::step])
    remove_frame(ax, "bottom", "left")
    ax.tick_params(labelsize=SMALL)


def draw_legend_below(ax: Axes) -> None:
    """Put the legend of lines below the axis, where there are any."""
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return
    ax.legend(
        handles,
        labels,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.13),
        ncols=2 if len(handles) <= 5 and sum(map(len, labels)) > LEGEND_LETTERS else 4 if len(handles) == 4 else 3,
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
        handlelength=2.6,
    )


def collect_lines(months: MonthsResult, topic: str) -> dict[str, Band]:
    """What is drawn of a topic: label to mean and both ends of a band, (T,) each."""
    if topic == "fuel":
        sold = {name.removeprefix("sold_"): name for name in months.totals if name.startswith("sold_")}
        return {FUELS.get(fuel, fuel): scale_band(months.total(name), 1e3) for fuel, name in sold.items()}
    if topic in SERIES:
        return {make_series(name).label: months.total(name) for name in SERIES[topic]}
    shifts = months.member_mean("alignment_shift")
    low, middle, high = np.quantile(shifts, (0.1, 0.5, 0.9), axis=1)
    return {"median member, and the middle 80 % of members": Band(middle, low, high)}


def scale_band(band: Band, unit: float) -> Band:
    """A band in units of another size."""
    return Band(*(values / unit for values in band))


def draw_months(result: RunResult) -> Figure:
    """The four topics in one figure."""
    if result.months is None:
        raise ValueError("the scenario has no months")
    figure = make_figure(9.6, 6.6)
    for topic, ax in zip(TOPICS, figure.subplots(2, 2).ravel(), strict=True):
        plot_months(result, topic=topic, ax=ax)
    first, last = result.months.months[0], result.months.months[-1]
    title = f"The months from {first} to {last}: means and 90 % intervals"
    put_title(figure, title, write_corner(result.case, result.months.watched))
    return figure
