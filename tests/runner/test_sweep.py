"""A sweep may be stopped, killed, damaged and added to: what it leaves in the end is the same, byte for byte."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.sweeps import LONG, SMALL, bytes_of, interrupted, sim_sweep, two_votes, written

from sim.runner.executors import Processes
from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    file = written(folder, LONG)
    keep_sweep(read_experiment(file), folder / "whole")
    return file, bytes_of(folder / "whole")


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def has_batches(folder):
    return lambda: len(list(folder.glob("batches/*.npz"))) > 2


def test_kills_at_random_moments_do_not_show(start_command, long, tmp_path):
    file, whole = long
    out, delays = tmp_path / "out", random.Random(20220302)
    killed = 0
    for _ in range(8):
        process = start_command("sweep", file, "--out", out)
        kept = len(list(out.glob("batches/*.npz")))
        if not (out / "manifest.json").exists():
            until(lambda kept=kept, p=process: len(list(out.glob("batches/*.npz"))) > kept or p.poll() is not None)
        time.sleep(delays.uniform(0, 0.06))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
    assert killed >= 5
    done = sim_sweep(file, out)
    assert done.returncode == 0, done.stderr
    assert bytes_of(out) == whole


class KilledError(BaseException):
    """Stands for kill -9: from some moment on, nothing is written, moved or removed any more."""


def kill_before(monkeypatch, moment):
    """Die before the `moment`-th change of the disk; returns the count of changes so far."""
    count = [0]

    def mortal(change):
        def changed(*arguments, **named):
            count[0] += 1
            if count[0] >= moment:
                raise KilledError
            return change(*arguments, **named)

        return changed

    for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (os, "fsync"), (shutil, "rmtree")):
        monkeypatch.setattr(owner, name, mortal(getattr(owner, name)))
    return count


@pytest.mark.parametrize("replicates_before", [None, 1700])
def test_a_kill_between_any_two_changes_of_the_disk_does_not_show(tmp_path, replicates_before):
    file = written(tmp_path, SMALL.replace("steps = 4", "steps = 2").replace("[-4.5, -3.0]", "[-4.5]"))
    keep_sweep(read_experiment(file), tmp_path / "whole")
    whole = bytes_of(tmp_path / "whole")
    start = tmp_path / "start"
    if replicates_before:
        keep_sweep(read_experiment(file, [f"replicates={replicates_before}"]), start)
    experiment = read_experiment(file)
    for moment in range(1, 200):
        out = tmp_path / f"killed-{moment}"
        if replicates_before:
            shutil.copytree(start, out)
        with pytest.MonkeyPatch.context() as patch:
            kill_before(patch, moment)
            try:
                keep_sweep(experiment, out)
            except KilledError:
                pass
            else:
                break
        keep_sweep(experiment, out)
        assert bytes_of(out) == whole, moment
    assert moment > 25


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_gives_status_130_and_the_same_command_goes_on(start_command, long, tmp_path, workers):
    file, whole = long
    out = tmp_path / "out"
    process = start_command("sweep", file, "--out", out, "--workers", workers)
    until(has_batches(out))
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "same command" in errors
    assert "Traceback" not in errors
    kept = list(out.glob("batches/*.npz"))
    assert kept
    assert not list(out.glob("batches/*.unfinished"))
    done = sim_sweep(file, out, "--workers", 3 - workers, "--json")
    assert done.returncode == 0, done.stderr
    assert f'"runs": {160_000 - 1000 * len(kept)}' in done.stdout
    assert bytes_of(out) == whole


def test_an_interrupt_while_workers_start_is_heard_by_the_parent_alone(start_command, long, tmp_path):
    file, _ = long
    out = tmp_path / "out"
    process = start_command("sweep", file, "--out", out, "--workers", 2)
    until((out / "batches").exists)
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors


def children(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see which processes there are")
def test_no_worker_outlives_a_killed_parent(start_command, long, tmp_path):
    file, whole = long
    out = tmp_path / "out"
    process = start_command("sweep", file, "--out", out, "--workers", 2)
    until(has_batches(out))
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.communicate(timeout=60)  # ends when nobody holds the other ends of the pipes
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 20)
    keep_sweep(read_experiment(file), out)
    assert bytes_of(out) == whole


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see which processes there are")
def test_a_worker_that_dies_is_reported_and_the_same_command_goes_on(start_command, long, tmp_path):
    file, whole = long
    out = tmp_path / "out"
    errors = None
    for _ in range(3):  # one killed in the middle of sending a result is waited for in vain, as in any process pool
        shutil.rmtree(out, ignore_errors=True)
        process = start_command("sweep", file, "--out", out, "--workers", 2)
        until(has_batches(out))
        os.kill(children(process.pid)[-1], signal.SIGKILL)
        try:
            _, errors = process.communicate(timeout=30)
            break
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert errors is not None
    assert process.returncode == 1
    assert "a worker process died" in errors
    assert "Traceback" not in errors
    keep_sweep(read_experiment(file), out)
    assert bytes_of(out) == whole


def test_workers_do_not_show(small, tmp_path):
    file, whole = small
    keep_sweep(read_experiment(file), tmp_path / "out", Processes(2))
    assert bytes_of(tmp_path / "out") == whole


@pytest.mark.parametrize("steps", [(1, 2300), (999, 1000, 1001, 2300), (1700, 2000, 2300)])
def test_replicates_added_later_are_the_same_as_at_once(small, tmp_path, steps):
    file, whole = small
    before = 0
    for replicates in steps:
        done = keep_sweep(read_experiment(file, [f"replicates={replicates}"]), tmp_path / "out")
        assert done.runs == 8 * (replicates - before)
        before = replicates
    assert bytes_of(tmp_path / "out") == whole


def test_replicates_added_over_several_groups_of_rows(tmp_path):
    """A hundred thousand rows are a group; these tables have a few more."""
    file = written(tmp_path, LONG)
    keep_sweep(read_experiment(file, ["replicates=13000"]), tmp_path / "whole")
    for replicates in (6500, 13000):
        keep_sweep(read_experiment(file, [f"replicates={replicates}"]), tmp_path / "out")
    assert pq.ParquetFile(tmp_path / "whole" / "tallies.parquet").num_row_groups == 2
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize("outputs", ['["tally"]', '["tally", "votes"]'])
def test_replicates_added_to_a_sweep_that_keeps_no_members(tmp_path, outputs):
    file = written(tmp_path, SMALL.replace('["tally", "members", "votes"]', outputs))
    keep_sweep(read_experiment(file, ["replicates=900"]), tmp_path / "whole")
    for replicates in (400, 900):
        keep_sweep(read_experiment(file, [f"replicates={replicates}"]), tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_replicates_added_to_a_scenario_of_two_votes(tmp_path):
    file = two_votes(tmp_path)
    keep_sweep(read_experiment(file), tmp_path / "whole")
    for replicates in (711, 1500, 2300):
        keep_sweep(read_experiment(file, [f"replicates={replicates}"]), tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_more_can_be_asked_of_an_unfinished_sweep(small, tmp_path):
    file, whole = small
    out = tmp_path / "out"
    smaller = tmp_path / "smaller.toml"
    smaller.write_text(SMALL.replace("2300", "1600"))
    interrupted(smaller, out)
    keep_sweep(read_experiment(file), out)
    assert bytes_of(out) == whole


def test_a_second_writer_is_refused_while_the_first_one_runs(start_command, long, tmp_path):
    file, whole = long
    out = tmp_path / "out"
    first = start_command("sweep", file, "--out", out)
    until(has_batches(out))
    first.send_signal(signal.SIGSTOP)  # or it might be done before the second has started
    second = sim_sweep(file, out)
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=60)
    assert second.returncode == 2
    assert "another run or sweep is writing" in second.stderr
    assert first.returncode == 0
    assert bytes_of(out) == whole
