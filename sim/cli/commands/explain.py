"""``sim explain``: why a member acts as it does, and what would tip it; or the decisive term of every member."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sim.case import prepare
from sim.cli.output import (
    AsJson,
    Overrides,
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
from sim.specs import Scenario
from sim.summaries.tallies import REPORTED
from sim.whatif.explanation.decisive import OVERVIEW, overview_rows
from sim.whatif.explanation.explain import Explanation, explain, vote_number
from sim.whatif.explanation.explained import csv_rows, explanation_document, moving
from sim.whatif.explanation.terms import take_apart

MOST_PEERS = 8
MOST_TIPS = 8
"""Levers of one kind that are listed."""
MOST_IDLE = 16
MOST_MOVING = 4
"""Terms that stand for themselves in the table of the months."""
KINDS = {
    "attribute": "What would tip it: its own attributes",
    "vote": "What would tip it: the text and the threats",
    "parameter": "What would tip it: parameters of the model, for all members alike",
}


def command(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    member: Annotated[str | None, typer.Argument(help="A member, by code or name.")] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="The decisive term of every member, in place of one.")
    ] = False,
    resolution: Annotated[str | None, typer.Option(help="Which vote of the scenario; the first by default.")] = None,
    along: Annotated[
        str | None,
        typer.Option(metavar="LEVER[=FROM:TO]", help="Show the probabilities along a lever, such as vote.severity."),
    ] = None,
    levers: Annotated[
        bool,
        typer.Option(help="Look for what would tip the member: 10 seconds; minutes with months or drawn parameters."),
    ] = True,
    replicates: Annotated[int | None, typer.Option(help="Runs with random numbers of their own.", min=1)] = None,
    uncertain: Uncertain = False,
    set_: Overrides = None,
    csv: Annotated[
        Path | None, typer.Option(help="File to write the terms to, month by month where there are any, or --all's.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Explain a member's action term by term, and what would tip it; with --all, the decisive term of every member."""
    if everyone == (member is not None):
        raise input_error("sim explain", "MEMBER", "a member or --all is needed, and one of them alone.")
    check_writable("--csv", csv)
    spec = read_scenario(scenario, [*(set_ or []), *run_settings(replicates, None, uncertain)])
    if member is None:
        return _everyone(spec, resolution, csv, as_json)
    is_slow = spec.months is not None or spec.parameter_uncertainty
    with progress("levers tried") as report:

        def tell(done: int, total: int) -> None:
            if done == 0 and is_slow:
                say("what would tip it takes a minute or more; --no-levers or fewer --replicates are quicker")
            report(done, total)

        found = explain(spec, member, resolution, tries_levers=levers, walks_along=along, on_progress=tell)
    if csv is not None:
        rows = csv_rows(found)
        _write(csv, list(rows[0]), rows)
    if as_json:
        print_json(explanation_document(found))
    else:
        _print(console(), found)
    return 0


def _write(path: Path, columns: Sequence[str], rows: list[dict[str, object]]) -> None:
    write_csv(path, columns, rows)
    say(f"written to {path}")


def _everyone(spec: Scenario, resolution: str | None, csv: Path | None, as_json: bool) -> int:
    number = vote_number(spec, resolution)
    rows = overview_rows(take_apart(prepare(spec), number, spec.replicates))
    if csv is not None:
        _write(csv, OVERVIEW, rows)
    vote = spec.vote[number]
    if as_json:
        print_json({"scenario": spec.title, "resolution": vote.resolution, "members": rows})
        return 0
    screen = console()
    if not rows:
        screen.print(f"{vote.resolution}, {vote.date}: every vote is given, none drawn; there is nothing to decide")
        return 0
    shown = [
        [
            str(row["name"]),
            str(row["likeliest"]),
            str(row["decisive"] or "none"),
            _percent(row["probability"]),
            _percent(row["from_utilities"]),
            _percent(row["at_mean"]),
            str(row["then_likeliest"] or "-"),
        ]
        for row in rows
    ]
    columns = ["member", "likeliest", "decisive term", "runs", "utilities", "at mean", "then"]
    screen.print(table(f"{vote.resolution}, {vote.date}: what decides", columns, shown, texts=3))
    screen.print(DECISIVE)
    return 0


