"""Parts that the pages of runs and of sweeps share: provenance, hashes, differences of documents, pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results.folder import Manifest
from sim.runner.folder.manifest import hash_document, read_execution
from sim.specs import Experiment, Scenario
from sim.views.frame import find_figure
from sim.views.report.page import Picture
from sim.views.svg import draw_inline_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def make_picture(drawn: Axes | Figure, *, is_wide: bool = False) -> Picture:
    """A drawing for a page; its title describes it in words."""
    figure = find_figure(drawn)
    words = " ".join((figure.get_suptitle() or "picture").split())
    key = "p" + hash_document({"words": words})[:8]
    return Picture(draw_inline_svg(figure, key, words), words, is_wide)


def describe_provenance(manifest: Manifest, folder: Path, spec: Scenario | Experiment) -> dict[str, str]:
    """Where a result comes from, as names and texts."""
    program, execution = manifest.program, read_execution(folder)
    facts = {
        "program": f"{program.name} {program.version}",
        "commit": program.commit or "not known: installed from a package",
        "made": execution and execution.finished,
        "took": execution and f"{execution.seconds:g} seconds",
        "on": execution and execution.system,
        "Python": manifest.python,
        "packages": ", ".join(f"{name} {version}" for name, version in manifest.packages.items()),
        "processor features": ", ".join(manifest.processor_features) or "none that matter",
        "reasons of the author": spec.reasons.strip() or None,
        "sources": "; ".join(spec.sources) or None,
    }
    return {name: str(text) for name, text in facts.items() if text is not None}


def as_json(document: object) -> str:
    """A document as indented JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)
