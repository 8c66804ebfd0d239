"""``sim compare``: scenarios compared at the same random numbers, as tables for a memo."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import (
    INTERRUPTED,
    AsJson,
    Engine,
    Overrides,
    Seed,
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
from sim.errors import make_input_error
from sim.results.changes import ComparedVote, ComparisonSummary
from sim.runner.batch import check_engine
from sim.specs import Scenario
from sim.summaries.about_tables import about_tables, answer_about
from sim.summaries.sentences import answer_basis, answer_change, answer_expectation, judge_expectation
from sim.summaries.tables import make_settings_table
from sim.views.frame import write_day
from sim.whatif.compare import compare, summarise_comparison
from sim.whatif.comparison_tables import comparison_tables, make_comparison_data, make_overview_tables, vote_tables

HELD_FIXED = "Members' positions, which their earlier votes reveal, are held fixed: no scenario below changes them."


@with_exports
def command(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            help="Shipped scenarios or TOML files; the first is the base.", autocompletion=complete_names("scenarios")
        ),
    ],
    replicates: Annotated[
        int | None, typer.Option(help="Runs with random numbers of their own; the base's by default.", min=1)
    ] = None,
    seed: Seed = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    engine: Engine = "ensemble",
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Compare scenarios run by run, with the same random numbers.

    With --set, one scenario is compared with a changed copy of itself, and several are all changed in the same way. A
    what-if given alone is compared with the scenario that it starts from.
    """
    check_engine(engine, "--engine")
    settings = run_settings(replicates, seed, uncertain)
    specs = _specs(scenarios, set_ or [], settings)
    with progress("runs", specs[0].replicates) as report:
        found = compare(specs, engine, on_progress=report)
    document = summarise_comparison(found)
    exports.write(lambda: comparison_tables(document), lambda: make_comparison_data(found, document))
    if as_json:
        print_json(document.document())
    else:
        _print(document)
    if found.is_interrupted:
        say(f"interrupted: {found.base.replicates} of {specs[0].replicates} runs are done")
        return INTERRUPTED
    return 0


def _specs(references: list[str], assigned: list[str], settings: list[str]) -> list[Scenario]:
    """The scenarios to compare, the base first."""
    if len(references) > 1:
        return [read_scenario(reference, [*assigned, *settings]) for reference in references]
    (reference,) = references
    spec = read_scenario(reference, [*assigned, *settings])
    if assigned:
        changed = spec.model_copy(update={"title": f"{spec.title}, with {', '.join(assigned)}"})
        return [read_scenario(reference, settings), changed]
    if spec.base is None:
        fix = "Give a second scenario, or a change such as --set vote.target_threat=2."
        raise make_input_error("sim compare", reference, "there is nothing to compare it with.", fix)
    return [read_scenario(spec.base, settings), spec]


def _print(document: ComparisonSummary) -> None:
    screen = console()
    counts = f"; {document.replicates:,} runs of each, seed {document.seed}"
    print_heading(screen, document.base, counts, before="Base: ")
    print_lines(screen, [HELD_FIXED])
    if len(document.compared) > 1:
        for made in make_overview_tables(document):
            screen.print()
            print_table(screen, made)
    for compared in document.compared:
        screen.print()
        print_heading(screen, compared.scenario)
        print_table(screen, make_settings_table(document.base, compared.changed))
        changed = compared.votes[0].base
        shared = [*answer_expectation(changed), *answer_basis(changed)]
        if shared:
            print_lines(screen, ["", *shared])
        if compared.months is not None:
            print_lines(screen, ["", *answer_about(compared.months)])
            for made in about_tables(compared.months):
                screen.print()
                print_table(screen, made)
        for vote in compared.votes:
            screen.print()
            _print_vote(screen, vote)


def _print_vote(screen: Console, vote: ComparedVote) -> None:
    is_same = vote.resolution == vote.base_resolution
    against = "" if is_same else f", compared with {vote.base_resolution} on the random numbers of that vote"
    print_lines(screen, [f"{vote.resolution}, {write_day(vote.date)}{against}", *answer_change(vote.base)])
    print_lines(screen, judge_expectation(vote.base))
    for made in vote_tables(vote):
        screen.print()
        print_table(screen, made)
