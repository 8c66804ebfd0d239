"""``sim calibrate``: fit the shared parameters to roll calls and write them to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, print_json, say
from sim.errors import input_error
from sim.specs import Scenario, read_scenario

DEFAULT_MONTHS = "2022-2023"
DEFAULT_SCENARIOS = ("es-11-1", "es-11-2", "es-11-3")


def command(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scenarios of one vote each; the first sets the unit of alignment. ES-11/1 to 3 by default."
        ),
    ] = None,
    months: Annotated[
        bool, typer.Option("--months", help="Fit the months of one scenario (2022-2023 by default) instead.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="TOML file to write.")] = None,
    as_json: AsJson = False,
) -> int:
    """Fit the shared parameters, and each text's severity and divisiveness, to roll calls."""
    from sim.evaluation.calibration import calibrate, document_of, written  # SciPy is slow to load

    if out is not None and out.exists():
        raise input_error("--out", str(out), "exists.", "Give a new file.")
    if months:
        return _months(read_scenario((scenarios or [DEFAULT_MONTHS])[0]), out, as_json)
    specs = [read_scenario(reference) for reference in scenarios or DEFAULT_SCENARIOS]
    for spec in specs:
        if len(spec.vote) != 1:
            message = f"has {len(spec.vote)} votes; a scenario to fit has one."
            raise input_error(f"scenario '{spec.title}'", "vote", message)
    fit = calibrate(specs, lambda loss: say(f"minus log posterior {loss:.3f}"))
    document = document_of(fit, specs)
    _give(document, written(document), out, as_json)
    if not fit.has_converged:
        say("the search did not converge")
        return 1
    return 0


def _months(spec: Scenario, out: Path | None, as_json: bool) -> int:
    from sim.evaluation.calibration import written
    from sim.evaluation.months_calibration import document_of, fit_months

    if spec.months is None:
        raise input_error(f"scenario '{spec.title}'", "months", "missing.", "Give a scenario that has months.")
    try:
        fit = fit_months(spec, lambda part, loss: say(f"{part}: loss {loss:.3f}"))
    except ValueError as error:
        raise input_error(f"scenario '{spec.title}'", "world", f"{error}.") from None
    document = document_of(fit, spec)
    _give(document, written(document), out, as_json)
    return 0


def _give(document: dict[str, object], text: str, out: Path | None, as_json: bool) -> None:
    if out is not None:
        out.write_text(text, encoding="utf-8")
        say(f"written to {out}")
    if as_json:
        print_json(document)
    elif out is None:
        print(text, end="")
