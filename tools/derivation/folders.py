"""Where the derivations read and write: published figures, and the world that ships."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "sim" / "data" / "un"
WORLD = ROOT / "tools" / "data" / "un-2022"
"""The world of February 2022, from whose figures the dated one is made."""
FIGURES = WORLD
