"""Moves on the page of ``sim explore``, without the browser: read, run to the first answer, and made ready to show.

A move is timed beside the bare run of as many replicates, so that what the page adds is told whatever the machine.
"""

from __future__ import annotations

from functools import partial
from itertools import count
from statistics import median

from benchmarks.timing import in_turns, quantile, ratio
from sim.explore.board import make_board
from sim.explore.levers import find_groups, find_senders, move_lever
from sim.explore.result import Explored, run_state
from sim.explore.start import Launch, read_launch
from sim.explore.state import PageState
from sim.explore.timeline import make_course
from sim.runner.run import run_case

KEY = "vote.0.target_threat"
PAGES = {"votes": ("es-11-1", False), "uncertain": ("es-11-1", True), "months": ("2022-2023", False)}


def moves(repetitions: int = 40) -> dict[str, float]:
    """Median and 95 % quantile of the milliseconds of a move on each of `PAGES`, and of a move over its bare run."""
    found: dict[str, float] = {}
    for name, (scenario, is_uncertain) in PAGES.items():
        start = read_launch(scenario)
        state = PageState().with_setting("parameter_uncertainty", True) if is_uncertain else PageState()
        page = _Page(start, run_state(start, state))
        bare = partial(run_case, page.found.case, page.found.result.replicates)
        times = in_turns({"move": page.move, "run": bare}, repetitions)
        found[f"{name}_move_ms"] = 1e3 * median(times["move"])
        found[f"{name}_move_p95_ms"] = 1e3 * quantile(times["move"], 0.95)
        found |= ratio(f"{name}_move_to_run", times["move"], times["run"])
    return found


class _Page:
    """A page whose lever goes to a value that it never had before."""

    def __init__(self, start: Launch, found: Explored) -> None:
        self.start, self.found, self.places = start, found, count(1)

    def move(self) -> None:
        """One move, and everything of it that is shown."""
        text = f"{1 + next(self.places) / 1000:.3f}"
        self.found = run_state(self.start, move_lever(self.start, self.found, KEY, text), self.found)
        make_board(self.found)
        find_groups(self.found)
        find_senders(self.found)
        if self.found.result.months is not None:
            make_course(self.found.result.months, self.found.result.case.world)
