"""``sim calibrate``: fit the shared parameters to roll calls and write them to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, console, print_json, print_table, say
from sim.cli.progress import progress
from sim.errors import InputError, Problem, make_input_error
from sim.files.writing import check_target, write_text
from sim.results.calibration import Belief
from sim.rules.parameters import find_parameter_problems, load_registry
from sim.specs import Fit, Scenario, load_scenario_world, read_scenario
from sim.specs.overrides import read_value
from sim.summaries.sentences import list_words

DEFAULT_MONTHS = "2022-2023"
DEFAULT_SCENARIOS = ("es-11-1", "es-11-2", "es-11-3")


def command(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scenarios with one vote each; the first sets the unit of alignment. ES-11/1 to 3 by default."
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
        bool,
        typer.Option("--fit-threats", help="Fit the threats of all resolutions but the first, around those declared."),
    ] = False,
    fix: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Keep a parameter at a value and fit the others. Repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Fit the shared parameters, and each resolution's severity and divisiveness, to roll calls."""
    from sim.fitting.calibration import calibrate, fit_from_calibration, list_beliefs  # SciPy is slow to load
    from sim.fitting.tables import make_belief_table

    check_target("--out", out)
    if out is not None and out.exists():
        raise make_input_error("--out", str(out), "this file exists already.", "Give a new file.")
    if months:
        return _months(read_scenario((scenarios or [DEFAULT_MONTHS])[0]), out, as_json)
    specs = [read_scenario(reference) for reference in scenarios or DEFAULT_SCENARIOS]
    _check(specs)
    fixed = _read_fixed(fix or [])
    with progress("draws", draws) as report:
        found = calibrate(specs, draws, seed=draw_seed, fits_threats=fit_threats, fixed=fixed, on_progress=report)
    _write_fit(fit_from_calibration(found, specs, draw_seed), out, as_json, is_printed=not draws)
    if draws and not as_json:
        listed, screen = list_beliefs(found), console()
        screen.print(_answer(listed, len(specs)), end="\n\n")
        print_table(screen, make_belief_table(listed))
    if not found.found.has_converged:
        say("the search did not converge")
        return 1
    return 0


def _answer(found: Sequence[Belief], votes: int) -> str:
    """What the votes say about the numbers, in sentences."""
    unknown = [one.name.removeprefix("A/RES/").replace("_", " ") for one in found if not one.is_identified]
    sentence = f"{len(found) - len(unknown)} of {len(found)} numbers are identified by the {votes} votes."
    return (
        f"{sentence} Not identified, so that they depend on their priors: {list_words(unknown)}."
        if unknown
        else sentence
    )


def _read_fixed(texts: Sequence[str]) -> dict[str, float]:
    """The values of ``--fix`` by parameter."""
    values = {name.strip(): read_value(value.strip()) for name, _, value in (text.partition("=") for text in texts)}
    problems = find_parameter_problems(values, "--fix", "")
    for name in values:
        if name in load_registry() and load_registry()[name].prior is None:
            problems.append(Problem("--fix", name, "is not fitted, so it cannot be left out of a fit."))
    if problems:
        raise InputError(problems)
    return {name: float(str(value)) for name, value in values.items()}


def _months(spec: Scenario, out: Path | None, as_json: bool) -> int:
    from sim.fitting.months_calibration import fit_from_months, fit_months

    if spec.months is None:
        raise make_input_error(f"scenario '{spec.title}'", "months", "is missing.", "Give a scenario that has months.")
    try:
        found = fit_months(spec, lambda part, loss: say(f"{part}: loss {loss:.3f}"))
    except ValueError as error:
        raise make_input_error(f"scenario '{spec.title}'", "world", f"{error}.") from None
    _write_fit(fit_from_months(found, spec), out, as_json)
    return 0


def _write_fit(fit: Fit, out: Path | None, as_json: bool, *, is_printed: bool = True) -> None:
    from sim.fitting.calibration import write_toml

    if out is not None:
        write_text(out, write_toml(fit))
        say(f"written to {out}")
    if as_json:
        print_json(fit.document())
    elif out is None and is_printed:
        print(write_toml(fit), end="")


def _check(specs: Sequence[Scenario]) -> None:
    problems = []
    for spec in specs:
        where = f"scenario '{spec.title}'"
        if len(spec.vote) != 1:
            problems.append(Problem(where, "vote", f"has {len(spec.vote)} votes; a scenario to fit has one."))
        elif load_scenario_world(spec).rollcall(spec.vote[0].resolution) is None:
            message = f"the world {spec.world} has no roll call of {spec.vote[0].resolution}."
            problems.append(Problem(where, "vote.0.resolution", message))
        if spec.world != specs[0].world:
            message = f"got {spec.world}; all are fitted in one world, {specs[0].world}."
            problems.append(Problem(where, "world", message))
    if problems:
        raise InputError(problems)
