"""Runs and sweeps that are kept in a folder; the same command resumes them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.case import Case
from sim.errors import InputError
from sim.results.folder import RunContents, SweepContents
from sim.runner.batch import RunPoint
from sim.runner.designs import DesignPoint, list_combinations, make_scenario_at
from sim.runner.executors import Executor, InProcess
from sim.runner.folder.manifest import hash_document
from sim.runner.folder.writing import FinishedFolder, Keeping, keep
from sim.runner.identity import describe_class
from sim.runner.plan import TASK_BATCHES, OnProgress, RunPlan, ignore_progress, plan_run
from sim.specs import Experiment

if TYPE_CHECKING:
    from sim.model import MemberState


def keep_sweep(
    experiment: Experiment,
    folder: Path,
    executor: Executor | None = None,
    *,
    retries_failed: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> FinishedFolder:
    """Run an experiment, or the rest of it, and write its tables.

    Parameters
    ----------
    folder : new, empty, or with this experiment: with fewer replicates, unfinished, or finished.
    executor : where the sweep is carried out; in this process by default.
    retries_failed : whether points that failed before are run again.

    Raises
    ------
    InputError : as for `keep`, or no point can be run.
    WorkersLostError : the workers died; the same call resumes.
    OSError : the disk is full or cannot be written to; the same call resumes.
    """
    document = experiment.document()
    contents = SweepContents(
        kind="sweep",
        experiment=document,
        scenarios={reference: base.document() for reference, base in experiment.bases.items()},
        experiment_hash=hash_document(document),
    )
    kept = Keeping(contents, experiment.bases, document)
    plan = plan_sweep(experiment)
    return keep(plan, kept, folder, executor or InProcess(), retries_failed=retries_failed, on_progress=on_progress)


def keep_run(
    case: Case,
    folder: Path,
    engine: str = "ensemble",
    *,
    base: Case | None = None,
    member_class: type[MemberState] | None = None,
    executor: Executor | None = None,
    on_progress: OnProgress = ignore_progress,
) -> FinishedFolder:
    """Run a scenario, or the rest of it, and write its tables; with its base where it has one.

    Parameters
    ----------
    folder, executor : as in `keep_sweep`.
    base : another case with the same number of votes, run on the same random numbers.
    member_class : class of the members on Mesa's engine; its name and a hash of its source are kept.

    Raises
    ------
    InputError : as for `keep`.
    WorkersLostError : the workers died; the same call resumes.
    OSError : the disk is full or cannot be written to; the same call resumes.
    """
    spec, other = case.spec, None if base is None else base.spec
    members = None if member_class is None else describe_class(member_class)
    contents = RunContents(
        kind="run",
        scenario=spec.document(),
        scenario_hash=hash_document(spec.document()),
        base=None if other is None else other.document(),
        parameters=dict(case.parameters),
        seed=spec.seed,
        member_class=members,
    )
    specs = {"scenario": spec} | ({} if other is None else {"base": other})
    kept = Keeping(contents, specs, spec.document() | {"member_class": members and members.document()})
    plan = plan_run(case, engine=engine, base=base, member_class=member_class)
    return keep(plan, kept, folder, executor or InProcess(), on_progress=on_progress)


def plan_sweep(experiment: Experiment) -> RunPlan:
    """Plan every point of an experiment. Points that cannot be read are planned as failed.

    Raises
    ------
    InputError : no point can be read.
    """
    points = SweepPoints(experiment)
    outputs = tuple(name for name in experiment.outputs if name != "tally")
    plan = RunPlan(points, outputs=outputs, keeps_errors=True)
    if not plan.survey.specs:
        make_scenario_at(experiment, DesignPoint(0, points[0].values))  # which raises
    return plan


class SweepPoints:
    """The points of an experiment. The scenario at each is made when it is asked for: there may be many.

    Parameters
    ----------
    experiment : an experiment with a valid design.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment, self.settings = experiment, list_combinations(experiment)
        self._kept = lru_cache(maxsize=TASK_BATCHES)(self._make)

    def __len__(self) -> int:
        return len(self.settings)

    def __getitem__(self, number: int) -> RunPoint:
        return self._kept(number)

    def __iter__(self) -> Iterator[RunPoint]:
        return map(self._make, range(len(self)))

    def _make(self, number: int) -> RunPoint:
        values = dict(zip(self.experiment.factors, self.settings[number], strict=True))
        try:
            spec = make_scenario_at(self.experiment, DesignPoint(number, values))
        except InputError as found:
            error = "; ".join(str(problem) for problem in found.problems)
            return RunPoint(number, None, values=values, error=error)
        return RunPoint(number, spec, spec.replicates, values)
