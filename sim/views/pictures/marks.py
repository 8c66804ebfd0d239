"""One mark of equal size per member, in the colour and shape of its action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.results.wording import write_number, write_share
from sim.runner.result import RunResult, VoteResult
from sim.summaries.tallies import CODES, REPORTED, SPLIT
from sim.views.frame import TEXT
from sim.views.hovering import hover
from sim.views.styles import INK, STYLES, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


def draw_marks(
    ax: Axes, places: FloatArray, actions: NDArray[np.integer], radius: float, texts: Sequence[str] = ()
) -> None:
    """Draw members (N, 2) by their action codes (N,); each action is a collection with its name as gid.

    Parameters
    ----------
    texts : what a page shows over each member; nothing by default.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D, AffineDeltaTransform

    shapes = {
        "o": Affine2D().scale(radius * 0.9).transform_path(Path.unit_circle()),
        "D": Affine2D().scale(radius * 1.04).transform_path(Path.unit_regular_polygon(4)),
        "s": Affine2D().rotate_deg(45).scale(radius * 1.04).transform_path(Path.unit_regular_polygon(4)),
    }
    for name, style in STYLES.items():
        drawn = PathCollection(
            [shapes[style.marker]],
            offsets=places[actions == CODES[name]],
            transform=AffineDeltaTransform(ax.transData),  # type: ignore[arg-type]  # its axes are linear
            offset_transform=ax.transData,
            facecolor=style.fill,
            edgecolor=style.edge,
            linewidth=0.8,
            gid=name,
            zorder=3,
            clip_on=False,
        )
        if texts:
            hover(drawn, *(texts[place] for place in np.flatnonzero(actions == CODES[name]).tolist()))
        ax.add_collection(drawn)


def make_handle(style: Style, label: str) -> Line2D:
    """A mark for a legend."""
    from matplotlib.lines import Line2D as NewLine

    return NewLine(
        [],
        [],
        linestyle="none",
        marker=style.marker,
        markersize=6.5 if style.marker != "D" else 5.8,
        markerfacecolor=style.fill,
        markeredgecolor=style.edge,
        label=label,
    )


def draw_legend(ax: Axes, labels: Sequence[str], place: tuple[float, float] = (0.5, 0.0)) -> None:
    """The marks of the actions below the axes, each with a label."""
    drawn = ax.legend(
        handles=[make_handle(style, label) for style, label in zip(STYLES.values(), labels, strict=True)],
        loc="upper center",
        bbox_to_anchor=place,
        ncols=len(STYLES),
        frameon=False,
        fontsize=TEXT,
        labelcolor=INK,
        handletextpad=0.1,
        columnspacing=1.0,
        borderaxespad=0.2,
    )
    drawn.set_zorder(5)


def find_most_likely(vote: VoteResult) -> tuple[NDArray[np.intp], str]:
    """Each member's most likely action (N,), -1 of those that may not vote, and a title that gives the median tally.

    The counts differ from it: a member that supports in 60 % of the runs counts as one that supports
    here, and in 60 % of the tallies.
    """
    median = vote.frequencies.lower_median
    split = "/".join(write_number(median[CODES[name]]) for name in SPLIT)
    actions = np.where(vote.is_voter, vote.counts.argmax(axis=1), -1)
    return actions, f"each member's most likely action (the median tally is {split})"


def label_members(result: RunResult, number: int) -> list[str]:
    """What a page shows over each member: its name and the share of the runs in which it does what."""
    vote = result.votes[number]
    shares = vote.counts / max(result.replicates, 1)
    return [
        f"{name}: {', '.join(f'{action} {write_share(share[CODES[action]])}' for action in REPORTED)}"
        if may_vote
        else f"{name}: no vote"
        for name, share, may_vote in zip(result.case.world.names, shares, vote.is_voter, strict=True)
    ]


def label_counts(actions: NDArray[np.integer]) -> list[str]:
    """Labels that say how many members do each action."""
    return [f"{int((actions == CODES[name]).sum())} {name}" for name in STYLES]
