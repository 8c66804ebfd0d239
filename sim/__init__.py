"""Agent-based simulation of sanctions and alignment between states.

The command line is ``sim``. From Python, `sim.run` runs a scenario, `sim.sweep` an experiment, `sim.compare` asks
what a change does, `sim.explain` why a member acts as it does, `sim.reach` what it takes to reach a goal, and
`sim.sensitivity` which levers an output hangs on; all return pandas frames.
`sim.model.AlignmentModel` is the Mesa model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.api import (
        Compared,
        Explained,
        GoalReached,
        Run,
        Sensitivity,
        SweepTables,
        compare,
        explain,
        explain_all,
        reach,
        run,
        sensitivity,
        sweep,
    )

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


def __getattr__(name: str) -> object:
    """Load the Python interface when it is first used, so that the commands start fast."""
    if name in __all__:
        from sim import api

        return getattr(api, name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
