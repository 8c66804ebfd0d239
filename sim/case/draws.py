"""What runs draw before anything happens: parameters, severities that are not known, and the ballots made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, Text, ballot_of, text_of
from sim.case.plan import Plan
from sim.randomness import Draws, to_normal
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters
from sim.specs import Vote

if TYPE_CHECKING:
    from sim.case.prepared import Case

DRAW_RUN = 5
"""Replicates in a row that share a draw of the parameters: a thousand replicates see two hundred draws."""


class Weighed(NamedTuple):
    """What a case is under its parameters: the same in all replicates, or arrays (R, 1) and (R, N) for each."""

    parameters: Parameters
    ballots: tuple[Ballot, ...]
    plan: Plan | None


def weighed_by(case: Case, replicates: IntArray) -> Weighed:
    """What runs have: the case itself, unless it draws parameters from their posterior or severities from their spread.

    What the scenario sets itself stays as set. Of a fitted text's terms, the draw's distance from the fit is added.

    Parameters
    ----------
    replicates : (R, 1), in a row, or one number.
    """
    if not case.draws_terms:
        return case.undrawn
    fit, draws = case.fit, replicates // DRAW_RUN
    parameters: dict[str, Number] = dict(case.parameters)
    if fit is not None:
        parameters |= {**fit.drawn_parameters(draws % fit.size), **case.spec.parameters}
    ballots, plan = [], case.plan
    for standing, ballot in zip(case.standings, case.ballots, strict=True):
        text = text_of(standing.vote)
        if fit is not None:
            text = _shifted(text, fit.shift_of(standing.vote.resolution, draws % fit.size))
        text = text._replace(severity=text.severity + _severity_shift(case.spec.seed, standing.vote, draws))
        ballots.append(replace(ballot_of(standing, parameters, text), resolution=ballot.resolution))
    if plan is not None and case.start is not None and fit is not None:
        plan = plan.with_inputs(case.start.inputs(parameters, ballots[0], plan.inputs.cells))
    return Weighed(parameters, tuple(ballots), plan)


def drawn(case: Case, replicate: int) -> Case:
    """The case of one run, with the parameters and severities that it has as those of all."""
    if not case.draws_terms:
        return case
    weighed = weighed_by(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in weighed.parameters.items()}
    return replace(case, parameters=parameters, ballots=weighed.ballots, plan=weighed.plan, fit=None, draws_terms=False)


def _severity_shift(seed: int, vote: Vote, draws: IntArray) -> Number:
    """How far the severity of a resolution is from the scenario's, in draws that are in a row; utility."""
    if not vote.severity_spread:
        return 0.0
    numbers = np.atleast_1d(np.squeeze(draws))
    first = int(numbers[0])
    uniforms = Draws(seed).uniforms("severity", vote.resolution, "", first, int(numbers[-1]) - first + 1)
    return vote.severity_spread * to_normal(uniforms[draws - first])


def _shifted(text: Text, by: Sequence[Number]) -> Text:
    own = (text.severity, *text.divisiveness, text.target_threat, text.sender_threat)
    severity, *others = (term + shift for term, shift in zip(own, by, strict=True))
    first, second, target, sender = (np.maximum(term, 0.0) for term in others)
    return Text(severity, Divisiveness(first, second), target, sender)
