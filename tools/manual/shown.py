"""``python -m tools.manual.shown``: refresh the outputs of commands that pages show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = re.compile(r"(?<=^```sh\n)([^`]*?)(^```\n\n```text\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
"""Commands with a block of text right after them: what the last of them prints."""
WIDTH = {"COLUMNS": "100", "NO_COLOR": "1"}
OMITTED = "..."
"""A line of a shown output in place of any number of lines."""


def find_outputs(page: str) -> dict[tuple[str, ...], list[str]]:
    """What a page shows of what its commands print, by the arguments of the command."""
    return {read_arguments(found[1]): found[3].splitlines() for found in SHOWN.finditer(page)}


def read_arguments(commands: str) -> tuple[str, ...]:
    """The arguments of the last command of a block."""
    return tuple(shlex.split(commands.splitlines()[-1].removeprefix("sim ")))


def is_shown(text: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether a text is what was printed, except for the lines that ``...`` leaves out."""
    pattern = "".join(r"(?:.*\n)*?" if line == OMITTED else re.escape(f"{line}\n") for line in text)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def refresh(text: Sequence[str], printed: Sequence[str]) -> list[str]:
    """As many lines of what is printed now, with the same parts left out; the last part goes on to the end.

    A part after ``...`` starts at the line that begins like its first line, up to two spaces, a digit or a bracket.
    """
    lines: list[str] = []
    start = 0
    parts = list(_parts(text))
    for number, part in enumerate(parts):
        if number:
            lines.append(OMITTED)
        if part and number:
            opening = re.split(r"  |\d|\(", part[0])[0]
            start = next(place for place in range(start, len(printed)) if printed[place].startswith(opening))
        end = len(printed) if part and number == len(parts) - 1 else start + len(part)
        lines += printed[start:end]
        start = end
    return lines


def _parts(text: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for line in text:
        if line == OMITTED:
            yield part
            part = []
        else:
            part.append(line)
    yield part


def run_command(arguments: Sequence[str]) -> list[str]:
    """What a command prints, without spaces at the ends of lines."""
    words = [sys.executable, "-m", "sim.cli", *arguments]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(words, cwd=folder, env=os.environ | WIDTH, capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


def _refresh_block(found: re.Match[str]) -> str:
    lines = refresh(found[3].splitlines(), run_command(read_arguments(found[1])))
    return found[1] + found[2] + "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    for path in sorted(DOCS.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        path.write_text(SHOWN.sub(_refresh_block, page), encoding="utf-8")
