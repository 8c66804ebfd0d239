"""``sim check``, ``sim init``, ``sim schema``: a file of your own, validated without running."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from sim.case import prepare
from sim.cli.output import Overrides, print_json
from sim.cli.points import check_points
from sim.cli.reading import read_experiment, read_goal, read_scenario
from sim.errors import did_you_mean, input_error
from sim.results.documents import DOCUMENTS
from sim.specs import (
    experiment_schema,
    goal_schema,
    read_toml,
    scenario_schema,
    shipped_names,
    shipped_scenarios,
)
from sim.specs.shipped import ShippedKind


def check(
    files: Annotated[list[str], typer.Argument(help="Scenario, experiment or goal files, or names of shipped ones.")],
    set_: Overrides = None,
) -> int:
    """Check scenario, experiment and goal files without running them; every problem is listed."""
    for reference in files:
        if is_kind(reference, "goal", "goals"):
            goal = read_goal(reference, set_ or [])
            prepare(goal.base)
            print(f"{reference}: good, {len(goal.lever)} levers")
        elif is_kind(reference, "design", "experiments"):
            spec = read_experiment(reference, set_ or [])
            check_points(reference, spec)
            print(f"{reference}: good, {spec.size:,} points")
        else:
            prepare(read_scenario(reference, set_ or []))
            print(f"{reference}: good")
    return 0


def is_kind(reference: str, table: str, kind: ShippedKind) -> bool:
    """Whether a reference means a file with this table, or is the name of a shipped one of this kind."""
    if Path(reference).is_file():
        return table in read_toml(Path(reference))
    return reference.removesuffix(".toml") in shipped_names(kind)


TEMPLATE = """\
title = "{title}"
question = "say here what you ask"
base = "{base}"

# Keys of the base to change; the same as '--set' on the command line.
[set]
"parameters.enforcement" = 0.8

# Edits of the world: multiply, add or set an attribute of members or groups.
[[change]]
members = ["CSTO", "-RUS"]
attribute = "dependence.security"
multiply = 0.5
reason = "say here why"

# Say in advance what you expect; the result is compared with it. Take the marks away and fill it in.
# [expected]
# direction = "More support, from members that ..."
# support = "up"
# movers = ["ARM"]
"""


def init(
    file: Annotated[Path, typer.Argument(help="New TOML file.")],
    base: Annotated[str, typer.Option(help="Shipped scenario to start from.")] = "es-11-1",
) -> int:
    """Start a what-if scenario of your own from a shipped one."""
    if file.exists():
        raise input_error(str(file), "", "exists.", "Give a new file.")
    if base not in shipped_scenarios():
        raise input_error(
            "--base", "", f"'{base}' is not a shipped scenario.", f"There are {', '.join(shipped_scenarios())}."
        )
    title = re.sub(r"[-_]+", " ", file.stem).replace('"', "'")
    file.write_text(TEMPLATE.format(title=title, base=base), encoding="utf-8")
    print(f"{file}: written; edit it, then 'sim check {file}' and 'sim run {file}'")
    return 0


def schema(
    experiment: Annotated[bool, typer.Option("--experiment", help="Of experiment files.")] = False,
    goal: Annotated[bool, typer.Option("--goal", help="Of goal files.")] = False,
    result: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="Of what a command prints with --json, such as run.")
    ] = None,
) -> int:
    """Print a JSON Schema: of scenario files by default, for editors that complete and check TOML."""
    if experiment + goal + (result is not None) > 1:
        raise input_error(
            "sim schema", "", "--experiment, --goal and --result cannot be combined.", "Give one of them."
        )
    if result is not None and result not in DOCUMENTS:
        fix = did_you_mean(result, DOCUMENTS, f"There are {', '.join(DOCUMENTS)}.")
        raise input_error("sim schema", "--result", f"'{result}' is not a command that has a document.", fix)
    if result is not None:
        print_json(DOCUMENTS[result].model_json_schema(mode="serialization"))
    else:
        print_json(goal_schema() if goal else experiment_schema() if experiment else scenario_schema())
    return 0
