"""The series that a what-if of months is about: what-if, base and published figures, a panel each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.results.series import make_series
from sim.runner.months import Band, MonthsResult
from sim.runner.result import RunResult
from sim.scoring.monthly import list_published
from sim.summaries.about import list_series_about
from sim.summaries.about_tables import LARGER
from sim.views.frame import SMALL, TEXT, make_figure, put_title, write_corner
from sim.views.pictures.months import draw_base, draw_legend_below, draw_published, mark_months, scale_band
from sim.views.styles import INK, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SERIES = 4
COLUMNS = 2


def draw_about(result: RunResult) -> Figure:
    """Draw the first series that a what-if is about.

    Raises
    ------
    ValueError : there is no base with months, or no such series.
    """
    if result.months is None or result.base is None or result.base.months is None:
        raise ValueError("the run is not compared with months of a base")
    names = list_series_about(result)[:MOST_SERIES]
    if not names:
        raise ValueError("the what-if is about no series")
    rows = -(-len(names) // COLUMNS)
    figure = make_figure(9.6, 0.6 + 3.0 * rows)
    panels = figure.subplots(rows, min(len(names), COLUMNS), squeeze=False).ravel()
    published = list_published(result)
    for ax, name in zip(panels, names, strict=False):
        _draw_series(ax, result, name, published.get(name, {}))
    for ax in panels[len(names) :]:
        ax.set_visible(False)
    title = f"What the what-if is about: means, 90 % intervals, and the base '{result.base.case.spec.title}'"
    put_title(figure, title, write_corner(result.case, result.months.watched))
    return figure


def _draw_series(ax: Axes, result: RunResult, name: str, published: dict[str, float]) -> None:
    assert result.months is not None
    assert result.base is not None
    assert result.base.months is not None
    member, _, key = name.rpartition(":")
    world, of, months = result.case.world, make_series(key), result.months.months
    unit, scale = LARGER.get(of.unit, (of.unit, 1.0))
    colour, dash = LOOKS[0]
    band = scale_band(_band_of(result, result.months, name), 1.0 / scale)
    at = range(len(months))
    ax.fill_between(at, band.low, band.high, color=colour, alpha=0.14, linewidth=0)
    ax.plot(at, band.mean, color=colour, linestyle=dash, linewidth=1.6, label="what-if")
    before = scale_band(_band_of(result, result.base.months, name), 1.0 / scale)
    draw_base(ax, months, result.base.months.months, before.mean, INK, label="base")
    draw_published(ax, months, {month: scale * value for month, value in published.items()}, INK, label="published")
    mark_months(ax, months, [f"{vote.date:%Y-%m}" for vote in result.votes])
    ax.set_title(
        f"{of.label}, {world.names[world.index[member]]}" if member else of.label, fontsize=TEXT, color=INK, loc="left"
    )
    ax.set_ylabel(unit, fontsize=SMALL, color=INK)
    draw_legend_below(ax)


def _band_of(result: RunResult, months: MonthsResult, name: str) -> Band:
    member, _, key = name.rpartition(":")
    if not member:
        return months.total(key)
    return Band(*(values[:, result.case.world.index[member]] for values in months.member_band(key)))
