"""``sim sensitivity``: which levers an output hangs on, and in which region of them something happens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sim.cli.commands.sweep import RetryFailed, swept
from sim.cli.output import AsJson, Overrides, check_writable, console, print_json, say, table, write_csv
from sim.cli.reading import read_experiment
from sim.errors import input_error
from sim.rules.adoption import RULES
from sim.specs import Experiment
from sim.whatif.discovery import Region
from sim.whatif.outputs import HELP
from sim.whatif.sensitivity import ANALYSED, Indices, analyse, asked_of

MOST_LEVERS = 15
WIDE = 0.5
"""Width of the interval of a total index, a share of the variance, from which on it says little."""
LEGENDS = {
    "morris": "effect: mean size of the change that the lever's whole range makes, in the unit of the output, with its "
    "90 % interval; signed: the same with its direction; varies: how much it differs with the other levers",
    "saltelli": "first: part of the output's variance that goes with the lever alone; total: with it and all it does "
    "together with others; each with its 90 % interval",
}


def command(
    experiment: Annotated[str, typer.Argument(help="Name of a shipped experiment, or a TOML file.")],
    out: Annotated[Path, typer.Option(help="Folder of the sweep; the same command resumes it.")],
    output: Annotated[
        list[str] | None, typer.Option(help=f"What to look at, support by default: {HELP}. Repeatable.")
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(help="Where does it happen? A rule that fails (two-thirds), or a bound such as 'support<100'."),
    ] = None,
    resolution: Annotated[str | None, typer.Option(help="Which vote; the first by default.")] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine.", min=1)] = 1,
    replicates: Annotated[
        int | None, typer.Option(help="Replicates per point; more can be added later.", min=1)
    ] = None,
    retry_failed: RetryFailed = False,
    set_: Overrides = None,
    csv: Annotated[Path | None, typer.Option(help="File to write the indices to.")] = None,
    as_json: AsJson = False,
) -> int:
    """Run an experiment, and say which of its levers an output hangs on, and where in them an event happens."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    spec = read_experiment(experiment, overrides)
    outputs = output or (["support"] if spec.design.kind in ANALYSED else [])
    if not outputs and event is None:
        message = f"a design of kind {spec.design.kind} has no indices, and no event is asked for."
        raise input_error("sim sensitivity", "", message, f"Give --event, or a design of kind {' or '.join(ANALYSED)}.")
    if csv is not None and not outputs:
        raise input_error("--csv", "", "indices go there, of which there are none.", "Give --output.")
    check_writable("--csv", csv)
    asked = asked_of(spec, outputs, event, resolution)
    status, done = swept(spec, out, workers, retry_failed=retry_failed)
    if done is None:
        return status
    indices, regions = analyse(spec, done.folder, asked)
    if csv is not None:
        rows = [row for found in indices for row in found.rows()]
        write_csv(csv, list(rows[0]), rows)
        say(f"the indices in {csv}")
    if as_json:
        print_json(_document(spec, out, indices=indices, event=event, regions=regions))
    else:
        _print(console(), spec, out=out, indices=indices, event=event, regions=regions)
    return 0


def _document(
    spec: Experiment, out: Path, indices: list[Indices], event: str | None, regions: list[Region] | None
) -> dict[str, object]:
    return {
        "experiment": spec.title,
        "folder": str(out),
        "kind": spec.design.kind,
        "points": spec.size,
        "indices": [
            {
                "scenario": found.scenario,
                "resolution": found.resolution,
                "output": found.output,
                "mean": found.mean,
                "deviation": found.deviation,
                "levers": [
                    {"lever": row["lever"], **{name: row[name] for name in found.figures}} for row in found.rows()
                ],
            }
            for found in indices
        ],
        "event": event,
        "regions": None if regions is None else [region.document() for region in regions],
    }


def _print(
    screen: Console,
    spec: Experiment,
    out: Path,
    indices: list[Indices],
    event: str | None,
    regions: list[Region] | None,
) -> None:
    screen.print(f"[bold]{spec.title}[/]: {spec.size:,} points ({spec.design.kind}) in {out}")
    for found in indices:
        screen.print()
        _print_indices(screen, found)
    if any(found.deviation for found in indices):
        screen.print(LEGENDS[spec.design.kind])
    if any(found.kind == "saltelli" and is_vague(found) for found in indices):
        screen.print(
            f"intervals wider than {WIDE}: more samples would tell, with --set design.samples=N and a new folder"
        )
    if event is not None and regions is not None:
        screen.print()
        _print_regions(screen, event, regions)
    edits = described_edits(spec)
    if edits:
        screen.print(f"levers: {'; '.join(f'{lever}: {told}' for lever, told in edits.items())}")


def is_vague(found: Indices) -> bool:
    """Whether the indices are hardly known: an interval of a total index is wide."""
    return bool((found.figures["total_high"] - found.figures["total_low"] > WIDE).any())


def described_edits(spec: Experiment) -> dict[str, str]:
    """What the levers that edit the world stand for, as ``change.0.add`` does not say it."""
    changes = next(iter(spec.bases.values())).change
    found = {}
    for lever in spec.design.over:
        section, *rest = lever.split(".")
        if section == "change" and rest and rest[0].isdecimal() and int(rest[0]) < len(changes):
            change = changes[int(rest[0])]
            found[lever] = f"{change.attribute} of {', '.join(change.members)}"
    return found


def _print_indices(screen: Console, found: Indices) -> None:
    digits = 1 if found.kind == "morris" and found.deviation > 1 else 2
    title = f"[bold]{found.output}[/] on {found.resolution} in {found.scenario}: {found.mean:.{digits}f} on average"
    if found.deviation == 0:
        screen.print(f"{title}, the same at every point: no lever moves it")
        return
    screen.print(f"{title}, deviation {found.deviation:.{digits}f} over the points")
    rows = [_cells(found.kind, row, digits) for row in found.rows()[:MOST_LEVERS]]
    columns = {
        "morris": ["lever", "effect", "90 % interval", "signed", "varies"],
        "saltelli": ["lever", "first", "90 % interval", "total", "90 % interval"],
    }[found.kind]
    screen.print(table("", columns, rows))
    if len(found.levers) > MOST_LEVERS:
        screen.print(f"{len(found.levers) - MOST_LEVERS} levers that matter less; --json has them")


def _cells(kind: str, row: dict[str, Any], digits: int) -> list[str]:
    def shown(name: str) -> str:
        return f"{row[name] + 0.0:.{digits}f}"

    def interval(name: str) -> str:
        return f"{shown(f'{name}_low')} to {shown(f'{name}_high')}"

    if kind == "morris":
        return [str(row["lever"]), shown("mu_star"), interval("mu_star"), shown("mu"), shown("sigma")]
    return [str(row["lever"]), shown("first"), interval("first"), shown("total"), interval("total")]


def _print_regions(screen: Console, event: str, regions: list[Region]) -> None:
    told = f"'{event}' fails" if event in RULES else f"'{event}'"
    if len(regions) == 1 and not regions[0].bounds:
        screen.print(f"{told} in {_share(regions[0].probability)} of replicates, whatever the levers: no region apart")
        return
    rows = [
        [
            " and ".join(map(str, region.bounds)),
            _share(region.probability),
            _share(region.coverage),
            _share(region.share),
        ]
        for region in regions
    ]
    columns = ["where", "happens in", "of all cases", "of the space"]
    screen.print(f"[bold]Where {told}[/]")
    screen.print(table("", columns, rows))
    screen.print(
        "happens in: share of the replicates there; of all cases: part of all cases that lie there; of the space: "
        "part of the design's points that lie there"
    )


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
