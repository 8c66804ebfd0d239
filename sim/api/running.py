"""Run a scenario or an experiment from Python, and get pandas frames.

`run` is a plain function of the keys of a scenario, so EMA Workbench, SALib or a notebook can call it.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.api.frames import make_frame
from sim.api.inputs import (
    AnyExperiment,
    AnyScenario,
    check_inputs,
    read_experiment_spec,
    read_scenarios,
    read_spec,
)
from sim.api.showing import find_table
from sim.case import find_base, prepare
from sim.errors import InputError
from sim.results.run import RunSummary
from sim.results.scenarios import ScenariosSummary
from sim.results.showing import Shown
from sim.results.tables import Table
from sim.runner.executors import Executor, InProcess, Processes
from sim.runner.folder.files import MEMBERS, POINTS, TALLIES, VOTES
from sim.runner.folder.kept import read_run
from sim.runner.folder.reading import read_parquet
from sim.runner.months import list_month_columns
from sim.runner.result import RunResult
from sim.runner.run import run_case as run_case
from sim.runner.several import KeptScenario, NamedScenario, check_scenarios, keep_scenarios
from sim.runner.sweep import keep_run
from sim.runner.sweep import keep_sweep as run_sweep
from sim.specs import Experiment
from sim.summaries.ranking import rank
from sim.summaries.scenarios import make_scenarios_data, make_scenarios_tables, summarise_scenarios
from sim.summaries.summary import list_member_columns, summarise_run, tally_columns

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import MemberState


@dataclass(frozen=True, repr=False)
class Run(Shown):
    """A finished run of a scenario; the frames are made when they are first asked for."""

    result: RunResult

    def _line(self) -> str:
        return self.result._line()

    def _tables(self) -> Sequence[Table]:
        return self.result._tables()

    @cached_property
    def summary(self) -> RunSummary:
        """The run in figures; `.document()` of it is what ``sim run --json`` prints."""
        return summarise_run(self.result)

    @cached_property
    def tallies(self) -> pd.DataFrame:
        """A row per vote and replicate: members per action, and whether no member changed in the last round."""
        return make_frame(tally_columns(self.result))

    @cached_property
    def members(self) -> pd.DataFrame:
        """A row per vote and member: probability of each action (smoothed frequency), and the observed action."""
        return make_frame(list_member_columns(self.result))

    @cached_property
    def months(self) -> pd.DataFrame | None:
        """A row per month, series and member: mean and 90 % interval; None where the scenario has no months."""
        months = self.result.months
        return None if months is None else make_frame(list_month_columns(months, self.result.case.world.iso3))


@check_inputs()
def run(
    scenario: AnyScenario,
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
    scenario : name of a shipped scenario, path of a file, a dictionary as a file would hold it, or a scenario that was
        read. In a dictionary, relative paths start from the working directory.
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
    case = prepare(read_spec(scenario, overrides, replicates, seed))
    executor = InProcess() if workers == 1 else Processes(workers)
    engine = engine or ("ensemble" if member_class is None else "mesa")
    if out is None:
        return Run(run_case(case, engine=engine, member_class=member_class, executor=executor))
    keep_run(case, Path(out), engine, member_class=member_class, executor=executor)
    return Run(read_run(Path(out)).result)


@dataclass(frozen=True, repr=False)
class Runs(Shown):
    """Finished runs of several scenarios.

    Parameters
    ----------
    folder : where each is kept, in a folder of its name.
    names : the scenarios, in their order.
    """

    folder: Path
    names: tuple[str, ...]

    def __getitem__(self, name: str) -> Run:
        """The run of one scenario, by its name."""
        if name not in self.names:
            raise KeyError(f"there is no scenario '{name}'; there are {', '.join(self.names)}")
        return Run(read_run(self.folder / name).result)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def _line(self) -> str:
        return f"{len(self)} scenarios: {', '.join(self.names)}"

    def _tables(self) -> Sequence[Table]:
        return make_scenarios_tables(self.summary)

    @cached_property
    def summary(self) -> ScenariosSummary:
        """The scenarios in figures; `.document()` of it is what ``sim run --json`` prints of several."""
        return summarise_scenarios((name, self[name].result) for name in self.names)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per scenario and vote: split, observed split, change against the base, the months' main series."""
        return make_frame(make_scenarios_data(self.summary)[0].records())


