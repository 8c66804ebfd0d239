"""Scenario, experiment and goal files: their keys, bases and overrides, and all problems in them at once."""

from lazy_loader import attach_stub

# The names are in the stub next to this file. Running a scenario then loads nothing of experiments and goals.
__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
