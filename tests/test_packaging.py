"""The wheel holds every package, the data, and the shipped scenarios and experiments."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_every_package_is_listed():
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "sim").rglob("__init__.py")}
    assert set(SETUP["packages"]) == found | {"sim.scenarios", "sim.experiments"}


def test_every_data_file_is_covered():
    covered = {path for pattern in SETUP["package-data"]["sim"] for path in (ROOT / "sim").glob(pattern)}
    files = {path for path in (ROOT / "sim" / "data").rglob("*") if path.is_file()}
    assert files <= covered
