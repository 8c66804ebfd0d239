"""What-ifs with uncertain parameters: the same comparison, where every few runs have other fitted numbers.

A what-if that changes an input whose effect on votes is assumed, or that votes do not identify, is compared again with
draws from the posterior, so that its answer shows how little is known. Draws of such numbers are mostly their priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.case import Case, prepare
from sim.results.grounds import Ground
from sim.rules.parameters import load_registry
from sim.runner.result import RunResult
from sim.runner.run import run_compared
from sim.specs import fit_path, read_fit
from sim.summaries.grounds import UNSURE, list_grounds

MOST_RUNS = 200
"""Runs with drawn parameters: 40 draws, enough for an interval and quick next to the runs themselves."""


def measure_doubt(result: RunResult) -> RunResult:
    """A run with the same comparison with drawn parameters, where it is a what-if that rests on little."""
    return result if result.base is None else add_doubt([result.base, result])[1]


def add_doubt(results: Sequence[RunResult]) -> tuple[RunResult, ...]:
    """Add to what-ifs the same comparison with drawn parameters, where what they change is not known well.

    Parameters
    ----------
    results : a base and the what-ifs compared with it.

    Returns
    -------
    The results in their order; unchanged where nothing is in doubt, or a fit holds no draws.
    """
    base, *others = results
    doubted = [one for one in others if _is_doubted(base.case, one.case)]
    if not doubted:
        return tuple(results)
    runs = min(base.replicates, MOST_RUNS)
    cases = [prepare(one.case.spec.model_copy(update={"parameter_uncertainty": True})) for one in (base, *doubted)]
    _, *drawn = run_compared(cases, runs)
    found = {id(one): same for one, same in zip(doubted, drawn)}
    return tuple(replace(one, drawn=found.get(id(one))) for one in results)


def _is_doubted(base: Case, case: Case) -> bool:
    grounds = list_grounds(base.spec, case.spec)
    is_unsure = any(ground.evidence in UNSURE and _can_move_votes(ground, case) for ground in grounds)
    return is_unsure and not case.spec.parameter_uncertainty and _has_draws(base) and _has_draws(case)


def _can_move_votes(ground: Ground, case: Case) -> bool:
    """Whether votes depend on a number: those that only months read reach votes by the feedback alone."""
    parameter = load_registry().get(ground.key.removeprefix("parameters."))
    return parameter is None or not parameter.is_of_months or case.parameters["vote_feedback"] != 0


def _has_draws(case: Case) -> bool:
    path = fit_path(case.spec.model_copy(update={"parameter_uncertainty": True}))
    return path is not None and read_fit(path).size > 0
