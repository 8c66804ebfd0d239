"""What replicates draw before anything happens: parameters from their posterior, and figures that members lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, Text, ballot_of, reweighed, text_of
from sim.case.plan import Plan
from sim.case.terms import draw_estimates, terms_of
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters
from sim.specs import Vote

if TYPE_CHECKING:
    from sim.case.prepared import Case

DRAW_RUN = 5
"""Replicates in a row that share a draw: a thousand replicates see two hundred draws."""


class Weighed(NamedTuple):
    """What a case is under its parameters: the same in all replicates, or arrays (R, 1) and (R, N) for each."""

    parameters: Parameters
    ballots: tuple[Ballot, ...]
    plan: Plan | None


def weighed_by(case: Case, replicates: IntArray) -> Weighed:
    """What replicates have: a draw of figures that members lack, and of the parameters where the scenario asks for it.

    What the scenario sets itself stays as set. Of a fitted text's terms, the draw's distance from the fit is added.

    Parameters
    ----------
    replicates : (R, 1), or one number.
    """
    fit, spec = case.fit, case.spec
    if fit is None and case.known.is_certain:
        return case.undrawn
    parameters: dict[str, Number] = dict(case.parameters)
    ballots, start, plan = case.ballots, case.start, case.plan
    if fit is not None:
        draws = replicates // DRAW_RUN % fit.size
        parameters |= {**fit.drawn_parameters(draws), **spec.parameters}
        ballots = tuple(
            replace(
                ballot_of(standing, parameters, _shifted(standing.vote, fit.shift_of(standing.vote.resolution, draws))),
                resolution=ballot.resolution,
            )
            for standing, ballot in zip(case.standings, case.ballots, strict=True)
        )
    if not case.known.is_certain:
        known = draw_estimates(case.known, case.world, spec.seed, replicates // DRAW_RUN)
        on = partial(terms_of, spec, case.world, case.parameters, known)
        ballots = tuple(
            reweighed(ballot, on(standing.vote.date), parameters)
            for standing, ballot in zip(case.standings, ballots, strict=True)
        )
        if start is not None and spec.months is not None:
            start = replace(start, values=on(spec.months.start).values)
    if plan is not None and start is not None:
        plan = plan.with_inputs(start.inputs(parameters, ballots[0], plan.inputs.cells))
    return Weighed(parameters, ballots, plan)


def drawn(case: Case, replicate: int) -> Case:
    """The case of one replicate, with the parameters that it has as those of all."""
    if case.fit is None and case.known.is_certain:
        return case
    weighed = weighed_by(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in weighed.parameters.items()}
    known = replace(case.known, donors={kind: {} for kind in case.known.donors})
    return replace(case, parameters=parameters, known=known, ballots=weighed.ballots, plan=weighed.plan, fit=None)


def _shifted(vote: Vote, by: Sequence[Number]) -> Text:
    text = text_of(vote)
    own = (text.severity, *text.divisiveness, text.target_threat, text.sender_threat)
    severity, *others = (term + shift for term, shift in zip(own, by, strict=True))
    first, second, target, sender = (np.maximum(term, 0.0) for term in others)
    return Text(severity, Divisiveness(first, second), target, sender)
