"""A batch: replicates of one point that are simulated at once. Every run and every sweep consists of batches."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from pydantic import JsonValue

from sim.arrays import ActionArray, BoolArray
from sim.case import Case, prepare
from sim.ensemble import simulate
from sim.errors import InputError, make_input_error
from sim.months.record import MonthView
from sim.months.run import MonthRun
from sim.runner.months import WATCHED, MonthsResult, MonthsSamples, Recorder, add_replicate_axis
from sim.runner.result import ReplicatesInMemory, VoteResult, count_replicates, count_tallies
from sim.specs import Scenario

if TYPE_CHECKING:
    from sim.model import MemberState

SIZE = 1000
"""Most replicates in a batch, which ends at a multiple of this: enough to be fast, few enough to stop often."""
SIZE_OF_AGENTS = 10
"""The same for Mesa's engine."""
MOST_CELLS = 2_000_000
"""Members times replicates that the ensemble simulates at once, for its memory: a batch of a large world is cut."""
ENGINES = ("ensemble", "mesa")


@dataclass(frozen=True, eq=False)
class RunPoint:
    """One scenario that is run: the only one of a run, or a design point of a sweep. It is equal only to itself.

    Parameters
    ----------
    number : place among the points, from 0.
    spec : the scenario, checked; None where it cannot be read.
    replicates : how many are run, from the first on.
    values : the value of each factor, by key.
    error : why the scenario cannot be read; empty where it can.
    drawn_as : resolutions whose random numbers the votes use, in their order; empty for their own.
    case : the prepared scenario, where it exists. It is not sent to workers, which prepare it themselves.
    """

    number: int
    spec: Scenario | None
    replicates: int = 0
    values: dict[str, JsonValue] = field(default_factory=dict)
    error: str = ""
    drawn_as: tuple[str, ...] = ()
    case: Case | None = None

    @property
    def has_months(self) -> bool:
        """Whether months are simulated between its votes."""
        return self.spec is not None and self.spec.months is not None

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"case": None}


@lru_cache(maxsize=4)
def prepare_point(point: RunPoint) -> Case:
    """Prepare the case of a point, with the names that its draws are keyed by.

    Raises
    ------
    InputError : the world lacks what the scenario needs.
    """
    if point.spec is None:
        raise make_input_error(f"point {point.number}", "", point.error)
    case = prepare(point.spec) if point.case is None else point.case
    if not point.drawn_as:
        return case
    pairs = zip(case.ballots, point.drawn_as, strict=True)
    return replace(case, ballots=tuple(replace(ballot, resolution=name) for ballot, name in pairs))


@dataclass(frozen=True, slots=True)
class Batch:
    """Replicates ``first`` to ``first + count - 1`` of a point."""

    point: int
    first: int
    count: int


@dataclass(frozen=True)
class BatchResult:
    """The result of a batch.

    Parameters
    ----------
    votes : votes in the order of the scenario; empty where the batch failed.
    months : months of the replicates that are watched, where the scenario has months.
    error : what went wrong, in a line; empty where nothing did.
    trace : the traceback, for the developer.
    """

    batch: Batch
    votes: tuple[VoteResult, ...]
    months: MonthsResult | None = None
    error: str = ""
    trace: str = ""


def check_engine(engine: str, where: str = "engine") -> None:
    """Refuse an engine that does not exist.

    Raises
    ------
    InputError : the engine is neither the ensemble nor Mesa's.
    """
    if engine not in ENGINES:
        raise make_input_error(where, "", f"'{engine}' is not an engine; the engines are {' and '.join(ENGINES)}.")


def split_replicates(
    point: int, first: int, last: int, *, has_months: bool, engine: str = "ensemble"
) -> Iterator[Batch]:
    """Split replicates ``first`` to ``last - 1`` of a point into batches, at the same places wherever they begin.

    With months, the watched replicates are separate from the others.
    """
    size = SIZE if engine == "ensemble" else SIZE_OF_AGENTS
    while first < last:
        end = min(first - first % size + size, last)
        if has_months and first < WATCHED:
            end = min(end, WATCHED)
        yield Batch(point, first, end - first)
        first = end


def list_ranges(first: int, count: int) -> Iterator[tuple[int, int]]:
    """List ranges of replicates that fit into memory: first and count of each."""
    for batch in split_replicates(0, first, first + count, has_months=False):
        yield batch.first, batch.count


