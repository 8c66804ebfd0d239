"""Reading experiment files: the file, its scenarios, its table of points, and everything wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from sim.errors import InputError, Problem
from sim.specs.draft import Draft, Finding, Key
from sim.specs.experiment.checks import check_design, check_repetition, split_findings
from sim.specs.experiment.design import OVER, Design, Factor
from sim.specs.experiment.priors import with_prior_factors
from sim.specs.experiment.schema import make_experiment_structure
from sim.specs.experiment.spec import Experiment, TargetSplit
from sim.specs.experiment.table import read_point_table
from sim.specs.experiment.trials import TrialRow, find_refusals, find_unvariable, gather_refusals, list_rows, try_row
from sim.specs.experiment.warnings import Trials, find_idle_factors, warn_of_base
from sim.specs.files import read_toml, show_path
from sim.specs.scenario.spec import Scenario
from sim.specs.section import read_sound
from sim.specs.shipped import locate_file
from sim.specs.study import Base, collect_settings, name_base, validate_study
from sim.specs.study_overrides import draft_study


def read_experiment(reference: str | Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read an experiment from a file or from those that are shipped, and check all of it.

    Parameters
    ----------
    reference : path to a TOML file, or the name of a shipped experiment with or without ``.toml``.
    overrides : ``key=value`` settings: keys of the experiment such as ``design.samples=128``, or keys of the scenario
        such as ``vote.severity=1``, which are then set at every point.

    Raises
    ------
    InputError
        With every problem of the file, of the scenarios and tables that it names, and of the overrides.
    """
    path = locate_file(reference, "experiments", Path())
    return parse_experiment(read_toml(path), show_path(path), path.parent, overrides)


def parse_experiment(
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
    where : name of the document in messages.
    folder : folder that relative paths in it start from.
    overrides : ``key=value`` settings, applied last.
    bases : documents of scenarios by their name in the experiment, in place of files.

    Raises
    ------
    InputError
        With every problem found.
    """
    draft = draft_study(document, where, folder, overrides, Experiment)
    design = draft.document.get("design")
    if isinstance(design, dict):
        draft.document["design"] = with_prior_factors(design)
    reading = _Reading(draft, dict(bases or {}))
    experiment = reading.experiment()
    if experiment is None or draft.problems:
        raise InputError(draft.problems)
    return experiment


class _Reading:
    """One document while it is checked, part by part, so that no mistake hides another."""

    def __init__(self, draft: Draft, given: Mapping[str, Mapping[str, object]]) -> None:
        self.draft = draft
        self.given = given
        self.table: Path | None = None

    def experiment(self) -> Experiment | None:
        """Read the experiment, or return None and note everything that is wrong with its parts."""
        experiment = validate_study(Experiment, self.draft, make_experiment_structure())
        bases = self._bases()
        scenarios = {reference: base.scenario for reference, base in bases.items()}
        design = read_sound(Design, _part(self.draft.document, "design"))
        factors = self._factors(design)
        rows = list_rows(design.kind if design else "factorial", factors)
        trials = {reference: [try_row(base, row) for row in rows] for reference, base in scenarios.items()}
        for finding in self._findings(design, factors, rows, scenarios, trials):
            self.draft.keep([self._problem(finding)])
        if experiment is None or self.draft.problems:
            return None
        if self.table is not None:
            experiment = experiment.model_copy(
                update={"design": experiment.design.model_copy(update={"over": factors})}
            )
        numbers = {"seed": experiment.seed, "replicates": experiment.replicates}
        given = {name: value for name, value in numbers.items() if value is not None}
        warnings = chain(
            *(warn_of_base(reference, base, trials[reference]) for reference, base in bases.items()),
            map(self._problem, find_idle_factors(trials, keeps_months="months" in experiment.outputs)),
        )
        return experiment.with_bases(
            {reference: base.model_copy(update=given) for reference, base in scenarios.items()}, warnings
        )

    def _findings(
        self,
        design: Design | None,
        factors: Mapping[str, Factor],
        rows: Sequence[TrialRow],
        scenarios: Mapping[str, Scenario],
        trials: Trials,
    ) -> Iterator[Finding]:
        """What is wrong between parts that are valid by themselves."""
        if design is not None:
            yield from check_design(design, factors, len(scenarios))
        yield from check_repetition(factors, collect_settings(self.draft))
        yield from find_unvariable(factors)
        yield from gather_refusals(
            rows, (f for name, base in scenarios.items() for f in find_refusals(base, trials[name]))
        )
        target_split = read_sound(TargetSplit, self.draft.document.get("target_split"))
        if target_split is not None:
            for base in scenarios.values():
                yield from split_findings(target_split, base)

    def _problem(self, finding: Finding) -> Problem:
        """The problem of a finding at its place; for a column that is the file of the table."""
        if self.table is None or finding.key[:2] != OVER or len(finding.key) < 3:
            return self.draft.locate(finding)
        return Problem(show_path(self.table), f'column "{finding.key[2]}"', finding.message, finding.fix)

    def _factors(self, design: Design | None) -> dict[str, Factor]:
        """The factors that are valid by themselves; those of a table are read from its file."""
        if design is not None and design.kind == "table" and design.file is not None and not design.over:
            origin = self.draft.origin(("design", "file"))
            self.table = origin.folder / design.file
            try:
                columns = read_point_table(self.table)
            except InputError as error:
                self.draft.keep(error.problems)
                return {}
            return {name: Factor.model_validate({"values": values}) for name, values in columns.items()}
        over = _part(self.draft.document, "design").get("over")
        found = {name: read_sound(Factor, factor) for name, factor in over.items()} if isinstance(over, Mapping) else {}
        return {name: factor for name, factor in found.items() if factor is not None}

    def _bases(self) -> dict[str, Base]:
        """The scenarios by their name in the experiment."""
        named = self.draft.document.get("scenario")
        references = [named] if isinstance(named, str) else named if isinstance(named, list | tuple) else []
        bases = {}
        for number, reference in enumerate(references):
            key: Key = ("scenario",) if isinstance(named, str) else ("scenario", number)
            base = name_base(self.draft, reference, key, self.given)
            if base is not None:
                bases[reference] = base
        return bases


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}
