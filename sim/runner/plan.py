"""What is run: points, the number of replicates of each, and their batches. A run is a sweep of one point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from sim.case import Case
from sim.errors import make_input_error
from sim.runner.batch import (
    SIZE,
    Batch,
    BatchResult,
    RunPoint,
    catch_failure,
    check_engine,
    run_batch,
    split_replicates,
)
from sim.runner.executors import Executor
from sim.runner.identity import check_program
from sim.runner.result import merge_votes
from sim.runner.survey import Points, Survey, survey_points
from sim.specs import load_scenario_world

if TYPE_CHECKING:
    from sim.model import MemberState

TASK_RUNS = (SIZE, 10 * SIZE)
"""Most runs in a task, of short and of long plans: the caller has as much to do for a small task as for a large one."""
TASKS = 100
"""A plan has at least as many tasks, unless they would be small. A killed run loses its unfinished tasks."""
TASK_BATCHES = 50
"""Most batches in a task."""
COMPILED_FROM = 10_000_000
"""Members times runs of a plan whose votes are compiled from the first on; of others once a process has done enough."""


@dataclass(frozen=True)
class RunPlan:
    """Points and how they are run.

    Parameters
    ----------
    points : in the order of their numbers.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.
    base : number of the point that all others are compared with, replicate by replicate; None without a comparison.
    outputs : what is kept in addition to tallies: ``members``, ``votes``, ``months``.
    keeps_errors : whether a point that fails is a result with its error, so that the others continue.
    member_class : class of the members on Mesa's engine; `sim.model.MemberState` by default.
    """

    points: Points
    engine: str = "ensemble"
    base: int | None = None
    outputs: tuple[str, ...] = ()
    keeps_errors: bool = False
    member_class: type[MemberState] | None = None

    @cached_property
    def survey(self) -> Survey:
        """What has to be known of all points at once."""
        return survey_points(self.points)

    @property
    def replicates(self) -> int:
        """Most replicates of a point."""
        return max(self.survey.replicates)

    @property
    def keeps_actions(self) -> bool:
        """Whether members' actions are kept for every replicate, so that votes can be compared."""
        return self.base is not None or "votes" in self.outputs


OnProgress = Callable[[int, int], None]
"""A function that is called with the number of finished runs and of all runs."""


def ignore_progress(done: int, total: int) -> None:
    """Show nothing."""


def plan_run(
    case: Case,
    replicates: int | None = None,
    engine: str = "ensemble",
    base: Case | None = None,
    member_class: type[MemberState] | None = None,
) -> RunPlan:
    """Plan a run: one point, and a second one for the base where there is one.

    Parameters
    ----------
    replicates : number of replicates; that of the scenario by default.
    base : another case with the same number of votes; it is run on the same random numbers and as often.

    Raises
    ------
    InputError : there is no such engine, or a class of members is given for the ensemble.
    """
    check_engine(engine)
    if member_class is not None and engine != "mesa":
        message = (
            f"the {engine} cannot use members of the class {member_class.__name__}, because it computes with arrays."
        )
        raise make_input_error("engine", "", message, 'Give engine="mesa".')
    count = case.spec.replicates if replicates is None else replicates
    points = [RunPoint(0, case.spec, count, {} if base is None else {"role": "scenario"}, case=case)]
    if base is not None:
        points.append(RunPoint(1, base.spec, count, {"role": "base"}, case=base))
    return RunPlan(
        points=tuple(points),
        engine=engine,
        base=None if base is None else 1,
        outputs=("members", "months"),
        member_class=member_class,
    )


def plan_comparison(cases: Sequence[Case], replicates: int, engine: str = "ensemble") -> RunPlan:
    """Plan a comparison: the first case is the base, and all cases use its random numbers.

    Raises
    ------
    InputError : there is no such engine.
    """
    check_engine(engine)
    names = tuple(ballot.resolution for ballot in cases[0].ballots)
    points = [RunPoint(number, case.spec, replicates, drawn_as=names, case=case) for number, case in enumerate(cases)]
    return RunPlan(tuple(points), engine, base=0)


def list_batches(plan: RunPlan, done: Iterable[Batch] = (), failed: Mapping[int, int] | None = None) -> list[Batch]:
    """List the batches that remain to be run. Points that are compared take turns, so that an interrupt leaves pairs.

    Parameters
    ----------
    done : batches that are finished already.
    failed : first replicate of the first batch that failed, by point. Later batches are not run: the point has failed.
    """
    covered: dict[int, list[Batch]] = {}
    for batch in done:
        covered.setdefault(batch.point, []).append(batch)
    are_alike = plan.base is not None and any(plan.survey.has_months)
    left: list[Batch] = []
    for number, replicates in enumerate(plan.survey.replicates):
        split = partial(
            split_replicates, number, has_months=are_alike or plan.survey.has_months[number], engine=plan.engine
        )
        first, end = 0, (failed or {}).get(number, replicates)
        for batch in sorted(covered.get(number, []), key=lambda batch: batch.first):
            left += split(first, min(batch.first, end))
            first = batch.first + batch.count
        left += split(first, end)
    return sorted(left, key=lambda batch: (batch.first, batch.point)) if plan.base is not None else left


