"""A scenario made ready for the rules: its ballots, its changes, the plan of its months."""

from sim.case.compared import find_base, is_comparable, prepare_with_base
from sim.case.draws import DRAW_RUN, ReplicateInputs, draw_case, draw_inputs
from sim.case.prepared import Case, KeptDraws, find_roles, prepare, with_positions, with_seed
from sim.case.terms import make_terms

__all__ = [
    "DRAW_RUN",
    "Case",
    "KeptDraws",
    "ReplicateInputs",
    "draw_case",
    "draw_inputs",
    "find_base",
    "find_roles",
    "is_comparable",
    "make_terms",
    "prepare",
    "prepare_with_base",
    "with_positions",
    "with_seed",
]
