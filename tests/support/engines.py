"""The two engines held against each other, and the ensemble watched month by month."""

from __future__ import annotations

from sim.case import Case
from sim.ensemble import Outcome, simulate
from sim.model import AlignmentModel
from sim.months.record import MonthView
from sim.months.run import MonthRun
from sim.months.state import State


def assert_same_votes(case: Case, first: int, count: int) -> None:
    """Every announcement of every member, round by round, and whether the vote has settled."""
    outcomes = simulate(case, first, count, keeps_rounds=True)
    for row in range(count):
        model = AlignmentModel(case, replicate=first + row)
        for outcome in outcomes:
            for announced in outcome.announcements:
                model.step()
                assert [member.action for member in model.members] == announced[row].tolist()
            assert model.ballot.resolution == outcome.resolution
            assert model.is_settled() == outcome.is_settled[row]
        assert not model.running


def watched(case: Case, first: int, count: int) -> tuple[list[Outcome], list[tuple[State, MonthView]]]:
    """A run of the ensemble, and every month of it."""
    seen: list[tuple[State, MonthView]] = []

    def watch(run: MonthRun, view: MonthView) -> None:
        seen.append((run.state, view))

    return simulate(case, first, count, watch=watch), seen
