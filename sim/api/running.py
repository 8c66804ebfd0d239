"""Run a scenario or an experiment from Python, and get pandas frames.

`run` is a plain function of the keys of a scenario, so EMA Workbench, SALib or a notebook can call it.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.case import prepare
from sim.errors import Problem
from sim.runner.executors import Executor, InProcess, Processes
from sim.runner.folder.files import MEMBERS, POINTS, TALLIES, VOTES
from sim.runner.folder.kept import read_run
from sim.runner.folder.reading import read_table
from sim.runner.months import month_columns
from sim.runner.result import RunResult
from sim.runner.run import run as run_case
from sim.runner.sweep import keep_run
from sim.runner.sweep import sweep as run_sweep
from sim.specs import (
    Experiment,
    Goal,
    Scenario,
    experiment_from,
    read_experiment,
    read_goal,
    read_scenario,
    scenario_from,
)
from sim.specs.scenario.warnings import warnings_of
from sim.summaries.ranking import rank
from sim.summaries.summary import member_columns, summary, tally_columns

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import MemberState


@dataclass(frozen=True)
class Run:
    """A finished run of a scenario; the frames are made when they are first asked for."""

    result: RunResult

    @cached_property
    def summary(self) -> dict[str, object]:
        """The document of ``sim run --json``."""
        return summary(self.result)

    @cached_property
    def tallies(self) -> pd.DataFrame:
        """A row per vote and replicate: members per action, and whether deliberation settled."""
        import pandas as pd

        return pd.DataFrame(tally_columns(self.result))

    @cached_property
    def members(self) -> pd.DataFrame:
        """A row per vote and member: probability of each action (smoothed frequency), and the observed action."""
        import pandas as pd

        return pd.DataFrame(member_columns(self.result))

    @cached_property
    def months(self) -> pd.DataFrame | None:
        """A row per month, series and member: mean and 90 % interval; None where the scenario has no months."""
        import pandas as pd

        months = self.result.months
        return None if months is None else pd.DataFrame(month_columns(months, self.result.case.world.iso3))


def run(
    scenario: str | Path | Scenario,
    overrides: Mapping[str, object] | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    member_class: type[MemberState] | None = None,
    workers: int = 1,
    out: str | Path | None = None,
) -> Run:
    """Run a scenario.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a file, or a scenario that was read.
    overrides : other values for keys of the scenario, as in ``--set``: ``{"parameters.enforcement": 0.8}``.
    replicates, seed : in place of the scenario's own.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same. The ensemble by default, Mesa with a `member_class`.
    member_class : a subclass of `sim.model.MemberState` whose objects the members are.
    workers : processes on this machine.
    out : folder to keep the run in, where the same call resumes it or adds replicates; by default none.

    Raises
    ------
    InputError : the scenario or an override is not valid, all problems are listed; or the folder holds something else.

    Examples
    --------
    >>> import sim
    >>> found = sim.run("es-11-1", {"vote.target_threat": 2.0}, replicates=100)
    >>> sorted(found.tallies.columns)[:2]
    ['absent', 'abstain']
    """
    case = prepare(spec_of(scenario, overrides, replicates, seed))
    executor = InProcess() if workers == 1 else Processes(workers)
    engine = engine or ("ensemble" if member_class is None else "mesa")
    if out is None:
        return Run(run_case(case, engine=engine, member_class=member_class, executor=executor))
    keep_run(case, Path(out), engine, member_class=member_class, executor=executor)
    return Run(read_run(Path(out)).result)


def spec_of(
    scenario: str | Path | Scenario,
    overrides: Mapping[str, object] | None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """A scenario with other values for some of its keys."""
    numbers = {"replicates": replicates, "seed": seed}
    given = {**(overrides or {}), **{key: value for key, value in numbers.items() if value is not None}}
    written = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
    spec = written
    if given:
        set_in = scenario_from({**written.document(), "set": given}, written.title, Path())
        spec = set_in.model_copy(update={"base": written.base})
    _warn(warnings_of(f"scenario '{written.title}'", spec, written))
    return spec


def _warn(found: Iterable[Problem]) -> None:
    """Warn of what is seldom meant in an input, at the line that called the package."""
    for warning in dict.fromkeys(found):
        warnings.warn(str(warning), stacklevel=4)


@dataclass(frozen=True)
class SweepTables:
    """A finished sweep; the frames are read from its folder when they are first asked for.

    Parameters
    ----------
    experiment : what was run.
    folder : where its tables are.
    """

    experiment: Experiment
    folder: Path

    def _frame(self, name: str) -> pd.DataFrame:
        return read_table(self.folder / name).to_pandas()

    @cached_property
    def points(self) -> pd.DataFrame:
        """A row per design point and vote: the factors, statistics of the tallies, the error of a failed point."""
        return self._frame(POINTS)

    @cached_property
    def tallies(self) -> pd.DataFrame:
        """A row per point, vote and replicate."""
        return self._frame(TALLIES)

    @cached_property
    def members(self) -> pd.DataFrame:
        """A row per point, vote and member with counts of the actions; if the experiment's outputs have members."""
        return self._frame(MEMBERS)

    @cached_property
    def votes(self) -> pd.DataFrame:
        """A row per point, vote and replicate with the members' action codes as bytes; if the outputs have votes."""
        return self._frame(VOTES)

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The points, nearest to the experiment's target split first."""
        import pandas as pd

        return pd.DataFrame([point.document() for point in rank(self.experiment, self.folder)])


def sweep(
    experiment: str | Path | Experiment,
    out: str | Path | None = None,
    executor: Executor | None = None,
    *,
    replicates: int | None = None,
) -> SweepTables:
    """Run an experiment, or what is left of it.

    Parameters
    ----------
    experiment : name of a shipped experiment, path of a file, or an experiment that was read.
    out : folder of the sweep, where the same call resumes it; by default one that goes with the result.
    executor : where it runs, from `sim.runner.executors`; in this process by default.
    replicates : per point, in place of the experiment's own; more can be added to a finished folder.

    Raises
    ------
    InputError : the experiment is not valid, or the folder holds something else.
    """
    spec = experiment_of(experiment, [] if replicates is None else [f"replicates={replicates}"])
    folder = Path(tempfile.mkdtemp(prefix="sim-sweep-") if out is None else out)
    tables = SweepTables(spec, folder)
    if out is None:
        weakref.finalize(tables, shutil.rmtree, folder, ignore_errors=True)
    run_sweep(spec, folder, executor)
    return tables


def experiment_of(experiment: str | Path | Experiment, overrides: Sequence[str]) -> Experiment:
    """An experiment with other values for some of its keys."""
    if not isinstance(experiment, Experiment):
        spec = read_experiment(experiment, overrides)
        _warn(spec.warnings)
        return spec
    bases = {reference: base.document() for reference, base in experiment.bases.items()}
    spec = experiment_from(experiment.document(), experiment.title or "experiment", Path(), overrides, bases)
    _warn([*experiment.warnings, *spec.warnings])
    return spec


def goal_of(goal: str | Path | Goal, overrides: Sequence[str]) -> Goal:
    """A goal with other values for some of its keys; one that was read as it is."""
    spec = goal if isinstance(goal, Goal) else read_goal(goal, overrides)
    _warn(spec.warnings)
    return spec
