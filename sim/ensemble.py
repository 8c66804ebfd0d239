"""The ensemble engine: it applies the rules to arrays (replicates, members), and gives the votes of the Mesa model.

Replicate k of a scenario has the same votes here, in any batch, as ``AlignmentModel(scenario, replicate=k)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from sim.arrays import IntArray
from sim.case import DRAW_RUN, Case, ReplicateInputs, draw_case, draw_inputs
from sim.case.utilities import compute_own_utilities
from sim.compiled import find_kernel, vote_compiled
from sim.deliberation import Deliberation, Outcome, VoteBlock, draw_normals
from sim.months.record import MonthView
from sim.months.run import MonthRun
from sim.randomness import Draws
from sim.rules.payoffs import Utilities

Watch = Callable[[MonthRun, MonthView], None]


def simulate(
    case: Case,
    first: int,
    count: int,
    *,
    keeps_rounds: bool = False,
    watch: Watch | None = None,
    is_compiled: bool | None = None,
) -> list[Outcome]:
    """Simulate the replicates ``first`` to ``first + count - 1`` of a case: all votes, and the months between them.

    Where parameters are drawn from their posterior, the rules get them as arrays over the replicates.

    Parameters
    ----------
    keeps_rounds : whether the announcements of every round are kept.
    watch : called after every month, where the scenario has months, with the run and the view of the month.
    is_compiled : whether the compiled kernel is used, which gives the same votes; by default once it pays.

    Returns
    -------
    One outcome per ballot of the case, in their order.
    """
    votes = simulate_votes(case, first, count, keeps_rounds=keeps_rounds, watch=watch, is_compiled=is_compiled)
    outcomes = {number: outcome for number, outcome, _ in votes}
    return [outcomes[number] for number in range(len(case.ballots))]


def split_by_draw(case: Case, first: int, count: int) -> Iterator[tuple[Case, int, int]]:
    """Split replicates by their parameters: the case with these parameters, the first replicate, and the count."""
    if not case.draws_terms:
        yield case, first, count
        return
    starts = [first, *range(DRAW_RUN * (first // DRAW_RUN + 1), first + count, DRAW_RUN)]
    for start, end in pairwise([*starts, first + count]):
        yield draw_case(case, start), start, end - start


def simulate_votes(
    case: Case,
    first: int,
    count: int,
    *,
    keeps_rounds: bool = False,
    watch: Watch | None = None,
    is_compiled: bool | None = None,
) -> Iterator[tuple[int, Outcome, MonthRun | None]]:
    """Simulate replicates up to each of their votes, in the order of the dates.

    Yields
    ------
    The number of the ballot, its outcome, and the months up to it; later months are not simulated yet.
    """
    has_months = case.plan is not None and (case.has_feedback or watch is not None)
    replicates, rows = _find_rows(case, first, count, has_months=has_months)
    inputs = draw_inputs(case, replicates[:, None])
    normals = draw_normals(case, first, count)
    shape = rows[-1] + 1, case.world.size
    for number, months in visit_votes(case, inputs, first, count, watch=watch):
        ballot = inputs.ballots[number]
        own = compute_own_utilities(ballot, inputs.parameters, months=months)
        block = VoteBlock(
            case=case,
            ballot=ballot,
            parameters=inputs.parameters,
            own=Utilities(*(np.broadcast_to(term, shape) for term in own)),
            rows=rows,
            first=first,
        )
        kernel = None if keeps_rounds else find_kernel(block, is_compiled)
        if kernel is None:
            yield number, Deliberation(block, normals).vote(keeps_rounds=keeps_rounds), months
        else:
            yield number, vote_compiled(kernel, block), months


def _find_rows(case: Case, first: int, count: int, *, has_months: bool) -> tuple[IntArray, IntArray]:
    """Find a replicate for each of the inputs that differ, and which of them each replicate (R,) has.

    Months that are simulated differ between all replicates, draws between those that do not share one.
    """
    replicates = np.arange(first, first + count)
    if has_months:
        return replicates, np.arange(count)
    if not case.draws_terms and case.known.is_certain:
        return replicates[:1], np.zeros(count, dtype=np.int64)
    draws = replicates // DRAW_RUN
    return DRAW_RUN * np.arange(draws[0], draws[-1] + 1), draws - draws[0]


def visit_votes(
    case: Case, inputs: ReplicateInputs, first: int, count: int, *, watch: Watch | None = None
) -> Iterator[tuple[int, MonthRun | None]]:
    """Simulate the months of replicates, and stop at each vote.

    Parameters
    ----------
    inputs : the parameters, ballots and months of these replicates.

    Yields
    ------
    The number of the ballot, and the months up to it; None where the vote sees nothing of them.
    """
    plan, parameters = inputs.plan, inputs.parameters
    if plan is None or (not case.has_feedback and watch is None):
        yield from ((number, None) for number in range(len(inputs.ballots)))
        return
    run = MonthRun(
        plan,
        peers=case.peers,
        parameters=parameters,
        iso3=case.world.iso3,
        draws=Draws(case.spec.seed),
        first=first,
        count=count,
    )
    for month in plan.months:
        for place, item in enumerate(month.items):
            if isinstance(item, int):
                yield item, run if case.has_feedback else None
            else:
                run.apply_event(place)
        view = run.pass_month(is_watched=watch is not None)
        if watch is not None and view is not None:
            watch(run, view)
