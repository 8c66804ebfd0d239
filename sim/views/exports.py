"""Results written for papers and for other programs: CSV, Excel, Stata, LaTeX, Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from sim.errors import make_input_error
from sim.files.spreadsheet import as_csv
from sim.files.writing import write_text, write_whole
from sim.results.data import DataColumn, DataTable
from sim.results.tables import Table
from sim.results.wording import MINUS, NOTHING

LONGEST_LABEL = 80
"""Letters of a label that Stata keeps."""
CODEBOOK = "columns"
"""Name of the table that says what every column holds."""
CODEBOOK_COLUMNS = tuple(DataColumn(name, name) for name in ("table", "column", "label", "unit", "meaning"))


class Export(NamedTuple):
    """What a result is written from.

    Parameters
    ----------
    tables : its tables for people, which go into papers.
    data : its rows for other programs; the main ones first.
    """

    tables: Sequence[Table]
    data: Sequence[DataTable]


def write_export(path: Path, kind: str, export: Export) -> list[Path]:
    """Write a result in one of the `KINDS`, and return the files: of some kinds there is one for each table.

    Raises
    ------
    OSError : a file cannot be written.
    """
    main, *others = export.data
    return KINDS[kind].write(path, export._replace(data=[main, *(one for one in others if one.rows)]))


def check_format(where: str, kind: str) -> None:
    """Refuse a kind whose package is not installed.

    Raises
    ------
    InputError : it is not.
    """
    if kind == "xlsx" and find_spec("openpyxl") is None:
        fix = "Install alignment-sim with the extra 'excel', or write CSV."
        raise make_input_error(where, "", "a workbook of Excel needs openpyxl.", fix)


def describe_columns(data: Sequence[DataTable]) -> DataTable:
    """A row for every column of some tables: its label, unit and meaning."""
    rows = [(one.name, *column) for one in data for column in one.columns]
    return DataTable(CODEBOOK, "what every column holds", CODEBOOK_COLUMNS, tuple(rows))


def _write_csv(path: Path, export: Export) -> list[Path]:
    return [
        _write_text(_file_for(path, one, export), _as_csv(one)) for one in (*export.data, describe_columns(export.data))
    ]


def _file_for(path: Path, one: DataTable, export: Export) -> Path:
    """The file of a table: the one that was asked for holds the main one, and others have their names at the end."""
    return path if one is export.data[0] else path.with_name(f"{path.stem}-{one.name}{path.suffix}")


def _as_csv(one: DataTable) -> str:
    return as_csv([column.name for column in one.columns], one.records())


def _write_text(path: Path, text: str) -> Path:
    write_text(path, text)
    return path


def _write_xlsx(path: Path, export: Export) -> list[Path]:
    """Write a workbook with a sheet for each table, and one that says what the columns hold."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for one in (*export.data, describe_columns(export.data)):
        sheet = book.create_sheet(one.name[:31])
        sheet.append([column.name for column in one.columns])
        for row in one.rows:
            sheet.append(list(row))
        for place, column in enumerate(one.columns, 1):
            sheet.cell(1, place).font = Font(bold=True)
            longest = max((len(str(row[place - 1])) for row in one.rows), default=0)
            sheet.column_dimensions[get_column_letter(place)].width = min(max(len(column.name), longest) + 2, 60)
        sheet.freeze_panes = "A2"
    with write_whole(path) as file:
        book.save(file)
    return [path]


def _write_stata(path: Path, export: Export) -> list[Path]:
    """Write a file for each table, in which every column has its label."""
    import pandas as pd

    files = []
    for one in export.data:
        frame = pd.DataFrame(one.records(), columns=[column.name for column in one.columns])
        labels = {column.name: _label(column) for column in one.columns}
        for name in frame.columns:
            if not pd.api.types.is_numeric_dtype(frame[name]):
                frame[name] = ["" if value is None else str(value) for value in frame[name]]
        file = _file_for(path, one, export)
        with write_whole(file) as opened:
            frame.to_stata(
                opened, write_index=False, variable_labels=labels, version=118, data_label=one.title[:LONGEST_LABEL]
            )
        files.append(file)
    return files


def _label(column: DataColumn) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return f"{column.label[: LONGEST_LABEL - len(unit)]}{unit}"[:LONGEST_LABEL]


def _write_latex(path: Path, export: Export) -> list[Path]:
    return [_write_text(path, "% needs \\usepackage{booktabs}\n" + "\n".join(map(as_latex, export.tables)))]


def as_latex(shown: Table) -> str:
    """A table for people as LaTeX with the rules of the package booktabs."""
    sides = "".join("r" if column.kind.is_number else "l" for column in shown.columns)
    lines = [[_escape(column.label) for column in shown.columns]]
    lines += [[_escape(cell.text) for cell in row] for row in shown.cells()]
    head, *rows = [" & ".join(line) + r" \\" for line in lines]
    note = [f"\\par\\smallskip\\footnotesize {_escape(shown.note)}"] if shown.note else []
    parts = [
        "\\begin{table}[htbp]\n\\centering",
        *([f"\\caption{{{_escape(shown.title)}}}"] if shown.title else []),
        f"\\begin{{tabular}}{{{sides}}}\n\\toprule",
        head,
        "\\midrule",
        *rows,
        "\\bottomrule\n\\end{tabular}",
        *note,
        "\\end{table}",
    ]
    return "\n".join(parts) + "\n"


SIGNS = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    MINUS: "$-$",
    NOTHING: "--",
}
"""Signs that mean something else in LaTeX, or that its fonts lack."""


def _escape(text: str) -> str:
    """A text as LaTeX, in which a number stays on one line with its per cent sign."""
    return "".join(SIGNS.get(sign, sign) for sign in text).replace(r" \%", r"~\%")


def _write_markdown(path: Path, export: Export) -> list[Path]:
    return [_write_text(path, "\n".join(map(as_markdown, export.tables)))]


def as_markdown(shown: Table) -> str:
    """A table for people as Markdown."""
    rules = ["---:" if column.kind.is_number else "---" for column in shown.columns]
    lines = [[column.label for column in shown.columns], rules, *[[cell.text for cell in row] for row in shown.cells()]]
    rows = "\n".join(f"| {' | '.join(map(_escape_pipes, line))} |" for line in lines)
    title, note = (f"**{shown.title}**\n\n" if shown.title else ""), (f"\n\n{shown.note}" if shown.note else "")
    return f"{title}{rows}{note}\n"


def _escape_pipes(text: str) -> str:
    return re.sub(r"([|\\])", r"\\\1", text)


class FileKind(NamedTuple):
    """A kind of file: how its name ends, what it holds, and what writes it."""

    suffix: str
    holds: str
    write: Callable[[Path, Export], list[Path]]


KINDS: Mapping[str, FileKind] = {
    "csv": FileKind(
        ".csv", "CSV file to write with the main table; others, and what columns mean, go next to it.", _write_csv
    ),
    "xlsx": FileKind(".xlsx", "Workbook of Excel to write, with a sheet for each table.", _write_xlsx),
    "stata": FileKind(
        ".dta", "Stata file to write with the main table and labels; other tables go next to it.", _write_stata
    ),
    "latex": FileKind(".tex", "LaTeX file to write with the tables that are printed.", _write_latex),
    "markdown": FileKind(".md", "Markdown file to write with the tables that are printed.", _write_markdown),
}
"""The kinds of files, by name; the help of an option says what they hold."""
