"""Damaged files of every sort, through the commands: a clear message and status 2, or an answer; never a traceback."""

import signal
import subprocess
from contextlib import contextmanager

import pytest
from support.commands import sim, words
from support.mutation import clear, keep_examples, lay_out, sorts

IN_PROCESS, BY_PROCESS = 2000, 200
MOST_SECONDS, MOST_SECONDS_OF_A_PROCESS = 10, 60
LONGEST = 60_000
"""Letters of a message."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return keep_examples(tmp_path_factory.mktemp("kept"))


@contextmanager
def within(seconds):
    def stop(*_):
        raise TimeoutError(f"took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(done, about):
    """An answer, or a message: no control sequence in either, and nothing written where it is refused."""
    assert done.returncode in (0, 1, 2), f"{about}: {done.stderr}"
    assert "Traceback" not in done.stderr, f"{about}: {done.stderr}"
    assert done.returncode == 0 or done.stderr.strip(), about
    assert len(done.stderr) < LONGEST, about
    assert "\x1b" not in done.stderr + done.stdout, about


def cases(kept, count, offset=0):
    found = list(sorts(kept).items())
    for number in range(count):
        yield number + offset, *found[number % len(found)]


def test_without_damage_each_is_good(kept, tmp_path):
    for name, sort in sorts(kept).items():
        lay_out(sort, tmp_path / name)
        done = sim(*sort.arguments, cwd=tmp_path / name)
        assert done.returncode == 0, f"{name}: {done.stderr}"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_in_this_process(kept, tmp_path):
    failures = []
    for number, name, sort in cases(kept, IN_PROCESS):
        folder = tmp_path / str(number)
        damaged = lay_out(sort, folder, number)
        about = f"case {number}, {name}, {damaged} damaged"
        try:
            with within(MOST_SECONDS):
                done = sim(*sort.arguments, cwd=folder)
            check(done, about)
        except Exception as error:  # all are listed, so that they can be mended at once
            failures.append(f"{about}: {type(error).__name__}: {error}"[:500])
        clear(folder)
    assert not failures, f"{len(failures)} of {IN_PROCESS}:\n" + "\n".join(failures[:20])


@pytest.mark.slow
def test_in_a_process_of_its_own(kept, tmp_path):
    for number, name, sort in cases(kept, BY_PROCESS, offset=IN_PROCESS):
        folder = tmp_path / str(number)
        damaged = lay_out(sort, folder, number)
        how = {"capture_output": True, "text": True, "errors": "surrogateescape", "timeout": MOST_SECONDS_OF_A_PROCESS}
        done = subprocess.run(words(sort.arguments), cwd=folder, check=False, **how)
        check(done, f"case {number}, {name}, {damaged} damaged")
        clear(folder)