@dataclass(frozen=True)
class BatchTask:
    """Batches that a worker runs together, with their points; other fields are as in `RunPlan`.

    Parameters
    ----------
    watches_months : whether months are recorded.
    is_compiled : as in `sim.ensemble.simulate`.
    program : identity of the program that asks, which the worker's has to equal; empty in the same process.
    """

    batches: tuple[Batch, ...]
    points: Mapping[int, RunPoint]
    engine: str
    keeps_actions: bool
    watches_months: bool
    is_compiled: bool | None
    keeps_errors: bool
    member_class: type[MemberState] | None
    program: str


def run_task(task: BatchTask) -> list[BatchResult]:
    """Run a task, batch after batch.

    Raises
    ------
    InputError : this worker has another program than the one that asks.
    MemoryError, OSError : the machine failed, which says nothing about the batches.
    """
    if task.program:
        check_program(task.program)
    found = []
    for batch in task.batches:
        run = partial(
            run_batch,
            task.points[batch.point],
            batch,
            task.engine,
            keeps_actions=task.keeps_actions,
            watches_months=task.watches_months,
            is_compiled=task.is_compiled,
            member_class=task.member_class,
        )
        found.append(catch_failure(run, batch) if task.keeps_errors else run())
    return _merge_consecutive(found)


def _merge_consecutive(results: Sequence[BatchResult]) -> list[BatchResult]:
    """Merge results of a point that follow one another: fewer are sent, kept and read. Watched months stay apart."""
    groups: list[list[BatchResult]] = []
    for result in results:
        if groups and _follows(groups[-1][-1], result):
            groups[-1].append(result)
        else:
            groups.append([result])
    return [group[0] if len(group) == 1 else _merge(group) for group in groups]


def _follows(before: BatchResult, result: BatchResult) -> bool:
    is_plain = all(one.votes and one.months is None for one in (before, result))
    own, other = before.batch, result.batch
    return is_plain and (own.point, own.first + own.count) == (other.point, other.first)


def _merge(results: Sequence[BatchResult]) -> BatchResult:
    first = results[0].batch
    votes = tuple(merge_votes(parts) for parts in zip(*(result.votes for result in results), strict=True))
    return BatchResult(Batch(first.point, first.first, sum(result.batch.count for result in results)), votes)


def list_tasks(plan: RunPlan, batches: Sequence[Batch], program: str = "") -> Iterator[BatchTask]:
    """Group batches into tasks, in their order."""
    few, many = TASK_RUNS
    total = sum(batch.count for batch in batches)
    most = max(few, min(many, total // TASKS))
    worlds = [point.case.world for point in plan.survey.prepared if point.case is not None]
    members = max((world.size for world in worlds or map(load_scenario_world, plan.survey.specs)), default=0)
    is_compiled = True if members * total >= COMPILED_FROM else None
    group: list[Batch] = []

    def task() -> BatchTask:
        return BatchTask(
            batches=tuple(group),
            points={number: plan.points[number] for number in {batch.point for batch in group}},
            engine=plan.engine,
            keeps_actions=plan.keeps_actions,
            watches_months="months" in plan.outputs or plan.base is not None,
            is_compiled=is_compiled,
            keeps_errors=plan.keeps_errors,
            member_class=plan.member_class,
            program=program,
        )

    for batch in batches:
        runs = sum(other.count for other in group)
        if group and (len(group) == TASK_BATCHES or runs + batch.count > most):
            yield task()
            group = []
        group.append(batch)
    if group:
        yield task()


def execute(
    plan: RunPlan,
    batches: Sequence[Batch],
    executor: Executor,
    keep: Callable[[Sequence[BatchResult]], None],
    on_progress: OnProgress = ignore_progress,
) -> int:
    """Run batches on an executor, hand over their results as they are ready, and return the number of runs.

    Parameters
    ----------
    keep : called with the results of every task, in any order of the tasks.

    Raises
    ------
    InputError : a worker has another program.
    WorkersLostError : the workers died.
    """
    done, total = 0, sum(batch.count for batch in batches)
    on_progress(0, total)
    program = executor.check_workers()
    if program:
        _check_worlds(plan)
    with closing(executor.results(run_task, list_tasks(plan, batches, program))) as finished:
        for results in finished:
            keep(results)
            done += sum(result.batch.count for result in results)
            on_progress(done, total)
    return done


def _check_worlds(plan: RunPlan) -> None:
    """Refuse cases that workers could not prepare again, because their world is not the one of its name.

    Raises
    ------
    InputError : there is such a case.
    """
    for point in plan.survey.prepared:
        if point.case is not None and point.case.world is not load_scenario_world(point.case.spec):
            message = "was prepared with a world of its own, which workers do not have."
            raise make_input_error(f"scenario '{point.case.spec.title}'", "world", message, "Run it in one process.")
