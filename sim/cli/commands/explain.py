"""``sim explain``: why a member votes as it does and what would change its vote; or what decides for every member."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.case import prepare
from sim.cli.output import (
    AsJson,
    Overrides,
    Uncertain,
    console,
    print_heading,
    print_json,
    print_lines,
    print_table,
    run_settings,
    say,
)
from sim.cli.progress import progress
from sim.cli.reading import read_scenario
from sim.errors import input_error
from sim.files.spreadsheet import write_csv
from sim.files.writing import check_target
from sim.results.described import Result
from sim.results.explanation import MemberOverview, MemberReasons, TermInMonth
from sim.specs import Scenario
from sim.views.frame import write_day
from sim.whatif.explanation.decisive import summarise_members
from sim.whatif.explanation.explain import Explanation, explain, vote_number
from sim.whatif.explanation.sentences import answer_explanation, answer_overview
from sim.whatif.explanation.summary import list_terms, summarise_explanation
from sim.whatif.explanation.tables import explanation_tables, overview_table, shares_table
from sim.whatif.explanation.terms import take_apart


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    member: Annotated[str | None, typer.Argument(help="A member, by code or name.")] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="The decisive term of every member, in place of one.")
    ] = False,
    resolution: Annotated[str | None, typer.Option(help="Which vote of the scenario; the first by default.")] = None,
    along: Annotated[
        str | None,
        typer.Option(metavar="LEVER[=FROM:TO]", help="Show the probabilities along a lever, such as vote.severity."),
    ] = None,
    levers: Annotated[
        bool,
        typer.Option(help="Look for what would change its vote: 10 seconds; minutes with months or drawn parameters."),
    ] = True,
    replicates: Annotated[int | None, typer.Option(help="Runs with random numbers of their own.", min=1)] = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    csv: Annotated[
        Path | None, typer.Option(help="CSV file to write with the terms, by month if there are months; or with --all.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Explain a member's vote term by term, and what would change it; with --all, what decides for every member."""
    if everyone == (member is not None):
        raise input_error("sim explain", "MEMBER", "give either a member or --all.")
    check_target("--csv", csv)
    spec = read_scenario(scenario, [*(set_ or []), *run_settings(replicates, None, uncertain)])
    if member is None:
        return _explain_all(spec, resolution, csv, as_json)
    is_slow = spec.months is not None or spec.parameter_uncertainty
    with progress("levers tried") as report:

        def show(done: int, total: int) -> None:
            if done == 0 and is_slow:
                say("what would change its vote takes a minute or more to find; --no-levers or fewer --replicates help")
            report(done, total)

        found = explain(spec, member, resolution, tries_levers=levers, walks_along=along, on_progress=show)
    reasons = summarise_explanation(found)
    if csv is not None:
        _write(csv, TermInMonth, list_terms(reasons))
    if as_json:
        print_json(reasons.document())
    else:
        _print(console(), found, reasons)
    return 0


def _explain_all(spec: Scenario, resolution: str | None, csv: Path | None, as_json: bool) -> int:
    number = vote_number(spec, resolution)
    overview = summarise_members(take_apart(prepare(spec), number, spec.replicates))
    if csv is not None:
        _write(csv, MemberOverview, overview.members)
    if as_json:
        print_json(overview.document())
    else:
        screen = console()
        print_lines(screen, answer_overview(overview))
        if overview.shares:
            screen.print()
            print_table(screen, shares_table(overview))
        if overview.members:
            screen.print()
            print_table(screen, overview_table(overview))
    return 0


def _write(path: Path, kind: type[Result], rows: Sequence[Result]) -> None:
    """Write rows, which may be none, under the columns of their kind."""
    columns = [field.alias or name for name, field in kind.model_fields.items()]
    write_csv(path, columns, [row.document() for row in rows])
    say(f"written to {path}")


def _print(screen: Console, found: Explanation, reasons: MemberReasons) -> None:
    print_heading(screen, f"{reasons.name} ({reasons.iso3})", f" on {reasons.resolution}, {write_day(reasons.date)}")
    drawn = ", drawn parameters" if reasons.parameter_uncertainty else ""
    screen.print(f"{reasons.scenario}; {reasons.replicates:,} runs, seed {reasons.seed}{drawn}")
    others = [vote.resolution for vote in found.anatomy.case.spec.vote if vote.resolution != reasons.resolution]
    if others:
        screen.print(f"Other votes of the scenario, for --resolution: {', '.join(others)}")
    print_lines(screen, answer_explanation(reasons))
    for made in explanation_tables(found, reasons):
        screen.print()
        print_table(screen, made)
