"""Ask from Python what would change an outcome, who votes differently and why, and get pandas frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.api.frames import make_frame
from sim.api.inputs import (
    SETTINGS,
    AnyExperiment,
    AnyGoal,
    AnyScenario,
    check_inputs,
    read_experiment_spec,
    read_goal_spec,
    read_spec,
)
from sim.api.running import SweepTables, sweep
from sim.api.showing import find_table
from sim.case import prepare
from sim.results.changes import ComparisonSummary
from sim.results.explanation import FenceMember, MemberOverview, MemberReasons
from sim.results.goals import GoalSearch
from sim.results.sensitivity import SensitivityAnalysis
from sim.results.showing import Shown
from sim.results.tables import Table
from sim.rules.choice import ACTIONS
from sim.runner.executors import Executor
from sim.whatif.compare import Comparison, list_changes, list_figures, summarise_comparison
from sim.whatif.compare import compare as compare_specs
from sim.whatif.explanation.decisive import summarise_members
from sim.whatif.explanation.explain import Explanation, vote_number
from sim.whatif.explanation.explain import explain as explain_member
from sim.whatif.explanation.fence import list_fence
from sim.whatif.explanation.summary import list_terms, summarise_explanation
from sim.whatif.explanation.terms import take_apart
from sim.whatif.goals.reach import Reached, list_frontier, summarise_search
from sim.whatif.goals.reach import reach as search
from sim.whatif.sensitivity import check_questions, list_indices, summarise_sensitivity

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Compared(Shown):
    """Scenarios compared with a base; the frames are made when they are first asked for."""

    comparison: Comparison

    def _line(self) -> str:
        base = self.comparison.base
        others = ", ".join(f"'{other.case.spec.title}'" for other in self.comparison.others)
        return f"{others} compared with '{base.case.spec.title}': {base.replicates:,} runs"

    def _tables(self) -> Sequence[Table]:
        return [find_table(self.figures, "Figures, with 90 % intervals of the change")]

    @cached_property
    def summary(self) -> ComparisonSummary:
        """The comparison in figures; `.document()` of it is what ``sim compare --json`` prints."""
        return summarise_comparison(self.comparison)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """The table of ``sim compare --csv``: a row per figure, with base, now, change and its 90 % interval."""
        return make_frame([row.document() for row in list_figures(self.comparison)])

    @cached_property
    def changes(self) -> pd.DataFrame:
        """A row per scenario, vote and replicate: change of the members per action."""
        return make_frame(list_changes(self.comparison))


@check_inputs()
def compare(
    base: AnyScenario,
    *others: AnyScenario,
    replicates: int | None = None,
    seed: int | None = None,
    engine: str = "ensemble",
) -> Compared:
    """Compare scenarios with a base, replicate by replicate on the same random numbers.

    Parameters
    ----------
    base : name of a shipped scenario, path of a file, a dictionary as a file would hold it, or a scenario that was
        read.
    *others : the same, but a dictionary holds overrides of the base: ``{"vote.target_threat": 2.0}``.
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
    first = read_spec(base, None, replicates, seed)
    specs = [first]
    for other in others:
        if isinstance(other, Mapping):
            changes = ", ".join(f"{key}={value}" for key, value in other.items())
            specs.append(read_spec(first, other).model_copy(update={"title": f"{first.title}, with {changes}"}))
        else:
            specs.append(read_spec(other, None))
    return Compared(compare_specs(specs, engine))


