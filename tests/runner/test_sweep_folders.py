"""Folders of sweeps that are damaged, hold something else, or lie on a full disk."""

import json
import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from support.commands import sim, sim_process
from support.sweeps import bytes_of, interrupted, sim_sweep

from sim.cli.commands.sweep import run_sweep_folder
from sim.errors import InputError
from sim.runner import sweep as module
from sim.runner.folder import writing
from sim.runner.folder.store import DamageError, read_batches
from sim.runner.identity import identity
from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment


def truncate(path):
    path.write_bytes(path.read_bytes()[:-40])


def empty(path):
    path.write_bytes(b"")


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def leave_half(path):
    path.with_suffix(".unfinished").write_bytes(path.read_bytes()[:100])
    path.unlink()


@pytest.mark.parametrize("damage", [truncate, empty, flip, leave_half])
def test_a_damaged_part_is_noticed_and_made_again(small, tmp_path, damage):
    file, whole = small
    part = interrupted(file, tmp_path / "out")[1]
    damage(part)
    (dropped,) = keep_sweep(read_experiment(file), tmp_path / "out").dropped
    assert dropped.startswith(f"{part.stem}.")
    assert bytes_of(tmp_path / "out") == whole


def test_a_sound_part_of_another_name_is_made_again(small, tmp_path):
    file, whole = small
    part = interrupted(file, tmp_path / "out")[1]
    part.rename(part.with_name("batches-abc.npz"))
    assert keep_sweep(read_experiment(file), tmp_path / "out").dropped == ("batches-abc.npz",)
    assert bytes_of(tmp_path / "out") == whole


def test_a_plan_that_lost_a_point_is_refused(small, tmp_path):
    out = tmp_path / "out"
    keep_sweep(read_experiment(small[0], ["replicates=10"]), out)
    plan = json.loads((out / "plan.json").read_text())
    (out / "plan.json").write_text(json.dumps(plan | {"replicates": plan["replicates"][1:]}))
    with pytest.raises(InputError, match=r"plan\.json, replicates: is damaged: it holds 7 numbers for 8 points"):
        keep_sweep(read_experiment(small[0], ["replicates=20"]), out)


def test_any_flipped_bit_of_a_part_is_noticed(small, tmp_path):
    part = interrupted(small[0], tmp_path / "out", 1)[0]
    sound = part.read_bytes()
    for place in random.Random(1).sample(range(len(sound)), 200):
        flipped = bytearray(sound)
        flipped[place] ^= 4
        part.write_bytes(flipped)
        with pytest.raises(DamageError):
            read_batches(part)


@pytest.mark.parametrize("name", ["tallies.parquet", "members.parquet", "points.parquet", "manifest.json"])
@pytest.mark.parametrize("damage", [truncate, flip, Path.unlink])
def test_a_damaged_table_of_a_finished_sweep_is_noticed_and_made_again(small, tmp_path, name, damage):
    file, whole = small
    out = tmp_path / "out"
    keep_sweep(read_experiment(file, ["replicates=1200"]), out)
    damage(out / name)
    done = keep_sweep(read_experiment(file), out)
    assert bytes_of(out) == whole
    if (name, damage) != ("manifest.json", flip):  # which may fall into a number that nothing depends on
        assert done.runs == 8 * 2300
    if damage != Path.unlink:
        assert set(done.dropped) <= {name}


def test_a_finished_sweep_is_left_as_it_is(small, tmp_path):
    file, whole = small
    out = tmp_path / "out"
    keep_sweep(read_experiment(file), out)
    (out / "batches").mkdir()  # killed after the manifest was written, before the parts were gone
    times = {path: path.stat().st_mtime_ns for path in out.iterdir() if path.is_file()}
    assert keep_sweep(read_experiment(file), out).runs == 0
    assert bytes_of(out) == whole
    assert {path: path.stat().st_mtime_ns for path in times} == times


OTHERS = {
    "another seed": ("seed=1", "another sweep"),
    "another parameter": ("parameters.rounds=2", "another sweep"),
    "other outputs": ('outputs=["tally"]', "another sweep"),
    "fewer replicates": ("replicates=2299", "2300 runs of each point"),
}


