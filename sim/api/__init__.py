"""The Python interface: run a scenario or an experiment, ask what would change it, and get pandas frames."""

from sim.api.asking import (
    Compared,
    Explained,
    GoalReached,
    Sensitivity,
    compare,
    explain,
    explain_all,
    reach,
    sensitivity,
)
from sim.api.running import Run, SweepTables, run, sweep

__all__ = [
    "Compared",
    "Explained",
    "GoalReached",
    "Run",
    "Sensitivity",
    "SweepTables",
    "compare",
    "explain",
    "explain_all",
    "reach",
    "run",
    "sensitivity",
    "sweep",
]