@dataclass(frozen=True, repr=False)
class Explained(Shown):
    """A member's action explained; the frames are made when they are first asked for."""

    explanation: Explanation

    def _line(self) -> str:
        case, ballot = self.explanation.anatomy.case, self.explanation.anatomy.ballot
        name, action = case.world.names[self.explanation.index], ACTIONS[self.explanation.likeliest]
        return f"{name} in {ballot.resolution} of '{case.spec.title}': {action}"

    def _tables(self) -> Sequence[Table]:
        return [find_table(self.terms, "What each term adds to the utility of each action")]

    @cached_property
    def summary(self) -> MemberReasons:
        """All of it; its ``document()`` is what ``sim explain --json`` prints."""
        return summarise_explanation(self.explanation)

    @cached_property
    def terms(self) -> pd.DataFrame:
        """A row per term: what it adds to the utility of each action, and its value.

        Where parameters are drawn, ``p05.support`` and ``p95.support`` and so on are the ends of 90 % of the draws.
        """
        import pandas as pd

        terms = [term.document() for term in self.summary.terms]
        return make_frame(pd.json_normalize(terms).drop(columns="made_of"))

    @cached_property
    def months(self) -> pd.DataFrame:
        """A row per month and term, the resolution asked in each month: what it adds; empty without months."""
        import pandas as pd

        return pd.DataFrame([row.document() for row in list_terms(self.summary)] if self.summary.months else [])

    @cached_property
    def peers(self) -> pd.DataFrame:
        """A row per peer, those with most weight first: weight, mean stance, what it adds to support."""
        import pandas as pd

        return pd.DataFrame([peer.document() for peer in self.summary.peers])

    @cached_property
    def tips(self) -> pd.DataFrame:
        """A row per lever and action that it can make the most likely: values before and beyond the switching point."""
        import pandas as pd

        levers = [lever.document() for lever in self.summary.levers]
        return pd.json_normalize(levers, "tips", ["lever", "kind", "now", "low", "high", "unit"])

    @cached_property
    def along(self) -> pd.DataFrame:
        """A row per value of the lever that was asked for: probability of each action."""
        import pandas as pd

        walk = self.summary.along
        return pd.DataFrame([] if walk is None else [point.document() for point in walk.points])