def test_another_experiment_is_refused(small, tmp_path):
    file, whole = small
    out = tmp_path / "out"
    keep_sweep(read_experiment(file), out)
    done = sim_sweep(file, out, "--set", "vote.divisiveness=[0.5, 0.5]")
    assert done.returncode == 2
    assert "another sweep" in done.stderr
    assert "Traceback" not in done.stderr
    for override, message in OTHERS.values():
        with pytest.raises(InputError, match=message):
            keep_sweep(read_experiment(file, [override]), out)
    assert bytes_of(out) == whole


def test_another_version_of_the_program_is_refused(small, tmp_path, monkeypatch):
    keep_sweep(read_experiment(small[0], ["replicates=100"]), tmp_path / "out")
    other = identity().replace('"numpy": "', '"numpy": "99.')
    monkeypatch.setattr(writing, "identity", lambda: other)
    with pytest.raises(
        InputError, match=r"begun by another program: numpy is 99\.\S+ here and .* there\. Give a new folder"
    ):
        keep_sweep(read_experiment(small[0]), tmp_path / "out")


def test_a_folder_of_something_else_is_refused_and_untouched(small, tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("four years of work")
    done = sim_sweep(small[0], out)
    assert done.returncode == 2
    assert "holds no result" in done.stderr
    assert [path.name for path in out.iterdir()] == ["chapter.txt"]
    assert (out / "chapter.txt").read_text() == "four years of work"
    assert sim_sweep(small[0], out / "chapter.txt").returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
@pytest.mark.parametrize("too_long", ["plan", "batches", "table"])
def test_a_full_disk_is_reported_and_the_same_command_goes_on(small, tmp_path, too_long):
    import resource

    file, whole = small
    tables = [len(whole[name]) for name in whole if name.endswith(".parquet")]
    limit = {"plan": 100, "batches": 1500, "table": max(tables) - 1}[too_long]

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    out = tmp_path / "out"
    done = sim_process("sweep", file, "--out", out, preexec_fn=limited)
    assert done.returncode == 1, done.stderr
    assert "too large" in done.stderr.casefold()
    assert "same command" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(out.rglob("*.unfinished"))
    again = keep_sweep(read_experiment(file), out)
    assert again.runs == (0 if too_long == "table" else 8 * 2300)
    assert bytes_of(out) == whole


def test_the_disk_of_a_real_file_system_is_full(small, tmp_path):
    file, whole = small
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small disk here")
    try:
        done = sim_sweep(file, disk / "out")
        assert done.returncode == 1
        assert "No space left" in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,size=10m", str(disk)], check=True)
        assert sim_sweep(file, disk / "out").returncode == 0
        assert bytes_of(disk / "out") == whole
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("command", ["sweep", "sensitivity"])
def test_a_folder_that_cannot_be_made_is_wrong_input(command, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    out = tmp_path / "file" / "out"
    output = [] if command == "sweep" else ["--event", "support<3"]
    done = sim(command, "sanction-enforcement", *output, "--out", out, "--replicates", 2)
    assert done.returncode == 2
    assert done.stderr == f"--out, {out}: cannot be made: Not a directory. Give another folder.\n"


def test_a_folder_that_cannot_be_written_to_is_refused(small, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(InputError, match="cannot be written to"):
        keep_sweep(read_experiment(small[0]), tmp_path / "out")


def test_an_interrupt_before_anything_is_kept_promises_nothing(small, tmp_path, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    experiment, out = read_experiment(small[0]), tmp_path / "out"
    monkeypatch.setattr(module, "list_combinations", stop)
    assert run_sweep_folder(experiment, out, 1) == (130, None)
    assert capsys.readouterr().err == "interrupted; nothing is finished yet, and the same command starts again\n"
    assert not out.exists()
    monkeypatch.undo()
    interrupted(small[0], out)
    monkeypatch.setattr(module, "list_combinations", stop)
    assert run_sweep_folder(experiment, out, 1) == (130, None)
    assert "same command goes on" in capsys.readouterr().err
