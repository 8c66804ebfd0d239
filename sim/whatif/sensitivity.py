"""Which levers an output depends on: elementary effects and Sobol indices.

Elementary effects are by Morris (1991), Sobol indices by Sobol (1993) and Saltelli et al. (2010).
SALib computes both from the points of a sweep. All points share their random numbers unless the experiment has others
for each; so an output differs between points by the levers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from sim.arrays import FloatArray
from sim.errors import InputError, Problem, make_input_error
from sim.results.sensitivity import Indices, MorrisIndices, Region, SensitivityAnalysis, SobolIndices
from sim.runner.designs import MORRIS_LEVELS, draw_shares, make_salib_problem, make_salib_seed, require_salib
from sim.specs import Design, Experiment
from sim.whatif.discovery import check_regions, find_regions
from sim.whatif.outputs import Answers, Question, answer_question, compute_output, parse_event

Asking = TypeVar("Asking")

CONFIDENCE = 0.90
RESAMPLES = 500
ANALYSED = ("morris", "saltelli")
"""Kinds of designs from which indices can be computed."""


@dataclass(frozen=True)
class Questions:
    """What is asked of an experiment, checked to be what it can answer before anything is run.

    Parameters
    ----------
    outputs : whose indices are wanted.
    event : whose regions are wanted; None where nothing is asked for.
    """

    outputs: tuple[Question, ...]
    event: Question | None


def check_questions(
    experiment: Experiment, outputs: Sequence[str], event: str | None = None, resolution: str | None = None
) -> Questions:
    """What is asked of an experiment, checked.

    Parameters
    ----------
    outputs : as `sim.whatif.outputs.compute_output` takes them.
    event : as `sim.whatif.outputs.parse_event` takes it.
    resolution : which vote; the first by default.

    Raises
    ------
    InputError : with everything that the experiment cannot answer, and the extras that are missing.
    """
    problems: list[Problem] = []

    def checked(ask: Callable[[], Asking]) -> Asking | None:
        try:
            return ask()
        except InputError as error:
            problems.extend(problem for problem in error.problems if problem not in problems)
            return None

    kind = experiment.design.kind
    if outputs and kind not in ANALYSED:
        fix = f"Give a design of kind {' or '.join(ANALYSED)}; --event works on any."
        problems.append(Problem("design.kind", "", f"a design of kind '{kind}' has no indices.", fix))
    elif outputs:
        checked(lambda: require_salib("sim sensitivity", "it"))
    questions = [checked(lambda name=name: compute_output(experiment, name, resolution)) for name in outputs]  # type: ignore[misc]
    happening = None
    if event is not None:
        happening = checked(lambda: parse_event(experiment, event, resolution))
        checked(lambda: check_regions(experiment))
    if problems:
        raise InputError(problems)
    return Questions(tuple(question for question in questions if question is not None), happening)


def estimate_indices(experiment: Experiment, answers: Answers) -> list[Indices]:
    """The indices of an output, for each of the experiment's scenarios that votes on its resolution.

    Raises
    ------
    InputError : a point failed, so that its differences are unknown.
    """
    size = experiment.size // len(experiment.scenario)
    at = dict(zip(answers.points, answers.values, strict=True))
    found = []
    for place, reference in enumerate(experiment.scenario):
        if answers.resolution not in [vote.resolution for vote in experiment.bases[reference].vote]:
            continue
        numbers = range(place * size, (place + 1) * size)
        failed = sum(number not in at for number in numbers)
        if failed:
            message = f"{failed} of {size} points failed, so that the indices cannot be computed."
            raise make_input_error("design.over", "", message, "Narrow the ranges; points.parquet has the errors.")
        values = np.array([at[number] for number in numbers])
        found.append(
            compute_indices(
                experiment.design, values, output=answers.name, resolution=answers.resolution, scenario=reference
            )
        )
    return found


def analyse(
    experiment: Experiment, folder: Path, asked: Questions
) -> tuple[tuple[Indices, ...], tuple[Region, ...] | None]:
    """The indices and regions that were asked for, from a finished sweep; no regions where no event was.

    Raises
    ------
    InputError : points failed that the indices need.
    """
    indices = [
        found
        for question in asked.outputs
        for found in estimate_indices(experiment, answer_question(experiment, folder, question))
    ]
    event = asked.event
    regions = None if event is None else tuple(find_regions(experiment, answer_question(experiment, folder, event)))
    return tuple(indices), regions


def summarise_sensitivity(experiment: Experiment, folder: Path, asked: Questions) -> SensitivityAnalysis:
    """The result of ``sim sensitivity``, from a finished sweep.

    Raises
    ------
    InputError : points failed that the indices need.
    """
    indices, regions = analyse(experiment, folder, asked)
    return SensitivityAnalysis(
        experiment=experiment.title,
        folder=str(folder),
        kind=experiment.design.kind,
        points=experiment.size,
        indices=indices,
        event=None if asked.event is None else asked.event.name,
        regions=regions,
    )


def list_indices(found: Indices) -> list[dict[str, str | float]]:
    """A row per lever, the scenario, vote and output with it: the rows of ``--csv``."""
    of = {"scenario": found.scenario, "resolution": found.resolution, "output": found.output}
    return [{**of, **lever.document()} for lever in found.levers]


def compute_indices(design: Design, values: FloatArray, output: str, resolution: str, scenario: str) -> Indices:
    """The indices of an output from its values at the points of a design.

    Parameters
    ----------
    design : of kind ``morris`` or ``saltelli``.
    values : the output at each point, in the order of the design.
    """
    of_kind: type[MorrisIndices | SobolIndices] = MorrisIndices if design.kind == "morris" else SobolIndices
    names, is_still = list(design.over), np.ptp(values) == 0
    if is_still:
        figures = {figure: np.zeros(len(names)) for figure in of_kind.model_fields if figure != "lever"}
    else:
        figures = (_morris if design.kind == "morris" else _sobol)(design, values)
    levers = [
        of_kind(lever=name, **{figure: float(found[place]) for figure, found in figures.items()})
        for place, name in enumerate(names)
    ]
    return Indices(
        scenario=scenario,
        resolution=resolution,
        output=output,
        mean=float(values.mean()),
        deviation=0.0 if is_still else float(values.std()),
        levers=tuple(sorted(levers, key=lambda lever: -lever.size)),
    )


def _morris(design: Design, values: FloatArray) -> dict[str, FloatArray]:
    from SALib.analyze import morris

    found = morris.analyze(
        make_salib_problem(design),
        draw_shares(design),
        values,
        num_levels=MORRIS_LEVELS,
        conf_level=CONFIDENCE,
        num_resamples=RESAMPLES,
        seed=make_salib_seed(design),
    )
    star, half = np.asarray(found["mu_star"]), np.asarray(found["mu_star_conf"])
    bounds = {"mu_star_low": np.maximum(star - half, 0.0), "mu_star_high": star + half}
    return {"mu_star": star, **bounds, "mu": np.asarray(found["mu"]), "sigma": np.asarray(found["sigma"])}


def _sobol(design: Design, values: FloatArray) -> dict[str, FloatArray]:
    from SALib.analyze import sobol

    found = sobol.analyze(
        make_salib_problem(design),
        values,
        calc_second_order=False,
        conf_level=CONFIDENCE,
        num_resamples=RESAMPLES,
        seed=make_salib_seed(design),
    )
    figures: dict[str, FloatArray] = {}
    for name, key in (("first", "S1"), ("total", "ST")):
        value, half = np.asarray(found[key]), np.asarray(found[f"{key}_conf"])
        figures |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    return figures