DECISIVE = (
    "decisive: the term whose replacement by its mean over the members whose vote is drawn costs the likeliest action "
    "most probability, peers held where they are; none, where no term costs it 5 points. runs: share of replicates; "
    "utilities: probability from the utilities at the peers' mean stance; at mean: the same with the decisive term "
    "at its mean; then: what is the likeliest then"
)


def _percent(share: Any) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _print(screen: Console, found: Explanation) -> None:
    document: dict[str, Any] = explanation_document(found)
    name, likeliest = document["name"], document["likeliest"]
    screen.print(f"[bold]{name} ({document['iso3']})[/] on {document['resolution']}, {document['date']}")
    drawn = ", parameters drawn" if document["parameter_uncertainty"] else ""
    screen.print(f"{document['scenario']}; {document['replicates']} replicates, seed {document['seed']}{drawn}")
    others = [vote.resolution for vote in found.anatomy.case.spec.vote if vote.resolution != document["resolution"]]
    if others:
        screen.print(f"other votes of the scenario, for --resolution: {', '.join(others)}")
    if document["is_given"]:
        screen.print(f"Its vote is given, not drawn: {likeliest}. The utilities below play no part in it.")
    screen.print()
    kinds = (
        ("runs", "probabilities", _percent),
        ("from utilities", "probabilities_from_utilities", _percent),
        ("utility", "utilities", lambda value: f"{value:+.2f}"),
    )
    rows = [[title, *(shown(document[key][action]) for action in REPORTED)] for title, key, shown in kinds]
    screen.print(table("What it does", ["", *REPORTED], rows))
    screen.print()
    _print_terms(screen, document)
    _print_data(screen, document)
    _print_peers(screen, document)
    _print_months(screen, found, document)
    _print_levers(screen, document)
    _print_walk(screen, document["along"])


def _print_terms(screen: Console, document: dict[str, Any]) -> None:
    likeliest = document["likeliest"]
    acting = [term for term in document["terms"] if any(term[action] for action in REPORTED)]
    idle = [term["term"] for term in document["terms"] if term not in acting]
    rows = [
        [term["term"], *(_utility(term[action]) for action in REPORTED), _percent(term["likeliest_at_mean"])]
        for term in acting
    ]
    rows.append(["together", *(f"{document['utilities'][action]:+.2f}" for action in REPORTED), ""])
    columns = ["term", *REPORTED, "at mean"]
    if document["parameter_uncertainty"]:
        columns.append("over next, 90 %")
        for row, term in zip(rows, acting, strict=False):
            row.append(f"{term['over_next']['p05']:+.2f} to {term['over_next']['p95']:+.2f}")
        rows[-1].append("")
    screen.print(table("What each term adds to each action, in units of the logit noise", columns, rows))
    screen.print(
        f"at mean: probability of '{likeliest}' with this term as for the mean of the members whose vote is drawn"
    )
    if document["parameter_uncertainty"]:
        screen.print(
            f"over next: what it adds to '{likeliest}' over '{document['next']}', 90 % of the draws of the parameters"
        )
    if idle:
        screen.print(f"adding nothing here: {', '.join(idle)}")
    decisive = document["decisive"]
    if decisive is not None:
        screen.print(
            f"[bold]decisive: {decisive['term']}[/]; at the mean, '{likeliest}' falls from "
            f"{_percent(decisive['probability'])} to {_percent(decisive['at_mean'])}"
        )


def _utility(value: float) -> str:
    return "." if value == 0 else f"{value:+.2f}"


def _print_data(screen: Console, document: dict[str, Any]) -> None:
    rows = [
        [
            made["quantity"] if made["quantity"] == term["term"] else f"{term['term']}: {made['quantity']}",
            _moved(made),
            f"{made['weight']:.3g} ({made['parameter']})" if made["parameter"] else "",
            made["rule"] or "; ".join(map(_from, made["origins"])) or "not known in this world",
        ]
        for term in document["terms"]
        if any(term[action] for action in REPORTED)
        for made in term["made_of"]
    ]
    screen.print()
    made = table("What the terms are made of", ["quantity", "value", "weight", "from"], rows, texts=4)
    made.columns[1].justify = "right"
    screen.print(made)


