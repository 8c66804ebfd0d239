"""Pictures of how far to trust the model: reliability, misses, simple rules, profiles, priors and posteriors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.results.calibration import Belief
from sim.results.scores import Reliability
from sim.results.validation import Validation
from sim.results.wording import write_number
from sim.scoring.scores import CLASSES
from tools.validation.profiles import LIMIT, Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.world import World


# Okabe & Ito's colours.
BLUE, ORANGE, GREEN, GREY, BLACK = "#0072B2", "#E69F00", "#009E73", "#999999", "#000000"
TILES_A_ROW = 18
MARKS = {0: "−", 1: "0", 2: "+"}
"""What a member did, as a sign: opposed, abstained or absent, supported."""


def plot_reliability(result: Reliability, *, ax: Axes | None = None, title: str = "") -> Axes:
    """How often what was given a probability came true, by bins, with 90 % intervals."""
    ax = _axes(ax, (4.2, 4.2))
    forecast = np.array([one.forecast for one in result.bins])
    share = np.array([one.frequency for one in result.bins])
    reach = np.array(
        [[one.frequency - one.p05 for one in result.bins], [one.p95 - one.frequency for one in result.bins]]
    )
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="perfectly calibrated")
    ax.errorbar(forecast, share, yerr=reach, fmt="o", color=BLUE, markersize=5, linewidth=1.2, label="came true")
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="probability in the model", ylabel="share that came true")
    ax.set_aspect("equal")
    ax.set_title(title, fontsize=10.5)
    ax.legend(frameon=False, loc="upper left", fontsize=9)
    return ax


def plot_misses(
    result: FloatArray, *, observed: IntArray, world: World, ax: Axes | None = None, title: str = ""
) -> Axes:
    """One tile per member, by regional group: what it did, whether that was predicted, and how surely.

    A blue tile is a hit, an orange one with a frame a miss; the stronger the colour, the larger the probability of what
    was predicted. Tiles without colour had a fixed vote.

    Parameters
    ----------
    result : probabilities (N, 3) of the classes.
    observed : classes (N,), -1 where a vote is fixed or not recorded.
    """
    from matplotlib.patches import Rectangle

    places = tiles(world.regions)
    rows = max(row for row, _ in places) + 1
    ax = _axes(ax, (9.6, 0.52 * rows))
    for member, (row, column) in enumerate(places):
        chances, did = result[member], int(observed[member])
        likeliest, is_miss = int(chances.argmax()), did >= 0 and int(chances.argmax()) != did
        sure = (float(chances[likeliest]) - 1 / 3) * 1.5
        fill = "white" if did < 0 else _tint(ORANGE if is_miss else BLUE, 0.15 + 0.85 * sure)
        edge, width, order = (BLACK, 1.6, 3) if is_miss else ("white", 0.8, 2)
        box = Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, facecolor=fill, edgecolor=edge, linewidth=width)
        box.set_zorder(order)
        ax.add_patch(box)
        ink = "white" if did >= 0 and not is_miss and sure > 0.5 else BLACK
        ax.text(column + 0.5, row + 0.36, world.iso3[member], ha="center", va="center", fontsize=7, color=ink, zorder=4)
        sign = "fixed" if did < 0 else f"{MARKS[did]} {write_number(100 * float(chances[likeliest]))}"
        ax.text(column + 0.5, row + 0.73, sign, ha="center", va="center", fontsize=6.2, color=ink, zorder=4)
    for region, row in _first_rows(world.regions, places).items():
        ax.text(-0.2, row + 0.5, _wrap_region(region), ha="right", va="center", fontsize=8)
    ax.set(xlim=(-3.6, TILES_A_ROW + 0.1), ylim=(rows + 0.1, -0.1))
    ax.set_axis_off()
    ax.set_title(title, fontsize=10.5)
    return ax


def tiles(regions: Sequence[str]) -> list[tuple[int, int]]:
    """Row and column of every member: regional groups below one another, their members in order of the world."""
    places: dict[int, tuple[int, int]] = {}
    top = 0
    for region in sorted(set(regions)):
        members = [i for i, name in enumerate(regions) if name == region]
        places.update({i: (top + n // TILES_A_ROW, n % TILES_A_ROW) for n, i in enumerate(members)})
        top += -(-len(members) // TILES_A_ROW)
    return [places[i] for i in range(len(regions))]


def plot_profile(result: Profile, *, ax: Axes | None = None, others: Sequence[str] = (), title: str = "") -> Axes:
    """How far log likelihood and log posterior fall as a number is held elsewhere, and what other numbers then are.

    Parameters
    ----------
    others : other numbers to draw, on an axis of their own.
    """
    ax = _axes(ax, (4.6, 3.4))
    ax.axhline(-LIMIT, color=GREY, linewidth=1, linestyle=":")
    likelihood, posterior = result.fall(result.log_likelihood), result.fall(result.log_posterior)
    lines = [
        *ax.plot(result.values, likelihood, color=BLUE, marker="o", markersize=4, label="log likelihood"),
        *ax.plot(result.values, posterior, color=ORANGE, marker="s", markersize=4, label="log posterior"),
    ]
    ax.set(ylim=(-10, 0.6), xlabel=words(result.name), ylabel="fall from the best")
    if others:
        right = ax.twinx()
        for name, dashes in zip(others, ("--", "-.", ":"), strict=False):
            lines += right.plot(
                result.values, result.others[name], color=GREEN, linestyle=dashes, linewidth=1.4, label=words(name)
            )
        top = max(float(result.others[name].max()) for name in others)
        right.set(ylim=(0, 1.25 * top), ylabel="other numbers, fitted again")
        right.yaxis.label.set_color(GREEN)
    ax.set_title(title or words(result.name), fontsize=10.5)
    ax.legend(handles=lines, frameon=False, fontsize=8, loc="lower center")
    return ax


def plot_baselines(result: Validation, *, ax: Axes | None = None, title: str = "") -> Axes:
    """RPS of the model and of every rule with its 90 % interval, the best on top."""
    found = {"model": result.declared.rps, **{name: scores.rps for name, scores in result.baselines.items()}}
    intervals = {"model": result.intervals.declared, **result.intervals.baselines}
    names = sorted(found, key=found.__getitem__, reverse=True)
    ax = _axes(ax, (4.6, 3.4))
    for row, name in enumerate(names):
        colour, marker = (BLUE, "o") if name == "model" else (BLACK, "D")
        ax.plot(intervals[name].rps, [row, row], color=colour, linewidth=1.4)
        ax.plot(found[name], row, color=colour, marker=marker, markersize=6 if name == "model" else 4)
    ax.set_yticks(range(len(names)), [words(name) for name in names], fontsize=9)
    ax.set(xlim=(0, None), xlabel="ranked probability score, 0 is best")
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_title(title, fontsize=10.5)
    return ax


def plot_beliefs(result: Sequence[Belief], *, ax: Axes | None = None) -> Axes:
    """Prior and posterior of every number, in standard widths of its prior: means and 90 % intervals."""
    ax = _axes(ax, (7.2, 0.24 * len(result) + 1.2))
    for row, belief in enumerate(reversed(result)):
        middle, scale = belief.prior.mean, (belief.prior.p95 - belief.prior.p05) / 2
        for of, colour, marker, at in (
            (belief.prior, GREY, "s", row + 0.16),
            (belief.posterior, BLUE if belief.is_identified else ORANGE, "o", row - 0.16),
        ):
            ax.plot([(of.p05 - middle) / scale, (of.p95 - middle) / scale], [at, at], color=colour, linewidth=2)
            ax.plot((of.mean - middle) / scale, at, color=colour, marker=marker, markersize=4)
    for colour, marker, label in (
        (GREY, "s", "prior"),
        (BLUE, "o", "posterior"),
        (ORANGE, "o", "posterior, not identified by these votes"),
    ):
        ax.plot([], [], color=colour, marker=marker, markersize=4, linewidth=2, label=label)
    ax.set_yticks(range(len(result)), [words(belief.name) for belief in reversed(result)], fontsize=8)
    ax.set(xlabel="distance from the prior's mean, in half widths of its 90 % interval", ylim=(-0.8, len(result) - 0.2))
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(frameon=False, fontsize=8.5, ncols=3, loc="lower center", bbox_to_anchor=(0.35, 1.0))
    return ax


def words(name: str) -> str:
    """A name in a file as words."""
    return name.removeprefix("A/RES/").replace("_", " ")


def key_of_misses() -> str:
    """What the tiles of `plot_misses` mean, in a sentence."""
    signs = ", ".join(
        f"{MARKS[code]} {'abstained or absent' if code == 1 else name}" for code, name in enumerate(CLASSES)
    )
    return (
        f"Sign: what the member did ({signs}). Number: probability in % of what was predicted. "
        "Blue: it did that. Orange with a frame: it did not. The stronger the colour, the surer."
    )


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained").subplots()


def _tint(colour: str, strength: float) -> tuple[float, ...]:
    """A colour mixed with white; strength 1 is the colour itself."""
    from matplotlib.colors import to_rgb

    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def _first_rows(regions: Sequence[str], places: Sequence[tuple[int, int]]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for region, (row, _) in zip(regions, places, strict=True):
        rows[region] = min(row, rows.get(region, row))
    return rows


def _wrap_region(region: str) -> str:
    from textwrap import fill

    return fill(region.removesuffix(" Group"), 18)
