"""What runs draw before anything happens: parameters, severities that are not known, figures that members lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, Standing, Text, ballot_of, reweighed, text_of
from sim.case.plan import Plan
from sim.case.start import Start
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
        standings, start = _with_figures(case, draws)
        ballots = tuple(
            reweighed(ballot, standing.terms, parameters) for standing, ballot in zip(standings, ballots, strict=True)
        )
    if plan is not None and start is not None and not (fit is None and case.known.is_certain):
        plan = plan.with_inputs(start.inputs(parameters, ballots[0], plan.inputs.cells))
    return Weighed(parameters, ballots, plan)


def drawn(case: Case, replicate: int) -> Case:
    """The case of one run, with the parameters, severities and figures that it has as those of all."""
    if not case.draws_terms and case.known.is_certain:
        return case
    weighed = weighed_by(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in weighed.parameters.items()}
    return replace(
        case,
        parameters=parameters,
        known=replace(case.known, donors={}),
        standings=_with_figures(case, np.int64(replicate // DRAW_RUN))[0],  # type: ignore[arg-type]
        ballots=weighed.ballots,
        plan=weighed.plan,
        fit=None,
        draws_terms=False,
    )


def spread_over(case: Case, first: int, count: int) -> Case:
    """The case with the figures that members lack as they are in some runs, in arrays (R, N)."""
    if case.known.is_certain:
        return case
    replicates = np.arange(first, first + count)[:, None]
    standings, _ = _with_figures(case, replicates // DRAW_RUN)
    return replace(case, standings=standings, plan=weighed_by(case, replicates).plan)


def _with_figures(case: Case, draws: IntArray) -> tuple[tuple[Standing, ...], Start | None]:
    """What members bring to each vote, and to the months, with the figures that they lack as they are in some draws."""
    known = draw_estimates(case.known, case.world, case.spec.seed, draws)
    on, months = partial(terms_of, case.spec, case.world, case.parameters, known), case.spec.months
    standings = tuple(replace(standing, terms=on(standing.vote.date)) for standing in case.standings)
    if case.start is None or months is None:
        return standings, None
    return standings, replace(case.start, values=on(months.start).values)


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
