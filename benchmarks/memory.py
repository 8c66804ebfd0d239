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
from sim.specs import experiment_from
experiment = experiment_from({
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


def _peak_mb(code: str, *arguments: str) -> float:
    command = [sys.executable, "-c", code + PEAK, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def imported_mb() -> float:
    """Peak memory of the program once imported, in MiB."""
    return _peak_mb(IMPORTED)


def swept_mb(runs: int) -> float:
    """Peak memory of a sweep of so many runs to disk, in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        return _peak_mb(IMPORTED + SWEPT, str(runs), str(Path(folder) / "sweep"))
