"""``sim rollcalls``: files of roll calls in the usual layouts, read and written in the project's own format."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, console, print_json, print_lines, print_table, say
from sim.cli.reading import read_option_day
from sim.errors import make_input_error
from sim.files.writing import check_target
from sim.results.rollcalls import RollCallImport
from sim.world import load_world
from sim.world.rollcalls.dates import ORDERS
from sim.world.rollcalls.doubts import find_doubts
from sim.world.rollcalls.files import read_rollcalls, write_rollcalls
from sim.world.rollcalls.importing import import_rollcalls
from sim.world.rollcalls.tables import make_resolutions_table, make_unmatched_table

MOST_ROWS = 20


def import_(
    file: Annotated[
        Path, typer.Argument(help="Table of votes: CSV with commas, semicolons or tabs, in any of the usual layouts.")
    ],
    out: Annotated[Path, typer.Option(help="CSV to write, with resolution, date, iso3, vote.")],
    world: Annotated[str, typer.Option(help="World whose members voted: a shipped one, or a folder.")] = "un-2022",
    dates: Annotated[
        str | None, typer.Option(help="Order in numeric dates: dmy (day first) or mdy (month first).")
    ] = None,
    resolution: Annotated[str, typer.Option(help="Name of the resolution of a file with one roll call.")] = "",
    day: Annotated[
        str | None, typer.Option("--date", help="Day of the roll calls that have none in the file, as 2022-03-02.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Read roll calls from others (the UN Digital Library, Voeten, spreadsheets), and report what was read."""
    order = next((one for one in ORDERS if one == dates), None)
    if dates is not None and order is None:
        raise make_input_error("--dates", "", f"got '{dates}'; allowed are {', '.join(ORDERS)}.")
    check_target("--out", out)
    if out.exists() and file.exists() and out.samefile(file):
        raise make_input_error("--out", "", f"'{out}' is the file to read.", "Give another file.")
    loaded = load_world(world, at=date.max)
    found = import_rollcalls(
        file,
        loaded,
        out,
        order=order,
        resolution=resolution,
        day=None if day is None else read_option_day("--date", day),
    )
    write_rollcalls(out, found.rows())
    for doubt in find_doubts(str(file), read_rollcalls(out, loaded), loaded):
        say(f"warning: {doubt}")
    if as_json:
        print_json(found.report.document())
    else:
        _print(found.report)
    return 0


def _print(report: RollCallImport) -> None:
    screen, count = console(), len(report.resolutions)
    print_lines(
        screen,
        [
            f"{count:,} roll call{'' if count == 1 else 's'} read, with {report.votes:,} votes of {report.members:,} "
            "members.",
            f"{report.file}: {report.layout}; {report.encoding}, {report.delimiter}",
            "",
        ],
    )
    print_table(screen, make_resolutions_table(report).on_screen(MOST_ROWS))
    for title, unmatched in (
        ("Not members: left out", report.unmatched_members),
        ("Not votes: left out", report.unread_votes),
    ):
        if unmatched:
            screen.print()
            print_table(screen, make_unmatched_table(title, unmatched).on_screen(MOST_ROWS))
    cells = (
        (report.blank, "Cells without a vote; they count as no record, not as an absence"),
        (report.not_members, "Cells that say 'not a member'; they count as no record, too"),
        (report.repeated, "Votes that are in the file more than once, the same each time"),
    )
    lines = [f"{what}: {number:,}" for number, what in cells if number]
    use = [
        f"{report.out}: written. Score a scenario against it: sim validate SCENARIO --rollcalls {report.out}",
        f'Or let members know these votes: known_rollcalls = ["{report.out}"] in a scenario file in the same folder.',
    ]
    print_lines(screen, ["", *lines, *use])
