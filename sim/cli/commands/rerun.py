"""``sim rerun``: repeat a kept run or sweep exactly, and say whether it matched."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, print_json, say
from sim.runner.folder.manifest import read_manifest
from sim.runner.folder.repeat import repeat
from sim.runner.identity import processor_features


def command(
    folder: Annotated[Path, typer.Argument(help="Folder that 'sim run --out' or 'sim sweep' wrote.")],
    as_json: AsJson = False,
) -> int:
    """Repeat a kept run or sweep and compare every byte of its tables."""
    with tempfile.TemporaryDirectory() as into:
        different = repeat(folder, Path(into))
    if as_json:
        print_json({"folder": str(folder), "is_match": not different, "different": different})
    elif not different:
        print(f"{folder}: repeated exactly; every table has the same bytes")
    for name in different:
        say(f"{folder / name}: the repetition gives other bytes")
    if different and read_manifest(folder).processor_features != processor_features():
        say("the result was made with other processor features, on which the last bit of an exponential may depend")
    return 1 if different else 0
