"""What is allowed in an experiment but seldom meant: factors without effect, and what-ifs that they undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.errors import Problem
from sim.specs.draft import Finding, Key, join_key
from sim.specs.experiment.design import OVER
from sim.specs.experiment.trials import Trial
from sim.specs.overrides import complete_key, list_leaves
from sim.specs.scenario.spec import Scenario
from sim.specs.scenario.warnings import (
    collect_warnings,
    describe_undone,
    find_idle_settings,
    find_reason,
    find_reason_unseen,
    find_undone_settings,
    read_original,
)
from sim.specs.study import Base

Trials = Mapping[str, Sequence[Trial]]
"""The trials of the rows of a design in each scenario, by the scenario's name."""


def warn_of_base(reference: str, base: Base, trials: Sequence[Trial]) -> Iterator[Problem]:
    """Warnings about one scenario of an experiment: about its settings, and about what the design varies of it.

    Parameters
    ----------
    reference : the scenario's name in the experiment.
    trials : the trials of the design's rows in it.
    """
    yield from collect_warnings(reference, base.scenario, base.written)
    original = read_original(base.written)
    reported = {undone.key for undone in find_undone_settings(base.written, original, base.scenario)}
    for trial in trials:
        for undone in find_undone_settings(base.written, original, trial.scenario or base.scenario):
            if undone.key not in reported:
                reported.add(undone.key)
                key, message, fix = describe_undone(base.written, undone, "is varied by the design")
                yield Problem(reference, join_key(key), message, fix)


def find_idle_factors(trials: Trials, *, keeps_months: bool) -> Iterator[Finding]:
    """Factors that have no effect in a scenario at any value that was tried.

    Parameters
    ----------
    keeps_months : whether the experiment keeps the months, so that they show what votes do not see.
    """
    reasons = {
        (reference, name): reason
        for reference, of_base in trials.items()
        for name, reason in _find_reasons(of_base, keeps_months).items()
    }
    for (reference, name), reason in reasons.items():
        yield Finding((*OVER, name), f"has no effect in {reference}: {reason}")
    if reasons and len(reasons) == sum(len(of_base[0].row) for of_base in trials.values()):
        yield Finding(("design",), "nothing that it varies has an effect, so every point asks the same question.")


def _find_reasons(trials: Sequence[Trial], keeps_months: bool) -> dict[str, str]:
    """Why factors have no effect at any of their values; without those that have one, or where this is not known."""
    found = [_find_reasons_at(trial, keeps_months) for trial in trials]
    first = found[0] if found else {}
    return {name: reason for name, reason in first.items() if all(name in other for other in found)}


def _find_reasons_at(trial: Trial, keeps_months: bool) -> dict[str, str]:
    if trial.scenario is None:
        return {}
    idle, document = find_idle_settings(trial.scenario), trial.scenario.document()
    found = {}
    for name, item in trial.row.items():
        keys = [complete_key(document, path) for path, _ in list_leaves(name, item.value)]
        reasons = [
            find_reason(idle, key) or (None if keeps_months else _find_reason_unseen(trial.scenario, key))
            for key in keys
        ]
        if all(reasons):
            found[name] = str(reasons[0])
    return found


def _find_reason_unseen(scenario: Scenario, key: Key) -> str | None:
    """Why no vote depends on a key, and what to do about it."""
    reason = find_reason_unseen(scenario, key)
    return reason and f'{reason} Set it, or keep the months with outputs = ["months"].'
