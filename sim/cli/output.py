"""What the commands share: JSON on stdout, tables for people, messages on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sim.cli.terminals import can_write
from sim.files.spreadsheet import write_csv
from sim.results.described import Result
from sim.results.tables import Cell, Column, Table
from sim.results.wording import NOTHING, make_visible

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""
SHORT = 32
"""Letters up to which a text in a table stays on one line."""
LONGEST_WHOLE_NAME = 40
"""Letters up to which a column of names, such as those of scenarios, stays on one line, so that they can be copied."""
UNBROKEN = 14
"""Letters up to which it does so where the table would otherwise be too wide."""
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


def print_table(screen: Console, table: Table) -> None:
    """Print a table and its note; where the screen is too narrow for it, row by row."""
    shown = table if table.most is None else table.first(table.most)
    cells = shown.cells()
    gap, widths = _share_out(shown, cells, screen.width)
    if shown.title:
        print_heading(screen, shown.title)
    if widths is None:
        _print_rows(screen, shown, cells)
    else:
        _print_grid(screen, shown, cells, widths, gap)
    if shown.note:
        screen.print(shown.note)


def _print_grid(
    screen: Console, shown: Table, cells: Sequence[Sequence[Cell]], widths: Sequence[int | None], gap: int
) -> None:
    """Print a table in columns with a gap between them; numbers are set to the right."""
    made = RichTable(box=None, pad_edge=False, header_style="dim", padding=(0, gap, 0, 0))
    for column, width in zip(shown.columns, widths, strict=True):
        is_number = column.kind.is_number
        made.add_column(column.label, justify="right" if is_number else "left", overflow="fold", width=width)
    for row in cells:
        texts = [_break(cell.text, width) for cell, width in zip(row, widths, strict=True)]
        made.add_row(*texts)
    screen.print(made)


def _print_rows(screen: Console, shown: Table, cells: Sequence[Sequence[Cell]]) -> None:
    """Print a table as a line or more for each row: its first cell, then the others with their headings."""
    labels = [column.label for column in shown.columns]
    for first, *rest in cells:
        parts = [f"{label}: {cell.text}" for label, cell in zip(labels[1:], rest, strict=True) if cell.text != NOTHING]
        text = "; ".join(parts).replace(" %", "\u00a0%")
        lines = textwrap.wrap(text, screen.width - 2, break_on_hyphens=False)
        screen.print(*filter(None, [first.text]), *(f"  {line}" for line in lines), sep="\n")


def _share_out(shown: Table, cells: Sequence[Sequence[Cell]], width: int) -> tuple[int, Sequence[int | None] | None]:
    """The gap between columns, and their widths: None for a column that has what it needs.

    No number, no short text, no name and no word of a heading is broken while there is room; long texts share the rest.
    Where that is too wide, names break at their hyphens, and then the gap is one letter instead of two. None in place
    of all widths where the screen is too narrow even so.
    """
    texts = [[row[place].text for row in cells] for place in range(len(shown.columns))]
    wanted = [max(map(cell_len, [column.label, *own])) for column, own in zip(shown.columns, texts, strict=True)]
    if sum(wanted) <= width - 2 * (len(wanted) - 1):
        return 2, [None] * len(wanted)
    for gap, breaks_names in ((2, False), (2, True), (1, True)):
        room = width - gap * (len(wanted) - 1)
        least = [_least(column, own, breaks_names) for column, own in zip(shown.columns, texts, strict=True)]
        if sum(least) <= room:
            spare, lacking = room - sum(least), max(1, sum(wanted) - sum(least))
            widths = [low + spare * (want - low) // lacking for low, want in zip(least, wanted, strict=True)]
            return gap, [min(have, want) for have, want in zip(widths, wanted, strict=True)]
    return 2, None


def _least(column: Column, texts: Sequence[str], breaks_names: bool) -> int:
    """The least width of a column."""
    word = max(map(cell_len, column.label.split()), default=1)
    longest = max(map(cell_len, texts), default=0)
    if breaks_names and not column.kind.is_number and longest > UNBROKEN:
        return max(word, *(cell_len(part) for text in texts for part in re.split(r"\s+", _mark_breaks(text))), UNBROKEN)
    is_name = not any(" " in text for text in texts)
    if column.kind.is_number or longest <= SHORT or (is_name and longest <= LONGEST_WHOLE_NAME):
        return max(longest, word)
    return max(word, SHORT // 2)


def _mark_breaks(text: str) -> str:
    """A text with a space where a name may break: after a hyphen that comes before a letter."""
    return re.sub(r"(?<=[a-z0-9]-)(?=[a-z])", " ", text)


def _break(text: str, width: int | None) -> str:
    """A text in lines of a width, of which names break at their hyphens."""
    if width is None or cell_len(text) <= width:
        return text
    lines = [""]
    for part in re.split(r"(?<=[a-z0-9]-)(?=[a-z])|(?<=\s)", text):
        if lines[-1] and cell_len(lines[-1] + part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def print_lines(screen: Console, lines: Sequence[str]) -> None:
    """Print plain sentences, a line each."""
    for line in lines:
        screen.print(line)
