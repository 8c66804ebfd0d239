"""Markdown from values: pages and tables, with the characters escaped that would break a cell."""

from __future__ import annotations

from collections.abc import Sequence

NOTICE = "<!-- Written by `python -m tools.manual` from the code: change it there. -->"


def page(title: str, *parts: str) -> str:
    """A page, with a notice of where it comes from."""
    return "\n\n".join([NOTICE, f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; bars and line ends within cells are escaped."""
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(cell(text) for text in row)} |" for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    """A text as a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("&lt;br>", "<br>")


def code(text: object) -> str:
    """A text as code."""
    return f"`{text}`"


def number(value: float) -> str:
    """A number as people write it: large whole ones with commas, others to four digits."""
    if float(value).is_integer() and abs(value) >= 10_000:
        return f"{int(value):,}"
    return f"{value:.4g}"
