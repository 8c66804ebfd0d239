"""``sim list``: scenarios, experiments, goals, parameters and worlds."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.output import AsJson, console, print_json, table
from sim.errors import did_you_mean, input_error
from sim.rules.parameters import registry
from sim.specs import read_experiment, read_goal, read_scenario, shipped_names, shipped_scenarios
from sim.world import shipped_worlds

KINDS = ("scenarios", "experiments", "goals", "parameters", "worlds")


def command(
    kind: Annotated[str, typer.Argument(help="scenarios, experiments, goals, parameters or worlds.")] = "scenarios",
    as_json: AsJson = False,
) -> int:
    """List the shipped scenarios, experiments, goals or worlds, or the parameters of the model."""
    if kind not in KINDS:
        fix = did_you_mean(kind, KINDS, f"Allowed are {', '.join(KINDS)}.")
        raise input_error("sim list", kind, "there is no such list.", fix)
    if kind == "parameters":
        _parameters(as_json)
    elif kind == "scenarios":
        specs = {name: read_scenario(name) for name in shipped_scenarios()}
        if as_json:
            print_json(
                [{"name": n, "title": s.title, "question": s.question, "base": s.base} for n, s in specs.items()]
            )
        else:
            rows = [[name, spec.question] for name, spec in specs.items()]
            console().print(table("Shipped scenarios", ["name", "question"], rows, texts=2))
    elif kind == "experiments":
        found = {name: read_experiment(name) for name in shipped_names("experiments")}
        if as_json:
            print_json(
                [{"name": n, "title": e.title, "question": e.question, "points": e.size} for n, e in found.items()]
            )
        else:
            rows = [[name, e.question, f"{e.size:,}", f"{e.replicates or '-'}"] for name, e in found.items()]
            columns = ["name", "question", "points", "replicates"]
            console().print(table("Shipped experiments", columns, rows, texts=2))
    elif kind == "goals":
        goals = {name: read_goal(name) for name in shipped_names("goals")}
        if as_json:
            print_json([{"name": n, "title": g.title, "question": g.question} for n, g in goals.items()])
        else:
            rows = [[name, goal.question] for name, goal in goals.items()]
            console().print(table("Shipped goals", ["name", "question"], rows, texts=2))
    elif as_json:
        print_json(list(shipped_worlds()))
    else:
        print("\n".join(shipped_worlds()))
    return 0


def _parameters(as_json: bool) -> None:
    entries = registry().values()
    if as_json:
        print_json(
            [
                {
                    "name": p.name,
                    "default": p.default,
                    "low": p.low,
                    "high": p.high,
                    "unit": p.unit,
                    "meaning": p.meaning,
                    "source": p.source,
                    "prior": p.prior,
                }
                for p in entries
            ]
        )
        return
    rows = [[p.name, f"{p.default:.4g}", f"{p.low:g} to {p.high:g}", p.unit, p.meaning] for p in entries]
    screen = console()
    screen.print(table("Parameters", ["name", "default", "allowed", "unit", "meaning"], rows, texts=5))
