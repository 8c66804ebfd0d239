"""Prints constraints that pin every library to the lowest version that is declared: ``python -m tools.lowest``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
NOT_USED = ("docs", "test")
"""Extras for those who work on the project, which need not be old."""


def list_constraints(project: Path = PROJECT) -> list[str]:
    """List ``name==version`` of every requirement with a lower bound, of the package and of its extras."""
    declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = declared["optional-dependencies"]
    wanted = [*declared["dependencies"], *(one for name in extras if name not in NOT_USED for one in extras[name])]
    found = {}
    for requirement in wanted:
        bound = re.match(r"([\w.-]+)(?:\[\w+\])?>=([\w.]+)", requirement)
        if bound is not None:
            found[bound[1]] = bound[2]
    return [f"{name}=={version}" for name, version in sorted(found.items())]


if __name__ == "__main__":
    print("\n".join(list_constraints()))
