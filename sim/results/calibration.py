"""What a calibration finds about a number: its prior before the votes, and its posterior after them."""

from __future__ import annotations

from sim.results.described import Result, quantity
from sim.results.parts import Interval


class Belief(Result):
    """A number before and after the votes."""

    name: str = quantity("number", "name of the number; that of a resolution's own follows the resolution")
    prior: Interval = quantity("prior", "mean and 90 % interval before the votes")
    posterior: Interval = quantity("posterior", "mean and 90 % interval after them")
    contraction: float = quantity(
        "contraction", "by how much the votes narrowed the variance of the prior: 1 is all of it, 0 is nothing"
    )
    is_identified: bool = quantity("identified", "whether the votes inform it: they narrowed its prior, or moved it")