def simulate_batch(
    case: Case,
    batch: Batch,
    engine: str = "ensemble",
    *,
    watches_months: bool = True,
    is_compiled: bool | None = None,
    member_class: type[MemberState] | None = None,
) -> BatchResult:
    """Simulate a batch; the months of the first `WATCHED` replicates are recorded where the scenario has months.

    Parameters
    ----------
    is_compiled : whether the ensemble uses the compiled kernel, which gives the same votes; by default once it pays.
    member_class : class of the members on Mesa's engine; `sim.model.MemberState` by default.
    """
    recorder = None
    if case.plan is not None and watches_months and batch.first < WATCHED:
        recorder = Recorder(tuple(month.name for month in case.plan.months))
    simulate_with = (
        partial(_simulate_agents, member_class) if engine == "mesa" else partial(_simulate_arrays, is_compiled)
    )
    votes = simulate_with(case, batch, recorder)
    months = (
        None if recorder is None else recorder.samples([vote.actions for vote in votes if vote.actions is not None])
    )
    return BatchResult(batch, votes, months)


def run_batch(
    point: RunPoint,
    batch: Batch,
    engine: str,
    *,
    keeps_actions: bool,
    watches_months: bool,
    is_compiled: bool | None,
    member_class: type[MemberState] | None,
) -> BatchResult:
    """Simulate a batch of a point as a worker does, with a result that is small enough to send.

    Raises
    ------
    InputError : the world lacks what the scenario needs.
    """
    case = prepare_point(point)
    found = simulate_batch(
        case, batch, engine, watches_months=watches_months, is_compiled=is_compiled, member_class=member_class
    )
    if not keeps_actions:
        found = replace(found, votes=tuple(replace(vote, actions=None) for vote in found.votes))
    return found if point.case is not None else summarise_months(found, point.replicates)


def summarise_months(result: BatchResult, replicates: int) -> BatchResult:
    """Summarise the months of a result, so that it is small, where it holds all watched replicates of a point."""
    batch, months = result.batch, result.months
    is_whole = batch.first == 0 and batch.count >= min(WATCHED, replicates)
    return replace(result, months=months.summarise()) if is_whole and isinstance(months, MonthsSamples) else result


def catch_failure(run: Callable[[], BatchResult], batch: Batch) -> BatchResult:
    """Run a batch, with an error as its result.

    Raises
    ------
    MemoryError, OSError : the machine failed, which says nothing about the batch.
    """
    try:
        return run()
    except InputError as error:
        return BatchResult(batch, (), error="; ".join(str(problem) for problem in error.problems))
    except (MemoryError, OSError):
        raise
    except Exception as error:
        return BatchResult(batch, (), error=f"{type(error).__name__}: {error}", trace=traceback.format_exc())


def _simulate_arrays(
    is_compiled: bool | None, case: Case, batch: Batch, recorder: Recorder | None
) -> tuple[VoteResult, ...]:
    def watch(run: MonthRun, view: MonthView) -> None:
        recorder.record_month(run.number, run.plan.inputs, run.state, view)  # type: ignore[union-attr]

    count = max(MOST_CELLS // case.world.size, 1) if recorder is None else batch.count
    watcher, end = None if recorder is None else watch, batch.first + batch.count
    parts = [
        simulate(case, first, min(count, end - first), watch=watcher, is_compiled=is_compiled)
        for first in range(batch.first, end, count)
    ]
    actions = [np.concatenate([outcome.actions for outcome in outcomes]) for outcomes in zip(*parts, strict=True)]
    is_settled = [np.concatenate([outcome.is_settled for outcome in outcomes]) for outcomes in zip(*parts, strict=True)]
    return _vote_results(case, actions, is_settled)


def _simulate_agents(
    member_class: type[MemberState] | None, case: Case, batch: Batch, recorder: Recorder | None
) -> tuple[VoteResult, ...]:
    from sim.model import AlignmentModel, MemberState

    size, votes = case.world.size, len(case.ballots)
    actions = np.empty((votes, batch.count, size), dtype=np.int8)
    is_settled = np.empty((votes, batch.count), dtype=np.bool_)
    for row in range(batch.count):
        model = AlignmentModel(case, replicate=batch.first + row, member_class=member_class or MemberState).run()
        actions[:, row] = np.transpose([member.votes for member in model.members])
        is_settled[:, row] = model.datacollector.tables["votes"]["is_settled"]
        if recorder is not None and model.case.plan is not None:
            inputs = model.case.plan.inputs
            for number, (state, view) in enumerate(model.months, start=1):
                recorder.record_month(number, inputs, add_replicate_axis(state), add_replicate_axis(view))
    return _vote_results(case, list(actions), list(is_settled))


def _vote_results(
    case: Case, actions: Sequence[ActionArray], is_settled: Sequence[BoolArray]
) -> tuple[VoteResult, ...]:
    return tuple(
        VoteResult(
            resolution=ballot.resolution,
            date=ballot.date,
            each=ReplicatesInMemory(count_tallies(codes), settled),
            counts=count_replicates(codes),
            actions=np.ascontiguousarray(codes),  # sums over members depend on the layout in their last bit
        )
        for ballot, codes, settled in zip(case.ballots, actions, is_settled, strict=True)
    )
