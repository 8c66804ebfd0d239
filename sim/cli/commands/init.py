"""``sim init``: start a scenario of your own, from a shipped one or for a new resolution."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import tomli_w
import typer

from sim.cli.output import console, print_table, say
from sim.cli.reading import read_option_day
from sim.errors import make_input_error
from sim.files.writing import check_target, write_text
from sim.fitting.proposals import Proposal, propose_divisiveness, propose_severity
from sim.results.tables import SHARE, UTILITY, Column, Table, table
from sim.results.wording import write_number
from sim.specs import list_shipped_scenarios, parse_scenario

TEMPLATE = """\
{title}question = "write your question here"
base = "{base}"

# Keys of the base to change; the same as '--set' on the command line.
[set]
"parameters.enforcement" = 0.8

# Edits of the world: multiply, add or set an attribute of members or groups.
[[change]]
members = ["CSTO", "-RUS"]
attribute = "dependence.security"
multiply = 0.5
reason = "write the reason here"

# Write before the run what you expect; the result is compared with it. Remove the '#' signs and fill it in.
# [expected]
# direction = "More support, from members that ..."
# support = "up"
# movers = ["ARM"]
"""
DIVISIVENESS = {"both": (0.7071, 0.7071), "conflict": (0.95, 0.37), "order": (0.37, 0.95)}
"""How a resolution divides along the two dimensions, by what it divides by: the means of the priors of a fit."""
OF_KIND = {
    "target and topic": "on the same target and topic",
    "topic": "on the same topic",
    "target": "on the same target",
    "directed": "that are directed at a member",
}


def init(
    file: Annotated[Path, typer.Argument(help="New TOML file.")],
    base: Annotated[str, typer.Option(help="Shipped scenario to start from.")] = "es-11-1",
    resolution: Annotated[
        str | None, typer.Option(help="Name of a new resolution, in place of a what-if; needs --target and --date.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="The member that the new resolution is directed against.")] = None,
    day: Annotated[str | None, typer.Option("--date", help="The day of the new vote, such as 2024-02-23.")] = None,
    topic: Annotated[
        str, typer.Option(help="The question that the new resolution belongs to, as earlier ones have it.")
    ] = "",
    victim: Annotated[str | None, typer.Option(help="The member on whose behalf it speaks.")] = None,
    sender: Annotated[
        list[str] | None, typer.Option(help="A member or group that sanctions the target. Repeatable.")
    ] = None,
    divides_by: Annotated[str, typer.Option(help="What it divides by: conflict, order or both.")] = "both",
) -> int:
    """Start a scenario of your own: a what-if on a shipped one, or a new resolution with a proposed severity."""
    check_target("sim init", file)
    if file.exists():
        raise make_input_error(str(file), "", "exists already.", "Give a new file.")
    title = re.sub(r"[-_]+", " ", file.stem).encode(errors="replace").decode()  # a name may be no text in UTF-8
    if resolution is not None:
        return _write_new(file, title, resolution, target, day, topic, victim, sender or [], divides_by)
    if base not in list_shipped_scenarios():
        raise make_input_error(
            "--base", "", f"'{base}' is not a shipped scenario.", f"There are {', '.join(list_shipped_scenarios())}."
        )
    write_text(file, TEMPLATE.format(title=tomli_w.dumps({"title": title}), base=base))
    print(f"{file}: written; edit it, then 'sim check {file}' and 'sim run {file}'")
    return 0


def _write_new(
    file: Path,
    title: str,
    resolution: str,
    target: str | None,
    day: str | None,
    topic: str,
    victim: str | None,
    senders: list[str],
    divides_by: str,
) -> int:
    """Write the scenario of a new resolution, with the severity that earlier ones suggest."""
    if target is None or day is None:
        missing = "--target" if target is None else "--date"
        raise make_input_error("sim init", missing, "a new resolution needs it.", "Give both --target and --date.")
    if divides_by not in DIVISIVENESS:
        raise make_input_error("--divides-by", "", f"got '{divides_by}'; allowed are {', '.join(DIVISIVENESS)}.")
    document: dict[str, object] = {
        "title": title,
        "question": f"Who supports {resolution}?",
        "world": "un",
        "seed": 1,
        "replicates": 1000,
        "roles": {"target": target, "senders": senders, **({} if victim is None else {"victim": victim})},
    }
    vote: dict[str, object] = {
        "resolution": resolution,
        "date": read_option_day("--date", day),
        "severity": 0.0,
        "divisiveness": list(DIVISIVENESS[divides_by]),
        "target_threat": 0.0,
        "sender_threat": 0.0,
        "topic": topic,
        "divides_by": divides_by,
        "basis": "declared",
    }
    spec = parse_scenario({**document, "vote": [vote]}, str(file), Path())
    say("looking at earlier resolutions")
    vote["divisiveness"] = [round(float(part), 3) for part in propose_divisiveness(spec)]
    spec = parse_scenario({**document, "vote": [vote]}, str(file), Path())
    found = propose_severity(spec)
    if found is None:
        raise make_input_error(str(file), "vote.0.severity", "the world holds no earlier resolution to learn it from.")
    vote |= {
        "severity": round(found.severity, 3),
        "severity_spread": round(found.spread, 3),
        "basis": _basis(found),
    }
    write_text(file, tomli_w.dumps({**document, "vote": [vote]}))
    screen = console()
    screen.print(f"{file}: written; severity {write_number(found.severity, 2)}, {_basis(found)}.")
    screen.print(
        "The severity may well be a spread higher or lower: try --set vote.severity. Both threats are 0: give those "
        "that were made.",
    )
    print_table(screen, _earlier_table(found).on_screen(MOST_SHOWN))
    return 0


MOST_SHOWN = 12


def _basis(found: Proposal) -> str:
    count = len(found.earlier)
    of = f"{count} earlier resolution{'' if count == 1 else 's'} {OF_KIND[found.kind]}"
    return f"the mean of {of} (spread {write_number(found.spread, 2)})"


def _earlier_table(found: Proposal) -> Table:
    total = sum(one.weight for one in found.earlier)
    rows = [[one.resolution, one.severity, one.weight / total] for one in found.earlier]
    columns = [Column("earlier resolution"), Column("severity", UTILITY), Column("weight", SHARE)]
    return table("What the severity is the mean of", columns, rows)
