"""``sim sweep``: run a design, which may be stopped and resumed, and rank its points by their distance from a split."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.completion import complete_names
from sim.cli.exports import NO_EXPORTS, Exports, with_exports
from sim.cli.output import AsJson, Overrides, console, print_heading, print_json, print_lines, print_table, say
from sim.cli.progress import progress
from sim.cli.reading import read_experiment
from sim.cli.running import Scheduler, Workers, finish_folder, open_executor
from sim.errors import make_input_error
from sim.results.sweep import SweepReport, SweepReports
from sim.runner.folder.files import POINTS, RANKING
from sim.runner.folder.kept import read_sweep
from sim.runner.folder.reading import SweptPoints
from sim.runner.folder.writing import FinishedFolder
from sim.runner.sweep import keep_sweep
from sim.specs import Experiment
from sim.summaries.ranking import rank, refine
from sim.summaries.sweeps import (
    answer_expected_course,
    answer_grounds_of_levers,
    answer_sweep,
    make_sweep_data,
    make_sweep_table,
)
from sim.views.frame import check_picture, save
from sim.views.kinds import Wish, draw_sweep

RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Run again the points that failed.")]


@with_exports
def command(
    experiment: Annotated[
        str,
        typer.Argument(
            help="Name of a shipped experiment, or a TOML file.", autocompletion=complete_names("experiments")
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the sweep; the same command resumes it.")],
    workers: Workers = 1,
    scheduler: Scheduler = None,
    replicates: Annotated[int | None, typer.Option(help="Runs of each point; more can be added later.", min=1)] = None,
    retry_failed: RetryFailed = False,
    levels: Annotated[
        int,
        typer.Option(
            "--refine", help="How often to sweep a finer design around the point nearest to the target split.", min=0
        ),
    ] = 0,
    set_: Overrides = None,
    plot: Annotated[
        Path | None, typer.Option(help="Picture of the sweep to write: .png, .svg or .pdf; 'sim plot' draws others.")
    ] = None,
    exports: Exports = NO_EXPORTS,
    as_json: AsJson = False,
) -> int:
    """Run an experiment: every point of its design, as often as it says."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    spec = read_experiment(experiment, overrides)
    if levels and spec.target_split is None:
        raise make_input_error("--refine", "", f"'{experiment}' has no [target_split] around which to refine.")
    if plot is not None:
        check_picture("--plot", plot)
    reports = []
    for level in range(levels + 1):
        folder = out if level == 0 else out / f"refined-{level}"
        status, found = _one(spec, folder, workers, scheduler, retry_failed, as_json)
        if found is None:
            return status
        reports.append(found)
        if level < levels:
            spec = refine(spec, folder)
    if plot is not None:
        save(draw_sweep(read_sweep(folder), "sweep", Wish()), plot)
        say(f"picture in {plot}")
    last = reports[-1]
    exports.write(lambda: [make_sweep_table(spec, folder, last.ranking)], lambda: make_sweep_data(folder, last.ranking))
    if as_json:
        print_json((SweepReports(sweeps=tuple(reports)) if levels else reports[0]).document())
    return 0


def _one(
    spec: Experiment, folder: Path, workers: int, scheduler: str | None, retry_failed: bool, as_json: bool
) -> tuple[int, SweepReport | None]:
    status, done = run_sweep_folder(spec, folder, workers, scheduler, retry_failed)
    if done is None:
        return status, None
    found = _report(spec, done)
    if not as_json:
        _print(spec, found)
    return 0, found


def run_sweep_folder(
    spec: Experiment, folder: Path, workers: int, scheduler: str | None = None, retry_failed: bool = False
) -> tuple[int, FinishedFolder | None]:
    """Run a sweep and show its progress; the exit status, and the sweep unless it was stopped or all points failed."""
    with open_executor(workers, scheduler) as executor, progress("runs") as report:
        return finish_folder(
            folder, lambda: keep_sweep(spec, folder, executor, retries_failed=retry_failed, on_progress=report)
        )


def _report(spec: Experiment, done: FinishedFolder) -> SweepReport:
    return SweepReport(
        experiment=spec.title,
        folder=str(done.folder),
        points=done.points,
        failed=done.failed,
        replicates=done.replicates,
        runs=done.runs,
        ranking=rank(spec, done.folder) if spec.target_split is not None else None,
    )


def _print(spec: Experiment, found: SweepReport) -> None:
    screen, points, levers = console(), SweptPoints(Path(found.folder)), list(spec.factors)
    print_heading(screen, spec.title, f"\n{spec.question}")
    print_lines(screen, answer_expected_course(spec))
    screen.print(" ".join(answer_sweep(spec, points, levers, found.ranking or ())))
    print_lines(screen, answer_grounds_of_levers(spec))
    screen.print(f"{found.points:,} points of {found.replicates:,} runs each are in {found.folder}.\n")
    print_table(screen, make_sweep_table(spec, Path(found.folder), found.ranking))
    screen.print(f"All points are in {RANKING if found.ranking else POINTS} in {found.folder}.")
