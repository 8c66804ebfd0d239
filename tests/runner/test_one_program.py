"""A folder, a sweep or a cluster never mixes two programs, and nothing is written where it was not asked for."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.commands import ENVIRONMENT, sim
from support.sweeps import SMALL, bytes_of, interrupted, sim_sweep, written

import sim as package
from sim.errors import InputError
from sim.runner.identity import check_program, describe_difference, hash_program, identity
from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment


@pytest.fixture
def another_program(tmp_path):
    """A copy of the program with one equation changed, and a function that runs its command line."""
    root = tmp_path / "other"
    source = Path(package.__file__).parent
    shutil.copytree(source, root / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("scenarios", "experiments"):
        shutil.copytree(source.parent / name, root / name)
    rule = root / "sim" / "rules" / "payoffs.py"
    rule.write_text(rule.read_text().replace("enforcement * exposure * (1.0 - isolation)", "enforcement * exposure"))

    def run(*arguments):
        command = [sys.executable, "-m", "sim.cli", *map(str, arguments)]
        environment = {**ENVIRONMENT, "PYTHONPATH": str(root)}
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root, check=False)

    return run


def test_a_sweep_begun_by_a_program_with_another_equation_is_refused(small, tmp_path, another_program):
    out = tmp_path / "out"
    interrupted(small[0], out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = another_program("sweep", small[0], "--out", out)
    assert done.returncode == 2
    assert "was begun by another program: its code and data is" in done.stderr
    assert "Give a new folder, or continue with the program that began it." in done.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    keep_sweep(read_experiment(small[0]), out)
    assert bytes_of(out) == small[1]


def test_a_kept_run_of_another_program_is_not_added_to(tmp_path, another_program):
    kept = tmp_path / "kept"
    assert sim("run", "harbour-blockade", "--replicates", 20, "--out", kept).returncode == 0
    assert another_program("run", "harbour-blockade", "--replicates", 40, "--out", kept).returncode == 2
    assert sim("run", "harbour-blockade", "--replicates", 40, "--out", kept).returncode == 0


def test_a_worker_refuses_to_work_for_another_program():
    check_program(identity())
    other = identity().replace('"numpy": "', '"numpy": "99.')
    with pytest.raises(InputError, match=r"has another program than the one that asks: numpy is 99\.\S+ here") as found:
        check_program(other)
    again = pickle.loads(pickle.dumps(found.value))
    assert [str(problem) for problem in again.problems] == [str(problem) for problem in found.value.problems]


def test_a_difference_is_described_in_words():
    own = json.loads(identity())
    features = {**own, "processor_features": ["X86_V9"]}
    assert "the set of processor features is" in describe_difference(json.dumps(own), json.dumps(features))
    assert describe_difference(identity(), identity()) == ""


def test_a_file_changed_after_the_program_was_loaded_is_noticed(tmp_path):
    shutil.copytree(Path(package.__file__).parent, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import os, pathlib, time\n"
        "from sim.runner.identity import hash_program\n"
        "rule = pathlib.Path('sim/rules/payoffs.py')\n"
        "os.utime(rule, (time.time() + 1, time.time() + 1))\n"
        "hash_program()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "payoffs.py: has changed since the program was loaded." in done.stderr
    assert len(hash_program()) == 64


@pytest.mark.parametrize("name", ["file:x", "run:1", "s3:b"])
def test_a_path_that_looks_like_an_address_is_a_path(tmp_path, name):
    """Where Arrow reads addresses, a folder of such a name is written, read back and reported."""
    done = sim("run", "harbour-blockade", "--replicates", 20, "--out", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {"tallies.parquet", "manifest.json"} <= {path.name for path in (tmp_path / name).iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == [name]
    again = sim("report", name, cwd=tmp_path)
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("name", ["plan.json", "manifest.json", "tallies.parquet", "batches", ".lock"])
def test_nothing_is_written_through_a_link(small, tmp_path, name):
    treasure = tmp_path / "treasure"
    if name == "batches":
        treasure.mkdir()
        (treasure / "batches-000000.npz").write_text("dear")
    else:
        treasure.write_text("dear")
    out = tmp_path / "out"
    interrupted(small[0], out)
    if (out / name).is_dir():
        shutil.rmtree(out / name)
    (out / name).unlink(missing_ok=True)
    (out / name).symlink_to(treasure)
    with pytest.raises(InputError, match=r"symbolic link|holds no result"):
        keep_sweep(read_experiment(small[0]), out)
    kept = treasure / "batches-000000.npz" if treasure.is_dir() else treasure
    assert kept.read_text() == "dear"


def test_a_report_replaces_a_link_and_leaves_what_it_leads_to(tmp_path):
    kept, treasure = tmp_path / "kept", tmp_path / "treasure"
    assert sim("run", "harbour-blockade", "--replicates", 20, "--out", kept).returncode == 0
    treasure.write_text("dear")
    (kept / "report.html").symlink_to(treasure)
    assert sim("report", kept).returncode == 0
    assert treasure.read_text() == "dear"
    assert "<html" in (kept / "report.html").read_text(encoding="utf-8")


def test_an_engine_that_does_not_exist_is_refused_from_python():
    with pytest.raises(InputError, match=r"engine: 'x' .text. is given where 'ensemble' or 'mesa' is needed"):
        package.run("harbour-blockade", replicates=5, engine="x")
    with pytest.raises(InputError, match=r"'x' .text. is given where"):
        package.compare("harbour-blockade", {"parameters.enforcement": 0.1}, replicates=5, engine="x")


def test_counts_that_users_subtract_from_are_signed(small, tmp_path):
    keep_sweep(read_experiment(small[0], ["replicates=20"]), tmp_path / "out")
    tallies = pq.read_table(tmp_path / "out" / "tallies.parquet").to_pandas()
    assert (tallies["support"] - 7).abs().max() <= 7


def test_months_of_a_sweep_are_those_of_the_runs_at_its_points(tmp_path):
    text = SMALL.replace("harbour-blockade", "2022-2023").replace(
        '["tally", "members", "votes"]', '["tally", "months"]'
    )
    text = text.replace('"vote.severity" = { values = [-4.5, -3.0] }', "").replace("steps = 4", "steps = 2")
    file = written(tmp_path, text)
    overrides = ["replicates=12", "months.end=2022-04-30"]
    experiment = read_experiment(file, overrides)
    keep_sweep(experiment, tmp_path / "out")
    months = pq.read_table(tmp_path / "out" / "months.parquet").to_pandas()
    for point, enforcement in ((0, 0.0), (1, 1.0)):
        settings = {"parameters.enforcement": enforcement, "months.end": "2022-04-30"}
        run = package.run("2022-2023", settings, replicates=12).months
        own = months[months["point"] == point].drop(columns=["point", "replicates"]).reset_index(drop=True)
        assert own.equals(run)
    assert set(months["replicates"]) == {12}


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler as a process of its own: its address, and a function that starts a worker for it."""
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    place = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *place]
    processes = [subprocess.Popen(command, env=ENVIRONMENT, cwd=tmp_path, **quiet)]
    while not file.exists():
        time.sleep(0.05)
    address = json.loads(file.read_text())["address"]

    def start_worker(root):
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--no-dashboard"]
        environment = {**ENVIRONMENT, "PYTHONPATH": os.fspath(root)}
        processes.append(subprocess.Popen(worker, env=environment, cwd=root, **quiet))

    yield address, start_worker
    for process in processes:
        process.kill()
        process.wait()


def test_a_scheduler_without_workers_is_reported_within_seconds(tmp_path, scheduler):
    done = sim_sweep(written(tmp_path, SMALL), tmp_path / "out", "--scheduler", scheduler[0])
    assert done.returncode == 2
    assert "has no workers. Start some with 'dask worker tcp://" in done.stderr


@pytest.mark.usefixtures("another_program")
def test_a_worker_with_another_program_is_refused_by_name(tmp_path, scheduler):
    address, start_worker = scheduler
    start_worker(tmp_path / "other")
    time.sleep(3)  # the scheduler is given five seconds to have one
    done = sim_sweep(written(tmp_path, SMALL), tmp_path / "out", "--scheduler", address)
    assert done.returncode == 2
    assert "worker tcp://127.0.0.1:" in done.stderr
    assert "has another program than this one: its code and data is" in done.stderr
