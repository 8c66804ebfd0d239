"""The two engines held against each other, and the ensemble watched month by month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.case import Case
from sim.deliberation import Outcome
from sim.ensemble import simulate
from sim.model import AlignmentModel
from sim.months.record import MonthView
from sim.months.run import MonthRun
from sim.months.state import MonthState


def rounds_of(model: AlignmentModel) -> Iterator[tuple[str, list[int]]]:
    """What members announce in every round, and the resolution that it is about."""
    while model.running:
        before = model.vote_number, model.round
        model.step()
        if (model.vote_number, model.round) != before:
            yield model.ballot.resolution, [member.action for member in model.members]


def assert_same_votes(case: Case, first: int, count: int) -> None:
    """Every announcement of every member, round by round, the votes, and whether deliberation has settled."""
    outcomes = simulate(case, first, count, keeps_rounds=True)
    for row in range(count):
        model = AlignmentModel(case, replicate=first + row, rounds_as_steps=True)
        announced = [(outcome.resolution, of[row].tolist()) for outcome in outcomes for of in outcome.announcements]
        assert list(rounds_of(model)) == announced
        votes = np.transpose([member.votes for member in model.members])
        assert votes.tolist() == [outcome.actions[row].tolist() for outcome in outcomes]
        is_settled = model.datacollector.tables["votes"]["is_settled"]
        assert is_settled == [outcome.is_settled[row] for outcome in outcomes]


def watched(case: Case, first: int, count: int) -> tuple[list[Outcome], list[tuple[MonthState, MonthView]]]:
    """A run of the ensemble, and every month of it."""
    seen: list[tuple[MonthState, MonthView]] = []

    def watch(run: MonthRun, view: MonthView) -> None:
        seen.append((run.state, view))

    return simulate(case, first, count, watch=watch), seen
