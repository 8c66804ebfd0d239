"""What the commands share: JSON on stdout, tables for people, messages on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sim.cli.terminals import can_write
from sim.files.spreadsheet import write_csv
from sim.results.described import Result
from sim.results.tables import Cell, Table
from sim.results.wording import make_visible

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""
SHORT = 26
"""Letters up to which a text in a table stays on one line."""
WIDTH, NARROWEST = 100, 20
"""Width in columns where neither the terminal nor COLUMNS gives one, and the least that tables are set in."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, and nothing else there.")]
Uncertain = Annotated[
    bool,
    typer.Option(
        "--uncertain-parameters", help="Draw the fitted parameters from their posterior, so that results show it."
    ),
]
Seed = Annotated[int | None, typer.Option(help="Number that all random draws are keyed by.", min=0)]
Engine = Annotated[str, typer.Option(help="ensemble (fast) or mesa (the agents); the votes are the same.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key, such as parameters.enforcement=0.8. Repeatable."),
]


def run_settings(replicates: int | None, seed: int | None, is_uncertain: bool) -> list[str]:
    """The overrides of a command's own options, the same for every scenario it runs."""
    settings = [f"replicates={replicates}"] if replicates is not None else []
    settings += [f"seed={seed}"] if seed is not None else []
    return [*settings, "parameter_uncertainty=true"] if is_uncertain else settings


def print_json(document: object) -> None:
    """Print a document as JSON; letters that stdout cannot write are escaped."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    is_safe = can_write(text) and make_visible(text) == text
    print(text if is_safe else json.dumps(document, indent=2))


def write_results(path: Path, kind: type[Result], rows: Sequence[Result]) -> None:
    """Write results of one kind as CSV, a row each, under the keys of their document."""
    columns = [field.alias or name for name, field in kind.model_fields.items()]
    write_csv(path, columns, [row.document() for row in rows])


def say(message: str) -> None:
    """Print a message on stderr, if that can be written to."""
    with suppress(OSError):
        print(make_visible(message), file=sys.stderr, flush=True)


def describe_failure(error: Exception) -> str:
    """What went wrong in the machine, in words."""
    if isinstance(error, MemoryError):
        return "there is not enough memory. Ask for fewer runs or points, or use a machine that has more."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: '{error.filename}'" if error.filename else error.strerror
    return str(error) or type(error).__name__


class Screen(Console):
    """A console that prints every text as it is: no text of a user is markup, or moves the cursor.

    It leaves a closed pipe to the command, which ends quietly.
    """

    def render_str(self, text: str, **how: Any) -> Text:
        """The text as it is printed, on a line of its own or in a table."""
        return super().render_str(make_visible(text), **how)

    def on_broken_pipe(self) -> None:
        """Pass the error on."""
        raise BrokenPipeError


def console() -> Console:
    """The console for tables: stdout, as wide as the terminal or COLUMNS says, and wide enough where neither does."""
    is_wide_known = sys.stdout.isatty() or "COLUMNS" in os.environ
    screen = Screen(width=None if is_wide_known else WIDTH, highlight=False, markup=False, emoji=False)
    screen.width = max(screen.width, NARROWEST)
    return screen


def print_heading(screen: Console, heading: str, after: str = "", *, before: str = "") -> None:
    """Print a heading, and what comes before and after it."""
    screen.print(Text.assemble(make_visible(before), (make_visible(heading), "bold"), make_visible(after)))


def print_table(screen: Console, table: Table, most: int | None = None) -> None:
    """Print a table and its note, or its first rows; numbers are set to the right."""
    shown = table if most is None else table.first(most)
    made = RichTable(
        title=shown.title,
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        header_style="dim",
    )
    cells = shown.cells()
    for column, width in zip(shown.columns, _share_out(shown, cells, screen.width), strict=True):
        is_number = column.kind.is_number
        made.add_column(column.label, justify="right" if is_number else "left", overflow="fold", width=width)
    for row in cells:
        made.add_row(*(cell.text for cell in row))
    screen.print(made)
    if shown.note:
        screen.print(shown.note)


def _share_out(shown: Table, cells: Sequence[Sequence[Cell]], width: int) -> list[int | None]:
    """Widths of the columns of a table that is too wide for the screen; None where a column may have what it needs.

    No number, no short text and no word of a heading is broken while there is room; long texts share the rest.
    """
    longest = [max((len(row[place].text) for row in cells), default=0) for place in range(len(shown.columns))]
    wanted = [max(size, len(column.label)) for size, column in zip(longest, shown.columns, strict=True)]
    least = []
    for column, size in zip(shown.columns, longest, strict=True):
        word = max(map(len, column.label.split()), default=1)
        least.append(max(size, word) if column.kind.is_number or size <= SHORT else max(word, SHORT // 2))
    room = width - 2 * (len(wanted) - 1)
    if sum(wanted) <= room or sum(least) > room:
        return [None] * len(wanted)
    spare, lacking = room - sum(least), sum(wanted) - sum(least)
    return [low + spare * (want - low) // lacking for low, want in zip(least, wanted, strict=True)]


def print_lines(screen: Console, lines: Sequence[str]) -> None:
    """Print plain sentences, a line each."""
    for line in lines:
        screen.print(line)
