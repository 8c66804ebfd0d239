"""Members by probability, with the misses marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.results.run import Miss
from sim.results.wording import write_share
from sim.rules.choice import STANCES
from sim.runner.result import RunResult, frequencies
from sim.summaries.summary import find_observed, is_scored, list_misses
from sim.summaries.tallies import CODES
from sim.views.frame import CORNER, TEXT, find_figure, finish, make_panel, remove_frame, write_corner, write_day
from sim.views.spreading import spread
from sim.views.styles import INK, MISS, STYLES
from sim.world import World

if TYPE_CHECKING:
    from matplotlib.axes import Axes


STACKED = ("support", "absent", "abstain", "oppose")
"""From the foot of a column to its head."""
STRIP = (-0.03, -0.15)
"""Where the observed actions are drawn."""
MOST_NAMED = 50
MOST_WRITTEN_OUT = 30
"""Misses up to which their names are written in full; of more, the codes."""
LETTERS = 20
"""Letters of a name that are written."""
LABEL_WIDTH = 7.6
"""Points that an upright code takes of the line."""


def order_of(chances: FloatArray) -> NDArray[np.intp]:
    """Members from those surest to support to those surest to oppose."""
    return np.argsort(-(chances @ STANCES), kind="stable")


def plot_members(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw a column per member with its probabilities; below it what the member did, and the codes of the misses.

    Parameters
    ----------
    number : which vote, from 0.
    """
    vote, case = result.votes[number], result.case
    call = find_observed(result, number)
    chances = frequencies(vote.counts)
    order = order_of(chances)
    order = order[vote.is_voter[order]]
    on = make_panel(ax, 4.4, 7.6)
    edges, foot = np.arange(len(order) + 1) - 0.5, np.zeros(len(order))
    for name in STACKED:
        height = chances[order, CODES[name]]
        steps = on.ax.stairs(foot + height, edges, baseline=foot, fill=True, color=STYLES[name].area, linewidth=0)
        steps.set_gid(name)
        foot = foot + height
    ticks = [0.0, 0.5, 1.0]
    words = [write_share(tick) for tick in ticks]
    said = ""
    wrong: list[Miss] = []
    if call is not None:
        for name in STACKED:
            ends = np.where(call.votes[order] == CODES[name], STRIP[1], STRIP[0])
            steps = on.ax.stairs(ends, edges, baseline=STRIP[0], fill=True, color=STYLES[name].area, linewidth=0)
            steps.set_gid(f"observed-{name}")
        ticks, words = [-0.09, *ticks], ["observed", *words]
        wrong = list_misses(result, number)
        scored = int(is_scored(case, number, call).sum())
        said = f"; the most likely vote is not the observed one for {len(wrong)} of {scored} members scored"
        _name(on.ax, [case.world.index[miss.iso3] for miss in wrong], order, _labels(case.world, len(wrong)))
    on.ax.set_yticks(ticks, words)
    room = max((len(_labels(case.world, len(wrong))[case.world.index[miss.iso3]]) for miss in wrong), default=0)
    bottom = -0.35 - 0.032 * room if wrong else -0.02 if call is None else -0.17
    on.ax.set(xlim=(-1, len(order)), ylim=(bottom, 1.02))
    on.ax.set_xticks([])
    remove_frame(on.ax)
    on.ax.set_ylabel("probability, a column per member", fontsize=TEXT, color=INK)
    _legend(on.ax)
    title = f"{vote.resolution}, {write_day(vote.date)}: what each member is likely to do{said}"
    return finish(on, title, write_corner(case, result.replicates))


def _labels(world: World, misses: int) -> list[str]:
    """How members are named: by their names, or by their codes where many are."""
    if misses > MOST_WRITTEN_OUT:
        return list(world.iso3)
    return [name if len(name) <= LETTERS else name[: LETTERS - 1].rstrip() + "." for name in world.names]


def _name(ax: Axes, wrong: list[int], order: NDArray[np.intp], labels: list[str]) -> None:
    """Write the labels of the misses below their columns, spread apart; of many misses, only the surest mistakes."""
    place = {int(member): column for column, member in enumerate(order)}
    named = sorted(wrong[:MOST_NAMED], key=place.__getitem__)
    wanted = np.array([place[member] for member in named], dtype=np.float64)
    points = find_figure(ax).get_size_inches()[0] * 72 * 0.86
    gap = LABEL_WIDTH * len(order) / points
    places = spread(wanted, gap, 0.0, max(float(len(order) - 1), gap * (len(named) - 1)))
    for member, column, at in zip(named, wanted, places, strict=True):
        ax.plot([column, column, at], [-0.16, -0.2, -0.3], color=MISS, linewidth=0.6)
        label = ax.text(at, -0.32, labels[member], rotation=90, ha="center", va="top", fontsize=CORNER, color=INK)
        label.set_gid(f"miss-{labels[member]}")
    if len(wrong) > MOST_NAMED:
        ax.text(1.0, -0.02, f"and {len(wrong) - MOST_NAMED} more", transform=ax.transAxes, ha="right", fontsize=CORNER)


def _legend(ax: Axes) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=STYLES[name].area, label=name) for name in STYLES]
    ax.legend(
        handles=patches,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=4,
        frameon=False,
        fontsize=TEXT,
        labelcolor=INK,
        handlelength=1.0,
    )
