"""Write results from Python, for papers and for other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from sim.api.asking import Compared, Explained, GoalReached, Sensitivity
from sim.api.inputs import check_inputs
from sim.api.running import Run, Runs, SweepTables
from sim.arguments import describe
from sim.errors import make_input_error
from sim.results.data import collect_data, collect_data_of_records
from sim.summaries.data import run_data
from sim.summaries.ranking import rank
from sim.summaries.run_tables import run_tables
from sim.summaries.scenarios import make_scenarios_data, make_scenarios_tables
from sim.summaries.sweeps import make_sweep_data, make_sweep_table
from sim.views.exports import KINDS, Export, check_format, write_export
from sim.whatif.comparison_tables import comparison_tables, make_comparison_data
from sim.whatif.explanation.summary import list_terms
from sim.whatif.explanation.tables import make_explanation_tables
from sim.whatif.goals.reach import list_frontier
from sim.whatif.goals.tables import search_tables
from sim.whatif.sensitivity_tables import make_sensitivity_data, sensitivity_tables

Exported: TypeAlias = Run | Runs | Compared | SweepTables | Sensitivity | Explained | GoalReached


def _of_explanation(found: Explained) -> Export:
    terms = collect_data("terms", "a row per term, and per month where there are months", list_terms(found.summary))
    return Export(list(make_explanation_tables(found.explanation, found.summary)), [terms])


def _of_goal(found: GoalReached) -> Export:
    world = found.found.combinations.world
    rows = collect_data_of_records("frontier", "a row per combination of the frontier", list_frontier(found.summary))
    return Export(search_tables(found.summary, dict(zip(world.iso3, world.names, strict=True))), [rows])


def _of_sweep(found: SweepTables) -> Export:
    ranking = None if found.experiment.target_split is None else rank(found.experiment, found.folder)
    return Export([make_sweep_table(found.experiment, found.folder, ranking)], make_sweep_data(found.folder, ranking))


def _of_sensitivity(found: Sensitivity) -> Export:
    return Export(sensitivity_tables(found.tables.experiment, found.summary), make_sensitivity_data(found.summary))


EXPORTS: Mapping[type, Callable[[Any], Export]] = {
    Run: lambda found: Export(run_tables(found.result, found.summary), run_data(found.summary)),
    Runs: lambda found: Export(make_scenarios_tables(found.summary), make_scenarios_data(found.summary)),
    Compared: lambda found: Export(
        comparison_tables(found.summary), make_comparison_data(found.comparison, found.summary)
    ),
    SweepTables: _of_sweep,
    Sensitivity: _of_sensitivity,
    Explained: _of_explanation,
    GoalReached: _of_goal,
}
"""The results that can be written, and what is written of them."""


@check_inputs()
def export(found: Exported, out: str | Path) -> list[Path]:
    """Write a result to a file, whose name says how: .csv, .xlsx, .dta (Stata), .tex (LaTeX) or .md (Markdown).

    CSV, Excel and Stata hold every figure, under names that R and Stata accept and with labels; LaTeX and Markdown hold
    the tables that the command prints.

    Parameters
    ----------
    found : a result of `sim.run`, `sim.run_all`, `sim.compare`, `sim.explain`, `sim.reach`, `sim.sweep` or
        `sim.sensitivity`.
    out : the file; of CSV and Stata further tables go next to it.

    Returns
    -------
    The files that were written.

    Raises
    ------
    InputError : this is no such result, or the name ends in something else.

    Examples
    --------
    >>> import sim, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = sim.export(sim.run("harbour-blockade", replicates=20), f"{folder}/votes.csv")
    >>> [file.name for file in files]
    ['votes.csv', 'votes-members.csv', 'votes-columns.csv']
    """
    make, path = EXPORTS.get(type(found)), Path(out)
    if make is None:
        raise make_input_error(
            "sim.export", "found", f"got {describe(found)}; a result of sim.run and the like is needed."
        )
    kind = next((name for name, one in KINDS.items() if one.suffix == path.suffix.lower()), None)
    if kind is None:
        allowed = ", ".join(one.suffix for one in KINDS.values())
        raise make_input_error("sim.export", "out", f"got '{path}'; its name has to end in one of {allowed}.")
    check_format("sim.export", kind)
    return write_export(path, kind, make(found))
