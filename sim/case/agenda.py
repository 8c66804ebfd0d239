"""What a model does in each of its steps, written down in advance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.case.prepared import Case


class Task(NamedTuple):
    """One thing to do: the name of the model's method, and the month, event, vote or round that it is for."""

    method: str
    numbers: tuple[int, ...] = ()


Step = tuple[Task, ...]


def list_steps(case: Case, *, rounds_as_steps: bool = False) -> list[Step]:
    """The steps of a model: its months or, where the scenario has none, its votes.

    Within a month events and votes come in date order, events before the votes of their day; then follow the month's
    phases.

    Parameters
    ----------
    rounds_as_steps : whether every round of deliberation is a step, and the rest of each month.
    """
    if case.plan is None:
        steps = [_vote(case, number) for number in range(len(case.ballots))]
    else:
        steps = [_month(case, number) for number in range(len(case.plan.months))]
    return [part for step in steps for part in _cut(step)] if rounds_as_steps else steps


def _month(case: Case, number: int) -> Step:
    tasks: list[Task] = []
    for place, item in enumerate(case.plan.months[number].items):  # type: ignore[union-attr]
        tasks += _vote(case, item) if isinstance(item, int) else [Task("meet_event", (number, place))]
    return *tasks, Task("pass_month", (number,))


def _vote(case: Case, number: int) -> Step:
    rounds = (Task("deliberate", (turn,)) for turn in range(1, case.rounds + 1))
    return Task("open_vote", (number,)), *rounds, Task("close_vote")


def _cut(step: Sequence[Task]) -> Iterator[Step]:
    """The parts of a step: cut before each round of deliberation, and once a vote is closed."""
    part: list[Task] = []
    for task in step:
        if part and (task.method == "deliberate" or part[-1].method == "close_vote"):
            yield tuple(part)
            part = []
        part.append(task)
    yield tuple(part)
