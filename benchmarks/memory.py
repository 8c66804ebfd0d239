"""Peak memory of a sweep in a process of its own, beside that of the program once imported."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

IMPORTED = """
import resource, sys
import sim.cli.app, sim.runner.sweep, sim.model, pandas, pyarrow.parquet
"""

SWEPT = """
from pathlib import Path
from sim.runner.sweep import keep_sweep
from sim.specs import parse_experiment
experiment = parse_experiment({
    "title": "Memory", "question": "How much?", "scenario": "es-11-1", "replicates": int(sys.argv[1]),
    "outputs": ["tally", "members"],
    "design": {"kind": "factorial", "over": {"vote.target_threat": {"values": [1.0]}}},
}, "benchmark", Path())
assert keep_sweep(experiment, Path(sys.argv[2])).runs == int(sys.argv[1])
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


def swept_mb(runs: int) -> float:
    """Peak memory of a sweep of so many runs to disk, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(IMPORTED + SWEPT, str(runs), str(Path(folder) / "sweep"))[1]
