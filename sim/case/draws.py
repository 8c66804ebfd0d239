"""What replicates draw before anything happens: parameters from their posterior, and the ballots made with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, Text, ballot_of, text_of
from sim.case.plan import Plan
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters

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
    """What replicates have: a draw of the parameters from their posterior for each, where the scenario asks for it.

    What the scenario sets itself stays as set. Of a fitted text's terms, the draw's distance from the fit is added.

    Parameters
    ----------
    replicates : (R, 1), or one number.
    """
    fit = case.fit
    if fit is None:
        return case.undrawn
    draws = replicates // DRAW_RUN % fit.size
    parameters: dict[str, Number] = {**case.parameters, **fit.drawn_parameters(draws), **case.spec.parameters}
    ballots, plan = [], case.plan
    for standing, ballot in zip(case.standings, case.ballots, strict=True):
        text = _shifted(text_of(standing.vote), fit.shift_of(standing.vote.resolution, draws))
        ballots.append(replace(ballot_of(standing, parameters, text), resolution=ballot.resolution))
    if plan is not None and case.start is not None:
        plan = plan.with_inputs(case.start.inputs(parameters, ballots[0], plan.inputs.cells))
    return Weighed(parameters, tuple(ballots), plan)


def drawn(case: Case, replicate: int) -> Case:
    """The case of one replicate, with the parameters that it has as those of all."""
    if case.fit is None:
        return case
    weighed = weighed_by(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in weighed.parameters.items()}
    return replace(case, parameters=parameters, ballots=weighed.ballots, plan=weighed.plan, fit=None)


def _shifted(text: Text, by: Sequence[Number]) -> Text:
    own = (text.severity, *text.divisiveness, text.target_threat, text.sender_threat)
    severity, *others = (term + shift for term, shift in zip(own, by, strict=True))
    first, second, target, sender = (np.maximum(term, 0.0) for term in others)
    return Text(severity, Divisiveness(first, second), target, sender)
