"""Peak memory of runs and sweeps in a process of their own, next to that of the program once imported."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

IMPORTED = """
import resource, sys
import sim.cli.app, sim.runner.sweep, sim.model, pandas, pyarrow.parquet
"""

COMMAND = """
import resource, sys
from sim.cli import main
try:
    main()
except SystemExit as left:
    assert not left.code
"""

SWEPT = """
title = "Memory"
scenario = "es-11-1"
replicates = {runs}
outputs = {outputs}
[design]
kind = "random"
samples = {points}
seed = 1
[design.over]
"vote.target_threat" = {{ from = 0.0, to = 2.0 }}
"vote.severity" = {{ from = -5.0, to = 0.0 }}
"""

PEAK = """
try:  # this process alone; the other figure may include the one that started it
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(code: str, *arguments: str) -> tuple[str, float]:
    """What code prints in a process of its own, and the peak of that process's memory in MiB."""
    command = [sys.executable, "-c", code + PEAK, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    *printed, peak = done.stdout.split()
    return " ".join(printed), int(peak) / 1024


def imported_mb() -> float:
    """Peak memory of the program once imported, in MiB."""
    return measure(IMPORTED)[1]


def kept_mb(runs: int) -> float:
    """Peak memory of ``sim run --out`` with so many runs, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(COMMAND, "run", "es-11-1", "--replicates", str(runs), "--out", folder)[1]


def swept_mb(points: int, runs: int, *outputs: str) -> float:
    """Peak memory of ``sim sweep`` with so many points and runs of each, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "experiment.toml"
        file.write_text(SWEPT.format(points=points, runs=runs, outputs=json.dumps(["tally", *outputs])))
        return measure(COMMAND, "sweep", str(file), "--out", str(Path(folder) / "sweep"))[1]
