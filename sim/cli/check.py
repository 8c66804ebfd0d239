"""``sim check``, ``sim init``, ``sim schema``: a scenario file of one's own, validated without running."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from sim.case import prepare
from sim.cli.output import Overrides, print_json
from sim.errors import input_error
from sim.specs import read_scenario, scenario_schema, shipped_scenarios


def check(
    files: Annotated[list[str], typer.Argument(help="Scenario files, or names of shipped scenarios.")],
    set_: Overrides = None,
) -> int:
    """Check scenario files without running them; every problem is listed."""
    for reference in files:
        prepare(read_scenario(reference, set_ or []))
        print(f"{reference}: good")
    return 0


TEMPLATE = """\
title = "{title}"
question = "What would change if ...?"
base = "{base}"

# Keys of the base to change; the same as '--set' on the command line.
[set]
"parameters.enforcement" = 0.8

# Edits of the world: multiply, add or set an attribute of members or groups.
[[change]]
members = ["EU"]
attribute = "dependence.energy"
multiply = 0.5
reason = "..."

# Say beforehand what you expect; the result is told against it.
[expected]
direction = "..."
support = "up"
movers = []
"""


def init(
    file: Annotated[Path, typer.Argument(help="New TOML file.")],
    base: Annotated[str, typer.Option(help="Shipped scenario to start from.")] = "es-11-1",
) -> int:
    """Start a what-if scenario of one's own from a shipped one."""
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


def schema() -> int:
    """Print the JSON Schema of scenario files, for editors that complete and check TOML."""
    print_json(scenario_schema())
    return 0
