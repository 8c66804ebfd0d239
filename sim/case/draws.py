"""The inputs that replicates draw before they start: parameters from their posterior, and the ballots that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, VoteSettings, make_ballot, read_settings
from sim.case.plan import Plan
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters

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
    """Draw the inputs of replicates: where the scenario asks for it, each has parameters drawn from their posterior.

    Values that the scenario sets itself are kept. The fitted settings of a vote are moved by the draw's distance from
    the fit.

    Parameters
    ----------
    replicates : (R, 1), or one number.
    """
    fit = case.fit
    if fit is None:
        return case.own_inputs
    draws = replicates // DRAW_RUN % fit.size
    parameters: dict[str, Number] = {**case.parameters, **fit.drawn_parameters(draws), **case.spec.parameters}
    ballots, plan = [], case.plan
    for standing, ballot in zip(case.standings, case.ballots, strict=True):
        settings = _shift(read_settings(standing.vote), fit.shift_of(standing.vote.resolution, draws))
        ballots.append(replace(make_ballot(standing, parameters, settings), resolution=ballot.resolution))
    if plan is not None and case.start is not None:
        plan = plan.with_inputs(case.start.inputs(parameters, ballots[0], plan.inputs.cells))
    return ReplicateInputs(parameters, tuple(ballots), plan)


def draw_case(case: Case, replicate: int) -> Case:
    """The case of one replicate, whose parameters hold for all."""
    if case.fit is None:
        return case
    inputs = draw_inputs(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in inputs.parameters.items()}
    return replace(case, parameters=parameters, ballots=inputs.ballots, plan=inputs.plan, fit=None)


def _shift(settings: VoteSettings, by: Sequence[Number]) -> VoteSettings:
    own = (settings.severity, *settings.divisiveness, settings.target_threat, settings.sender_threat)
    severity, *others = (term + shift for term, shift in zip(own, by, strict=True))
    first, second, target, sender = (np.maximum(term, 0.0) for term in others)
    return VoteSettings(severity, Divisiveness(first, second), target, sender)
