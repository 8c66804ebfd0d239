"""Draw results from Python: figures that show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.api.asking import Compared, Explained, Sensitivity
from sim.api.inputs import check_inputs
from sim.api.running import Run, Runs, SweepTables
from sim.arguments import describe
from sim.errors import InputError, make_input_error, suggest_nearest
from sim.runner.folder.kept import read_sweep
from sim.runner.result import RunResult
from sim.views.frame import check_matplotlib, find_figure
from sim.views.kinds import (
    OF_EXPLANATIONS,
    OF_RUNS,
    OF_SWEEPS,
    Wish,
    draw_explanation,
    draw_run,
    draw_sweep,
)
from sim.views.pictures.scenarios import plot_scenarios

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Plotted = Run | Runs | RunResult | Compared | SweepTables | Sensitivity | Explained


class _Drawing(NamedTuple):
    """How a result is drawn: the kind of picture by default, and all kinds."""

    usual: str
    kinds: Sequence[str]
    draw: Callable[[Any, str, Wish], Figure]


def _draw_sweep(found: SweepTables, kind: str, wish: Wish) -> Figure:
    return draw_sweep(read_sweep(found.folder), kind, wish)


RUN_KINDS, SWEEP_KINDS = tuple(OF_RUNS), tuple(OF_SWEEPS)
DRAWINGS = {
    Run: _Drawing("tallies", RUN_KINDS, lambda f, k, w: draw_run(f.result, k, w)),
    Runs: _Drawing("scenarios", ("scenarios",), lambda f, k, w: find_figure(plot_scenarios(f.summary, ax=w.ax))),
    RunResult: _Drawing("tallies", RUN_KINDS, draw_run),
    Compared: _Drawing("change", RUN_KINDS, lambda f, k, w: draw_run(f.comparison.others[0], k, w)),
    Explained: _Drawing("explanation", OF_EXPLANATIONS, lambda f, k, w: draw_explanation(f.explanation, k, w)),
    SweepTables: _Drawing("sweep", SWEEP_KINDS, _draw_sweep),
    Sensitivity: _Drawing("sensitivity", SWEEP_KINDS, lambda f, k, w: _draw_sweep(f.tables, k, w)),
}
"""The results that can be drawn, and how."""


@check_inputs()
def plot(
    found: Plotted,
    kind: str | None = None,
    *,
    ax: Axes | None = None,
    resolution: str | None = None,
    member: str | None = None,
    output: str | None = None,
    over: Sequence[str] = (),
    is_observed: bool = False,
) -> Figure:
    """Draw a result.

    Parameters
    ----------
    found : a result of `sim.run`, `sim.run_all`, `sim.compare`, `sim.explain`, `sim.sweep` or `sim.sensitivity`. Where
        several scenarios were compared, the first is drawn; ``found.comparison.others[1]`` is the second.
    kind : as in ``sim plot --kind``. Of a run ``tallies`` (by default), ``chamber``, ``map``, ``members``, ``network``,
        ``reliability``, ``months``, ``explanation`` and ``reasons``; of a comparison also ``change`` (by default) and
        ``movers``; of an explanation ``explanation`` or ``reasons``; of a sweep ``sweep`` or ``sensitivity``; of
        several scenarios ``scenarios``.
    ax : axes to draw on; by default those of a new figure. Of a picture with several panels it has the first.
    resolution : which vote; the first by default.
    member : the member to explain, by code or name.
    output : of a sweep: an action, ``majority``, ``two-thirds``, ``near``, or ``IND:abstain``.
    over : of a sweep: one or two levers along the axes.
    is_observed : of a map: whether it shows what members did instead of what they most likely do.

    Returns
    -------
    The figure. A notebook shows it; ``figure.savefig("votes.svg")`` writes it.

    Raises
    ------
    InputError : there is no such picture of this result, or no such vote, member, output or lever.

    Examples
    --------
    >>> import sim
    >>> figure = sim.plot(sim.run("harbour-blockade", replicates=20), "tallies")
    >>> len(figure.axes)
    1
    """
    drawing = DRAWINGS.get(type(found))
    if drawing is None:
        message = (
            f"got {describe(found)}; a result of sim.run, run_all, compare, explain, sweep or sensitivity is needed."
        )
        raise make_input_error("sim.plot", "found", message)
    kind = kind or drawing.usual
    if kind not in drawing.kinds:
        fix = suggest_nearest(kind, drawing.kinds, f"There are {', '.join(drawing.kinds)}.")
        raise make_input_error(
            "sim.plot", "kind", f"there is no picture '{kind}' of this result ({type(found).__name__}).", fix
        )
    check_matplotlib("sim.plot")
    if isinstance(found, Sensitivity) and output is None and len(found.indices):
        output = found.indices["output"].iloc[0]
    wish = Wish(resolution, member, output, tuple(over), is_observed, ax)
    try:
        return drawing.draw(found, kind, wish)
    except InputError as error:
        raise InputError(
            replace(problem, where=problem.where.replace("--", "sim.plot: ")) for problem in error.problems
        ) from None
