"""A scenario made ready for the rules: its ballots, its changes, the plan of its months."""

from sim.case.compared import find_base, is_comparable, prepare_with_base
from sim.case.draws import DRAW_RUN, Weighed, drawn, weighed_by
from sim.case.prepared import Case, prepare, roles_of, terms_of, with_positions, with_seed

__all__ = [
    "DRAW_RUN",
    "Case",
    "Weighed",
    "drawn",
    "find_base",
    "is_comparable",
    "prepare",
    "prepare_with_base",
    "roles_of",
    "terms_of",
    "weighed_by",
    "with_positions",
    "with_seed",
]
