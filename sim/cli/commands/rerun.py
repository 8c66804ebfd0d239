"""``sim rerun``: repeat a kept run or sweep exactly, and say whether it matched."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import AsJson, print_json, say
from sim.files.reading import is_file
from sim.runner.folder.manifest import read_manifest
from sim.runner.folder.repeat import repeat
from sim.runner.identity import processor_features
from sim.runner.several import SCENARIOS, list_scenarios


def command(
    folder: Annotated[Path, typer.Argument(help="Folder that 'sim run --out' or 'sim sweep' wrote.")],
    as_json: AsJson = False,
) -> int:
    """Repeat a kept run, each of several, or a sweep, and compare every byte of its tables."""
    is_several = is_file(folder / SCENARIOS)
    folders = [folder / name for name in list_scenarios(folder)] if is_several else [folder]
    found: dict[Path, list[str]] = {}
    for one in folders:
        with tempfile.TemporaryDirectory() as into:
            found[one] = repeat(one, Path(into))
        if not as_json and not found[one]:
            print(f"{one}: repeated exactly; every table has the same bytes")
        for name in found[one]:
            say(f"{one / name}: the repetition gives other bytes")
    different = [str((one / name).relative_to(folder)) for one, names in found.items() for name in names]
    if as_json:
        print_json({"folder": str(folder), "is_match": not different, "different": different})
    features = [read_manifest(one).processor_features for one, names in found.items() if names]
    if any(kept != processor_features() for kept in features):
        say("the result was made with other processor features, on which the last bit of an exponential may depend")
    return 1 if different else 0
