"""All pages of the reference."""

from __future__ import annotations

from pathlib import Path

from tools.manual import commands, keys, outputs, parameters
from tools.manual.markdown import page

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
FRONT = """\
These pages are written from the code, and a test fails when they are out of date.

- [Scenario files](scenario.md), [experiment files](experiment.md), [goal files](goal.md): every key
- [Parameters](parameters.md): unit, bounds, default, prior, meaning and source of every number
- [Commands](commands.md): every argument and option, and the exit statuses
- [Output](output.md): the keys of JSON documents, the files and columns of kept runs and sweeps

Members, groups and attributes are the world's: `sim world` shows them, with their sources, and [the data](../data.md)
says how they are derived."""


def pages() -> dict[str, str]:
    """Every page, by the name of its file."""
    return {
        "index.md": page("Reference", FRONT),
        **keys.pages(),
        **parameters.pages(),
        **commands.pages(),
        **outputs.pages(),
    }
