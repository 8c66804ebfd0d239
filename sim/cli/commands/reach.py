"""``sim reach``: the cheapest combination of levers that reaches a goal, and the frontier of cost and probability."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.cli.output import (
    INTERRUPTED,
    AsJson,
    console,
    print_heading,
    print_json,
    print_lines,
    print_table,
    say,
)
from sim.cli.progress import progress
from sim.cli.reading import read_goal
from sim.files.spreadsheet import write_csv
from sim.files.writing import check_target
from sim.results.goals import GoalSearch
from sim.whatif.goals.reach import Reached, list_frontier, reach, summarise_search
from sim.whatif.goals.tables import answer_search, frontier_table, levers_table

GoalOverrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the goal, such as goal.probability=0.5, or its scenario."
    ),
]


def command(
    goal: Annotated[str, typer.Argument(help="Name of a shipped goal, or a TOML file.")],
    replicates: Annotated[int | None, typer.Option(help="Runs of each combination.", min=20)] = None,
    set_: GoalOverrides = None,
    csv: Annotated[
        Path | None, typer.Option(help="CSV file to write with the frontier of cost and probability.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Search for the cheapest change of chosen levers that reaches a goal, and check it with fresh random numbers."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    check_target("--csv", csv)
    spec = read_goal(goal, overrides)
    with progress("combinations tried") as report:
        found = reach(spec, on_progress=report)
    search = summarise_search(found)
    if csv is not None:
        rows = list_frontier(search)
        write_csv(csv, list(rows[0]), rows)
        say(f"the frontier is in {csv}")
    if as_json:
        print_json(search.document())
    else:
        _print(console(), found, search)
    if found.is_interrupted:
        say(f"interrupted: {search.tried:,} combinations tried, {search.checked} of them checked")
        return INTERRUPTED
    return 0


def _print(screen: Console, found: Reached, search: GoalSearch) -> None:
    space, unit = found.combinations, search.cost_unit
    print_heading(screen, search.goal or search.scenario, f"\n{search.question}\n" if search.question else "\n")
    print_lines(screen, answer_search(search, space.goal.goal))
    shown = search.surest if search.best is None else search.best
    if shown.cost:
        screen.print()
        names = dict(zip(space.world.iso3, space.world.names, strict=True))
        print_table(screen, levers_table(shown, unit, names))
    screen.print()
    print_table(screen, frontier_table(search))
    screen.print()
    tried = "All" if search.is_exhaustive else f"{search.tried:,} of {search.combinations:,}"
    screen.print(
        f"{tried} combinations were tried on {search.replicates:,} runs each; probabilities are shares of "
        f"{search.fresh_replicates:,} fresh runs."
    )
    for error in islice(space.refused.values(), 1):
        problem = error.problems[0]
        reason = f"{problem.key.removeprefix('set.')}: {problem.message}"
        screen.print(f"{search.refused:,} of them have values that cannot be combined; the first: {reason}")
