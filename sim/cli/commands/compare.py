"""``sim compare``: scenarios beside each other at the same random numbers, as tables for a memo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sim.cli.changes import percent, print_expected, print_movers
from sim.cli.output import (
    INTERRUPTED,
    AsJson,
    Engine,
    Overrides,
    Seed,
    Uncertain,
    check_writable,
    console,
    print_json,
    run_settings,
    say,
    table,
    write_csv,
)
from sim.cli.progress import progress
from sim.cli.reading import read_scenario
from sim.errors import input_error
from sim.summaries.tallies import REPORTED
from sim.runner.batch import check_engine
from sim.specs import Scenario
from sim.whatif.compare import COLUMNS, compare, comparison_document, comparison_rows

RULE_WORDS = {"majority": "simple majority", "two-thirds": "two-thirds"}


def command(
    scenarios: Annotated[list[str], typer.Argument(help="Shipped scenarios or TOML files; the first is the base.")],
    replicates: Annotated[
        int | None, typer.Option(help="Runs with random numbers of their own; the base's by default.", min=1)
    ] = None,
    seed: Seed = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    engine: Engine = "ensemble",
    csv: Annotated[Path | None, typer.Option(help="File to write every figure to, a row each.")] = None,
    as_json: AsJson = False,
) -> int:
    """Compare scenarios, replicate by replicate, on the same random numbers.

    With --set, one scenario is compared with itself changed, and several are changed alike. A what-if alone is
    compared with the scenario it starts from.
    """
    check_engine(engine, "--engine")
    settings = run_settings(replicates, seed, uncertain)
    check_writable("--csv", csv)
    specs = _specs(scenarios, set_ or [], settings)
    with progress("runs", specs[0].replicates) as report:
        found = compare(specs, engine, on_progress=report)
    if csv is not None:
        write_csv(csv, COLUMNS, comparison_rows(found))
        say(f"every figure in {csv}")
    document = comparison_document(found)
    if as_json:
        print_json(document)
    else:
        _print(document)
    if found.is_interrupted:
        say(f"interrupted: {found.base.replicates} of {specs[0].replicates} replicates are done")
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
        raise input_error("sim compare", reference, "there is nothing to compare it with.", fix)
    return [read_scenario(spec.base, settings), spec]


def _print(document: dict[str, Any]) -> None:
    screen = console()
    screen.print(f"base: [bold]{document['base']}[/]; {document['replicates']} replicates, seed {document['seed']}")
    for compared in document["compared"]:
        for vote in compared["votes"]:
            screen.print()
            _print_vote(screen, compared["scenario"], vote)


def _print_vote(screen: Console, scenario: str, vote: dict[str, Any]) -> None:
    base, tally = vote["base"], vote["tally"]
    screen.print(f"[bold]{scenario}[/]")
    is_same_text = vote["resolution"] == vote["base_resolution"]
    against = "" if is_same_text else f", against {vote['base_resolution']} with the draws of that vote"
    screen.print(f"{vote['resolution']}, {vote['date']}{against}")
    rows = [
        [
            action,
            f"{base['tally'][action]['mean']:.1f}",
            f"{tally[action]['mean']:.1f}",
            f"{base['change'][action]:+.1f}",
            _interval(*base["change_interval"][action]),
            *(f"{100 * base[name]['change'][action]['mean']:+.1f} points" for name in ("population", "gdp")),
        ]
        for action in REPORTED
    ]
    columns = ["members", "base", "now", "change", "90 % of changes", "population", "GDP"]
    screen.print(table("", columns, rows))
    screen.print("population and GDP: mean change of the part of the world's that the members stand for")
    screen.print()
    title = "Adopted, in per cent of replicates"
    rows = [
        [RULE_WORDS[rule], *(percent(entry[key]) for key in ("base", "now", "lost", "gained"))]
        for rule, entry in base["adoption"].items()
    ]
    screen.print(table(title, ["rule", "base", "now", "flips to lost", "flips to won"], rows))
    screen.print()
    print_movers(screen, base["moved"])
    print_expected(screen, base["expected"])


def _interval(low: float, high: float) -> str:
    return f"{low:+.0f} to {high:+.0f}"
