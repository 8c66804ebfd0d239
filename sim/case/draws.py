"""What runs draw before anything happens: parameters, severities that are not known, figures that members lack."""

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
from sim.randomness import Draws, to_normal
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
    """What runs have: the case itself, unless it draws parameters, severities or figures that members lack.

    What the scenario sets itself stays as set. Of a fitted text's terms, the draw's distance from the fit is added.

    Parameters
    ----------
    replicates : (R, 1), in a row, or one number.
    """
    if not case.draws_terms and case.known.is_certain:
        return case.undrawn
    fit, spec, draws = case.fit, case.spec, replicates // DRAW_RUN
    parameters: dict[str, Number] = dict(case.parameters)
    ballots, start, plan = case.ballots, case.start, case.plan
    if fit is not None:
        parameters |= {**fit.drawn_parameters(draws % fit.size), **spec.parameters}
    if case.draws_terms:
        ballots = tuple(
            replace(ballot_of(standing, parameters, _text_in(case, standing.vote, draws)), resolution=ballot.resolution)
            for standing, ballot in zip(case.standings, ballots, strict=True)
        )
    if not case.known.is_certain:
        on = partial(
            terms_of, spec, case.world, case.parameters, draw_estimates(case.known, case.world, spec.seed, draws)
        )
        ballots = tuple(
            reweighed(ballot, on(standing.vote.date), parameters)
            for standing, ballot in zip(case.standings, ballots, strict=True)
        )
        if start is not None and spec.months is not None:
            start = replace(start, values=on(spec.months.start).values)
    if plan is not None and start is not None and not (fit is None and case.known.is_certain):
        plan = plan.with_inputs(start.inputs(parameters, ballots[0], plan.inputs.cells))
    return Weighed(parameters, ballots, plan)


def drawn(case: Case, replicate: int) -> Case:
    """The case of one run, with the parameters, severities and figures that it has as those of all."""
    if not case.draws_terms and case.known.is_certain:
        return case
    weighed = weighed_by(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in weighed.parameters.items()}
    known = replace(case.known, donors={kind: {} for kind in case.known.donors})
    return replace(
        case,
        parameters=parameters,
        known=known,
        ballots=weighed.ballots,
        plan=weighed.plan,
        fit=None,
        draws_terms=False,
    )


def _text_in(case: Case, vote: Vote, draws: IntArray) -> Text:
    """The terms of a vote in some draws."""
    text = text_of(vote)
    if case.fit is not None:
        text = _shifted(text, case.fit.shift_of(vote.resolution, draws % case.fit.size))
    return text._replace(severity=text.severity + _severity_shift(case.spec.seed, vote, draws))


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