@check_inputs()
def explain(
    scenario: AnyScenario,
    member: str,
    overrides: Mapping[str, object] | None = None,
    *,
    resolution: str | None = None,
    tries_levers: bool = True,
    along: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Explained:
    """Explain a member's action in a vote: its utilities term by term, and what would change its vote.

    Parameters
    ----------
    scenario : as for `sim.run`.
    member : code or name.
    overrides : other values for keys of the scenario, as in ``--set``.
    resolution : which vote; the first by default.
    tries_levers : whether to look for what would change its vote, which takes some seconds.
    along : a lever along which to run the vote, such as ``dependence.arms``, or with a range ``vote.severity=-5:0``.
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
    spec = read_spec(scenario, overrides, replicates, seed)
    return Explained(explain_member(spec, member, resolution, tries_levers=tries_levers, walks_along=along))


@check_inputs()
def explain_all(
    scenario: AnyScenario,
    overrides: Mapping[str, object] | None = None,
    *,
    resolution: str | None = None,
    replicates: int | None = None,
) -> pd.DataFrame:
    """The decisive term of every member whose vote is not fixed, a row each; the table of ``sim explain --all``.

    Raises
    ------
    InputError : there is no such scenario or vote.
    """
    import pandas as pd

    spec = read_spec(scenario, overrides, replicates)
    overview = summarise_members(take_apart(prepare(spec), vote_number(spec, resolution), spec.replicates))
    return pd.DataFrame([member.document() for member in overview.members], columns=list(MemberOverview.model_fields))


@check_inputs()
def fence(
    scenario: AnyScenario,
    overrides: Mapping[str, object] | None = None,
    *,
    members: int = 10,
    resolution: str | None = None,
    replicates: int | None = None,
) -> pd.DataFrame:
    """The members nearest to another action, a row each; the table of ``sim explain --fence``.

    Parameters
    ----------
    scenario, overrides, resolution, replicates : as for `explain_all`.
    members : how many are listed.

    Raises
    ------
    InputError : there is no such scenario or vote.

    Examples
    --------
    >>> import sim
    >>> found = sim.fence("harbour-blockade", members=2, replicates=100)
    >>> found["apart"].is_monotonic_increasing
    True
    """
    spec = read_spec(scenario, overrides, replicates)
    found = list_fence(take_apart(prepare(spec), vote_number(spec, resolution), spec.replicates), members)
    return make_frame([member.document() for member in found.members], columns=list(FenceMember.model_fields))


@dataclass(frozen=True, repr=False)
class GoalReached(Shown):
    """What a search for a goal found; the frame is made when it is first asked for."""

    found: Reached

    def _line(self) -> str:
        costs, count = self.frontier["cost"], len(self.frontier)
        return (
            f"{count} combination{'s' if count > 1 else ''} of levers, at costs from {costs.min():g} to {costs.max():g}"
        )

    def _tables(self) -> Sequence[Table]:
        return [find_table(self.frontier, "Combinations of levers for which no checked one is both cheaper and surer")]

    @cached_property
    def summary(self) -> GoalSearch:
        """All of it; its ``document()`` is what ``sim reach --json`` prints."""
        return summarise_search(self.found)

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """A row per combination for which no checked one is both cheaper and surer: cost, probability, levers."""
        import pandas as pd

        return pd.DataFrame(list_frontier(self.summary))


@check_inputs(overrides=SETTINGS)
def reach(goal: AnyGoal, overrides: Sequence[str] = ()) -> GoalReached:
    """Search for the cheapest combination of levers that reaches a goal.

    Parameters
    ----------
    goal : name of a shipped goal, path of a file, a dictionary as a file would hold it, or a goal that was read.
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
    return GoalReached(search(read_goal_spec(goal, overrides)))


@dataclass(frozen=True, repr=False)
class Sensitivity(Shown):
    """What outputs depend on, and where an event happens.

    Parameters
    ----------
    tables : the sweep that it was computed from.
    summary : all of it; its ``document()`` is what ``sim sensitivity --json`` prints.
    """

    tables: SweepTables
    summary: SensitivityAnalysis

    def _line(self) -> str:
        return self.tables._line()

    def _tables(self) -> Sequence[Table]:
        frames = {"Indices of each lever, with 90 % intervals": self.indices, "Where the event happens": self.regions}
        return [find_table(frame, title) for title, frame in frames.items() if len(frame)]

    @cached_property
    def indices(self) -> pd.DataFrame:
        """A row per output and lever: Morris's or Sobol's figures with their 90 % intervals."""
        import pandas as pd

        return pd.DataFrame([row for found in self.summary.indices for row in list_indices(found)])

    @cached_property
    def regions(self) -> pd.DataFrame:
        """A row per region: its bounds, how often the event happens there, and its share of all cases."""
        import pandas as pd

        return pd.DataFrame([region.document() for region in self.summary.regions or ()])


@check_inputs(overrides=SETTINGS)
def sensitivity(
    experiment: AnyExperiment,
    outputs: Sequence[str] = ("support",),
    event: str | None = None,
    *,
    resolution: str | None = None,
    out: str | Path | None = None,
    executor: Executor | None = None,
    overrides: Sequence[str] = (),
) -> Sensitivity:
    """Run an experiment, or the rest of it, and find what its outputs depend on.

    Parameters
    ----------
    experiment : name of a shipped experiment, path of a file, a dictionary as a file would hold it, or an experiment
        that was read.
    outputs : what to look at: ``support`` (or another action), ``majority``, ``two-thirds``, ``near``, ``IND:abstain``;
        none for a design of another kind than morris and saltelli.
    event : what to find the regions of: a rule that fails, or a bound such as ``support<100``.
    resolution : which vote; the first by default.
    out, executor : as for `sweep`.
    overrides : as in ``--set``: ``["design.samples=4", "replicates=20"]``.

    Raises
    ------
    InputError : the experiment, an output or the event is not valid, or the design does not allow it.

    Examples
    --------
    >>> import sim
    >>> found = sim.sensitivity("where-threats-work", overrides=["design.samples=4", "replicates=5"])
    >>> {"first", "total"} <= set(found.indices.columns)
    True
    """
    spec = read_experiment_spec(experiment, overrides)
    asked = check_questions(spec, outputs, event, resolution)
    tables = sweep(spec, out, executor)
    return Sensitivity(tables, summarise_sensitivity(spec, tables.folder, asked))
