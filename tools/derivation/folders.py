"""Where the derivations read and write: the world that ships, and published figures that stay outside the package."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
WORLD = ROOT / "sim" / "data" / "un-2022"
FIGURES = ROOT / "tools" / "data" / "un-2022"
