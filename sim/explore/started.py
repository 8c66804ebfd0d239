"""The scenario that the program was started with, read once and run once for all pages."""

from __future__ import annotations

import json
import os
from functools import cache

from sim.explore.board import make_board, make_scenery
from sim.explore.result import StateResult, run_state
from sim.explore.start import Launch, read_launch

STARTED = "SIM_EXPLORE"
"""Environment variable with the scenario and its overrides, as JSON, for the page."""


@cache
def read_start() -> Launch:
    """The scenario and overrides that the program was started with."""
    reference, overrides = json.loads(os.environ[STARTED])
    return read_launch(reference, overrides)


@cache
def warm_up() -> StateResult:
    """Run the scenario as started, and draw it once, so that the first page has its numbers at once."""
    found = run_state(read_start(), read_start().state)
    make_scenery(found)
    make_board(found)
    return found.answer
