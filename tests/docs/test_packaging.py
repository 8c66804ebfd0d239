"""The wheel holds every package, the data, and the shipped scenarios, experiments and goals."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
CARRIED = {"sim.scenarios": "scenarios", "sim.experiments": "experiments", "sim.experiments.goals": "experiments/goals"}


def test_every_package_is_listed():
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "sim").rglob("__init__.py")}
    assert set(SETUP["packages"]) == found | set(CARRIED)


def test_every_shipped_scenario_experiment_and_goal_is_covered():
    assert {name: SETUP["package-dir"][name] for name in CARRIED} == CARRIED
    patterns = {name: SETUP["package-data"][name] for name in CARRIED}
    covered = {path for name in CARRIED for pattern in patterns[name] for path in (ROOT / CARRIED[name]).glob(pattern)}
    assert covered == {path for folder in ("scenarios", "experiments") for path in (ROOT / folder).rglob("*.toml")}


def test_every_data_file_is_covered():
    covered = {path for pattern in SETUP["package-data"]["sim"] for path in (ROOT / "sim").glob(pattern)}
    files = {path for path in (ROOT / "sim" / "data").rglob("*") if path.is_file()}
    assert files <= covered
