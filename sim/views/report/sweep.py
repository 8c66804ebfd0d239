"""What stands on the page of a sweep: question, answer, pictures along its levers, every point."""

from __future__ import annotations

from typing import Any

from sim.runner.folder.kept import KeptSweep
from sim.runner.folder.reading import read_table
from sim.runner.folder.tables import POINTS
from sim.summaries.ranking import rank
from sim.summaries.tallies import REPORTED
from sim.views.pictures.indices import plot_indices
from sim.views.pictures.sweeps import corner, plot_sweep, shortened, slice_of
from sim.views.report.page import AS_SHORT, Column, Page, Picture, Section, Table, table
from sim.views.report.parts import as_json, joined, picture, provenance_of
from sim.whatif.sensitivity import ANALYSED, Indices, analyse, asked_of

MOST_ROWS = 2000
"""Points that are listed; of more, the first."""
MOST_LEVERS = 6
"""Levers that tables and pictures of points go by: a sheet of paper holds no more columns."""


def page_of_sweep(kept: KeptSweep) -> Page:
    """The page of a finished sweep."""
    experiment, manifest = kept.experiment, kept.manifest
    rows: list[dict[str, Any]] = read_table(kept.folder / POINTS).to_pylist()
    done = [row for row in rows if row["error"] is None]
    ranking: list[dict[str, Any]] = rank(experiment, kept.folder) if experiment.target_split is not None else []
    resolutions = list(dict.fromkeys(row["resolution"] for row in done))
    indices = _indices(kept, len(rows) - len(done))
    levers = list(indices[0].levers if indices else experiment.factors)[:MOST_LEVERS]  # those of indices, by weight
    sections = [
        Section(f"{resolution} along the levers", (), _pictures(kept, resolution, levers)) for resolution in resolutions
    ]
    if indices:
        drawn = tuple(picture(plot_indices(found, corner=corner(kept))) for found in indices)
        sections.append(Section("What it hangs on", (), drawn, tuple(_indices_table(found) for found in indices)))
    if ranking:
        sections.append(Section("Points nearest to the split looked for", (), (), (_ranking_table(ranking),)))
    sections += [
        _changed(kept),
        Section("Every point", (), (), (_points_table(rows, levers, len(experiment.factors)),)),
    ]
    worlds = {f"{world}/{name}": told for world, named in manifest["worlds"].items() for name, told in named.items()}
    return Page(
        title=experiment.title or "Sweep",
        question=experiment.question,
        answer=_answer(done, levers, ranking, len(rows) - len(done)),
        facts=(
            f"{manifest['points']:,} points, {manifest['replicates']:,} replicates each, design "
            f"{experiment.design.kind}, scenarios: {joined(list(experiment.scenario))}"
        ),
        sections=tuple(sections),
        provenance={
            "experiment hash": manifest["experiment_hash"],
            **provenance_of(manifest, kept.folder, experiment),
        },
        commands=(f"sim rerun {kept.folder.name}",),
        document=as_json({"experiment": manifest["experiment"], "scenarios": manifest["scenarios"]}),
        hashes={**worlds, **manifest["tables"]},
    )


def _answer(done: list[dict[str, Any]], levers: list[str], ranking: list[dict[str, Any]], failed: int) -> str:
    low, high = (pick(done, key=lambda row: row["support_mean"]) for pick in (min, max))
    said = (
        f"Mean support goes from {low['support_mean']:.1f} members ({_at(low, levers)}) "
        f"to {high['support_mean']:.1f} ({_at(high, levers)})."
    )
    if ranking:
        best = ranking[0]
        said += (
            f" Nearest to the split looked for is {_at(best['values'], levers)}: {best['distance']:.1f} members off "
            f"it on average, and near it in {100 * best['near']:.0f} % of replicates."
        )
    return said + (f" {failed} points failed." if failed else "")


def _at(row: dict[str, Any], levers: list[str]) -> str:
    return ", ".join(f"{name} = {shortened(row[name])}" for name in levers[:4])


