"""The page of several scenarios: one table of all, a picture, and what each changes."""

from __future__ import annotations

from pathlib import Path

from sim.errors import make_input_error
from sim.results.scenarios import ScenariosSummary
from sim.results.tables import Table
from sim.runner.folder.files import MANIFEST
from sim.runner.folder.kept import KeptRun, read_run
from sim.runner.several import list_scenarios
from sim.summaries.edits import has_edited_movers, list_settings
from sim.summaries.scenarios import answer_scenarios, make_scenarios_tables, summarise_scenarios
from sim.summaries.summary import summarise_vote
from sim.summaries.tables import make_edited_table, make_movers_table, make_settings_table
from sim.views.pictures.scenarios import plot_scenarios
from sim.views.report.page import MOST_SENTENCES, ReportPage, ReportSection
from sim.views.report.parts import as_json, describe_provenance, make_picture

MOST_MOVERS = 10
"""Members that vote differently that are listed of each scenario; its own page has all of them."""


def make_scenarios_page(folder: Path) -> ReportPage:
    """The page of a folder of several scenarios; those that are not finished are left out.

    Raises
    ------
    InputError : none is finished, or a folder of one is damaged.
    """
    names = list_scenarios(folder)
    done = {name: read_run(folder / name) for name in names if (folder / name / MANIFEST).is_file()}
    if not done:
        raise make_input_error(str(folder), "", "no scenario in it is finished.", "Run the same command again.")
    found = summarise_scenarios((name, kept.result) for name, kept in done.items())
    left = [name for name in names if name not in done]
    first, answer = next(iter(done.values())), answer_scenarios(found)
    documents = {name: kept.manifest.scenario for name, kept in done.items()}
    return ReportPage(
        title=f"{len(done)} scenarios",
        question="What becomes of each, and what does it change?",
        answer=tuple(answer[:MOST_SENTENCES]),
        picture=make_picture(plot_scenarios(found)),
        details=tuple(answer[MOST_SENTENCES:]),
        facts=f"{_write_runs(found)}; worlds: {', '.join(dict.fromkeys(one.world for one in found.scenarios))}",
        sections=(
            ReportSection(
                "All scenarios",
                (f"Not finished, and left out: {', '.join(left)}.",) if left else (),
                tables=tuple(make_scenarios_tables(found, is_sorted_later=True)),
            ),
            *(_section(name, kept) for name, kept in done.items()),
        ),
        provenance=describe_provenance(first.manifest, first.folder, first.result.case.spec),
        commands=tuple(f"sim rerun {folder.name}/{name}" for name in done),
        document=as_json(documents),
        hashes={f"{name}/{file}": value for name, kept in done.items() for file, value in kept.manifest.tables.items()},
    )


def _write_runs(found: ScenariosSummary) -> str:
    return ", ".join(f"{number:,}" for number in sorted({one.replicates for one in found.scenarios})) + " runs of each"


def _section(name: str, kept: KeptRun) -> ReportSection:
    """What one scenario asks, what it changes of its base, and who votes differently."""
    result = kept.result
    spec = result.case.spec
    tables: list[Table] = []
    if result.base is not None:
        base = result.base.case.spec
        tables.append(make_settings_table(base.title, list_settings(base, spec)))
        for number in range(len(result.votes)):
            vote = summarise_vote(result, number)
            if vote.base is not None and has_edited_movers(vote.base):
                tables.append(make_edited_table(vote.resolution, vote.base.edited).first(MOST_MOVERS))
            if vote.base is not None and vote.base.moved:
                tables.append(make_movers_table(vote.resolution, vote.base.moved).first(MOST_MOVERS))
    page = f"Its own page: sim report {kept.folder.parent.name}/{name}"
    return ReportSection(f"{name}: {spec.title}", (spec.question, page), (), tuple(tables))
