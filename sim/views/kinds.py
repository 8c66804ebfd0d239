"""Kinds of pictures by name, and what each is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.errors import make_input_error, suggest_nearest
from sim.runner.folder.kept import KeptSweep
from sim.runner.result import RunResult
from sim.summaries.summary import find_observed
from sim.views.frame import find_figure, make_figure, put_title
from sim.views.pictures.against import plot_change, plot_movers
from sim.views.pictures.chamber import draw_chambers, plot_chamber
from sim.views.pictures.explanation import plot_explanation
from sim.views.pictures.indices import plot_indices
from sim.views.pictures.map import plot_map
from sim.views.pictures.members import plot_members
from sim.views.pictures.months import draw_months, plot_months
from sim.views.pictures.network import plot_network
from sim.views.pictures.reasons import draw_reasons, plot_reasons
from sim.views.pictures.reliability import plot_reliability
from sim.views.pictures.ridges import plot_tallies
from sim.views.pictures.sweeps import plot_sweep, write_corner_of
from sim.whatif.explanation.explain import Explanation, explain, vote_number
from sim.whatif.outputs import label_output
from sim.whatif.sensitivity import analyse, check_questions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Wish:
    """What a picture is to show, apart from its kind.

    Parameters
    ----------
    resolution : which vote; the first by default.
    member : the member that is explained.
    output : of a sweep, as in ``sim sensitivity``.
    over : levers along the axes of a sweep.
    is_observed : whether a map shows what members did in place of what they are most likely to do.
    ax : axes to draw on; by default those of a new figure. Of a picture with several panels it has the first.
    """

    resolution: str | None = None
    member: str | None = None
    output: str | None = None
    over: tuple[str, ...] = field(default=())
    is_observed: bool = False
    ax: Axes | None = None


@dataclass(frozen=True)
class PictureKind:
    """A kind of picture.

    Parameters
    ----------
    meaning : what it shows.
    needs : what it is made from in addition to the run: ``base``, ``observed``, ``months``, ``member``.
    """

    meaning: str
    needs: tuple[str, ...]
    draw: Callable[[RunResult, int, Wish], Axes | Figure]


def _explain(result: RunResult, number: int, wish: Wish) -> Explanation:
    spec = result.case.spec.model_copy(update={"replicates": result.replicates})
    return explain(spec, str(wish.member), spec.vote[number].resolution, tries_levers=False)


OF_RUNS: Mapping[str, PictureKind] = {
    "chamber": PictureKind(
        "a seat per member, the observed vote and the run nearest to the median side by side",
        (),
        lambda r, n, w: (
            draw_chambers(r, n) if w.ax is None else plot_chamber(r, number=n, is_observed=w.is_observed, ax=w.ax)
        ),
    ),
    "map": PictureKind(
        "the world, each member in the colour of its most likely action, small ones as dots (--observed: what it did)",
        (),
        lambda r, n, w: plot_map(r, number=n, is_observed=w.is_observed, ax=w.ax),
    ),
    "tallies": PictureKind(
        "members with each action in all runs, with the observed number marked",
        (),
        lambda r, n, w: plot_tallies(r, number=n, ax=w.ax),
    ),
    "members": PictureKind(
        "a column of probabilities per member, with the misses marked",
        (),
        lambda r, n, w: plot_members(r, number=n, ax=w.ax),
    ),
    "network": PictureKind("whom members look to, in clusters", (), lambda r, n, w: plot_network(r, number=n, ax=w.ax)),
    "reliability": PictureKind(
        "probabilities and the share that came true",
        ("observed",),
        lambda r, n, w: plot_reliability(r, number=n, ax=w.ax),
    ),
    "change": PictureKind(
        "change of the tally against the base, run by run", ("base",), lambda r, n, w: plot_change(r, number=n, ax=w.ax)
    ),
    "movers": PictureKind(
        "members that vote differently from the base, and in which direction",
        ("base",),
        lambda r, n, w: plot_movers(r, number=n, ax=w.ax),
    ),
    "months": PictureKind(
        "fuel, sanctions, help and alignment between votes",
        ("months",),
        lambda r, n, w: draw_months(r) if w.ax is None else plot_months(r, ax=w.ax),
    ),
    "explanation": PictureKind(
        "what speaks for a member's most likely action over the next (--member)",
        ("member",),
        lambda r, n, w: draw_explanation(_explain(r, n, w), "explanation", w),
    ),
    "reasons": PictureKind(
        "how a member's reasons change over the months, with the resolution asked in each (--member)",
        ("months", "member"),
        lambda r, n, w: draw_explanation(_explain(r, n, w), "reasons", w),
    ),
}
OF_SWEEPS: Mapping[str, str] = {
    "sweep": "an output along one lever, or over two (--output, --over)",
    "sensitivity": "Sobol's or Morris's indices of an output (--output), for designs saltelli and morris",
}
OF_EXPLANATIONS = ("explanation", "reasons")
KINDS: Mapping[str, str] = {**{name: kind.meaning for name, kind in OF_RUNS.items()}, **OF_SWEEPS}


def check_kind(kind: str) -> None:
    """Refuse a kind that does not exist.

    Raises
    ------
    InputError : with the kinds that exist.
    """
    if kind not in KINDS:
        fix = suggest_nearest(kind, KINDS, f"Kinds are {', '.join(KINDS)}.")
        raise make_input_error("--kind", "", f"there is no picture of kind '{kind}'.", fix)


def draw_run(result: RunResult, kind: str, wish: Wish) -> Figure:
    """A picture of a run.

    Raises
    ------
    InputError : this run lacks what the kind needs, or has no such vote or member.
    """
    if kind not in OF_RUNS:
        fix = f"Of a run there are {', '.join(OF_RUNS)}."
        raise make_input_error("--kind", "", f"'{kind}' is a picture of a sweep; this is a run.", fix)
    number = vote_number(result.case.spec, wish.resolution)
    unobserved = (
        f"the world has no roll call of {result.votes[number].resolution}."
        if result.base is None
        else "this run is a what-if, so there is no observed vote to compare it with."
    )
    missing = {
        "base": (
            result.base is None,
            "there is no base to compare it with.",
            "Give a what-if, or --set; in Python, plot what sim.compare gives.",
        ),
        "observed": (find_observed(result, number) is None, unobserved, ""),
        "months": (result.months is None, "the scenario has no months.", "2022-2023 has some."),
        "member": (
            wish.member is None,
            "a member is needed.",
            "Give --member BLR; in Python, plot what sim.explain gives, or give member='BLR'.",
        ),
    }
    for need in OF_RUNS[kind].needs:
        is_missing, message, fix = missing[need]
        if is_missing:
            raise make_input_error("--kind", kind, message, fix)
    if wish.is_observed and find_observed(result, number) is None:
        raise make_input_error("--observed", "", unobserved)
    return find_figure(OF_RUNS[kind].draw(result, number, wish))


def draw_explanation(found: Explanation, kind: str, wish: Wish) -> Figure:
    """A picture of an explanation.

    Raises
    ------
    InputError : there are no months that the vote sees, over which reasons could change.
    """
    if kind == "explanation":
        return find_figure(plot_explanation(found, ax=wish.ax))
    if not found.monthly:
        fix = "Take 2022-2023, with --set parameters.vote_feedback=1."
        raise make_input_error("--kind", kind, "there are no months that the vote sees.", fix)
    return draw_reasons(found) if wish.ax is None else find_figure(plot_reasons(found, ax=wish.ax))


def draw_sweep(kept: KeptSweep, kind: str, wish: Wish) -> Figure:
    """A picture of a finished sweep.

    Raises
    ------
    InputError : the sweep lacks what the kind needs, or there is no such output, lever or vote.
    """
    if kind not in OF_SWEEPS:
        fix = f"Of a sweep there are {', '.join(OF_SWEEPS)}."
        raise make_input_error("--kind", "", f"'{kind}' is a picture of a run; this is a sweep.", fix)
    if kind == "sweep":
        return find_figure(plot_sweep(kept, output=wish.output, over=wish.over, resolution=wish.resolution, ax=wish.ax))
    asked = check_questions(kept.experiment, [wish.output or "support"], None, wish.resolution)
    found, _ = analyse(kept.experiment, kept.folder, asked)
    if len(found) == 1 or wish.ax is not None:
        return find_figure(plot_indices(found[0], corner=write_corner_of(kept), spec=kept.experiment.first, ax=wish.ax))
    figure = make_figure(6.2, 3.2 * len(found))
    for indices, ax in zip(found, figure.subplots(len(found), 1), strict=True):
        plot_indices(indices, spec=kept.experiment.first, ax=ax)
    put_title(
        figure,
        f"What the {label_output(asked.outputs[0].name)} depends on, scenario by scenario",
        write_corner_of(kept),
    )
    return figure
