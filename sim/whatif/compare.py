"""Scenarios compared at the same random numbers: what changes, for whom, in how many runs, and is it decisive.

The first scenario is the base. The others run with its seed and as many replicates, and where a vote is on another
resolution, with the draws of the base's vote in the same place: members differ by their reasons alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.case import Case, prepare
from sim.errors import InputError, Problem
from sim.results.changes import ComparedFigure, ComparedScenario, ComparedVote, ComparisonSummary
from sim.runner.executors import Executor
from sim.runner.plan import OnProgress, ignore_progress
from sim.runner.result import RunResult, frequencies
from sim.runner.run import run_compared
from sim.specs import Scenario
from sim.summaries.about import summarise_about
from sim.summaries.changes import summarise_change
from sim.summaries.edits import list_settings
from sim.summaries.tallies import CODES, REPORTED, summarise_tally
from sim.whatif.doubt import add_doubt


@dataclass(frozen=True)
class Comparison:
    """Finished runs of scenarios with the same number of votes, paired by replicate.

    Parameters
    ----------
    base : the run of the first scenario.
    others : the runs of the others, each with its change against the base.
    """

    base: RunResult
    others: tuple[RunResult, ...]

    @property
    def is_interrupted(self) -> bool:
        """Whether fewer replicates than asked for were run."""
        return self.base.is_interrupted


def compare(
    specs: Sequence[Scenario],
    engine: str = "ensemble",
    *,
    executor: Executor | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Comparison:
    """Run scenarios replicate by replicate on the same random numbers.

    Parameters
    ----------
    specs : two or more; the first is the base, whose seed and replicates all of them use.
    engine : ``"ensemble"`` or ``"mesa"``; the votes are the same.
    executor : where they run; in this process by default.
    on_progress : called after every batch.

    Raises
    ------
    InputError : a scenario has other members, or another number of votes, than the base, or there is no such engine.
    KeyboardInterrupt : interrupted before any replicates were done.
    """
    first = specs[0]
    numbers = {"seed": first.seed, "replicates": first.replicates}
    cases = [prepare(spec.model_copy(update=numbers)) for spec in specs]
    problems = [problem for case in cases[1:] for problem in _mismatches(cases[0], case)]
    if problems:
        raise InputError(problems)
    results = run_compared(cases, first.replicates, engine, executor=executor, on_progress=on_progress)
    base, *others = (_rename_votes(result, case) for result, case in zip(results, cases, strict=True))
    _, *others = add_doubt([base, *(replace(other, base=base) for other in others)])
    return Comparison(base, tuple(others))


def _mismatches(base: Case, case: Case) -> list[Problem]:
    where = f"scenario '{case.spec.title}'"
    problems = []
    if case.world.iso3 != base.world.iso3:
        message = f"has the members of the world {case.world.name}; the base has those of {base.world.name}."
        problems.append(Problem(where, "world", message, "Compare scenarios of one world."))
    if len(case.ballots) != len(base.ballots):
        message = f"has {len(case.ballots)} votes; the base '{base.spec.title}' has {len(base.ballots)}."
        problems.append(Problem(where, "vote", message, "Compare scenarios with the same number of votes."))
    return problems


def _rename_votes(result: RunResult, case: Case) -> RunResult:
    """The result under the names of the case's own ballots."""
    pairs = zip(result.votes, case.ballots, strict=True)
    votes = tuple(replace(vote, resolution=ballot.resolution) for vote, ballot in pairs)
    return replace(result, case=case, votes=votes)


def summarise_comparison(comparison: Comparison) -> ComparisonSummary:
    """The document of ``sim compare --json``."""
    base = comparison.base
    return ComparisonSummary(
        base=base.case.spec.title,
        world=base.case.world.name,
        seed=base.case.spec.seed,
        replicates=base.replicates,
        engine=base.engine,
        is_interrupted=comparison.is_interrupted,
        compared=[
            ComparedScenario(
                scenario=other.case.spec.title,
                changed=list_settings(base.case.spec, other.case.spec),
                months=summarise_about(other) if other.months is not None and base.months is not None else None,
                votes=[_compare_vote(base, other, number) for number in range(len(other.votes))],
            )
            for other in comparison.others
        ],
    )


def _compare_vote(base: RunResult, other: RunResult, number: int) -> ComparedVote:
    vote = other.votes[number]
    return ComparedVote(
        resolution=vote.resolution,
        date=vote.date,
        base_resolution=base.votes[number].resolution,
        tally=summarise_tally(vote),
        base=summarise_change(other, base, number),
    )


def list_figures(comparison: Comparison) -> list[ComparedFigure]:
    """A comparison as one long table, a row per figure; intervals are those of the change over the runs."""
    return [
        figure
        for other in comparison.others
        for number in range(len(other.votes))
        for figure in _figures_of_vote(comparison.base, other, number)
    ]


def _figures_of_vote(base: RunResult, other: RunResult, number: int) -> Iterator[ComparedFigure]:
    found = _compare_vote(base, other, number)
    of_base = found.base

    def figure(kind: str, name: str, unit: str, was: float | None, now: float, **more: Any) -> ComparedFigure:
        return ComparedFigure(
            scenario=other.case.spec.title,
            resolution=found.resolution,
            figure=kind,
            name=name,
            unit=unit,
            base=was,
            now=now,
            change=None if was is None else now - was,
            **more,
        )

    for action in REPORTED:
        low, high = of_base.change_interval.of(action)
        was, now = of_base.tally.of(action).mean, found.tally.of(action).mean
        yield figure("tally", action, "members", was, now, p05=low, p95=high)
    for kind, behind in (("population", of_base.population), ("gdp", of_base.gdp)):
        for action in REPORTED:
            was, change = behind.base.of(action), behind.change.of(action)
            now = was + change.mean
            yield figure(kind, action, "share of the world", was, now, p05=change.p05, p95=change.p95)
    for rule, one in of_base.adoption.items():
        yield figure("adopted", rule, "probability", one.base, one.now)
    earlier, later = frequencies(base.votes[number].counts), frequencies(other.votes[number].counts)
    for i, iso3 in enumerate(other.case.world.iso3):
        for action in REPORTED:
            was, now = float(earlier[i, CODES[action]]), float(later[i, CODES[action]])
            yield figure("probability", action, "probability", was, now, iso3=iso3)
    for mover in of_base.moved:
        for kind in ("moved", "towards", "away"):
            yield figure(kind, mover.name, "share of runs", None, getattr(mover, kind), iso3=mover.iso3)


def list_changes(comparison: Comparison) -> list[dict[str, object]]:
    """Change of the members per action, a row per scenario, vote and replicate."""
    return [
        {"scenario": other.case.spec.title, "resolution": vote.resolution, "replicate": replicate}
        | {action: int(row[CODES[action]]) for action in REPORTED}
        for other in comparison.others
        for vote in other.votes
        if vote.change is not None
        for replicate, row in enumerate(vote.change.tallies)
    ]
