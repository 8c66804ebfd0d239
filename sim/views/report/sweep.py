"""The page of a sweep: question, answer, pictures along its levers, every point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.results.sensitivity import Indices
from sim.results.sweep import SweptPoint
from sim.results.tables import Column, Table, table
from sim.runner.folder.files import POINTS
from sim.runner.folder.kept import KeptSweep
from sim.runner.folder.reading import read_points
from sim.specs.labels import label_key
from sim.summaries.ranking import rank
from sim.summaries.sentences import list_words
from sim.summaries.sweeps import (
    answer_expected_course,
    answer_grounds_of_levers,
    answer_sweep,
    make_points_table,
    make_ranking_table,
    write_setting,
)
from sim.summaries.tallies import REPORTED
from sim.views.pictures.indices import plot_indices
from sim.views.pictures.sweeps import plot_sweep, slice_of, write_corner_of
from sim.views.report.page import MOST_SENTENCES, Picture, ReportPage, ReportSection
from sim.views.report.parts import as_json, describe_provenance, make_picture
from sim.whatif.sensitivity import ANALYSED, analyse, check_questions
from sim.whatif.sensitivity_tables import make_indices_table

MOST_ROWS = 2000
"""Points that are listed; where there are more, the first ones."""
MOST_NEAREST = 20
"""Points of the ranking that are listed; all are in the table of every point."""
MOST_LEVERS = 6
"""Levers in tables and pictures of points: a sheet of paper has no room for more columns."""


def make_sweep_page(kept: KeptSweep) -> ReportPage:
    """The page of a finished sweep."""
    experiment, manifest = kept.experiment, kept.manifest
    points = read_points(kept.folder)
    done = [point for point in points if point.tallies is not None]
    ranking = rank(experiment, kept.folder) if experiment.target_split is not None else ()
    resolutions = list(dict.fromkeys(str(point.resolution) for point in done))
    indices = _indices(kept, len(points) - len(done))
    by_weight = [one.lever for one in indices[0].levers] if indices else list(experiment.factors)
    levers = by_weight[:MOST_LEVERS]
    answer = answer_sweep(experiment, points, levers, ranking)
    drawn = [picture for resolution in resolutions for picture in _pictures(kept, resolution, levers)]
    sections = []
    if ranking:
        ranked = make_ranking_table(ranking, list(experiment.factors)[:MOST_LEVERS], experiment.first)
        sections.append(ReportSection("Points nearest to the target split", first=(ranked.first(MOST_NEAREST),)))
    if drawn[1:]:
        sections.append(ReportSection("Along the levers", pictures=tuple(drawn[1:])))
    if indices:
        bars = tuple(
            make_picture(plot_indices(found, corner=write_corner_of(kept), spec=experiment.first)) for found in indices
        )
        sections.append(
            ReportSection(
                "What it depends on", (), bars, tuple(make_indices_table(found, experiment.first) for found in indices)
            )
        )
    sections += [_changes_section(kept), ReportSection("Every point", (), (), (_points_table(points, levers, kept),))]
    hashes = {f"{world}/{name}": value for world, files in manifest.worlds.items() for name, value in files.items()}
    return ReportPage(
        title=experiment.title or "Sweep",
        question=experiment.question,
        answer=tuple(answer[:MOST_SENTENCES]),
        picture=drawn[0],
        details=(
            *answer_expected_course(experiment),
            *answer[MOST_SENTENCES:],
            *answer_grounds_of_levers(experiment),
        ),
        facts=(
            f"{manifest.points:,} points, {manifest.replicates:,} runs each, design {experiment.design.kind}, "
            f"scenarios: {list_words(list(experiment.scenario))}"
        ),
        sections=tuple(sections),
        provenance={
            "experiment hash": manifest.experiment_hash,
            **describe_provenance(manifest, kept.folder, experiment),
        },
        commands=(f"sim rerun {kept.folder.name}",),
        document=as_json({"experiment": manifest.experiment, "scenarios": manifest.scenarios}),
        hashes={**hashes, **manifest.tables},
    )


def _pictures(kept: KeptSweep, resolution: str, levers: list[str]) -> tuple[Picture, ...]:
    cut = slice_of(kept)
    if len(cut.over) == 2 and cut.is_grid:
        return tuple(make_picture(plot_sweep(kept, output=name, resolution=resolution)) for name in REPORTED)
    return tuple(make_picture(plot_sweep(kept, over=(lever,), resolution=resolution)) for lever in levers)


def _indices(kept: KeptSweep, failed: int) -> tuple[Indices, ...]:
    if kept.experiment.design.kind not in ANALYSED or failed:
        return ()
    return analyse(kept.experiment, kept.folder, check_questions(kept.experiment, ["support"]))[0]


def _changes_section(kept: KeptSweep) -> ReportSection:
    experiment = kept.experiment
    design = experiment.design.over.items()
    ranges = [
        [
            label_key(name, experiment.first),
            name,
            list_words([write_setting(value) for value in factor.values])
            if factor.values is not None
            else f"{factor.low:g} to {factor.high:g}" + (f" in {factor.steps} steps" if factor.steps else ""),
        ]
        for name, factor in design
    ]
    tables = [table("What was varied", [Column("lever"), Column("key"), Column("values")], ranges)]
    if experiment.set:
        fixed = [[label_key(name, experiment.first), name, as_json(value)] for name, value in experiment.set.items()]
        tables.append(table("What was set at every point", [Column("what"), Column("key"), Column("value")], fixed))
    return ReportSection("What was changed", (), (), tuple(tables))


def _points_table(points: Sequence[SweptPoint], levers: Sequence[str], kept: KeptSweep) -> Table:
    count = len(kept.experiment.factors)
    few = f" {len(levers)} of {count} levers." if len(levers) < count else ""
    made = make_points_table(points, levers, kept.experiment)
    return replace(made, note=f"{made.note} All columns are in {POINTS}.{few}").first(MOST_ROWS)
