"""The dashboard as tests see it, served by a process that tells when something is about to leave the machine."""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_CHROMIUM = "there is no Chromium on this machine"
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


SERVER = """
from sim.cli import main
sys.argv = ["sim", "explore", "{}", "--port", "0", "--no-browser"]
main()
"""
THREAT = "input[data-key='vote.0.target_threat']"


def ready(page):
    page.wait_for_selector("#split", timeout=60_000)
    page.wait_for_selector(THREAT)
    return page


def whole(page):
    """Wait until the page is of all replicates."""
    page.wait_for_selector("#unfinished", state="detached", timeout=60_000)
    return page


def split(page):
    return page.inner_text("#split")


def type_into(page, selector, text):
    page.fill(selector, text)
    page.press(selector, "Enter")


def change(page, selector, text):
    """Type a value and wait until the numbers are others."""
    before = split(page)
    type_into(page, selector, text)
    page.wait_for_function("before => document.querySelector('#split').innerText !== before", arg=before)


def saved(page, label):
    with page.expect_download() as download:
        page.click(f"text={label}")
    return Path(download.value.path()).read_text(encoding="utf-8")


def tally_shown(page):
    rows = page.query_selector_all(".numbers tr[data-action]")
    return {
        row.get_attribute("data-action"): (
            float(row.query_selector(".median").inner_text()),
            *map(float, row.query_selector(".interval").inner_text().split(" to ")),
        )
        for row in rows
    }


def shown_of(tally):
    """A tally as it is written on the page."""
    return {
        action: tuple(pytest.approx(row[name], abs=0.0501) for name in ("median", "p05", "p95"))
        for action, row in tally.items()
    }
