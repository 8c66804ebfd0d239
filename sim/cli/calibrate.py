"""``sim calibrate``: fit the shared parameters to roll calls and write them to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, print_json, say
from sim.errors import input_error
from sim.specs import read_scenario

DEFAULT_SCENARIOS = ("es-11-1", "es-11-2", "es-11-3")


def command(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scenarios of one vote each; the first sets the unit of alignment. ES-11/1 to 3 by default."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="TOML file to write.")] = None,
    as_json: AsJson = False,
) -> int:
    """Fit the shared parameters, and each text's severity and divisiveness, to roll calls."""
    from sim.evaluation.calibration import calibrate, document_of, written  # SciPy is slow to load

    specs = [read_scenario(reference) for reference in scenarios or DEFAULT_SCENARIOS]
    for spec in specs:
        if len(spec.vote) != 1:
            message = f"has {len(spec.vote)} votes; a scenario to fit has one."
            raise input_error(f"scenario '{spec.title}'", "vote", message)
    if out is not None and out.exists():
        raise input_error("--out", str(out), "exists.", "Give a new file.")
    fit = calibrate(specs, lambda loss: say(f"minus log posterior {loss:.3f}"))
    document = document_of(fit, specs)
    if out is not None:
        out.write_text(written(document), encoding="utf-8")
        say(f"written to {out}")
    if as_json:
        print_json(document)
    elif out is None:
        print(written(document), end="")
    if not fit.has_converged:
        say("the search did not converge")
        return 1
    return 0