def _moved(made: dict[str, Any]) -> str:
    """A quantity's value; where the months have moved it, with what it was at the start."""
    value, start = f"{made['value'] + 0.0:.3f}", made["at_start"]
    return value if start is None or f"{start:.3f}" == value else f"{start:.3f} > {value}"


def _from(origin: dict[str, str]) -> str:
    """Where a quantity comes from: its column, and the source of that where the world names one."""
    source = ", ".join(part for part in (origin["source"], origin["year"]) if part)
    return f"{origin['file']}, {origin['column']}" + (f": {source}" if source else "")


def _print_peers(screen: Console, document: dict[str, Any]) -> None:
    shown, rest = document["peers"][:MOST_PEERS], document["peers"][MOST_PEERS:]
    if not shown:
        return
    rows = [
        [peer["name"], f"{100 * peer['weight']:.1f} %", f"{peer['stance']:+.2f}", f"{peer['support']:+.3f}"]
        for peer in shown
    ]
    if rest:
        weight, adds = (sum(peer[key] for peer in rest) for key in ("weight", "support"))
        rows.append([f"{len(rest)} others", f"{100 * weight:.1f} %", "", f"{adds:+.3f}"])
    screen.print()
    screen.print(table("Its peers", ["member", "weight", "mean stance", "adds to support"], rows))


def _print_months(screen: Console, found: Explanation, document: dict[str, Any]) -> None:
    if not document["months"]:
        return
    likeliest, following = document["likeliest"], document["next"]
    sums = moving(found, MOST_MOVING)
    rows = [
        [
            f"{month['month']}{'*' if month['date'] == document['date'] else ''}",
            *(f"{values[place] + 0.0:+.2f}" for values in sums.values()),
            _percent(month["probabilities"][likeliest]),
        ]
        for place, month in enumerate(document["months"])
    ]
    columns = ["month", *(name.replace(".", ".\n").replace("_", "_\n") for name in sums), likeliest]
    screen.print()
    screen.print(table(f"Month by month: what speaks for '{likeliest}' over '{following}'", columns, rows))
    screen.print(
        "the same text asked on the same day of every month, with the draws of the vote (*); "
        f"steady: the terms that do not move; {likeliest}: share of replicates; --json and --csv have every term"
    )
    if "memory" in sums:
        screen.print(MEMORY)


MEMORY = (
    "memory: of what each replicate did in its own earlier votes, not of those cast; since a replicate keeps its draw, "
    "it does much as before, and shares move less than 'together'"
)


def _print_levers(screen: Console, document: dict[str, Any]) -> None:
    for kind, title in KINDS.items():
        levers = [lever for lever in document["levers"] if lever["kind"] == kind]
        tips = [(tip["share_of_width"], lever, tip) for lever in levers for tip in lever["tips"]]
        rows = [
            [
                lever["lever"].partition(" of ")[0],
                *(f"{value + 0.0:.4g}" for value in (lever["now"], tip["before"], tip["beyond"])),
                f"{tip['change']:+.2g}",
                tip["action"],
            ]
            for _, lever, tip in sorted(tips, key=lambda entry: entry[0])[:MOST_TIPS]
        ]
        if rows:
            screen.print()
            screen.print(table(title, ["lever", "now", "not yet at", "tips at", "change", "to"], rows))
        if len(tips) > len(rows):
            screen.print(f"and {len(tips) - len(rows)} more tips farther off; --json has them")
        idle = [lever["lever"].partition(" of ")[0] for lever in levers if not lever["tips"]]
        if len(idle) > MOST_IDLE:
            screen.print(f"{len(idle)} others tip it nowhere within their bounds")
        elif idle:
            screen.print(f"tipping it nowhere within their bounds: {', '.join(idle)}")
    if document["levers"]:
        screen.print()
        screen.print(f"A tip makes another action likelier than '{document['likeliest']}'; both values were run.")


def _print_walk(screen: Console, walk: dict[str, Any] | None) -> None:
    if walk is None:
        return
    rows = [[f"{point['value']:.4g}", *(_percent(point[action]) for action in REPORTED)] for point in walk["points"]]
    screen.print()
    made = table(f"Along {walk['lever']}: probability of each action", ["value", *REPORTED], rows, texts=0)
    screen.print(made)
