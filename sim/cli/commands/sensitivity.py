"""``sim sensitivity``: which levers an output depends on, and in which region of them something happens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sim.cli.commands.sweep import RetryFailed, run_sweep_folder
from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import (
    AsJson,
    Overrides,
    console,
    print_heading,
    print_json,
    print_lines,
    print_table,
)
from sim.cli.reading import read_experiment
from sim.errors import make_input_error
from sim.results.sensitivity import SensitivityAnalysis
from sim.specs import Experiment
from sim.summaries.sweeps import answer_expected_course
from sim.whatif.outputs import OUTPUTS_HELP
from sim.whatif.sensitivity import ANALYSED, check_questions, summarise_sensitivity
from sim.whatif.sensitivity_tables import answer_indices, answer_regions, make_sensitivity_data, sensitivity_tables


@with_exports
def command(
    experiment: Annotated[
        str,
        typer.Argument(
            help="Name of a shipped experiment, or a TOML file.", autocompletion=complete_names("experiments")
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the sweep; the same command resumes it.")],
    output: Annotated[
        list[str] | None, typer.Option(help=f"Output to explain, support by default: {OUTPUTS_HELP}. Repeatable.")
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(help="Event to locate: a rule that fails (two-thirds), or a bound such as 'support<100'."),
    ] = None,
    resolution: Annotated[str | None, typer.Option(help="Which vote; the first by default.")] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine.", min=1)] = 1,
    replicates: Annotated[int | None, typer.Option(help="Runs of each point; more can be added later.", min=1)] = None,
    retry_failed: RetryFailed = False,
    set_: Overrides = None,
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Run an experiment, and find which levers an output depends on, and for which values an event happens."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    spec = read_experiment(experiment, overrides)
    outputs = output or (["support"] if spec.design.kind in ANALYSED else [])
    if not outputs and event is None:
        message = f"a design of kind {spec.design.kind} has no indices, and there is no --event."
        raise make_input_error(
            "sim sensitivity", "", message, f"Give --event, or a design of kind {' or '.join(ANALYSED)}."
        )
    asked = check_questions(spec, outputs, event, resolution)
    status, done = run_sweep_folder(spec, out, workers, retry_failed=retry_failed)
    if done is None:
        return status
    found = summarise_sensitivity(spec, done.folder, asked)
    exports.write(lambda: sensitivity_tables(spec, found), lambda: make_sensitivity_data(found))
    if as_json:
        print_json(found.document())
    else:
        _print(console(), spec, found)
    return 0


def _print(screen: Console, spec: Experiment, found: SensitivityAnalysis) -> None:
    print_heading(screen, found.experiment)
    print_lines(screen, answer_expected_course(spec))
    print_lines(screen, [answer_indices(indices, spec.first) for indices in found.indices])
    if found.event is not None and found.regions:
        print_lines(screen, [answer_regions(found.event, found.regions, spec.first)])
    screen.print(f"{found.points:,} points of a design of kind {found.kind} are in {found.folder}.")
    for made in sensitivity_tables(spec, found):
        screen.print()
        print_table(screen, made)
