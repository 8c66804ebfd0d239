"""The inputs that runs draw before they start: parameters, uncertain severities, and the ballots that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, VoteSettings, make_ballot, read_settings
from sim.case.plan import Plan
from sim.randomness import Draws, to_normal
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters
from sim.specs import Vote

if TYPE_CHECKING:
    from sim.case.prepared import Case

DRAW_RUN = 5
"""Replicates in a row that share a draw of the parameters: a thousand replicates see two hundred draws."""


class ReplicateInputs(NamedTuple):
    """Parameters, ballots and months of replicates: numbers where all have the same, or arrays (R, 1) and (R, N)."""

    parameters: Parameters
    ballots: tuple[Ballot, ...]
    plan: Plan | None


def draw_inputs(case: Case, replicates: IntArray) -> ReplicateInputs:
    """Draw the inputs of runs: those of the case, unless it draws parameters from their posterior or severities.

    Values that the scenario sets itself are kept. The fitted settings of a vote are moved by the draw's distance from
    the fit.

    Parameters
    ----------
    replicates : (R, 1), consecutive, or one number.
    """
    if not case.draws_terms:
        return case.own_inputs
    fit, draws = case.fit, replicates // DRAW_RUN
    parameters: dict[str, Number] = dict(case.parameters)
    if fit is not None:
        parameters |= {**fit.drawn_parameters(draws % fit.size), **case.spec.parameters}
    ballots, plan = [], case.plan
    for standing, ballot in zip(case.standings, case.ballots, strict=True):
        settings = read_settings(standing.vote)
        if fit is not None:
            settings = _shift(settings, fit.shift_of(standing.vote.resolution, draws % fit.size))
        settings = settings._replace(severity=settings.severity + _severity_shift(case.spec.seed, standing.vote, draws))
        ballots.append(replace(make_ballot(standing, parameters, settings), resolution=ballot.resolution))
    if plan is not None and case.start is not None and fit is not None:
        plan = plan.with_inputs(case.start.inputs(parameters, ballots[0], plan.inputs.cells))
    return ReplicateInputs(parameters, tuple(ballots), plan)


def draw_case(case: Case, replicate: int) -> Case:
    """The case of one run, whose parameters and severities hold for all."""
    if not case.draws_terms:
        return case
    inputs = draw_inputs(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in inputs.parameters.items()}
    return replace(case, parameters=parameters, ballots=inputs.ballots, plan=inputs.plan, fit=None, draws_terms=False)


def _severity_shift(seed: int, vote: Vote, draws: IntArray) -> Number:
    """Draw by how much the severity of a resolution differs from the scenario's, in consecutive draws; utility."""
    if not vote.severity_spread:
        return 0.0
    numbers = np.atleast_1d(np.squeeze(draws))
    first = int(numbers[0])
    uniforms = Draws(seed).uniforms("severity", vote.resolution, "", first, int(numbers[-1]) - first + 1)
    return vote.severity_spread * to_normal(uniforms[draws - first])


def _shift(settings: VoteSettings, by: Sequence[Number]) -> VoteSettings:
    own = (settings.severity, *settings.divisiveness, settings.target_threat, settings.sender_threat)
    severity, *others = (term + shift for term, shift in zip(own, by, strict=True))
    first, second, target, sender = (np.maximum(term, 0.0) for term in others)
    return VoteSettings(severity, Divisiveness(first, second), target, sender)
