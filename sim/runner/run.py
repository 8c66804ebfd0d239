"""Runs in memory: many replicates of one case, or of several that are compared replicate by replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.case import Case
from sim.runner.batch import BatchResult, prepare_point, simulate_batch, split_replicates
from sim.runner.executors import Executor, InProcess
from sim.runner.months import merge_months
from sim.runner.plan import OnProgress, RunPlan, execute, ignore_progress, list_batches, plan_comparison, plan_run
from sim.runner.result import RunResult, compare_votes, merge_votes

if TYPE_CHECKING:
    from sim.model import MemberState


def run_case(
    case: Case,
    replicates: int | None = None,
    engine: str = "ensemble",
    *,
    base: Case | None = None,
    member_class: type[MemberState] | None = None,
    executor: Executor | None = None,
    on_progress: OnProgress = ignore_progress,
) -> RunResult:
    """Run the first replicates of a case; an interrupt keeps the finished ones.

    Parameters
    ----------
    replicates : number of replicates; that of the scenario by default.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.
    base : another case with the same number of votes, run on the same random numbers, to compare with.
    member_class : class of the members on Mesa's engine; `sim.model.MemberState` by default.
    executor : where the run is carried out; in this process by default.
    on_progress : called after every batch.

    Raises
    ------
    InputError : there is no such engine, or a class of members is given for the ensemble.
    KeyboardInterrupt : interrupted before the first batch was done.
    """
    return _run(plan_run(case, replicates, engine, base, member_class), executor, on_progress)[0]


def run_here(case: Case, replicates: int | None = None) -> RunResult:
    """Run the first replicates of a case on the ensemble at once: as `run_case`, without its care for long runs."""
    count = case.spec.replicates if replicates is None else replicates
    batches = split_replicates(0, 0, count, has_months=case.plan is not None)
    return merge_batches(case, "ensemble", [simulate_batch(case, batch) for batch in batches])


def run_compared(
    cases: Sequence[Case],
    replicates: int,
    engine: str = "ensemble",
    *,
    executor: Executor | None = None,
    on_progress: OnProgress = ignore_progress,
) -> tuple[RunResult, ...]:
    """Run cases with the same number of votes, and compare each with the first, replicate by replicate.

    Parameters
    ----------
    cases : the first is the base of the others; all use its random numbers.

    Raises
    ------
    InputError : there is no such engine.
    KeyboardInterrupt : interrupted before the first batch of all was done.
    """
    return _run(plan_comparison(cases, replicates, engine), executor, on_progress)


def merge_batches(case: Case, engine: str, batches: Sequence[BatchResult]) -> RunResult:
    """Merge the results of consecutive batches, without a base."""
    return RunResult(
        case=case,
        engine=engine,
        votes=tuple(merge_votes(parts) for parts in zip(*(batch.votes for batch in batches), strict=True)),
        months=merge_months([batch.months for batch in batches if batch.months is not None]),
    )


def compare_batches(own: BatchResult, base: BatchResult, case: Case) -> BatchResult:
    """Compare the votes of a batch with those of a base in the same replicates."""
    return replace(own, votes=compare_votes(own.votes, base.votes, case.world))


def _run(plan: RunPlan, executor: Executor | None, on_progress: OnProgress) -> tuple[RunResult, ...]:
    gathered, is_interrupted = _Gathered(plan), False
    try:
        execute(plan, list_batches(plan), executor or InProcess(), gathered.add, on_progress)
    except KeyboardInterrupt:
        if 0 not in gathered.batches:
            raise
        is_interrupted = True
    results = [replace(result, is_interrupted=is_interrupted) for result in gathered.merge()]
    if plan.base is None:
        return tuple(results)
    base = results[plan.base]
    return tuple(result if result is base else replace(result, base=base) for result in results)


@dataclass
class _Gathered:
    """Collects results as they are ready; once all points of a range can be compared, actions are dropped."""

    plan: RunPlan
    waiting: dict[int, dict[int, BatchResult]] = field(default_factory=dict)
    batches: dict[int, dict[int, BatchResult]] = field(default_factory=dict)

    def add(self, results: Sequence[BatchResult]) -> None:
        for result in results:
            self.waiting.setdefault(result.batch.first, {})[result.batch.point] = result
            if len(self.waiting[result.batch.first]) == len(self.plan.points):
                self._complete(result.batch.first)

    def _complete(self, first: int) -> None:
        own = self.waiting.pop(first)
        if self.plan.base is not None:
            base = own[self.plan.base]
            own = {
                number: batch
                if batch is base
                else compare_batches(batch, base, prepare_point(self.plan.points[number]))
                for number, batch in own.items()
            }
        self.batches[first] = {
            number: replace(batch, votes=tuple(replace(vote, actions=None) for vote in batch.votes))
            for number, batch in own.items()
        }

    def merge(self) -> list[RunResult]:
        """Merge the results of the points, for all consecutive replicates from the first on."""
        row, first = [], 0
        while first in self.batches:
            row.append(self.batches[first])
            first += next(iter(row[-1].values())).batch.count
        return [
            merge_batches(prepare_point(point), self.plan.engine, [batches[point.number] for batches in row])
            for point in self.plan.points
        ]
