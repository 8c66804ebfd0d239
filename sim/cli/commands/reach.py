"""``sim reach``: the cheapest combination of levers that reaches a goal, and the frontier of cost and probability."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer
from rich.console import Console

from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
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
from sim.results.data import collect_data_of_records
from sim.results.goals import GoalSearch
from sim.summaries.grounds import answer_grounds
from sim.whatif.goals.reach import Reached, list_frontier, reach, summarise_search
from sim.whatif.goals.tables import answer_search, search_tables

GoalOverrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the goal, such as goal.probability=0.5, or its scenario."
    ),
]


@with_exports
def command(
    goal: Annotated[
        str, typer.Argument(help="Name of a shipped goal, or a TOML file.", autocompletion=complete_names("goals"))
    ],
    replicates: Annotated[int | None, typer.Option(help="Runs of each combination.", min=20)] = None,
    set_: GoalOverrides = None,
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Search for the cheapest change of chosen levers that reaches a goal, and check it with fresh random numbers."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    spec = read_goal(goal, overrides)
    with progress("combinations tried") as report:
        found = reach(spec, on_progress=report)
    search = summarise_search(found)
    exports.write(
        lambda: search_tables(search, _names(found)),
        lambda: [collect_data_of_records("frontier", "a row per combination of the frontier", list_frontier(search))],
    )
    if as_json:
        print_json(search.document())
    else:
        _print(console(), found, search)
    if found.is_interrupted:
        say(f"interrupted: {search.tried:,} combinations tried, {search.checked} of them checked")
        return INTERRUPTED
    return 0


def _names(found: Reached) -> dict[str, str]:
    """The names of the members by their codes."""
    world = found.combinations.world
    return dict(zip(world.iso3, world.names, strict=True))


def _print(screen: Console, found: Reached, search: GoalSearch) -> None:
    space = found.combinations
    print_heading(screen, search.goal or search.scenario, f"\n{search.question}\n" if search.question else "\n")
    print_lines(screen, [*answer_search(search, space.goal.goal), *answer_grounds(search.rests_on)])
    for made in search_tables(search, _names(found)):
        screen.print()
        print_table(screen, made)
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
