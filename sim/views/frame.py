"""What all pictures share: size, title, the source and hash in the corner, and how they are saved."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sim.case import Case
from sim.errors import make_input_error
from sim.files.writing import check_target, write_whole
from sim.runner.folder.manifest import hash_document
from sim.runner.identity import read_program_version
from sim.views.styles import FAINT, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 5.6
"""Inches; narrow, so that letters can be read on a phone."""
TITLE, TEXT, SMALL, CORNER = 10.5, 9.0, 8.0, 6.5
"""Sizes of letters in points."""
UTILITY_UNIT = "utility (1 is one unit of log-odds)"
"""What axes of utilities, and so of alignment, are labelled with."""
HASH_DIGITS = 12
DPI = 160
FORMATS = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Panel:
    """Axes to draw on, and whether they have a figure of their own, on which title and corner go."""

    ax: Axes
    is_own: bool


def make_panel(ax: Axes | None, height: float, width: float = WIDTH) -> Panel:
    """The axes that were given, or those of a new figure."""
    return Panel(ax, False) if ax is not None else Panel(make_figure(width, height).subplots(), True)


def make_figure(width: float, height: float) -> Figure:
    """A figure without axes; inches."""
    from sim.views.shown import ShownFigure  # Matplotlib is slow to load

    return ShownFigure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def finish(on: Panel, title: str, corner: str) -> Axes:
    """Give a panel its title and, where the figure is its own, the corner."""
    if on.is_own:
        put_title(find_figure(on.ax), title, corner)
    else:
        on.ax.set_title(title, fontsize=TITLE - 1, color=INK)
    return on.ax


def find_figure(drawn: Axes | Figure) -> Figure:
    """The whole figure that something was drawn on.

    Raises
    ------
    ValueError : the axes have none.
    """
    figure = drawn.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes have no figure")
    return figure


def put_title(figure: Figure, title: str, corner: str) -> None:
    """Put a title above a figure, and source and hash in its lower left corner, with room for both."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    width, height = figure.get_size_inches()
    wrapped = wrap(title, width, TITLE)
    figure.suptitle(wrapped, x=0.012, ha="left", fontsize=TITLE, color=INK, fontweight="bold")
    source = wrap(corner, width, CORNER)
    room = (source.count("\n") + 1.8) * CORNER * 1.25 / 72 / height
    figure.text(0.012, 0.35 * CORNER / 72 / height, source, fontsize=CORNER, color=FAINT, va="bottom", gid="corner")
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0.0, room, 1.0, 1.0 - room))


def wrap(text: str, width: float, size: float) -> str:
    """Break a text into lines that fit into a width in inches, at a size of letters in points."""
    return textwrap.fill(text, int(width * 72 / (0.61 * size)), break_on_hyphens=False)


def write_corner(case: Case, replicates: int | None) -> str:
    """The corner of a picture of a run: scenario, world, number of runs, and the scenario's hash."""
    spec = case.spec
    runs = "" if replicates is None else f", {replicates:,} runs"
    digest = hash_document(spec.document())[:HASH_DIGITS]
    return (
        f"{_end_sentence(spec.title)} World {case.world.name}{runs}, seed {spec.seed}; {_program()}, scenario {digest}"
    )


def write_sweep_corner(title: str, worlds: Sequence[str], replicates: int, digest: str) -> str:
    """The corner of a picture of a sweep, with the experiment's hash."""
    named = ", ".join(dict.fromkeys(worlds))
    runs = f"{replicates:,} runs of each point"
    return f"{_end_sentence(title)} World {named}, {runs}; {_program()}, experiment {digest[:HASH_DIGITS]}"


def _end_sentence(sentence: str) -> str:
    return sentence if sentence.endswith(("?", "!", ".")) else f"{sentence}."


def _program() -> str:
    return f"alignment-sim {read_program_version()}"


def write_day(when: date) -> str:
    """A date as people write it."""
    return f"{when.day} {when:%B %Y}"


def remove_frame(ax: Axes, *sides: str) -> None:
    """Draw the frame only on some sides, with thin lines and small letters."""
    for name, spine in ax.spines.items():
        spine.set_visible(name in sides)
        spine.set_color(FAINT)
        spine.set_linewidth(0.7)
    ax.tick_params(labelsize=TEXT, colors=INK, length=3 if sides else 0, width=0.7)


def check_picture(option: str, path: Path) -> None:
    """Refuse a picture that could not be written, before anything is run for it.

    Raises
    ------
    InputError : its name does not end in a known format, it could not be written, or Matplotlib is missing.
    """
    if path.suffix.lower() not in FORMATS:
        raise make_input_error(option, "", f"got '{path}'; its name has to end in {', '.join(FORMATS)}.")
    check_target(option, path)
    check_matplotlib(option)


def check_matplotlib(where: str) -> None:
    """Refuse to draw where Matplotlib is not installed.

    Raises
    ------
    InputError : it is not.
    """
    if find_spec("matplotlib") is None:
        raise make_input_error(where, "", "pictures need Matplotlib.", "Install alignment-sim with the extra 'views'.")


def save(figure: Figure, path: Path) -> None:
    """Write a picture, whole or not at all; vector formats have the same bytes every time.

    Raises
    ------
    OSError : it cannot be written.
    """
    import matplotlib as mpl

    kind = path.suffix.lower()
    stamped = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(kind)
    with mpl.rc_context({"svg.hashsalt": "alignment-sim"}), write_whole(path) as file:
        figure.savefig(file, format=kind.removeprefix("."), dpi=DPI, metadata=stamped)
