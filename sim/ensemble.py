"""The ensemble: the rules over (replicates x members) at once, with the votes of the Mesa model.

Replicate k of a scenario has the same votes here, in any batch, as in ``AlignmentModel(scenario, replicate=k)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.case import NOT_GIVEN, ActionArray, Ballot, Case
from sim.randomness import Draws
from sim.rules.alignment import alignment, remembered_stance
from sim.rules.choice import OPPOSE, STANCES, SUPPORT, choose
from sim.rules.influence import peer_stance, revised, with_peers
from sim.rules.payoffs import Utilities, utilities

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What came of one vote in a block of replicates.

    Parameters
    ----------
    actions : action codes (R, N).
    is_settled : (R,): whether nobody would act otherwise after one more look at the peers.
    announcements : per round, from the first announcement on, codes (R, N); empty unless asked for.
    """

    resolution: str
    actions: ActionArray
    is_settled: NDArray[np.bool_]
    announcements: tuple[ActionArray, ...] = ()


class VoteDraws(NamedTuple):
    """Uniform numbers of one vote: (R, N), and one (R, N) per round for inertia."""

    choice: FloatArray
    revision: tuple[FloatArray, ...]


def simulate(case: Case, first: int, count: int, *, keeps_rounds: bool = False) -> list[Outcome]:
    """Run the replicates ``first`` to ``first + count - 1`` of a case, vote after vote.

    Parameters
    ----------
    keeps_rounds : whether the announcements of every round are kept.

    Returns
    -------
    One outcome per vote, in date order.
    """
    outcomes: list[Outcome] = []
    for ballot in case.ballots:
        own = own_utilities(case, ballot, [STANCES[outcome.actions] for outcome in outcomes])
        draws = vote_draws(case, ballot, first, count)
        outcomes.append(_deliberate(case, ballot, own, draws, keeps_rounds))
    return outcomes


def own_utilities(case: Case, ballot: Ballot, earlier_stances: list[FloatArray]) -> Utilities:
    """Utilities before peers are looked at, (N,), or (R, N) where the scenario's own earlier votes are remembered.

    Parameters
    ----------
    earlier_stances : stances (R, N) in each earlier vote of the scenario.
    """
    stance_sum, weight_sum = ballot.memory_sum, ballot.memory_weight
    for weight, stances in zip(ballot.own_discounts, earlier_stances, strict=True):
        if weight > 0:
            stance_sum, weight_sum = stance_sum + weight * stances, weight_sum + weight
    remembered = remembered_stance(stance_sum, weight_sum, case.parameters["memory_scepticism"])
    memory = case.parameters["align_memory"] * remembered
    return utilities(
        alignment(ballot.conflict, ballot.order, memory, ballot.divisiveness),
        ballot.severity,
        ballot.dependence,
        ballot.sanction_risk,
        ballot.grievance,
        ballot.emptiness,
        case.parameters,
    )


def vote_draws(case: Case, ballot: Ballot, first: int, count: int) -> VoteDraws:
    """The keyed uniform numbers of a block of replicates in one vote."""
    draws = Draws(case.spec.seed)

    def block(process: str, occasion: str) -> FloatArray:
        numbers = np.empty((case.world.size, count))
        for row, iso3 in zip(numbers, case.world.iso3, strict=True):
            row[:] = draws.uniforms(process, occasion, iso3, first, count)
        return np.ascontiguousarray(numbers.T)

    rounds = range(1, case.rounds + 1) if case.parameters["inertia"] > 0 else ()
    return VoteDraws(
        block("vote", ballot.resolution),
        tuple(block("revision", revision_occasion(ballot.resolution, number)) for number in rounds),
    )


def revision_occasion(resolution: str, round_number: int) -> str:
    """Name of the occasion on which a member may fail to revise."""
    return f"{resolution} round {round_number}"


def first_announcement(desired: ActionArray, code: float) -> ActionArray:
    """What is announced before peers are looked at: one's own choice (0), or all support (1) or all oppose (-1)."""
    return desired if code == 0 else np.full_like(desired, SUPPORT if code > 0 else OPPOSE)


def _deliberate(case: Case, ballot: Ballot, own: Utilities, draws: VoteDraws, keeps_rounds: bool) -> Outcome:
    parameters, is_given = case.parameters, ballot.given != NOT_GIVEN
    announced = first_announcement(choose(own, draws.choice), parameters["first_announcement"])
    announced = np.where(is_given, ballot.given, announced)
    history = [announced]
    for number in range(case.rounds):
        desired = _desired(case, own, draws, announced)
        draw = draws.revision[number] if draws.revision else 1.0
        announced = np.where(is_given, ballot.given, revised(announced, desired, draw, parameters["inertia"]))
        history.append(announced)
    would_move = (_desired(case, own, draws, announced) != announced) & ~is_given
    return Outcome(ballot.resolution, announced, ~would_move.any(axis=1), tuple(history) if keeps_rounds else ())


def _desired(case: Case, own: Utilities, draws: VoteDraws, announced: ActionArray) -> ActionArray:
    peers = peer_stance(case.peers, STANCES[announced])
    return choose(with_peers(own, case.parameters["peer_influence"], peers), draws.choice)
