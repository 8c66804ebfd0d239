"""The chamber: one seat per member, observed beside simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.ensemble import simulate
from sim.evaluation.tallies import CODES
from sim.runner.run import RunResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

ROWS = 8
INNER_RADIUS, OUTER_RADIUS = 0.45, 1.0
STYLES = {
    # Okabe & Ito's colours, told apart by shape and fill as well.
    "support": {"fill": "#0072B2", "edge": "#0072B2", "marker": "o"},
    "abstain": {"fill": "#E69F00", "edge": "#E69F00", "marker": "o"},
    "absent": {"fill": "none", "edge": "#999999", "marker": "o"},
    "oppose": {"fill": "#000000", "edge": "#000000", "marker": "s"},
}


def seats(count: int) -> FloatArray:
    """Places of `count` seats in a half circle, (count, 2), from the left end to the right."""
    radii = np.linspace(INNER_RADIUS, OUTER_RADIUS, ROWS)
    exact = count * radii / radii.sum()
    row_sizes = np.floor(exact).astype(int)
    for row in np.argsort(row_sizes - exact)[: count - row_sizes.sum()]:
        row_sizes[row] += 1
    places = [
        (radius, angle) for radius, size in zip(radii, row_sizes, strict=True) for angle in np.linspace(np.pi, 0, size)
    ]
    places.sort(key=lambda place: (-place[1], place[0]))
    return np.array([(radius * np.cos(angle), radius * np.sin(angle)) for radius, angle in places])


def plot_chamber(actions: NDArray[np.integer], *, ax: Axes, title: str) -> Axes:
    """Draw one seat per member, supporters on the left, coloured by action.

    Parameters
    ----------
    actions : action codes (N,).
    """
    places, start = seats(len(actions)), 0
    for name, style in STYLES.items():
        count = int((actions == CODES[name]).sum())
        here = places[start : start + count]
        start += count
        ax.scatter(
            here[:, 0],
            here[:, 1],
            s=34,
            marker=style["marker"],
            facecolors=style["fill"],
            edgecolors=style["edge"],
            label=f"{count} {name}",
            linewidths=1.1,
        )
    ax.set_title(title, fontsize=10.5)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0.02),
        ncols=4,
        frameon=False,
        fontsize=9.5,
        handletextpad=0.1,
        columnspacing=0.9,
    )
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def typical_replicate(result: RunResult, number: int) -> int:
    """The first replicate whose tally is nearest to the median tally."""
    tallies = result.votes[number].tallies
    return int(np.abs(tallies - np.median(tallies, axis=0)).sum(axis=1).argmin())


def chamber_figure(result: RunResult, number: int = 0) -> Figure:
    """Observed beside simulated, the simulated being the replicate nearest to the median tally."""
    from matplotlib.figure import Figure as NewFigure

    vote, case = result.votes[number], result.case
    call = case.world.rollcall(vote.resolution)
    figure = NewFigure(figsize=(9.6 if call is not None else 5, 3.3), layout="constrained")
    axes = figure.subplots(1, 1 if call is None else 2, squeeze=False)[0]
    figure.suptitle(f"{vote.resolution}, {vote.date}", fontsize=12)
    if call is not None:
        plot_chamber(call.votes, ax=axes[0], title="observed")
    replicate = typical_replicate(result, number)
    actions = simulate(case, replicate, 1)[number].actions[0]
    plot_chamber(actions, ax=axes[-1], title=f"simulated: the run nearest the median of {result.replicates:,}")
    return figure
