"""What a file may say: scenarios, their bases and overrides, and every problem in them at once."""

from sim.specs.names import members_of
from sim.specs.reading import read_scenario, read_toml, scenario_from
from sim.specs.scenario import Change, Expected, Pledge, Roles, Scenario, Vote
from sim.specs.schema import scenario_schema
from sim.specs.shipped import located, shipped_folder, shipped_names, shipped_scenarios

__all__ = [
    "Change",
    "Expected",
    "Pledge",
    "Roles",
    "Scenario",
    "Vote",
    "located",
    "members_of",
    "read_scenario",
    "read_toml",
    "scenario_from",
    "scenario_schema",
    "shipped_folder",
    "shipped_names",
    "shipped_scenarios",
]
