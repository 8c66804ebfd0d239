"""Commands as a user gives them: here, quickly, or in a process of their own where the process is the point."""

import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from unittest.mock import patch

SETTINGS = {"COLUMNS": "100", "NO_COLOR": "1"}
ENVIRONMENT = os.environ | SETTINGS


def sim(*arguments, cwd="."):
    """What a command prints and its exit status; it runs in this process, and a warning or a traceback is an error."""
    from sim.cli.app import app

    given, out, errors = [str(argument) for argument in arguments], StringIO(), StringIO()
    with chdir(cwd), patch.dict(os.environ, SETTINGS), redirect_stdout(out), redirect_stderr(errors):
        try:
            app(given, prog_name="sim")
        except SystemExit as ended:
            return subprocess.CompletedProcess(given, ended.code, out.getvalue(), errors.getvalue())
    raise AssertionError("a command ends with its status")


def sim_process(*arguments, **how):
    """The same in a process of its own."""
    command = [sys.executable, "-m", "sim.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False, **how)


def document(*arguments):
    """The document that a command prints with ``--json``."""
    done = sim(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
