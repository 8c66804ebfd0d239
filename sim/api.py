"""The Python interface: run a scenario or an experiment, ask what would change it, and get pandas frames.

`run` is a plain function of the keys of a scenario, so EMA Workbench, SALib or a notebook can call it.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.case import prepare
from sim.evaluation.ranking import rank
from sim.evaluation.summary import member_columns, summary, tally_columns
from sim.runner.executors import Executor
from sim.runner.run import RunResult
from sim.runner.run import run as run_case
from sim.runner.sweep import sweep as run_sweep
from sim.runner.tables import MEMBERS, POINTS, TALLIES, VOTES
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
from sim.whatif.compare import COLUMNS, Comparison, change_rows, comparison_document, comparison_rows
from sim.whatif.compare import compare as compare_specs
from sim.whatif.explain import (
    Explanation,
    explanation_document,
    lever_rows,
    overview_rows,
    peer_rows,
    term_rows,
    vote_number,
    walk_rows,
)
from sim.whatif.explain import explain as explain_member
from sim.whatif.reach import Reached, frontier_rows, reach_document
from sim.whatif.reach import reach as search
from sim.whatif.terms import take_apart

if TYPE_CHECKING:
    import pandas as pd


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


def run(
    scenario: str | Path | Scenario,
    overrides: Mapping[str, object] | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    engine: str = "ensemble",
) -> Run:
    """Run a scenario.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a file, or a scenario that was read.
    overrides : other values for keys of the scenario, as in ``--set``: ``{"parameters.enforcement": 0.8}``.
    replicates, seed : in place of the scenario's own.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.

    Raises
    ------
    InputError : the scenario or an override is not valid; all problems are listed.

    Examples
    --------
    >>> import sim
    >>> found = sim.run("es-11-1", {"vote.target_threat": 2.0}, replicates=100)
    >>> sorted(found.tallies.columns)[:2]
    ['absent', 'abstain']
    """
    return Run(run_case(prepare(_spec(scenario, overrides, replicates, seed)), engine=engine))


def _spec(
    scenario: str | Path | Scenario,
    overrides: Mapping[str, object] | None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """A scenario with other values for some of its keys."""
    numbers = {"replicates": replicates, "seed": seed}
    given = {**(overrides or {}), **{key: value for key, value in numbers.items() if value is not None}}
    spec = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
    return scenario_from({**spec.document(), "set": given}, spec.title, Path()) if given else spec


@dataclass(frozen=True)
class Compared:
    """Scenarios run beside a base; the frames are made when they are first asked for."""

    comparison: Comparison

    @cached_property
    def summary(self) -> dict[str, object]:
        """The document of ``sim compare --json``."""
        return comparison_document(self.comparison)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The table of ``sim compare --csv``: a row per figure, with base, now, change and its 90 % interval."""
        import pandas as pd

        return pd.DataFrame(comparison_rows(self.comparison), columns=list(COLUMNS))

    @cached_property
    def changes(self) -> pd.DataFrame:
        """A row per scenario, vote and replicate: change of the members per action."""
        import pandas as pd

        return pd.DataFrame(change_rows(self.comparison))


def compare(
    base: str | Path | Scenario,
    *others: str | Path | Scenario | Mapping[str, object],
    replicates: int | None = None,
    seed: int | None = None,
    engine: str = "ensemble",
) -> Compared:
    """Run scenarios beside a base, replicate by replicate on the same random numbers.

    Parameters
    ----------
    base : name of a shipped scenario, path of a file, or a scenario that was read.
    *others : the same, or overrides of the base: ``{"vote.target_threat": 2.0}``.
    replicates, seed : in place of the base's own.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.

    Raises
    ------
    InputError : a scenario is not valid, or has other members or votes than the base; all problems are listed.

    Examples
    --------
    >>> import sim
    >>> found = sim.compare("es-11-1", {"vote.target_threat": 2.0}, replicates=100)
    >>> bool(found.changes["support"].mean() < 0)
    True
    """
    first = _spec(base, None, replicates, seed)
    specs = [first]
    for other in others:
        if isinstance(other, Mapping):
            told = ", ".join(f"{key}={value}" for key, value in other.items())
            specs.append(_spec(first, other).model_copy(update={"title": f"{first.title}, with {told}"}))
        else:
            specs.append(_spec(other, None))
    return Compared(compare_specs(specs, engine))


