"""A page served by a process of its own, which tells when something is about to leave the machine."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager

WATCHED = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        host = args[1][0] if event == "socket.connect" and isinstance(args[1], tuple) else args[0]
        if isinstance(host, str) and host not in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
            print("LEFT", host, file=sys.stderr, flush=True)
sys.addaudithook(watch)
"""
"""Run before a server: it says whenever something is about to leave the machine."""


@contextmanager
def served(code, folder, **environment):
    """The address that a server prints, run from Python code; on leaving, nothing it did has left the machine."""
    log = folder / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", WATCHED + code],
            stderr=file,
            stdout=file,
            cwd=folder,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", **environment},
        )
    try:
        for _ in range(600):
            found = re.search(r"at (http://[^/\s]+)", log.read_text())
            if found or process.poll() is not None:
                break
            time.sleep(0.1)
        assert found, log.read_text()
        yield found[1].replace("localhost", "127.0.0.1")
        assert "LEFT" not in log.read_text(), log.read_text()
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.terminate()
        process.wait(20)
