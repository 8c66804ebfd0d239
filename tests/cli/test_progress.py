"""How far something is: a line now and then in a log, a bar in a terminal."""

import sys
from io import StringIO
from time import sleep

import pytest

from sim.cli.progress import progress


class Clock:
    """A clock that is set by hand, in seconds."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Fifty runs every half second, of 3,000: 100 a second; after 20 seconds 1,000 are left, so 10 seconds."""
    clock = Clock()
    with progress("runs", 3000, clock=clock) as report:
        for _ in range(40):
            clock.now += 0.5
            report(round((clock.now - 100) * 100))
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "2,000 of 3,000 runs, 100 a second, 0:00:10 left"
    assert 2 <= len(lines) <= 10


def test_quick_work_says_nothing_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress("runs", 3000, clock=clock) as report:
        for done in (1000, 2000, 3000):
            clock.now += 0.3
            report(done)
    assert capsys.readouterr().err == ""


def test_slow_work_is_counted_by_the_minute_and_a_total_may_come_later(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress("levers tried", clock=clock) as report:
        for done in (0, 1, 2, 3):
            clock.now += 20
            report(done, 6)
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first == "0 of 6 levers tried"
    assert last == "3 of 6 levers tried, 3 a minute, 0:01:00 left"


def test_without_a_total_there_is_no_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress("combinations tried", clock=clock) as report:
        for done in (10, 20, 30):
            clock.now += 10
            report(done)
    assert capsys.readouterr().err.splitlines()[-1] == "30 combinations tried, 1 a second"


def test_a_terminal_gets_a_bar_with_the_same_words_and_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("runs", 3000, clock=clock) as report:
        for done in (500, 1000, 1500):
            clock.now += 5
            report(done)
    shown = terminal.getvalue()
    assert "━" in shown
    assert "1,500 of 3,000 runs, 100 a second, 0:00:15 left" in shown
    assert "left\n1,500" not in shown


def test_a_log_hears_of_slow_work_though_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with progress("folds", 60, clock=clock, beat=0.02) as report:
        report(1)
        clock.now += 90
        sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("1 of 60 folds") and line.endswith("0:01:30 so far") for line in lines)