@check_inputs()
def run_all(
    scenarios: str | Path | Sequence[AnyScenario] | None = None,
    overrides: Mapping[str, object] | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    engine: str = "ensemble",
    workers: int = 1,
    out: str | Path | None = None,
) -> Runs:
    """Run several scenarios, each with the base that it changes.

    Parameters
    ----------
    scenarios : a list of scenarios as for `sim.run`, in which a text may also be a pattern such as ``"es-11-*"`` or a
        folder; or such a text alone; by default every shipped scenario.
    overrides : other values for keys of every scenario; each is then compared with itself without them.
    replicates, seed : in place of the scenarios' own.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.
    workers : processes on this machine; each runs one scenario at a time.
    out : folder to keep the runs in, where the same call goes on; by default one that is deleted with the result.

    Raises
    ------
    InputError : a scenario or an override is not valid, all problems are listed, and nothing is run; or the folder
        holds something else.

    Examples
    --------
    >>> import sim
    >>> found = sim.run_all(["harbour-blockade", "es-11-1"], replicates=20)
    >>> found.table[["name", "resolution"]].to_numpy().tolist()
    [['harbour-blockade', 'SH/2'], ['es-11-1', 'A/RES/ES-11/1']]
    """
    given = read_scenarios(scenarios)
    named = []
    for name, one in given.items():
        spec = read_spec(one, overrides, replicates, seed)
        written = read_spec(one, None) if overrides else spec
        named.append(NamedScenario(name, spec, find_base(spec, written, is_changed=bool(overrides))))
    folder = Path(tempfile.mkdtemp(prefix="sim-run-") if out is None else out)
    found = Runs(folder, tuple(given))
    if out is None:
        weakref.finalize(found, shutil.rmtree, folder, ignore_errors=True)
    kept: list[KeptScenario] = []
    executor = InProcess() if workers == 1 else Processes(workers)
    keep_scenarios(check_scenarios(named), folder, engine, executor, kept)
    problems = [problem for one in kept for problem in one.problems]
    if problems:
        raise InputError(problems)
    return found


@dataclass(frozen=True, repr=False)
class SweepTables(Shown):
    """A finished sweep; the frames are read from its folder when they are first asked for.

    Parameters
    ----------
    experiment : what was run.
    folder : where its tables are.
    """

    experiment: Experiment
    folder: Path

    def _frame(self, name: str) -> pd.DataFrame:
        return make_frame(read_parquet(self.folder / name).to_pandas())

    def _line(self) -> str:
        return f"'{self.experiment.title}': {self.experiment.size:,} points, in {self.folder}"

    def _tables(self) -> Sequence[Table]:
        spread = ("_median", "_p05", "_p95")
        shown = [name for name in self.points.columns if not name.endswith(spread)]
        return [find_table(self.points[shown], self.experiment.question)]

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
        return make_frame([point.document() for point in rank(self.experiment, self.folder)])


@check_inputs()
def sweep(
    experiment: AnyExperiment,
    out: str | Path | None = None,
    executor: Executor | None = None,
    *,
    replicates: int | None = None,
) -> SweepTables:
    """Run an experiment, or the rest of it.

    Parameters
    ----------
    experiment : name of a shipped experiment, path of a file, a dictionary as a file would hold it, or an experiment
        that was read.
    out : folder of the sweep, where the same call resumes it; by default one that is deleted with the result.
    executor : where it runs, from `sim.runner.executors`; in this process by default.
    replicates : per point, in place of the experiment's own; more can be added to a finished folder.

    Raises
    ------
    InputError : the experiment is not valid, or the folder holds something else.
    """
    spec = read_experiment_spec(experiment, [] if replicates is None else [f"replicates={replicates}"])
    folder = Path(tempfile.mkdtemp(prefix="sim-sweep-") if out is None else out)
    tables = SweepTables(spec, folder)
    if out is None:
        weakref.finalize(tables, shutil.rmtree, folder, ignore_errors=True)
    run_sweep(spec, folder, executor)
    return tables
