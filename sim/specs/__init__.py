"""Scenario, experiment and goal files: their keys, bases and overrides, and all problems in them at once."""

from sim.specs.experiment.design import Design, Factor
from sim.specs.experiment.reading import experiment_from, read_experiment
from sim.specs.experiment.schema import experiment_schema
from sim.specs.experiment.spec import Experiment, TargetSplit
from sim.specs.files import read_toml
from sim.specs.fits import Fit, fit_path, read_fit, shipped_fit_path
from sim.specs.goal.reading import goal_from, read_goal
from sim.specs.goal.schema import goal_schema
from sim.specs.goal.spec import Goal, Wanted
from sim.specs.listing import list_references
from sim.specs.names import members_of
from sim.specs.scenario.events import Event, Months
from sim.specs.scenario.reading import read_scenario, scenario_from
from sim.specs.scenario.schema import scenario_schema
from sim.specs.scenario.spec import Change, Expected, NamedRoles, Scenario, Vote
from sim.specs.shipped import shipped_folder, shipped_names, shipped_scenarios
from sim.specs.worlds import world_of

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
    "experiment_from",
    "experiment_schema",
    "fit_path",
    "goal_from",
    "goal_schema",
    "list_references",
    "members_of",
    "read_experiment",
    "read_fit",
    "read_goal",
    "read_scenario",
    "read_toml",
    "scenario_from",
    "scenario_schema",
    "shipped_fit_path",
    "shipped_folder",
    "shipped_names",
    "shipped_scenarios",
    "world_of",
]
