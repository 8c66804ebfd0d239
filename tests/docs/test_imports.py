"""Imports run one way, and start-up stays light."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.cli.app import COMMANDS

ROOT = Path(sim.__file__).parent
LAYERS = (
    {"arrays"},
    {"limits"},
    {"errors", "randomness"},
    {"files"},
    {"arguments"},
    {"rules"},
    {"results"},
    {"world"},
    {"specs"},
    {"case"},
    {"months"},
    {"deliberation", "kernel"},
    {"compiled"},
    {"ensemble", "equilibrium"},
    {"model"},
    {"runner"},
    {"scoring"},
    {"fitting"},
    {"summaries"},
    {"whatif"},
    {"views"},
    {"api"},
    {"explore"},
    {"cli"},
)
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}
MESA_ALLOWED = {"model"}
SOLARA_ALLOWED = {f"explore/{name}.py" for name in ("components", "page", "serving")}


def modules():
    return sorted(
        path for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem not in ("__init__", "__main__")
    )


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def part_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    own = RANK[part_of(path)]
    for name in imported(path):
        if name.startswith("sim."):
            other = name.split(".")[1]
            assert other == part_of(path) or RANK[other] < own, f"{path.name} imports {name}"
        assert not name.startswith("tools"), f"{path.name} imports what only maintainers run"
        if name.split(".")[0] == "mesa":
            assert part_of(path) in MESA_ALLOWED, f"{path.name} imports Mesa"
        if name.split(".")[0] in ("solara", "uvicorn"):
            assert path.relative_to(ROOT).as_posix() in SOLARA_ALLOWED, f"{path.name} imports Solara"
        if name.startswith("sim.explore.page"):
            raise AssertionError(f"{path.name} imports the page, which Solara alone loads")


def test_the_rules_touch_no_files_and_no_random_numbers():
    forbidden = {"mesa", "pathlib", "random", "os", "csv", "sim.randomness", "sim.world"}
    for path in (ROOT / "rules").glob("*.py"):
        if path.name != "parameters.py":  # the registry reads its declarations
            assert not forbidden & set(imported(path)), path.name


def test_the_commands_start_without_what_is_slow_to_load():
    slow = ("mesa", "pandas", "matplotlib", "solara", "uvicorn", "pycountry", "scipy.optimize", "scipy.stats", "numba")
    code = f"import sys, sim.cli.app; print([m for m in {slow} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_list_of_commands_loads_none_of_them():
    code = "import sys; sys.argv = ['sim', '--help']; import atexit; from sim.cli import main; "
    code += (
        "atexit.register(lambda: print([m for m in ('numpy', 'pydantic', 'sim.specs') if m in sys.modules])); main()"
    )
    environment = os.environ | {"COLUMNS": "300"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip().endswith("[]")
    for name, command in COMMANDS.items():
        if " " not in name:
            assert " ".join(inspect.cleandoc(command.__doc__).split("\n\n")[0].split()) in done.stdout, name


NOT_FOR_A_RUN = (
    *("mesa", "pandas", "matplotlib", "numba", "pyarrow.compute", "pyarrow.parquet", "filelock", "pycountry"),
    *("scipy.optimize", "scipy.sparse", "scipy.stats"),
    *("sim.cli.several", "sim.model", "sim.runner.folder.kept", "sim.runner.folder.schemas", "sim.runner.sweep"),
    *("sim.specs.experiment", "sim.specs.goal", "sim.views.kinds", "sim.views.pictures", "sim.whatif.explanation"),
    *("sim.results.explanation", "sim.results.sensitivity", "sim.results.sweep", "sim.results.validation"),
)


def test_a_first_run_loads_nothing_that_only_other_commands_need():
    code = "import sys; sys.argv = ['sim', 'run', 'es-11-1', '--replicates', '10']; import atexit; "
    code += "from sim.cli import main; atexit.register(lambda: print(*sys.modules)); main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert "sim.runner.run" in loaded
    assert [name for name in loaded if name.startswith(NOT_FOR_A_RUN)] == []
