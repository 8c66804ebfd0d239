"""``sim list``: scenarios, experiments, goals, parameters and worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer

from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import AsJson, console, print_json, print_table
from sim.errors import make_input_error, suggest_nearest
from sim.results.data import collect_data
from sim.results.described import Result
from sim.results.lists import ListedParameter, Shipped, ShippedExperiment, ShippedScenario
from sim.results.tables import COUNT, FIGURE, Column, Table, table
from sim.results.wording import write_figure
from sim.rules.parameters import load_registry
from sim.specs import list_shipped_names, list_shipped_scenarios, read_experiment, read_goal, read_scenario
from sim.world import list_shipped_worlds

KINDS = ("scenarios", "experiments", "goals", "parameters", "worlds")


@with_exports
def command(
    kind: Annotated[str, typer.Argument(help="scenarios, experiments, goals, parameters or worlds.")] = "scenarios",
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """List the shipped scenarios, experiments, goals or worlds, or the parameters of the model."""
    if kind not in KINDS:
        fix = suggest_nearest(kind, KINDS, f"Allowed are {', '.join(KINDS)}.")
        raise make_input_error("sim list", kind, "there is no such list.", fix)
    if kind == "worlds":
        if as_json:
            print_json(list(list_shipped_worlds()))
        else:
            print("\n".join(list_shipped_worlds()))
        return 0
    entries, made = LISTS[kind]()
    exports.write(lambda: [made], lambda: [collect_data(kind, made.title, entries)])
    if as_json:
        print_json([entry.document() for entry in entries])
    else:
        print_table(console(), made)
    return 0


def _scenarios() -> tuple[Sequence[Result], Table]:
    found = [
        ShippedScenario(name=name, title=spec.title, question=spec.question, base=spec.base)
        for name, spec in ((name, read_scenario(name)) for name in list_shipped_scenarios())
    ]
    return found, table("Shipped scenarios", NAMED, [[one.name, one.question] for one in found])


def _experiments() -> tuple[Sequence[Result], Table]:
    specs = {name: read_experiment(name) for name in list_shipped_names("experiments")}
    found = [
        ShippedExperiment(name=name, title=spec.title, question=spec.question, points=spec.size)
        for name, spec in specs.items()
    ]
    columns = (*NAMED, Column("points", COUNT), Column("runs a point", COUNT))
    rows = [[one.name, one.question, one.points, specs[one.name].replicates] for one in found]
    return found, table("Shipped experiments", columns, rows)


def _goals() -> tuple[Sequence[Result], Table]:
    found = [
        Shipped(name=name, title=goal.title, question=goal.question)
        for name, goal in ((name, read_goal(name)) for name in list_shipped_names("goals"))
    ]
    return found, table("Shipped goals", NAMED, [[one.name, one.question] for one in found])


def _parameters() -> tuple[Sequence[Result], Table]:
    found = [
        ListedParameter(**{name: getattr(parameter, name) for name in ListedParameter.model_fields})
        for parameter in load_registry().values()
    ]
    words = (Column("unit"), Column("evidence"), Column("meaning"))
    columns = (Column("name"), Column("default", FIGURE), Column("allowed"), *words)
    rows = []
    for one in found:
        allowed = f"{write_figure(one.low)} to {write_figure(one.high)}"
        rows.append([one.name, one.default, allowed, one.unit, one.evidence, one.meaning])
    return found, table("Parameters", columns, rows)


NAMED = (Column("name"), Column("question"))
LISTS: Mapping[str, Callable[[], tuple[Sequence[Result], Table]]] = {
    "scenarios": _scenarios,
    "experiments": _experiments,
    "goals": _goals,
    "parameters": _parameters,
}
