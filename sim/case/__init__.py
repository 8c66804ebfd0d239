"""A scenario made ready for the rules: its ballots, its changes, the plan of its months."""

from sim.case.draws import DRAW_RUN, Weighed, drawn, weighed_by
from sim.case.prepared import Case, prepare, roles_of, terms_of, with_positions, with_seed

__all__ = [
    "DRAW_RUN",
    "Case",
    "Weighed",
    "drawn",
    "prepare",
    "roles_of",
    "terms_of",
    "weighed_by",
    "with_positions",
    "with_seed",
]
