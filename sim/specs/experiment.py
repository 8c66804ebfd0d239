"""Reading experiment files: the file, its scenarios, its table of points, and everything wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from sim.errors import InputError, Problem
from sim.specs.design import (
    Design,
    Experiment,
    Factor,
    TargetSplit,
)
from sim.specs.draft import Draft, Finding, Key, dotted
from sim.specs.experiment_checks import OVER, design_findings, repetitions, split_findings
from sim.specs.experiment_overrides import override_experiment
from sim.specs.experiment_schema import experiment_structure
from sim.specs.files import read_toml, shown
from sim.specs.priors import with_prior_factors
from sim.specs.problems import findings_of
from sim.specs.reading import read_scenario, scenario_from
from sim.specs.scenario import Scenario
from sim.specs.section import Section
from sim.specs.shipped import located
from sim.specs.table import read_table
from sim.specs.trials import trial_findings

__all__ = ["Design", "Experiment", "Factor", "TargetSplit", "experiment_from", "read_experiment"]

Part = TypeVar("Part", bound=Section)


def read_experiment(reference: str | Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read an experiment from a file or from those that are shipped, and check all of it.

    Parameters
    ----------
    reference : path to a TOML file, or the name of a shipped experiment with or without ``.toml``.
    overrides : ``key=value`` texts: keys of the experiment such as ``design.samples=128``, or keys of the scenario
        such as ``vote.severity=1``, which then hold at every point.

    Raises
    ------
    InputError
        With every problem of the file, of the scenarios and tables it names, and of the overrides.
    """
    path = located(reference, "experiments", Path())
    return experiment_from(read_toml(path), shown(path), path.parent, overrides)


def experiment_from(
    document: Mapping[str, object],
    where: str,
    folder: Path,
    overrides: Sequence[str] = (),
    bases: Mapping[str, Mapping[str, object]] | None = None,
) -> Experiment:
    """Make an experiment from plain data, as a TOML file would hold it, and check all of it.

    Parameters
    ----------
    document : the keys of an experiment file.
    where : what the document is called in messages.
    folder : folder that relative paths in it start from.
    overrides : ``key=value`` texts, applied last.
    bases : documents of scenarios by the name the experiment gives them, in place of files.

    Raises
    ------
    InputError
        With every problem found.
    """
    draft = Draft(where, folder)
    draft.take(document, where, folder)
    for text in overrides:
        override_experiment(draft, text)
    design = draft.document.get("design")
    if isinstance(design, dict):
        draft.document["design"] = with_prior_factors(design)
    reading = _Reading(draft, dict(bases or {}))
    experiment = reading.experiment()
    if experiment is None or draft.problems:
        raise InputError(draft.problems)
    return experiment


class _Reading:
    """One document being checked, each part as soon as it is sound itself, so that a mistake hides no other."""

    def __init__(self, draft: Draft, given: Mapping[str, Mapping[str, object]]) -> None:
        self.draft = draft
        self.given = given
        self.table: Path | None = None

    def experiment(self) -> Experiment | None:
        """The experiment, or None with everything noted that is wrong with its parts."""
        experiment = self._whole()
        bases = self._bases(experiment)
        design = _sound(Design, _part(self.draft.document, "design"))
        factors = self._factors(design)
        if design is not None:
            for finding in design_findings(design, factors, len(bases)):
                self._note(finding)
        for finding in repetitions(factors, self._set()):
            self._note(finding)
        for finding in trial_findings(design.kind if design else "factorial", factors, list(bases.values())):
            self._note(finding)
        target_split = _sound(TargetSplit, self.draft.document.get("target_split"))
        if target_split is not None:
            for base in bases.values():
                for finding in split_findings(target_split, base):
                    self._note(finding)
        if experiment is None or self.draft.problems:
            return None
        if self.table is not None:
            experiment = experiment.model_copy(
                update={"design": experiment.design.model_copy(update={"over": factors})}
            )
        return experiment.with_bases(bases)

    def _whole(self) -> Experiment | None:
        try:
            return Experiment.model_validate(self.draft.document)
        except ValidationError as error:
            for finding in findings_of(error, experiment_structure()):
                self.draft.note(finding)
            return None

    def _note(self, finding: Finding) -> None:
        """Keep a finding; one about a column is told at the table's file."""
        if self.table is None or finding.key[:2] != OVER or len(finding.key) < 3:
            self.draft.note(finding)
            return
        problem = Problem(shown(self.table), f'column "{finding.key[2]}"', finding.message, finding.fix)
        if problem not in self.draft.problems:
            self.draft.problems.append(problem)

    def _set(self) -> Mapping[str, object]:
        found = self.draft.document.get("set")
        return found if isinstance(found, Mapping) else {}

    def _factors(self, design: Design | None) -> dict[str, Factor]:
        """The factors that are sound in themselves; those of a table are read from its file."""
        if design is not None and design.kind == "table" and design.file is not None and not design.over:
            origin = self.draft.origin(("design", "file"))
            self.table = origin.folder / design.file
            try:
                columns = read_table(self.table)
            except InputError as error:
                self.draft.problems.extend(error.problems)
                return {}
            return {name: Factor.model_validate({"values": values}) for name, values in columns.items()}
        over = _part(self.draft.document, "design").get("over")
        found = {name: _sound(Factor, factor) for name, factor in over.items()} if isinstance(over, Mapping) else {}
        return {name: factor for name, factor in found.items() if factor is not None}

    def _bases(self, experiment: Experiment | None) -> dict[str, Scenario]:
        """The scenarios by the name the experiment gives them, with what it sets at every point."""
        named = self.draft.document.get("scenario")
        references = [named] if isinstance(named, str) else named if isinstance(named, list | tuple) else []
        own = {} if experiment is None else {"seed": experiment.seed, "replicates": experiment.replicates}
        numbers = {name: value for name, value in own.items() if value is not None}
        bases = {}
        for number, reference in enumerate(references):
            if not isinstance(reference, str) or not reference:
                continue
            key: Key = ("scenario",) if isinstance(named, str) else ("scenario", number)
            try:
                bases[reference] = self._base(reference, key).model_copy(update=numbers)
            except InputError as error:
                self.draft.problems.extend(problem for problem in error.problems if problem not in self.draft.problems)
        return bases

    def _base(self, reference: str, key: Key) -> Scenario:
        origin = self.draft.origin(key)
        if reference in self.given:
            base = scenario_from(self.given[reference], origin.where, origin.folder)
        else:
            base = read_scenario(located(reference, "scenarios", origin.folder, origin.where, dotted(origin.key)))
        if not self._set():
            return base
        try:
            return scenario_from({**base.document(), "set": self._set()}, "", origin.folder)
        except InputError as error:
            raise InputError(self._told_at_set(problem) for problem in error.problems) from None

    def _told_at_set(self, problem: Problem) -> Problem:
        """A problem of what is set at every point, told where that is written."""
        path = problem.key.removeprefix("set.")
        name = next((name for name in self._set() if path == name or path.startswith(f"{name}.")), "")
        origin = self.draft.origin(("set", name) if name else ("set",))
        return Problem(origin.where, f"set.{path}", problem.message, problem.fix)


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def _sound(part: type[Part], value: object) -> Part | None:
    try:
        return part.model_validate(value)
    except ValidationError:
        return None
