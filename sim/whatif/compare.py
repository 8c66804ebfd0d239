"""Scenarios beside each other at the same random numbers: what changes, for whom, how surely, and does it decide.

The first scenario is the base. The others run with its seed and as many replicates, and where a vote is on another
text, with the draws of the base's vote in the same place: members differ by their causes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.case import Case, prepare
from sim.errors import InputError, Problem
from sim.summaries.changes import SHARES, change_summary
from sim.summaries.tallies import CODES, REPORTED, tally_summary
from sim.rules.adoption import RULES
from sim.runner.executors import Executor
from sim.runner.plan import OnProgress, ignore_progress
from sim.runner.result import RunResult, frequencies
from sim.runner.run import run_compared
from sim.specs import Scenario


@dataclass(frozen=True)
class Comparison:
    """Finished runs of scenarios of as many votes, paired by replicate.

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
    specs : two or more; the first is the base, whose seed and replicates all take.
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
    base, *others = (_named(result, case) for result, case in zip(results, cases, strict=True))
    return Comparison(base, tuple(replace(other, base=base) for other in others))


def _mismatches(base: Case, case: Case) -> list[Problem]:
    where = f"scenario '{case.spec.title}'"
    problems = []
    if case.world.iso3 != base.world.iso3:
        message = f"has the members of the world {case.world.name}; the base has those of {base.world.name}."
        problems.append(Problem(where, "world", message, "Compare scenarios of one world."))
    if len(case.ballots) != len(base.ballots):
        message = f"has {len(case.ballots)} votes; the base '{base.spec.title}' has {len(base.ballots)}."
        problems.append(Problem(where, "vote", message, "Compare scenarios with as many votes."))
    return problems


def _named(result: RunResult, case: Case) -> RunResult:
    """The result under the names of the case's own ballots."""
    pairs = zip(result.votes, case.ballots, strict=True)
    votes = tuple(replace(vote, resolution=ballot.resolution) for vote, ballot in pairs)
    return replace(result, case=case, votes=votes)


def comparison_document(comparison: Comparison) -> dict[str, object]:
    """The document of ``sim compare --json``."""
    base = comparison.base
    return {
        "base": base.case.spec.title,
        "world": base.case.world.name,
        "seed": base.case.spec.seed,
        "replicates": base.replicates,
        "engine": base.engine,
        "is_interrupted": comparison.is_interrupted,
        "compared": [
            {
                "scenario": other.case.spec.title,
                "votes": [
                    {
                        "resolution": vote.resolution,
                        "date": vote.date.isoformat(),
                        "base_resolution": before.resolution,
                        "tally": tally_summary(vote),
                        "base": change_summary(other, base, number),
                    }
                    for number, (vote, before) in enumerate(zip(other.votes, base.votes, strict=True))
                ],
            }
            for other in comparison.others
        ],
    }


COLUMNS = ("scenario", "resolution", "quantity", "iso3", "name", "unit", "base", "now", "change", "p05", "p95")


def comparison_rows(comparison: Comparison) -> list[dict[str, object]]:
    """A comparison as one long table, a row per figure; the 90 % interval is that of the change over replicates.

    Quantities are ``tally``, ``population`` and ``gdp`` with the action as name, ``adopted`` with the rule as name,
    ``probability`` with iso3 and the action, and ``moved``, ``towards``, ``away`` per member.
    """
    return [
        {column: row.get(column) for column in COLUMNS}
        for other in comparison.others
        for number in range(len(other.votes))
        for row in _vote_rows(comparison.base, other, number)
    ]


def _vote_rows(base: RunResult, other: RunResult, number: int) -> list[dict[str, object]]:
    vote, before = other.votes[number], base.votes[number]
    found: dict = change_summary(other, base, number)  # type: ignore[type-arg]
    now = tally_summary(vote)
    key = {"scenario": other.case.spec.title, "resolution": vote.resolution}
    rows: list[dict[str, object]] = []
    for action in REPORTED:
        low, high = found["change_interval"][action]
        figures = {"base": found["tally"][action]["mean"], "now": now[action]["mean"], "p05": low, "p95": high}
        change = {"change": found["change"][action]}
        rows.append({**key, "quantity": "tally", "name": action, "unit": "members", **figures, **change})
    for quantity in SHARES:
        for action in REPORTED:
            was, moved = found[quantity]["base"][action], found[quantity]["change"][action]
            figures = {"base": was, "now": was + moved["mean"], "change": moved["mean"]}
            interval = {"p05": moved["p05"], "p95": moved["p95"]}
            rows.append(
                {**key, "quantity": quantity, "name": action, "unit": "share of the world", **figures, **interval}
            )
    for rule in RULES:
        entry = found["adoption"][rule]
        figures = {"base": entry["base"], "now": entry["now"], "change": entry["now"] - entry["base"]}
        rows.append({**key, "quantity": "adopted", "name": rule, "unit": "probability", **figures})
    earlier, later = frequencies(before.counts), frequencies(vote.counts)
    world = other.case.world
    for i, iso3 in enumerate(world.iso3):
        for action in REPORTED:
            was, is_now = float(earlier[i, CODES[action]]), float(later[i, CODES[action]])
            figures = {"base": was, "now": is_now, "change": is_now - was}
            rows.append(
                {**key, "quantity": "probability", "iso3": iso3, "name": action, "unit": "probability", **figures}
            )
    for mover in found["moved"]:
        for quantity in ("moved", "towards", "away"):
            own = {"quantity": quantity, "iso3": mover["iso3"], "name": mover["name"], "now": mover[quantity]}
            rows.append({**key, **own, "unit": "share of replicates"})
    return rows


def change_rows(comparison: Comparison) -> list[dict[str, object]]:
    """Change of the members per action, a row per scenario, vote and replicate."""
    return [
        {"scenario": other.case.spec.title, "resolution": vote.resolution, "replicate": replicate}
        | {action: int(row[CODES[action]]) for action in REPORTED}
        for other in comparison.others
        for vote in other.votes
        if vote.change is not None
        for replicate, row in enumerate(vote.change.tallies)
    ]
