"""The result of a state: a thousand replicates, compared with those of the baseline at the same random numbers.

Where that takes long, a first answer holds the first of the replicates, and the others are added step by step.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

import tomli_w

from sim.case import Case, prepare
from sim.errors import make_input_error
from sim.explore.start import PAGE, Launch, make_scenario, run_baseline
from sim.explore.state import PageState
from sim.runner.batch import Batch, BatchResult, simulate_batch
from sim.runner.result import RunResult
from sim.runner.run import compare_batches, merge_batches
from sim.specs import Scenario, parse_scenario, read_scenario
from sim.specs.differences import list_differences

BASELINES_KEPT = 4
FIRST_ANSWERS = (200,)
"""Numbers of replicates after which a result is shown."""
FIRST_ANSWERS_OF_MONTHS = (50, 200)
"""The same where the months between votes are simulated."""


@dataclass(frozen=True, eq=False)
class StateResult:
    """The result of a state as far as it was run; equal to itself alone.

    Parameters
    ----------
    batches : of the state, each compared with the baseline.
    result : all of them together, with the baseline as its base.
    """

    batches: tuple[BatchResult, ...]
    result: RunResult


_shown: WeakValueDictionary[tuple[Launch, PageState], StateResult] = WeakValueDictionary()
"""The furthest answer of each state while some page shows it: samples of months are large, and are there once."""


@dataclass(frozen=True, eq=False)
class Explored:
    """A state, its scenario, and its result; equal to itself alone.

    Parameters
    ----------
    origin : the scenario that the baseline itself starts from; None where it has no base.
    """

    state: PageState
    spec: Scenario
    answer: StateResult
    origin: Scenario | None

    @property
    def result(self) -> RunResult:
        """The run so far, compared with its ``base``, the baseline."""
        return self.answer.result

    @property
    def case(self) -> Case:
        """The scenario as it was run."""
        return self.result.case

    @property
    def baseline(self) -> RunResult:
        """The run of the baseline, with as many replicates."""
        if self.result.base is None:
            raise ValueError("the run has no base")
        return self.result.base

    @cached_property
    def is_what_if(self) -> bool:
        """Whether the state differs from what happened, so that no observed vote can be compared with it."""
        baseline = self.baseline.case.spec
        return self.origin is not None or bool(list_differences(baseline.document(), self.spec.document()))

    @property
    def is_whole(self) -> bool:
        """Whether all replicates are run."""
        return self.result.replicates == self.spec.replicates

    @property
    def months(self) -> tuple[str, ...]:
        """Names of the months of the scenario; none where it has only votes."""
        return () if self.case.plan is None else tuple(month.name for month in self.case.plan.months)


def run_state(start: Launch, state: PageState, known: Explored | None = None) -> Explored:
    """Run a state up to the first answer.

    Parameters
    ----------
    known : what was shown before; where the state only shows another part of it, nothing is run.

    Raises
    ------
    InputError : the state has no valid scenario, or shows a vote, month or member that does not exist.
    """
    if known is not None and known.state.asked == state.asked:
        found = replace(known, state=state)
    else:
        spec = make_scenario(start, state)
        answer = _shown.get((start, state.asked)) or _add_batch(start, state, prepare(spec), ())
        found = _share(start, Explored(state, spec, answer, _read_origin(run_baseline(start, state, spec).base)))
    _check(found)
    return found


@lru_cache(BASELINES_KEPT)
def _read_origin(base: str | None) -> Scenario | None:
    return None if base is None else read_scenario(base)


def _check(found: Explored) -> None:
    """Check that the vote, the month and the member that the state shows exist."""
    state, votes, months = found.state, len(found.spec.vote), found.months
    if state.vote >= votes:
        raise make_input_error(PAGE, "vote", f"there is no vote {state.vote}; the last is vote {votes - 1}.")
    if state.member and state.member not in found.case.world.index:
        message = f"'{state.member}' is not the code of a member of {found.case.world.name}."
        raise make_input_error(PAGE, "member", message)
    if state.month and not months:
        raise make_input_error(PAGE, "month", f"got '{state.month}'; the scenario has votes alone.")
    if state.month and state.month not in months:
        message = f"got '{state.month}', which is not a month of the scenario."
        raise make_input_error(PAGE, "month", message, f"They run from {months[0]} to {months[-1]}.")


def extended(start: Launch, found: Explored) -> Explored:
    """The same with the next replicates."""
    further = _shown.get((start, found.state.asked))
    if further is not None and further.result.replicates > found.result.replicates:
        return replace(found, answer=further)
    answer = _add_batch(start, found.state, found.case, found.answer.batches)
    return _share(start, replace(found, answer=answer))


def _share(start: Launch, found: Explored) -> Explored:
    """The same, known to every page that comes to the same state while another shows it."""
    _shown[start, found.state.asked] = found.answer
    return found


def add_replicates(start: Launch, found: Explored) -> Iterator[Explored]:
    """What is to be added to an answer, step by step; the last is whole."""
    while not found.is_whole:
        found = extended(start, found)
        yield found


def complete(start: Launch, found: Explored) -> Explored:
    """The same with all replicates."""
    for later in add_replicates(start, found):
        found = later
    return found


def _add_batch(start: Launch, state: PageState, case: Case, before: tuple[BatchResult, ...]) -> StateResult:
    """The next replicates of a case, compared with the baseline, after those that are there."""
    has_months = case.plan is not None
    baseline = _baseline(tomli_w.dumps(run_baseline(start, state, case.spec).document()), has_months)
    first = sum(done.batch.count for done in before)
    batch = Batch(0, first, _step((case, baseline.case), first))
    base, own_base = baseline.upto(batch)
    batches = (*before, compare_batches(simulate_batch(case, batch), own_base, case))
    return StateResult(batches, replace(merge_batches(case, "ensemble", batches), base=base))


def _step(cases: tuple[Case, ...], done: int) -> int:
    """Replicates to add for the next answer."""
    steps = FIRST_ANSWERS if all(case.plan is None for case in cases) else FIRST_ANSWERS_OF_MONTHS
    return next(count for count in (*steps, cases[0].spec.replicates) if count > done) - done


class _Baseline:
    """The run of a baseline, kept from move to move and grown as far as it was asked for."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._batches: dict[Batch, BatchResult] = {}
        self._results: dict[int, RunResult] = {}
        self._lock = Lock()

    def upto(self, batch: Batch) -> tuple[RunResult, BatchResult]:
        """All replicates up to the end of a batch, and those of the batch."""
        end = batch.first + batch.count
        with self._lock:
            own = self._simulate(batch)
            if end not in self._results:
                self._results[end] = merge_batches(self.case, "ensemble", [*self._cover(batch.first), own])
            return self._results[end], own

    def _simulate(self, batch: Batch) -> BatchResult:
        if batch not in self._batches:
            self._batches[batch] = simulate_batch(self.case, batch)
        return self._batches[batch]

    def _cover(self, last: int) -> list[BatchResult]:
        """Batches of the replicates before `last`: those that are there, and what is missing."""
        found, first = [], 0
        while first < last:
            known = (own for own in self._batches if own.first == first and first + own.count <= last)
            batch = next(known, Batch(0, first, last - first))
            found.append(self._simulate(batch))
            first += batch.count
        return found


@lru_cache(BASELINES_KEPT)
def _baseline(text: str, has_months: bool) -> _Baseline:
    """The baseline of a document; a case with months takes other steps, and has one of its own."""
    return _Baseline(prepare(parse_scenario(tomllib.loads(text), "baseline", Path())))
