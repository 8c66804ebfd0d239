"""``sim calibrate``: fit the shared parameters to roll calls and write them to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from sim.case.known import world_of
from sim.cli.output import AsJson, console, print_json, say, table
from sim.cli.progress import progress
from sim.errors import InputError, Problem, input_error
from sim.specs import Scenario, read_scenario

if TYPE_CHECKING:
    from sim.fitting.calibration import Belief

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
    out: Annotated[Path | None, typer.Option(help="TOML file to write, for a scenario's key 'fit'.")] = None,
    draws: Annotated[
        int, typer.Option(help="Draws from the posterior, about a second each; 0 for the values alone.", min=0)
    ] = 0,
    draw_seed: Annotated[int, typer.Option(help="Number that the draws are keyed by.", min=0)] = 0,
    fit_threats: Annotated[
        bool, typer.Option("--fit-threats", help="Fit the threats of all texts but the first, around those declared.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Fit the shared parameters, and each text's severity and divisiveness, to roll calls."""
    from sim.fitting.calibration import beliefs, calibrate, document_of, written  # SciPy is slow to load

    if out is not None and out.exists():
        raise input_error("--out", str(out), "exists.", "Give a new file.")
    if months:
        return _months(read_scenario((scenarios or [DEFAULT_MONTHS])[0]), out, as_json)
    specs = [read_scenario(reference) for reference in scenarios or DEFAULT_SCENARIOS]
    _check(specs)
    with progress("draws", draws) as report:
        fit = calibrate(specs, draws, seed=draw_seed, fits_threats=fit_threats, on_progress=report)
    document = document_of(fit, specs, draw_seed)
    _give(document, written(document), out, as_json, is_printed=not draws)
    if draws and not as_json:
        console().print(_table(beliefs(fit)))
    if not fit.found.has_converged:
        say("the search did not converge")
        return 1
    return 0


def _months(spec: Scenario, out: Path | None, as_json: bool) -> int:
    from sim.fitting.calibration import written
    from sim.fitting.months_calibration import document_of, fit_months

    if spec.months is None:
        raise input_error(f"scenario '{spec.title}'", "months", "missing.", "Give a scenario that has months.")
    try:
        fit = fit_months(spec, lambda part, loss: say(f"{part}: loss {loss:.3f}"))
    except ValueError as error:
        raise input_error(f"scenario '{spec.title}'", "world", f"{error}.") from None
    document = document_of(fit, spec)
    _give(document, written(document), out, as_json)
    return 0


def _give(document: dict[str, object], text: str, out: Path | None, as_json: bool, *, is_printed: bool = True) -> None:
    if out is not None:
        out.write_text(text, encoding="utf-8")
        say(f"written to {out}")
    if as_json:
        print_json(document)
    elif out is None and is_printed:
        print(text, end="")


def _check(specs: Sequence[Scenario]) -> None:
    problems = []
    for spec in specs:
        where = f"scenario '{spec.title}'"
        if len(spec.vote) != 1:
            problems.append(Problem(where, "vote", f"has {len(spec.vote)} votes; a scenario to fit has one."))
        elif world_of(spec).rollcall(spec.vote[0].resolution) is None:
            message = f"the world {spec.world} has no roll call of {spec.vote[0].resolution}."
            problems.append(Problem(where, "vote.0.resolution", message))
        if spec.world != specs[0].world:
            message = f"got {spec.world}; all are fitted in one world, {specs[0].world}."
            problems.append(Problem(where, "world", message))
    if problems:
        raise InputError(problems)


def _table(found: Sequence[Belief]) -> Table:
    rows = [
        [
            b.name.removeprefix("A/RES/").replace("_", " "),
            f"{b.prior[0]:.2f}",
            "{:.2f} to {:.2f}".format(*b.prior[1:]),
            f"{b.posterior[0]:.2f}",
            "{:.2f} to {:.2f}".format(*b.posterior[1:]),
            f"{b.contraction:.2f}",
            "yes" if b.is_identified else "no",
        ]
        for b in found
    ]
    columns = ["", "prior", "90 %", "posterior", "90 %", "contraction", "told?"]
    return table(
        "Means and intervals before and after the votes; told: do the votes say anything of it?", columns, rows
    )