@dataclass(frozen=True)
class Explained:
    """A member's action explained; the frames are made when they are first asked for."""

    explanation: Explanation

    @cached_property
    def summary(self) -> dict[str, object]:
        """The document of ``sim explain --json``."""
        return explanation_document(self.explanation)

    @cached_property
    def terms(self) -> pd.DataFrame:
        """A row per term: what it adds to each action, in units of the logit noise, and its value."""
        import pandas as pd

        return pd.DataFrame(term_rows(self.explanation)).drop(columns="made_of")

    @cached_property
    def peers(self) -> pd.DataFrame:
        """A row per peer, the heaviest first: weight, mean stance, what it adds to support."""
        import pandas as pd

        return pd.DataFrame(peer_rows(self.explanation))

    @cached_property
    def tips(self) -> pd.DataFrame:
        """A row per lever and action it can make the likeliest: the values run at either side of the tip."""
        import pandas as pd

        return pd.json_normalize(lever_rows(self.explanation), "tips", ["lever", "kind", "now", "low", "high", "unit"])

    @cached_property
    def along(self) -> pd.DataFrame:
        """A row per value of the lever that was walked along: probability of each action."""
        import pandas as pd

        return pd.DataFrame(walk_rows(self.explanation))


def explain(
    scenario: str | Path | Scenario,
    member: str,
    overrides: Mapping[str, object] | None = None,
    *,
    resolution: str | None = None,
    tries_levers: bool = True,
    along: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Explained:
    """Explain a member's action in a vote: its utilities term by term, and what would tip it.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a file, or a scenario that was read.
    member : code or name.
    overrides : other values for keys of the scenario, as in ``--set``.
    resolution : which vote; the first by default.
    tries_levers : whether to look for what would tip the member, which takes some seconds.
    along : a lever to walk along, such as ``dependence.arms``, or with a range ``vote.severity=-5:0``.
    replicates, seed : in place of the scenario's own.

    Raises
    ------
    InputError : there is no such scenario, member, vote or lever.

    Examples
    --------
    >>> import sim
    >>> found = sim.explain("harbour-blockade", "Gullrock", tries_levers=False, replicates=100)
    >>> {"term", "support", "oppose"} <= set(found.terms.columns)
    True
    """
    spec = _spec(scenario, overrides, replicates, seed)
    return Explained(explain_member(spec, member, resolution, tries_levers=tries_levers, walks_along=along))


def explain_all(
    scenario: str | Path | Scenario,
    overrides: Mapping[str, object] | None = None,
    *,
    resolution: str | None = None,
    replicates: int | None = None,
) -> pd.DataFrame:
    """The decisive term of every member whose vote is drawn, a row each; the table of ``sim explain --all``.

    Raises
    ------
    InputError : there is no such scenario or vote.
    """
    import pandas as pd

    spec = _spec(scenario, overrides, replicates)
    return pd.DataFrame(overview_rows(take_apart(prepare(spec), vote_number(spec, resolution), spec.replicates)))


@dataclass(frozen=True)
class GoalReached:
    """What a search for a goal found; the frame is made when it is first asked for."""

    found: Reached

    @cached_property
    def summary(self) -> dict[str, object]:
        """The document of ``sim reach --json``."""
        return reach_document(self.found)

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """A row per combination that none found is both cheaper and surer than: cost, probability, levers."""
        import pandas as pd

        return pd.DataFrame(frontier_rows(self.found))


def reach(goal: str | Path | Goal, overrides: Sequence[str] = ()) -> GoalReached:
    """Search for the cheapest combination of levers that reaches a goal.

    Parameters
    ----------
    goal : name of a shipped goal, path of a file, or a goal that was read.
    overrides : other values for keys of the goal or its scenario, as in ``--set``: ``["goal.probability=0.5"]``; not
        for a goal that was read.

    Raises
    ------
    InputError : the goal or an override is not valid; all problems are listed.

    Examples
    --------
    >>> import sim
    >>> found = sim.reach("india-deplores", ["replicates=50"])
    >>> bool((found.frontier["cost"] >= 0).all())
    True
    """
    return GoalReached(search(goal if isinstance(goal, Goal) else read_goal(goal, overrides)))


@dataclass(frozen=True)
class SweepTables:
    """A finished sweep; the frames are read from its folder when they are first asked for.

    Parameters
    ----------
    experiment : what was run.
    folder : where its tables lie.
    """

    experiment: Experiment
    folder: Path

    def _frame(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_parquet(self.folder / name)

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

        return pd.DataFrame(rank(self.experiment, self.folder))


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
    overrides = [] if replicates is None else [f"replicates={replicates}"]
    if isinstance(experiment, Experiment):
        bases = {reference: base.document() for reference, base in experiment.bases.items()}
        spec = experiment_from(experiment.document(), experiment.title or "experiment", Path(), overrides, bases)
    else:
        spec = read_experiment(experiment, overrides)
    folder = Path(tempfile.mkdtemp(prefix="sim-sweep-") if out is None else out)
    tables = SweepTables(spec, folder)
    if out is None:
        weakref.finalize(tables, shutil.rmtree, folder, ignore_errors=True)
    run_sweep(spec, folder, executor)
    return tables
