"""What a shell completes: names of shipped files, and files and folders of one's own."""

from __future__ import annotations

from collections.abc import Callable
from glob import escape, glob
from pathlib import Path

from sim.specs.shipped import ShippedKind, list_shipped_names


def complete_names(kind: ShippedKind) -> Callable[[str], list[str]]:
    """A function that gives what an argument may be: shipped files of a kind, TOML files and folders.

    Parameters
    ----------
    kind : of the shipped files.
    """

    def list_choices(incomplete: str) -> list[str]:
        own = [path for path in sorted(glob(f"{escape(incomplete)}*")) if path.endswith(".toml") or Path(path).is_dir()]
        return [*(name for name in list_shipped_names(kind) if name.startswith(incomplete)), *own]

    return list_choices