def _pictures(kept: KeptSweep, resolution: str, levers: list[str]) -> tuple[Picture, ...]:
    cut = slice_of(kept)
    if len(cut.over) == 2 and cut.is_grid:
        return tuple(picture(plot_sweep(kept, output=name, resolution=resolution)) for name in REPORTED)
    return tuple(picture(plot_sweep(kept, over=(lever,), resolution=resolution)) for lever in levers)


def _indices(kept: KeptSweep, failed: int) -> list[Indices]:
    if kept.experiment.design.kind not in ANALYSED or failed:
        return []
    return analyse(kept.experiment, kept.folder, asked_of(kept.experiment, ["support"]))[0]


def _indices_table(found: Indices) -> Table:
    names = list(found.figures)
    rows = [[row["lever"], *(row[name] for name in names)] for row in found.rows()]
    title = f"What '{found.output}' at {found.resolution} hangs on ({found.scenario})"
    columns = [Column("lever"), *(Column(name.replace("_", " "), 3) for name in names)]
    return table(title, columns, rows, "Low and high: 90 % intervals.")


def _ranking_table(ranking: list[dict[str, Any]]) -> Table:
    levers = _lever_columns([entry["values"] for entry in ranking], list(ranking[0]["values"])[:MOST_LEVERS])
    rows = [
        [
            entry["rank"],
            *_lever_cells(entry["values"], levers),
            100 * entry["exactly"],
            100 * entry["near"],
            entry["distance"],
            None if entry["accuracy"] is None else 100 * entry["accuracy"],
        ]
        for entry in ranking[:MOST_ROWS]
    ]
    columns = [
        Column("rank", 0),
        *levers,
        Column("exactly", 1, " %"),
        Column("near", 1, " %"),
        Column("members off", 1),
        Column("accuracy", 1, " %"),
    ]
    note = "Exactly, near: replicates with the split, or within 5 of it on every action; accuracy: of the members."
    return table("Ranked by the mean number of members off the split", columns, rows, note)


def _lever_columns(rows: list[dict[str, Any]], levers: list[str]) -> list[Column]:
    """A column per lever, of numbers where all its values are."""
    return [Column(name, AS_SHORT if all(type(row[name]) in (int, float) for row in rows) else None) for name in levers]


def _lever_cells(row: dict[str, Any], levers: list[Column]) -> list[object]:
    return [shortened(row[lever.name]) if lever.digits is None else row[lever.name] for lever in levers]


def _changed(kept: KeptSweep) -> Section:
    experiment = kept.experiment
    design = experiment.design.over.items()
    ranges = [
        [
            name,
            joined([shortened(value) for value in factor.values])
            if factor.values is not None
            else f"{factor.low:g} to {factor.high:g}" + (f" in {factor.steps} steps" if factor.steps else ""),
        ]
        for name, factor in design
    ]
    tables = [table("What was varied", [Column("lever"), Column("values")], ranges)]
    if experiment.set:
        fixed = [[name, as_json(value)] for name, value in experiment.set.items()]
        tables.append(table("What was set at every point", [Column("key"), Column("value")], fixed))
    return Section("What was changed", (), (), tuple(tables))


def _points_table(rows: list[dict[str, Any]], names: list[str], count: int) -> Table:
    levers = _lever_columns(rows, names)
    told = [name for name in ("resolution", "error") if len({row[name] for row in rows}) > 1]
    columns = [Column("point", 0), *levers, *(Column(name, 1) for name in REPORTED), *map(Column, told)]
    listed = [
        [
            row["point"],
            *_lever_cells(row, levers),
            *(row[f"{name}_mean"] for name in REPORTED),
            *(row[name] or "" for name in told),
        ]
        for row in rows[:MOST_ROWS]
    ]
    note = f"All there is: {POINTS}."
    if len(rows) > MOST_ROWS:
        note += f" The first {MOST_ROWS:,} of {len(rows):,} rows."
    if len(levers) < count:
        note += f" {len(levers)} of {count} levers."
    return table("Mean members per action", columns, listed, note)
