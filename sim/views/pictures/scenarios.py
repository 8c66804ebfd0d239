"""Several scenarios next to each other: the support of each, with that of its base and the observed one."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sim.results.scenarios import ScenariosSummary, ScenarioSummary, ScenarioVote
from sim.views.frame import SMALL, TEXT, finish, make_panel, remove_frame
from sim.views.styles import FAINT, INK, MISS, STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEAST = 0.34, 2.2
"""Inches of a row, and of the picture apart from its rows."""
LETTERS = 34
"""Letters of the title of a scenario on a line."""


def plot_scenarios(found: ScenariosSummary, *, ax: Axes | None = None) -> Axes:
    """Draw the support in every vote: mean and 90 % of the runs, the mean of the base, and the observed one."""
    rows = [(one, vote) for one in found.scenarios for vote in one.votes]
    on, style = make_panel(ax, LEAST + HEIGHT * len(rows)), STYLES["support"]
    places = list(range(len(rows)))[::-1]
    for place, (one, vote) in zip(places, rows, strict=True):
        support = vote.tally.support
        on.ax.plot([support.p05, support.p95], [place] * 2, color=style.edge, linewidth=2.2, solid_capstyle="butt")
        on.ax.plot(support.mean, place, marker="o", color=style.edge, markersize=5, linestyle="none", gid="mean")
        if vote.change is not None:
            base = support.mean - vote.change.support
            on.ax.plot(base, place, marker="o", markersize=8, mfc="none", mec=FAINT, linestyle="none", gid="base")
        elif vote.observed is not None and one.base is None:
            on.ax.plot(vote.observed.support, place, marker="v", color=MISS, markersize=6, linestyle="none")
    on.ax.set_yticks(places, [_label(one, vote) for one, vote in rows], fontsize=SMALL)
    on.ax.set_ylim(-0.7, len(rows) - 0.3)
    remove_frame(on.ax, "bottom")
    on.ax.tick_params(axis="y", length=0, labelsize=SMALL)
    on.ax.set_xlabel("members that support", fontsize=TEXT, color=INK)
    on.ax.legend(
        handles=_legend(found),
        loc="upper center",
        bbox_to_anchor=(0.4, -0.32 / (LEAST + HEIGHT * len(rows)) * 2.4),
        ncols=2,
        frameon=False,
        fontsize=SMALL,
        labelcolor=FAINT,
    )
    return finish(on, "Support in every scenario", _corner(found))


def _label(one: ScenarioSummary, vote: ScenarioVote) -> str:
    of = "" if len(one.votes) == 1 else f", {vote.resolution.removeprefix('A/RES/')}"
    return textwrap.fill(one.scenario + of, LETTERS, max_lines=2, placeholder=" ...")


def _legend(found: ScenariosSummary) -> list[object]:
    from matplotlib.lines import Line2D

    edge = STYLES["support"].edge
    votes = [(one, vote) for one in found.scenarios for vote in one.votes]
    handles = [Line2D([], [], color=edge, marker="o", markersize=5, linewidth=2.2, label="mean and 90 % of runs")]
    if any(vote.change is not None for _, vote in votes):
        circle = {"marker": "o", "markersize": 8, "mfc": "none", "mec": FAINT, "linestyle": "none"}
        handles.append(Line2D([], [], label="mean of its base", **circle))  # type: ignore[arg-type]
    if any(vote.observed is not None and one.base is None for one, vote in votes):
        handles.append(Line2D([], [], color=MISS, marker="v", linestyle="none", label="observed"))
    return list(handles)


def _corner(found: ScenariosSummary) -> str:
    worlds = ", ".join(dict.fromkeys(one.world for one in found.scenarios))
    return f"{len(found.scenarios)} scenarios, world {worlds}."
