"""What is printed: text of a user as it is, on any terminal, and with streams that are closed or full."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.commands import ENVIRONMENT, sim, words

TITLE = r"a [/] title [draft] :smile: $\\frac$ \u001b[31mred\u009b"
TITLED = f'title = "{TITLE}"\nquestion = "q"\nbase = "harbour-blockade"\n'
SHOWN = "a [/] title [draft] :smile: $\\frac$ \\x1b[31mred\\x9b"
FEW = ("--replicates", "20")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "x.toml", *FEW, "--plot", "p.svg"),
        ("compare", "x.toml", "--set", "vote.severity=-3", *FEW),
        ("explain", "x.toml", "ELM", "--no-levers", *FEW),
        ("world", "ELM", "--scenario", "x.toml"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_text_of_a_user_is_neither_markup_nor_acts_on_the_terminal(arguments, tmp_path):
    (tmp_path / "x.toml").write_text(TITLED, encoding="utf-8")
    done = sim(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert SHOWN in " ".join(done.stdout.split())
    assert not {"\x1b", "\x9b"} & {*done.stdout, *done.stderr}


def run(command, **how):
    """A command in a shell, with streams as the shell gives them."""
    start = f"{' '.join(map(str, words(())))} {command}"
    given = {"shell": True, "capture_output": True, "text": True, "env": ENVIRONMENT, "check": False} | how
    return subprocess.run(start, **given)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the machine has no device that is always full")
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("list >&-", 0),
        ("list --json >&-", 0),
        ("list >/dev/full", 1),
        ("--help >/dev/full", 1),
        ("run nothere 2>&-", 2),
        ("run nothere 2>/dev/full", 2),
        ("run nothere >/dev/full 2>/dev/full", 2),
        ("run harbour-blockade --replicates 20 >&- 2>&-", 0),
    ],
)
def test_streams_that_are_closed_or_full_are_survived(command, status):
    done = run(command)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize("columns", ["0", "1", "x"])
def test_a_terminal_without_width_is_survived(columns):
    done = run("list", env=ENVIRONMENT | {"COLUMNS": columns})
    assert done.returncode == 0
    assert "harbour" in done.stdout


def test_names_of_files_that_are_no_text_are_survived(tmp_path):
    name = os.fsdecode(b"\xfe")
    (tmp_path / f"{name}.toml").write_text(TITLED, encoding="utf-8")
    for step in (
        ("run", f"{name}.toml", *FEW, "--out", f"kept{name}"),
        ("rerun", f"kept{name}"),
        ("report", f"kept{name}"),
        ("plot", f"kept{name}", "--kind", "chamber", "--out", f"{name}.svg"),
        ("init", f"new{name}.toml"),
        ("check", f"new{name}.toml"),
    ):
        done = sim(*step, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_sigterm_ends_a_run_as_an_interrupt_does(start_command):
    process = start_command("run", "harbour-blockade", "--replicates", 10_000_000, "--json")
    time.sleep(8)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in errors


def test_a_full_disk_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    from sim.files.writing import write_text

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    target = tmp_path / "x.csv"
    target.write_text("before", encoding="utf-8")
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_text(target, "after")
    assert target.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_lack_of_memory_has_words():
    code = """
import sys
import sim.cli.app as app
from sim.cli.commands import lists
from sim.cli import main
def fail(*_, **__): raise MemoryError
lists.LISTS["scenarios"] = fail
sys.argv = ["sim", "list"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "there is not enough memory. Ask for fewer runs" in done.stderr
