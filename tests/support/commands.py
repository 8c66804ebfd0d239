"""Commands as a user gives them: here, quickly, or in a process of their own where the process is the point."""

import json
import os
import signal
import subprocess
import sys
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
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


def words(arguments):
    return [sys.executable, "-m", "sim.cli", *map(str, arguments)]


def sim_process(*arguments, env=None, **how):
    """The same in a process of its own, with other settings of its environment."""
    own = ENVIRONMENT | (env or {})
    return subprocess.run(words(arguments), capture_output=True, text=True, env=own, check=False, **how)


@contextmanager
def processes():
    """A function that starts a command at the head of a group of processes of its own; they are gone at the end."""
    started = []

    def start(*arguments):
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": ENVIRONMENT}
        process = subprocess.Popen(words(arguments), start_new_session=True, preexec_fn=hear_interrupts, **how)
        started.append(process)
        return process

    yield start
    for process in started:
        with process, suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def hear_interrupts():
    """Which a process does not where the tests themselves run in the background of a shell."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def document(*arguments):
    """The document that a command prints with ``--json``."""
    done = sim(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
