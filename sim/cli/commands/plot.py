"""``sim plot``: a picture of a scenario, a kept run or a finished sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.cases import read_case
from sim.cli.output import Overrides, run_settings, say
from sim.cli.progress import progress
from sim.errors import make_input_error
from sim.runner.folder.files import MANIFEST
from sim.runner.folder.kept import read_kind, read_run, read_sweep
from sim.runner.result import RunResult
from sim.runner.run import run_case
from sim.specs.shipped import is_folder, list_shipped_names, list_shipped_scenarios
from sim.views.frame import check_picture, save
from sim.views.kinds import OF_RUNS, OF_SWEEPS, Wish, check_kind, draw_run, draw_sweep

KIND_HELP = "\n\n".join(
    [
        "What to draw. Of a run:",
        *(f"{name}: {kind.meaning}." for name, kind in OF_RUNS.items()),
        "Of a sweep:",
        *(f"{name}: {meaning}." for name, meaning in OF_SWEEPS.items()),
    ]
)


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="DIR|SCENARIO", help="Folder of a run or sweep, name of a shipped scenario, or a file."),
    ],
    kind: Annotated[str, typer.Option(metavar="KIND", help=KIND_HELP)],
    out: Annotated[Path, typer.Option(help="Picture to write: .png, .svg or .pdf.")],
    resolution: Annotated[str | None, typer.Option(help="Which vote; the first by default.")] = None,
    member: Annotated[str | None, typer.Option(help="Member to explain, by code or name.")] = None,
    output: Annotated[
        str | None, typer.Option(help="Of a sweep: an action, majority, two-thirds, near, or IND:abstain.")
    ] = None,
    over: Annotated[list[str] | None, typer.Option(help="Of a sweep: a lever along an axis; twice for two.")] = None,
    observed: Annotated[bool, typer.Option("--observed", help="Of a map: show what the members did.")] = False,
    replicates: Annotated[int | None, typer.Option(help="Of a scenario: how often it is run.", min=1)] = None,
    set_: Overrides = None,
) -> int:
    """Draw a picture of a scenario, which is run for it, or of a folder that 'sim run --out' or 'sim sweep' wrote."""
    check_kind(kind)
    check_picture("--out", out)
    wish = Wish(resolution=resolution, member=member, output=output, over=tuple(over or ()), is_observed=observed)
    folder = Path(source)
    if is_folder(folder) and ((folder / MANIFEST).exists() or source not in list_shipped_scenarios()):
        if set_ or replicates is not None:
            message = "is a finished result; --set and --replicates need a scenario."
            raise make_input_error("sim plot", source, message)
        if read_kind(folder) == "sweep":
            figure = draw_sweep(read_sweep(folder), kind, wish)
        else:
            figure = draw_run(read_run(folder).result, kind, wish)
    else:
        if kind not in OF_RUNS:
            fix = "Run it with 'sim sweep EXPERIMENT --out DIR', and give DIR."
            raise make_input_error("--kind", "", f"'{kind}' is a picture of a finished sweep.", fix)
        figure = draw_run(_run(source, set_ or [], replicates), kind, wish)
    save(figure, out)
    say(f"picture in {out}")
    return 0


def _run(source: str, assigned: list[str], replicates: int | None) -> RunResult:
    if source in list_shipped_names("experiments"):
        message = "is an experiment."
        raise make_input_error(
            "sim plot", source, message, f"Run it with 'sim sweep {source} --out DIR', and give DIR."
        )
    case, base = read_case(source, assigned, run_settings(replicates, None, False))
    with progress("runs", case.spec.replicates) as report:
        result = run_case(case, base=base, on_progress=report)
    if result.is_interrupted:
        raise KeyboardInterrupt
    return result
