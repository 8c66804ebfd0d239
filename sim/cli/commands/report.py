"""``sim report``: one self-contained HTML page of a kept run, of several, or of a finished sweep."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import say
from sim.errors import make_input_error
from sim.files.reading import is_file
from sim.files.writing import check_target, write_text
from sim.runner.folder.kept import read_kind, read_run, read_sweep
from sim.runner.several import SCENARIOS
from sim.views.report.page import render_page
from sim.views.report.run import make_run_page
from sim.views.report.scenarios import make_scenarios_page
from sim.views.report.sweep import make_sweep_page

NAME = "report.html"
NEEDED = ("matplotlib", "jinja2")


def command(
    folder: Annotated[Path, typer.Argument(help="Folder that 'sim run --out' or 'sim sweep' wrote.")],
    out: Annotated[Path | None, typer.Option(help=f"File to write; {NAME} in the folder by default.")] = None,
) -> int:
    """Write a page of a result that needs no network: question, answer, pictures, tables, provenance."""
    if any(find_spec(name) is None for name in NEEDED):
        message = "a report needs Matplotlib and Jinja2."
        raise make_input_error("sim report", "", message, "Install alignment-sim with the extra 'views'.")
    check_target("--out", out)
    if is_file(folder / SCENARIOS):
        page = make_scenarios_page(folder)
    else:
        is_sweep = read_kind(folder) == "sweep"
        page = make_sweep_page(read_sweep(folder)) if is_sweep else make_run_page(read_run(folder))
    path = folder / NAME if out is None else out
    check_target("--out", path)
    write_text(path, render_page(page))
    say(f"report in {path}")
    return 0
