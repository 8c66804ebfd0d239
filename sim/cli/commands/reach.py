"""``sim reach``: the cheapest combination of levers that reaches a goal, and the frontier of cost and probability."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from sim.cli.output import INTERRUPTED, AsJson, check_writable, console, print_json, say, table, write_csv
from sim.cli.progress import progress
from sim.cli.reading import read_goal
from sim.errors import InputError
from sim.results.wording import write_share
from sim.whatif.goals.reach import frontier_rows, reach, reach_document

RULE_WORDS = {"majority": "a simple majority", "two-thirds": "two thirds of the votes for and against"}

GoalOverrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the goal, such as goal.probability=0.5, or its scenario."
    ),
]


def command(
    goal: Annotated[str, typer.Argument(help="Name of a shipped goal, or a TOML file.")],
    replicates: Annotated[int | None, typer.Option(help="Runs that each combination is judged by.", min=20)] = None,
    set_: GoalOverrides = None,
    csv: Annotated[Path | None, typer.Option(help="File to write the frontier to.")] = None,
    as_json: AsJson = False,
) -> int:
    """Search for the cheapest change of chosen levers that reaches a goal, and check it with fresh random numbers."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    check_writable("--csv", csv)
    spec = read_goal(goal, overrides)
    with progress("combinations tried") as report:
        found = reach(spec, on_progress=report)
    document = reach_document(found)
    if csv is not None:
        rows = frontier_rows(found)
        write_csv(csv, list(rows[0]), rows)
        say(f"the frontier in {csv}")
    if as_json:
        print_json(document)
    else:
        _print(console(), document, found.combinations.refused.values())
    if found.is_interrupted:
        say(f"interrupted: {document['tried']:,} combinations tried, {document['checked']} of them checked")
        return INTERRUPTED
    return 0


def _print(screen: Console, document: dict[str, Any], refused: Collection[InputError]) -> None:
    wanted, unit = document["wanted"], document["cost_unit"]
    told = [f"[bold]{document['goal']}[/]" if document["goal"] else "", document["question"]]
    if any(told):
        screen.print("\n".join(filter(None, told)), end="\n\n")
    screen.print(document["scenario"])
    screen.print(f"wanted: {_told(wanted)}, in {write_share(wanted['probability'])} of replicates")
    screen.print(f"as things stand: {_chance(document['as_it_stands'])}")
    kind = "all" if document["is_exhaustive"] else f"{document['tried']:,} of {document['combinations']:,}"
    screen.print(
        f"{kind} combinations tried on {document['replicates']:,} replicates each; probabilities below are of "
        f"{document['fresh_replicates']:,} fresh ones"
    )
    for error in islice(refused, 1):
        problem = error.problems[0]
        reason = escape(f"{problem.key.removeprefix('set.')}: {problem.message}")
        screen.print(f"{len(refused):,} of them cannot be put together; of the first {reason}")
    screen.print()
    best = document["best"]
    if best is None:
        surest = document["surest"]
        none = f"none of the {document['checked']} combinations checked is as sure as wanted."
        screen.print(f"[bold]Out of reach within these bounds[/]: {none}")
        screen.print(f"The surest gets to {_chance(surest)}, at {surest['cost']:.4g} {unit}:")
        _print_levers(screen, surest, unit)
    elif best["cost"] == 0:
        screen.print("[bold]Reached as things stand[/]: no lever has to be moved.")
    else:
        found = "The cheapest combination there is" if document["is_exhaustive"] else "The cheapest combination found"
        screen.print(f"[bold]{found}: {best['cost']:.4g} {unit}[/], {_chance(best)}")
        _print_levers(screen, best, unit)
    screen.print()
    _print_frontier(screen, document)


def _print_levers(screen: Console, checked: dict[str, Any], unit: str) -> None:
    rows = [
        [
            f"{number} {lever['lever']}",
            _setting(lever["now"]),
            "stays" if lever["value"] == lever["now"] else _setting(lever["value"]),
            f"{lever['cost']:.4g}",
        ]
        for number, lever in enumerate(checked["levers"], start=1)
    ]
    screen.print(table("", ["lever", "now", "to", unit], rows))


def _print_frontier(screen: Console, document: dict[str, Any]) -> None:
    rows = [
        [
            f"{checked['cost']:.4g}",
            write_share(checked["probability"]),
            f"{write_share(checked['p05'])} to {write_share(checked['p95'])}",
            *(_setting(lever["value"]) for lever in checked["levers"]),
        ]
        for checked in document["frontier"]
    ]
    if not rows:
        return
    levers = [str(number) for number in range(1, len(document["surest"]["levers"]) + 1)]
    columns = [document["cost_unit"], "probability", "90 % interval", *levers]
    screen.print(table("What more would buy: the frontier of cost and probability", columns, rows, texts=0))
    names = (f"{number} {lever['lever']}" for number, lever in enumerate(document["surest"]["levers"], start=1))
    screen.print(f"levers: {'; '.join(names)}")


def _setting(value: float | list[str]) -> str:
    """Where a lever is: a number, or the codes of the members that it moves."""
    return (", ".join(value) or "nobody") if isinstance(value, list) else f"{value + 0.0:.4g}"


def _told(wanted: dict[str, Any]) -> str:
    """What is wanted, in words."""
    where = f" on {wanted['resolution']}" if "resolution" in wanted else ""
    if "rule" in wanted:
        return f"the vote{where} {'has' if wanted['adopted'] else 'does not have'} {RULE_WORDS[wanted['rule']]}"
    if "member" in wanted:
        return f"{wanted['member']['member']} is to {wanted['member']['action']}{where}".replace(
            "to absent", "be absent"
        )
    if "count" in wanted:
        count = wanted["count"]
        bounds = [
            f"{word} {count[key]}" for key, word in (("at_least", "at least"), ("at_most", "at most")) if key in count
        ]
        return f"{' and '.join(bounds)} members {count['action']}{where}"
    split = wanted["split"]
    counts = ", ".join(f"{action} {count}" for action, count in split.items() if action != "within")
    return f"the split{where} {counts}, each within {split['within']}"


def _chance(checked: dict[str, Any]) -> str:
    return (
        f"{write_share(checked['probability'])} of replicates (90 % interval {write_share(checked['p05'])} to "
        f"{write_share(checked['p95'])})"
    )
