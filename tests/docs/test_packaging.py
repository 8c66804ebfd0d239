"""The wheel holds every package, the data, and the shipped scenarios, experiments and goals."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from pathlib import Path

import pytest
import yaml
from support.commands import sim

from sim.results.described import SCHEMA_VERSION
from sim.results.documents import DOCUMENTS
from tools.lowest import list_constraints

ROOT = Path(__file__).parents[2]
WRITTEN = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, SETUP = WRITTEN["project"], WRITTEN["tool"]["setuptools"]
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


def test_the_citation_has_the_name_the_version_and_the_licence_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["title"].startswith(PROJECT["name"])
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])


def test_every_library_has_a_lowest_version_that_can_be_tested():
    pinned = {line.partition("==")[0] for line in list_constraints()}
    declared = {re.split(r"[\[><=;]", one)[0] for one in PROJECT["dependencies"]}
    assert declared <= pinned


def test_every_document_that_a_command_prints_has_the_version_of_its_schema():
    for name, kind in DOCUMENTS.items():
        schema = kind.model_json_schema(mode="serialization")
        assert schema["properties"]["schema_version"]["default"] == SCHEMA_VERSION, name
    printed = json.loads(sim("run", "harbour-blockade", "--replicates", 2, "--json").stdout)
    assert printed["schema_version"] == SCHEMA_VERSION


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_what_is_built_runs_in_a_clean_environment(tmp_path, kind):
    """Built from a copy, or from the archive of its sources; installed next to the libraries that are here."""
    needed = ("sim", "scenarios", "experiments", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in")
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=lambda at, names: set(names) - set(needed) if Path(at) == ROOT else set())
    if kind == "sdist":
        with tarfile.open(build("sdist", source, tmp_path / "archive")) as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
        (source,) = (tmp_path / "unpacked").iterdir()
    wheel = build("wheel", source, tmp_path / "wheel")
    venv.create(tmp_path / "clean", with_pip=True)
    (folder,) = (tmp_path / "clean" / "lib").iterdir()
    (folder / "site-packages" / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = tmp_path / "clean" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    start = "import sim.cli; print(sim.__file__, flush=True); sim.cli.main()"
    command = [python, "-c", start, "run", "es-11-1", "--replicates", "5"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith(str(tmp_path / "clean"))
    assert "Support/abstain/oppose: " in done.stdout


def build(kind, source, out):
    """Build a wheel or an archive of the sources; its path."""
    out.mkdir()
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = out.iterdir()
    return built
