"""A sensitivity analysis for people: its answer in sentences, and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sim.results.data import DataTable, collect_data, collect_data_of_records
from sim.results.sensitivity import Indices, MorrisIndices, Region, SensitivityAnalysis, SobolIndices
from sim.results.tables import SHARE, Column, Kind, Table, table
from sim.results.wording import write_interval, write_number, write_share
from sim.rules.adoption import ADOPTION_RULES
from sim.specs import Experiment, Scenario
from sim.specs.labels import label_key
from sim.summaries.sentences import list_words
from sim.whatif.outputs import label_output
from sim.whatif.sensitivity import list_indices

MOST_LEVERS = 15
"""Levers that a screen shows."""
MOST_NAMED = 3
"""Levers that a sentence names."""
WIDE = 0.5
"""Width of the interval of a total index, a share of the variance, from which on the index is uncertain."""
OF_MORRIS = (
    "Effect: mean size of the change that the lever's whole range makes, in the unit of the output. Mean change: the "
    "same with its sign. Deviation: how much it differs with the values of the other levers."
)
OF_SOBOL = (
    "Alone: share of the output's variance that the lever explains by itself. In total: the share that it explains by "
    "itself and together with other levers."
)
IS_WIDE = "Some intervals are wide: more samples make them narrower (--set design.samples=N, with a new folder)."


def answer_indices(found: Indices, spec: Scenario | None = None) -> str:
    """Which levers an output depends on most; `spec` as in `make_indices_table`."""
    about = f"{found.resolution}, {found.scenario}: the {label_output(found.output)}"
    if found.deviation == 0:
        return f"{about} does not depend on any lever."
    named = [f"{label_key(lever.lever, spec)} ({_write_size(lever, found)})" for lever in found.levers[:MOST_NAMED]]
    is_wide = any(_is_wide(lever) for lever in found.levers)
    return f"{about} depends most on {list_words(named)}.{' Some intervals are wide.' if is_wide else ''}"


def _is_wide(lever: MorrisIndices | SobolIndices) -> bool:
    return isinstance(lever, SobolIndices) and lever.total_high - lever.total_low > WIDE


def _write_size(lever: MorrisIndices | SobolIndices, found: Indices) -> str:
    if isinstance(lever, SobolIndices):
        return f"in total {write_number(lever.total, 2)}"
    return f"mean effect {write_number(lever.mu_star, 1 if found.deviation > 1 else 2)}"


def answer_regions(event: str, regions: Sequence[Region], spec: Scenario | None = None) -> str:
    """In which region an event is most common; `spec` as in `make_indices_table`."""
    first = regions[0]
    if len(regions) == 1:
        return f"{_write_event(event)} in {write_share(first.probability)} of runs, whatever the values of the levers."
    return (
        f"{_write_event(event)} above all where {_write_bounds(first, spec)}: in {write_share(first.probability)} of "
        f"the runs there, which are {write_share(first.coverage)} of all such runs."
    )


def make_indices_table(found: Indices, spec: Scenario | None = None) -> Table:
    """How much an output depends on each lever, those that matter most first.

    Parameters
    ----------
    spec : the scenario whose levers they are, for their labels.
    """
    morris = [lever for lever in found.levers if isinstance(lever, MorrisIndices)]
    sobol = [lever for lever in found.levers if isinstance(lever, SobolIndices)]
    digits = 1 if morris and found.deviation > 1 else 2
    mean, deviation = write_number(found.mean, digits), write_number(found.deviation, digits)
    output = label_output(found.output)
    title = f"What the {output} depends on: {found.resolution}, {found.scenario}"
    made = _of_morris(title, morris, digits, spec) if morris else _of_sobol(title, sobol, digits, spec)
    if found.deviation == 0:
        return replace(made, note=f"The {output} is {mean} at every point: no lever changes it.")
    points = f"The {output} is {mean} on average over the points, with a standard deviation of {deviation}."
    return replace(made, note=f"{points} {made.note}")


def _of_morris(title: str, levers: Sequence[MorrisIndices], digits: int, spec: Scenario | None) -> Table:
    effect, change = (Kind(partial(write_number, digits=digits, is_signed=signed)) for signed in (False, True))
    columns = [
        Column("lever"),
        Column("effect", effect),
        Column("90 % interval"),
        Column("mean change", change),
        Column("deviation", effect),
    ]
    rows = [
        (
            label_key(lever.lever, spec),
            lever.mu_star,
            write_interval(lever.mu_star_low, lever.mu_star_high, digits),
            lever.mu,
            lever.sigma,
        )
        for lever in levers
    ]
    return table(title, columns, rows, OF_MORRIS)


def _of_sobol(title: str, levers: Sequence[SobolIndices], digits: int, spec: Scenario | None) -> Table:
    index = Kind(partial(write_number, digits=digits))
    columns = [
        Column("lever"),
        Column("alone", index),
        Column("90 % interval"),
        Column("in total", index),
        Column("90 % interval"),
    ]
    rows = [
        (
            label_key(lever.lever, spec),
            lever.first,
            write_interval(lever.first_low, lever.first_high, digits),
            lever.total,
            write_interval(lever.total_low, lever.total_high, digits),
        )
        for lever in levers
    ]
    is_wide = any(_is_wide(lever) for lever in levers)
    return table(title, columns, rows, f"{OF_SOBOL} {IS_WIDE}" if is_wide else OF_SOBOL)


def make_regions_table(event: str, regions: Sequence[Region], spec: Scenario | None = None) -> Table:
    """Where an event happens: the regions, the most likely one first."""
    columns = [
        Column("where"),
        Column("happens in", SHARE),
        Column("share of all cases", SHARE),
        Column("share of the points", SHARE),
    ]
    rows = [
        (
            _write_bounds(region, spec),
            region.probability,
            region.coverage,
            region.share,
        )
        for region in regions
    ]
    note = (
        "Happens in: share of the runs in the region. Share of all cases: of all runs with the event, those in the "
        "region. Share of the points: of all points of the design, those in the region."
    )
    return table(f"Where {_write_event(event)}", columns, rows, note)


def _write_event(event: str) -> str:
    return f"'{event}' fails" if event in ADOPTION_RULES else f"'{event}' holds"


def _write_bounds(region: Region, spec: Scenario | None) -> str:
    bounds = [str(replace(bound, lever=label_key(bound.lever, spec))) for bound in region.where]
    return " and ".join(bounds) or "everywhere"


def sensitivity_tables(spec: Experiment, found: SensitivityAnalysis) -> list[Table]:
    """The indices of every output, and the regions of the event where one was asked for."""
    tables = [make_indices_table(indices, spec.first).on_screen(MOST_LEVERS) for indices in found.indices]
    if found.event is not None and found.regions is not None:
        tables.append(make_regions_table(found.event, found.regions, spec.first))
    return tables


def make_sensitivity_data(found: SensitivityAnalysis) -> list[DataTable]:
    """A row per output and lever, and a row per region."""
    indices = [row for one in found.indices for row in list_indices(one)]
    regions = collect_data("regions", "a row per region", found.regions or (), Region)
    if not indices:
        return [regions]
    return [collect_data_of_records("indices", "a row per output and lever", indices), regions]
