"""The inputs that runs draw before they start: parameters, uncertain severities, figures that members lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.arrays import IntArray, Number
from sim.case.ballot import Ballot, Standing, VoteSettings, make_ballot, read_settings, reweigh
from sim.case.plan import Plan
from sim.case.start import Start
from sim.case.terms import draw_estimates, make_terms
from sim.randomness import Draws, to_normal
from sim.rules.alignment import Divisiveness
from sim.rules.parameters import Parameters
from sim.specs import Vote

if TYPE_CHECKING:
    from sim.case.prepared import Case

DRAW_RUN = 5
"""Replicates in a row that share a draw: a thousand replicates see two hundred draws."""


class ReplicateInputs(NamedTuple):
    """Parameters, ballots and months of replicates: numbers where all have the same, or arrays (R, 1) and (R, N)."""

    parameters: Parameters
    ballots: tuple[Ballot, ...]
    plan: Plan | None


def draw_inputs(case: Case, replicates: IntArray) -> ReplicateInputs:
    """Draw the inputs of runs: those of the case, unless it draws parameters, severities or figures that members lack.

    Values that the scenario sets itself are kept. The fitted settings of a vote are moved by the draw's distance from
    the fit.

    Parameters
    ----------
    replicates : (R, 1), consecutive, or one number.
    """
    if not case.draws_terms and case.known.is_certain:
        return case.own_inputs
    fit, spec, draws = case.fit, case.spec, replicates // DRAW_RUN
    parameters: dict[str, Number] = dict(case.parameters)
    ballots, start, plan = case.ballots, case.start, case.plan
    if fit is not None:
        parameters |= {**fit.drawn_parameters(draws % fit.size), **spec.parameters}
    if case.draws_terms:
        ballots = tuple(
            replace(
                make_ballot(standing, parameters, _settings_in(case, standing.vote, draws)),
                resolution=ballot.resolution,
            )
            for standing, ballot in zip(case.standings, ballots, strict=True)
        )
    if not case.known.is_certain:
        standings, start = _with_figures(case, draws)
        ballots = tuple(
            reweigh(ballot, standing.terms, parameters) for standing, ballot in zip(standings, ballots, strict=True)
        )
    if plan is not None and start is not None and not (fit is None and case.known.is_certain):
        plan = plan.with_inputs(start.inputs(parameters, ballots[0], plan.inputs.cells))
    return ReplicateInputs(parameters, ballots, plan)


def draw_case(case: Case, replicate: int) -> Case:
    """The case of one run, whose parameters, severities and figures hold for all."""
    if not case.draws_terms and case.known.is_certain:
        return case
    inputs = draw_inputs(case, np.int64(replicate))  # type: ignore[arg-type]
    parameters = {name: float(value) for name, value in inputs.parameters.items()}
    return replace(
        case,
        parameters=parameters,
        known=replace(case.known, donors={}),
        standings=_with_figures(case, np.int64(replicate // DRAW_RUN))[0],  # type: ignore[arg-type]
        ballots=inputs.ballots,
        plan=inputs.plan,
        fit=None,
        draws_terms=False,
    )


def spread_over(case: Case, first: int, count: int) -> Case:
    """The case with the figures that members lack as they are in some runs, in arrays (R, N)."""
    if case.known.is_certain:
        return case
    replicates = np.arange(first, first + count)[:, None]
    standings, _ = _with_figures(case, replicates // DRAW_RUN)
    return replace(case, standings=standings, plan=draw_inputs(case, replicates).plan)


def _with_figures(case: Case, draws: IntArray) -> tuple[tuple[Standing, ...], Start | None]:
    """Terms of each vote, and of the months, with the figures that members lack as some draws have them."""
    seed, of = case.spec.seed, (case.roles.key, case.spec.vote[0].date, case.parameters["agreement_sharpness"])
    known = case.keep(
        ("figures", seed, of, np.asarray(draws).tobytes()), lambda: draw_estimates(case.known, case.world, seed, draws)
    )
    on, months = partial(make_terms, case.spec, case.world, case.parameters, known), case.spec.months
    standings = tuple(replace(standing, terms=on(standing.vote.date)) for standing in case.standings)
    if case.start is None or months is None:
        return standings, None
    return standings, replace(case.start, terms=on(months.start))


def _settings_in(case: Case, vote: Vote, draws: IntArray) -> VoteSettings:
    """The settings of a vote in some draws."""
    settings = read_settings(vote)
    if case.fit is not None:
        settings = _shift(settings, case.fit.shift_of(vote.resolution, draws % case.fit.size))
    return settings._replace(severity=settings.severity + _severity_shift(case.spec.seed, vote, draws))


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
