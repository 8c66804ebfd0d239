"""Scenario, experiment and goal files: their keys, bases and overrides, and all problems in them at once."""

from sim.specs.experiment.design import Design, Factor
from sim.specs.experiment.reading import parse_experiment, read_experiment
from sim.specs.experiment.schema import make_experiment_schema
from sim.specs.experiment.spec import Experiment, TargetSplit
from sim.specs.files import read_toml
from sim.specs.fits import Fit, find_shipped_fit, fit_path, read_fit
from sim.specs.goal.reading import parse_goal, read_goal
from sim.specs.goal.schema import make_goal_schema
from sim.specs.goal.spec import Goal, Wanted
from sim.specs.listing import list_references
from sim.specs.names import find_members
from sim.specs.scenario.events import Event, Months
from sim.specs.scenario.reading import parse_scenario, read_scenario
from sim.specs.scenario.schema import make_scenario_schema
from sim.specs.scenario.spec import Change, Expected, NamedRoles, Scenario, Vote
from sim.specs.shipped import find_shipped_folder, list_shipped_names, list_shipped_scenarios
from sim.specs.worlds import load_scenario_world

__all__ = [
    "Change",
    "Design",
    "Event",
    "Expected",
    "Experiment",
    "Factor",
    "Fit",
    "Goal",
    "Months",
    "NamedRoles",
    "Scenario",
    "TargetSplit",
    "Vote",
    "Wanted",
    "find_members",
    "find_shipped_fit",
    "find_shipped_folder",
    "fit_path",
    "list_references",
    "list_shipped_names",
    "list_shipped_scenarios",
    "load_scenario_world",
    "make_experiment_schema",
    "make_goal_schema",
    "make_scenario_schema",
    "parse_experiment",
    "parse_goal",
    "parse_scenario",
    "read_experiment",
    "read_fit",
    "read_goal",
    "read_scenario",
    "read_toml",
]
