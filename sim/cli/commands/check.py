"""``sim check``, ``sim schema``: a file of your own, validated without running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.case import prepare
from sim.cli.cases import read_case
from sim.cli.output import Overrides, print_json, say
from sim.cli.points import check_points
from sim.cli.reading import read_experiment, read_goal
from sim.errors import make_input_error, suggest_nearest
from sim.files.reading import is_file
from sim.results.documents import DOCUMENTS
from sim.specs import (
    Scenario,
    list_shipped_names,
    load_scenario_world,
    make_experiment_schema,
    make_goal_schema,
    make_scenario_schema,
    read_toml,
)
from sim.specs.scenario.own import find_unused_columns
from sim.specs.shipped import ShippedKind
from sim.world import list_shipped_worlds


def check(
    files: Annotated[list[str], typer.Argument(help="Scenario, experiment or goal files, or names of shipped ones.")],
    set_: Overrides = None,
) -> int:
    """Check scenario, experiment and goal files without running them; every problem is listed."""
    for reference in files:
        if is_kind(reference, "goal", "goals"):
            goal = read_goal(reference, set_ or [])
            prepare(goal.base)
            say_unused(goal.base)
            print(f"{reference}: good, {len(goal.lever)} levers")
        elif is_kind(reference, "design", "experiments"):
            spec = read_experiment(reference, set_ or [])
            check_points(reference, spec)
            say_unused(spec.first)
            print(f"{reference}: good, {spec.size:,} points")
        else:
            say_unused(read_case(reference, set_ or [], ())[0].spec)
            print(f"{reference}: good")
    return 0


def say_unused(spec: Scenario) -> None:
    """Name the columns of a world of the user's own that nothing uses."""
    world = load_scenario_world(spec)
    if spec.world not in list_shipped_worlds():
        for file, columns in find_unused_columns(spec, world).items():
            verb = "is" if len(columns) == 1 else "are"
            message = f"{', '.join(columns)} {verb} not used by the model. A [[term]] may add a column to it."
            say(f"warning: {world.name}/{file}: {message}")


def is_kind(reference: str, table: str, kind: ShippedKind) -> bool:
    """Whether a reference is a file with this table, or the name of a shipped file of this kind."""
    if is_file(Path(reference)):
        return table in read_toml(Path(reference))
    return reference.removesuffix(".toml") in list_shipped_names(kind)


def schema(
    experiment: Annotated[bool, typer.Option("--experiment", help="Of experiment files.")] = False,
    goal: Annotated[bool, typer.Option("--goal", help="Of goal files.")] = False,
    result: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="Of what a command prints with --json, such as run.")
    ] = None,
) -> int:
    """Print a JSON Schema: of scenario files by default, for editors that complete and check TOML."""
    if experiment + goal + (result is not None) > 1:
        raise make_input_error(
            "sim schema", "", "--experiment, --goal and --result cannot be combined.", "Give one of them."
        )
    if result is not None and result not in DOCUMENTS:
        fix = suggest_nearest(result, DOCUMENTS, f"There are {', '.join(DOCUMENTS)}.")
        raise make_input_error("sim schema", "--result", f"'{result}' is not a command that has a document.", fix)
    if result is not None:
        print_json(DOCUMENTS[result].model_json_schema(mode="serialization"))
    else:
        print_json(make_goal_schema() if goal else make_experiment_schema() if experiment else make_scenario_schema())
    return 0
