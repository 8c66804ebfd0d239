"""``sim sweep``: run a design, stop and resume it, and rank its points by how near they come to a split."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, Overrides, console, print_json, say, table
from sim.cli.progress import progress
from sim.cli.reading import read_experiment
from sim.cli.running import Scheduler, Workers, finish_folder, open_executor
from sim.errors import input_error
from sim.runner.folder.kept import read_sweep
from sim.runner.folder.reading import read_table
from sim.runner.folder.tables import POINTS
from sim.runner.folder.writing import Finished
from sim.runner.sweep import sweep
from sim.specs import Experiment
from sim.summaries.ranking import RANKING, rank, refined
from sim.summaries.tallies import REPORTED
from sim.views.frame import save
from sim.views.kinds import Wish, check_picture, draw_sweep

MOST_SHOWN = 10
MOST_LISTED = 30

RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Run points that failed again.")]


def command(
    experiment: Annotated[str, typer.Argument(help="Name of a shipped experiment, or a TOML file.")],
    out: Annotated[Path, typer.Option(help="Folder of the sweep; the same command resumes it.")],
    workers: Workers = 1,
    scheduler: Scheduler = None,
    replicates: Annotated[
        int | None, typer.Option(help="Replicates per point; more can be added later.", min=1)
    ] = None,
    retry_failed: RetryFailed = False,
    refine: Annotated[
        int, typer.Option(help="Times to sweep a finer design around the point nearest to the target split.", min=0)
    ] = 0,
    set_: Overrides = None,
    plot: Annotated[
        Path | None, typer.Option(help="Picture of the sweep to write: .png, .svg or .pdf; 'sim plot' draws others.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Run an experiment: every point of its design, over all its replicates."""
    overrides = [*(set_ or []), *([f"replicates={replicates}"] if replicates is not None else [])]
    spec = read_experiment(experiment, overrides)
    if refine and spec.target_split is None:
        raise input_error("--refine", "", f"'{experiment}' has no [target_split] to come near to.")
    if plot is not None:
        check_picture("--plot", plot)
    documents = []
    for level in range(refine + 1):
        folder = out if level == 0 else out / f"refined-{level}"
        status, document = _one(spec, folder, workers, scheduler, retry_failed, as_json)
        if status:
            return status
        documents.append(document)
        if level < refine:
            spec = refined(spec, folder)
    if plot is not None:
        save(draw_sweep(read_sweep(folder), "sweep", Wish()), plot)
        say(f"picture in {plot}")
    if as_json:
        print_json(documents[0] if not refine else {"sweeps": documents})
    return 0


def _one(
    spec: Experiment, folder: Path, workers: int, scheduler: str | None, retry_failed: bool, as_json: bool
) -> tuple[int, dict[str, object]]:
    status, done = swept(spec, folder, workers, scheduler, retry_failed)
    if done is None:
        return status, {}
    document = _document(spec, done)
    if not as_json:
        _print(spec, done, document)
    return 0, document


def swept(
    spec: Experiment, folder: Path, workers: int, scheduler: str | None = None, retry_failed: bool = False
) -> tuple[int, Finished | None]:
    """Run a sweep and show how far it is; the exit status, and the sweep where some of its points can be used."""
    with open_executor(workers, scheduler) as executor, progress("runs") as report:
        return finish_folder(
            folder, lambda: sweep(spec, folder, executor, retries_failed=retry_failed, on_progress=report)
        )


def _document(spec: Experiment, done: Finished) -> dict[str, object]:
    ranking = rank(spec, done.folder) if spec.target_split is not None else None
    return {
        "experiment": spec.title,
        "folder": str(done.folder),
        "points": done.points,
        "failed": done.failed,
        "replicates": done.replicates,
        "runs": done.runs,
        "ranking": ranking,
    }


def _print(spec: Experiment, done: Finished, document: dict[str, object]) -> None:
    screen = console()
    screen.print(f"[bold]{spec.title}[/]: {done.points} points of {done.replicates:,} replicates in {done.folder}")
    ranking = document["ranking"]
    if ranking:
        factors = list(ranking[0]["values"])  # type: ignore[index]
        columns = ["rank", *factors, "exactly", "near", "distance", "accuracy"]
        rows = [
            [
                str(entry["rank"]),
                *(_short(entry["values"][name]) for name in factors),
                f"{100 * entry['exactly']:.1f} %",
                f"{100 * entry['near']:.1f} %",
                f"{entry['distance']:.1f}",
                "-" if entry["accuracy"] is None else f"{entry['accuracy']:.3f}",
            ]
            for entry in ranking[:MOST_SHOWN]  # type: ignore[index]
        ]
        screen.print(table("Points nearest to the split", columns, rows))
        screen.print(
            "exactly, near: share of replicates with the split, or within 5 of it on every action; distance: mean "
            "members off it, summed over actions; accuracy: members whose likeliest vote is the observed one"
        )
        screen.print(f"all points: {RANKING} in {done.folder}")
    else:
        _print_points(spec, done)


def _print_points(spec: Experiment, done: Finished) -> None:
    """The first points of a sweep that looks for no split, so that something is seen without further tools."""
    rows = read_table(done.folder / POINTS).slice(0, MOST_LISTED).to_pylist()
    shown = [
        [
            *(_short(row[name]) for name in spec.factors),
            row["resolution"] or "failed",
            *("-" if row["resolution"] is None else f"{row[f'{action}_mean']:.1f}" for action in REPORTED),
        ]
        for row in rows
    ]
    screen = console()
    screen.print(table("Mean members per action", [*spec.factors, "resolution", *REPORTED], shown, texts=0))
    screen.print(f"{'the first rows; ' if len(rows) == MOST_LISTED else ''}all there is: {POINTS} in {done.folder}")


def _short(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 24 else text[:21] + "..."
