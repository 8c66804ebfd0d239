"""The command in a process of its own, and the document it prints."""

import json
import os
import subprocess
import sys

ENVIRONMENT = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}


def sim(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=ENVIRONMENT,
        check=False,
    )


def document(*arguments):
    done = sim(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
