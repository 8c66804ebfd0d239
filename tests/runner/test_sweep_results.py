"""What the tables of a sweep hold, points that fail, the memory it takes, and a cluster that loses a worker."""

import json
import subprocess
import sys
import time
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.commands import ENVIRONMENT, sim
from support.sweeps import CROSSING, SMALL, TABLES, bytes_of, sim_sweep, two_votes, written

from sim.case import prepare
from sim.ensemble import simulate
from sim.rules.choice import ACTIONS, SUPPORT
from sim.rules.parameters import load_registry
from sim.runner import batch as batches
from sim.runner.designs import list_points, make_scenario_at
from sim.runner.executors import InProcess
from sim.runner.folder.files import PURPOSES
from sim.runner.folder.kept import read_run
from sim.runner.folder.reading import FinishedTables, count_rows_by_point, open_table, read_points
from sim.runner.result import ReplicatesInMemory, VoteResult
from sim.runner.run import run_case
from sim.runner.sweep import keep_run, keep_sweep
from sim.specs import read_experiment, read_scenario
from sim.summaries.ranking import rank
from sim.summaries.tallies import is_near, measure, share_near


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A finished sweep of two votes: the experiment, its folder, its tables as frames."""
    folder = tmp_path_factory.mktemp("two")
    experiment = read_experiment(two_votes(folder))
    keep_sweep(experiment, folder / "out")
    return experiment, folder / "out", {name: pq.read_table(folder / "out" / name).to_pandas() for name in TABLES}


def test_statistics_are_numpys_own(two):
    _, _, frames = two
    groups = dict(list(frames["tallies.parquet"].groupby(["point", "resolution"])))
    points = frames["points.parquet"]
    assert len(groups) == len(points) == 8
    for _, row in points.iterrows():
        rows = groups[row["point"], row["resolution"]]
        assert rows["replicate"].tolist() == list(range(2300))
        assert row["settled"] == rows["is_settled"].mean()
        for action in ACTIONS:
            found = row[[f"{action}_{name}" for name in ("mean", "p05", "median", "p95")]].tolist()
            assert found == [rows[action].mean(), *np.quantile(rows[action], [0.05, 0.5, 0.95])]


def test_every_file_says_what_it_is_for_and_every_column_what_it_holds(tmp_path):
    experiment = read_experiment(written(tmp_path, CROSSING), ["replicates=5"])
    keep_sweep(experiment, tmp_path / "out")
    rank(experiment, tmp_path / "out")
    keep_run(prepare(read_scenario("2022-2023", ["months.end=2022-04-30", "replicates=2"])), tmp_path / "kept")
    files = [path for name in ("out", "kept") for path in (tmp_path / name).iterdir() if path.name != ".lock"]
    assert {path.name for path in files} == set(PURPOSES)
    for path in (path for path in files if path.suffix == ".parquet"):
        for column in pq.ParquetFile(path).schema_arrow:
            assert column.metadata[b"label"], (path, column.name)
            assert column.metadata[b"description"], (path, column.name)
            assert b"unit" in column.metadata
    lever = pq.ParquetFile(tmp_path / "out" / "points.parquet").schema_arrow.field("parameters.retaliation_absent")
    assert load_registry()["retaliation_absent"].meaning in lever.metadata[b"description"].decode()


def test_points_are_read_back_as_they_are_in_the_table(two):
    experiment, folder, frames = two
    points = read_points(folder)
    assert [point.resolution for point in points] == frames["points.parquet"]["resolution"].tolist()
    assert [point.tallies.oppose.p95 for point in points] == frames["points.parquet"]["oppose_p95"].tolist()
    assert [list(point.values) for point in points] == [list(experiment.factors)] * len(points)


def test_counts_of_members_add_up_to_the_tallies(two):
    _, _, frames = two
    key = ["point", "resolution"]
    members, tallies = (
        frames[name].groupby(key)[list(ACTIONS)].sum() for name in ("members.parquet", "tallies.parquet")
    )
    assert (members == tallies).all(axis=None)
    assert (frames["members.parquet"][list(ACTIONS)].sum(axis=1) == 2300).all()


def test_votes_are_those_of_the_simulation_and_agree_with_the_other_tables(two):
    experiment, _, frames = two
    votes, tallies, members = (frames[f"{name}.parquet"] for name in ("votes", "tallies", "members"))
    for point in list_points(experiment):
        case = prepare(make_scenario_at(experiment, point))
        for ballot, outcome in zip(case.ballots, simulate(case, 0, 2300), strict=True):
            own = [t[(t["point"] == point.number) & (t["resolution"] == ballot.resolution)] for t in (votes, tallies)]
            acted = np.stack([np.frombuffer(row, dtype=np.int8) for row in own[0]["actions"]])
            np.testing.assert_array_equal(acted, outcome.actions)
            np.testing.assert_array_equal(own[1]["is_settled"], outcome.is_settled)
            counted = members[(members["point"] == point.number) & (members["resolution"] == ballot.resolution)]
            assert counted["iso3"].tolist() == list(case.world.iso3)
            for code, action in enumerate(ACTIONS):
                np.testing.assert_array_equal(own[1][action], (acted == code).sum(axis=1))
                np.testing.assert_array_equal(counted[action], (acted == code).sum(axis=0))


def test_a_point_is_the_run_with_the_same_overrides(two, tmp_path):
    experiment, folder, frames = two
    point = list_points(experiment)[3]
    overrides = [word for name, value in point.values.items() for word in ("--set", f"{name}={value}")]
    done = sim("run", folder.parent / "two.toml", "--replicates", 2300, "--out", tmp_path / "run", *overrides)
    assert done.returncode == 0, done.stderr
    run = pq.read_table(tmp_path / "run" / "tallies.parquet").to_pandas()
    run = run[run["point"] == 0]  # the other is its base, without the overrides
    rows = frames["tallies.parquet"]
    rows = rows[rows["point"] == 3]
    for name in ("resolution", "replicate", *ACTIONS, "is_settled"):
        assert rows[name].tolist() == run[name].tolist()


def test_points_share_their_random_numbers_unless_the_file_says_otherwise(two, tmp_path):
    experiment, _, frames = two
    assert set(frames["points.parquet"]["seed"]) == {experiment.bases["two.toml"].seed}
    text = 'random_numbers = "independent"\n' + SMALL
    keep_sweep(read_experiment(written(tmp_path, text), ["replicates=10"]), tmp_path / "out")
    assert len(set(pq.read_table(tmp_path / "out" / "points.parquet")["seed"].to_pylist())) == 8


def test_a_point_of_the_un_is_the_run_with_the_same_overrides(tmp_path):
    text = SMALL.replace("harbour-blockade", "es-11-1").replace("[-4.5, -3.0]", "[-4.0]")
    file = written(tmp_path, text.replace("steps = 4", "steps = 2"))
    experiment = read_experiment(file, ["replicates=60"])
    keep_sweep(experiment, tmp_path / "out")
    votes = pq.read_table(tmp_path / "out" / "votes.parquet").to_pandas()
    for point in list_points(experiment):
        (outcome,) = simulate(prepare(make_scenario_at(experiment, point)), 0, 60)
        rows = votes[votes["point"] == point.number]["actions"]
        np.testing.assert_array_equal(np.stack([np.frombuffer(row, dtype=np.int8) for row in rows]), outcome.actions)


def test_points_that_fail_are_rows_with_their_error_and_the_others_are_ranked(tmp_path):
    file = written(tmp_path, CROSSING)
    done = sim_sweep(file, tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["points"], document["failed"]) == (9, 3)
    assert "3 of 9 points failed" in done.stderr
    points = pq.read_table(tmp_path / "out" / "points.parquet").to_pandas()
    for _, row in points.iterrows():
        is_crossed = row["parameters.retaliation_absent"] > row["parameters.retaliation_abstain"]
        assert isinstance(row["error"], str) == is_crossed
        assert row["replicates"] == (0 if is_crossed else 1500)
        assert np.isnan(row["support_mean"]) == is_crossed
        assert not is_crossed or "must not exceed" in row["error"]
    ranked = [entry["point"] for entry in document["ranking"]]
    assert sorted(ranked) == points[points["error"].isna()]["point"].tolist()
    distances = [entry["distance"] for entry in document["ranking"]]
    assert distances == sorted(distances)
    tallies = pq.read_table(tmp_path / "out" / "tallies.parquet").to_pandas()
    best = tallies[tallies["point"] == ranked[0]].astype({"support": int, "abstain": int})
    assert distances[0] == pytest.approx(((best["support"] - 3).abs() + (best["abstain"] - 2).abs()).mean())


def test_more_replicates_of_a_sweep_with_failed_points(tmp_path):
    file = written(tmp_path, CROSSING)
    keep_sweep(read_experiment(file), tmp_path / "whole")
    for replicates in (1001, 1500):
        keep_sweep(read_experiment(file, [f"replicates={replicates}"]), tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_a_sweep_of_which_no_point_can_be_read_is_refused(tmp_path):
    file = written(tmp_path, CROSSING.replace("from = 0.0, to = 1.0, steps = 3 }\n[t", "values = [-1.0] }\n[t"))
    done = sim_sweep(file, tmp_path / "out")
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


class Flaky:
    """The simulation, but for some units that fail."""

    def __init__(self, fails):
        self.fails = fails

    def __call__(self, case, first, count, **more):
        error = self.fails(case, first)
        if error is not None:
            raise error
        return simulate(case, first, count, **more)


def test_a_failure_in_the_middle_is_a_row_and_can_be_tried_again(tmp_path, monkeypatch):
    file = written(tmp_path, SMALL)
    experiment = read_experiment(file)
    keep_sweep(experiment, tmp_path / "whole")
    weak = Flaky(lambda case, first: ArithmeticError(f"at {first}") if case.parameters["enforcement"] == 1 else None)
    monkeypatch.setattr(batches, "simulate", weak)
    out = tmp_path / "out"
    assert keep_sweep(experiment, out).failed == 2
    points = pq.read_table(out / "points.parquet").to_pandas()
    assert points["error"].dropna().tolist() == ["ArithmeticError: at 0"] * 2
    assert "in __call__" in (out / "execution.json").read_text()
    assert keep_sweep(experiment, out).runs == 0
    monkeypatch.setattr(batches, "simulate", simulate)
    assert keep_sweep(experiment, out).runs == 0
    again = keep_sweep(experiment, out, retries_failed=True)
    assert (again.failed, again.runs) == (0, 2 * 2300)
    assert bytes_of(out) == bytes_of(tmp_path / "whole")


def test_the_first_failure_counts_wherever_the_sweep_was_stopped(tmp_path, monkeypatch):
    experiment = read_experiment(written(tmp_path, SMALL))
    monkeypatch.setattr(
        batches, "simulate", Flaky(lambda case, first: ArithmeticError(f"at {first}") if first else None)
    )
    keep_sweep(experiment, tmp_path / "whole")

    class Backwards(InProcess):
        def results(self, function, tasks):
            yield from map(function, reversed(list(tasks)))

    done = []

    def stop(runs, of):
        done.append(runs)
        if len(done) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_sweep(experiment, tmp_path / "out", Backwards(), on_progress=stop)
    keep_sweep(experiment, tmp_path / "out")
    assert set(pq.read_table(tmp_path / "out" / "points.parquet")["error"].to_pylist()) == {"ArithmeticError: at 1000"}
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_a_machine_that_gives_out_fails_no_point(tmp_path, monkeypatch):
    experiment = read_experiment(written(tmp_path, SMALL))
    keep_sweep(experiment, tmp_path / "whole")
    monkeypatch.setattr(batches, "simulate", Flaky(lambda case, first: MemoryError() if first == 2000 else None))
    with pytest.raises(MemoryError):
        keep_sweep(experiment, tmp_path / "out")
    monkeypatch.setattr(batches, "simulate", simulate)
    keep_sweep(experiment, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_refining_comes_nearer_and_is_resumed_too(tmp_path):
    split = "\n[target_split]\nsupport = 3\noppose = 2\n"
    text = SMALL.replace("{ values = [-4.5, -3.0] }", "{ from = -6.0, to = -2.0, steps = 3 }") + split
    file = written(tmp_path, text)
    out = tmp_path / "out"
    first = sim_sweep(file, out, "--replicates", 200, "--refine", 1, "--json")
    assert first.returncode == 0, first.stderr
    best = [level["ranking"][0]["distance"] for level in json.loads(first.stdout)["sweeps"]]
    assert best[1] <= best[0]
    again = json.loads(sim_sweep(file, out, "--replicates", 200, "--refine", 1, "--json").stdout)
    assert [level["runs"] for level in again["sweeps"]] == [0, 0]


MEMORY = """
import resource, sys
from pathlib import Path
from sim.runner.sweep import keep_sweep
from sim.specs import read_experiment
keep_sweep(read_experiment(sys.argv[1], ["replicates=" + sys.argv[3]]), Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_hardly_grows_with_the_points(tmp_path):
    """A point that is planned, run and written leaves its values in memory, and not its scenario."""

    def peak(points):
        text = SMALL.replace("steps = 4", f"steps = {points}").replace("[-4.5, -3.0]", "[-4.5]")
        command = [sys.executable, "-c", MEMORY, str(written(tmp_path, text)), str(tmp_path / str(points)), "1"]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024

    assert peak(2000) - peak(100) < 20


def test_memory_is_flat_in_the_number_of_runs(tmp_path):
    text = SMALL.replace("steps = 4", "steps = 2").replace("[-4.5, -3.0]", "[-4.5]")
    file = written(tmp_path, text)

    def peak(out, replicates):
        command = [sys.executable, "-c", MEMORY, str(file), str(tmp_path / out), str(replicates)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024

    few, many = peak("few", 20_000), peak("many", 100_000)
    assert many - few < 60
    assert peak("few", 100_000) - few < 90  # added to: the rows of former tables pass through
    assert bytes_of(tmp_path / "few") == bytes_of(tmp_path / "many")


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, as processes that talk over TCP: the address, and the workers."""
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path, "env": ENVIRONMENT}
    run = [sys.executable, "-m"]
    place = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    processes = [subprocess.Popen([*run, "distributed.cli.dask_scheduler", *place], **quiet)]
    end = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    address = json.loads(file.read_text())["address"]
    worker = [*run, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    yield address, processes[1:]
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(cluster, tmp_path, monkeypatch):
    from sim.runner.executors import DaskCluster

    address, workers = cluster
    assert address.startswith("tcp://127.0.0.1")
    experiment = read_experiment(written(tmp_path, SMALL))
    keep_sweep(experiment, tmp_path / "whole")
    done = []

    def kill(runs, of):
        done.append(runs)
        if len(done) == 4:
            workers[0].kill()
            workers[0].wait()

    with DaskCluster(address) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        keep_sweep(experiment, tmp_path / "out", executor, on_progress=kill)
        assert len(executor.client.scheduler_info()["workers"]) == 1
    assert len(done) == 25
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")
    command = sim_sweep(tmp_path / "experiment.toml", tmp_path / "command", "--scheduler", address)
    assert command.returncode == 0, command.stderr
    assert bytes_of(tmp_path / "command") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize(
    "address", ["nonsense://127.0.0.1:1", "nowhere", pytest.param("tcp://127.0.0.1:1", marks=pytest.mark.slow)]
)
def test_a_scheduler_that_does_not_answer_is_reported(tmp_path, address):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    file = written(tmp_path, SMALL)
    done = sim_sweep(file, tmp_path / "out", "--scheduler", address)
    assert done.returncode == 2
    assert "no Dask scheduler answers" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_tallies_are_read_back_in_numbers_that_hold_twice_as_many_members(tmp_path):
    """Of 193 members 16 bits suffice, a quarter of the memory; of 20,000 they do not."""
    case = prepare(read_scenario("es-11-1", ["replicates=30"]))
    keep_run(case, tmp_path / "kept")
    read = read_run(tmp_path / "kept").result.votes[0]
    assert read.tallies.dtype == np.int16
    assert read.tallies.tolist() == run_case(case).votes[0].tallies.tolist()
    assert read.is_settled.tolist() == run_case(case).votes[0].is_settled.tolist()
    written = pq.read_table(tmp_path / "kept" / "tallies.parquet")
    many = pa.array([20_000] * 30, written.schema.field("support").type)
    wide = written.set_column(written.column_names.index("support"), written.schema.field("support"), many)
    pq.write_table(wide, tmp_path / "kept" / "tallies.parquet")
    tables = FinishedTables(tmp_path / "kept")
    assert (2 * tables.tallies(tables.votes[0][0])[:, SUPPORT]).tolist() == [40_000] * 30


@pytest.mark.parametrize("runs", [1, 2, 99_999, 200_001])
def test_summaries_in_pieces_are_those_of_the_whole(runs):
    tallies = np.random.default_rng(runs).integers(40, 60, (runs, 4)).astype(np.int16)
    wanted = {"support": 50, "oppose": 52}
    each = ReplicatesInMemory(tallies, np.arange(runs) % 3 > 0)
    vote = VoteResult("R", date(2022, 3, 2), each, np.zeros((400, 4), dtype=np.int64))
    assert vote.frequencies.lower_median.tolist() == np.quantile(tallies, 0.5, axis=0, method="lower").tolist()
    assert vote.frequencies.settled_share == each.is_settled.mean()
    for code, action in enumerate(ACTIONS):
        assert vote.frequencies.tallies.of(action) == measure(tallies[:, code])
    assert share_near(each, wanted) == is_near(tallies, wanted).mean()


def test_rows_of_a_point_in_two_groups_are_counted_together(tmp_path):
    points = pa.table({"point": pa.array([0, 0, 1, 1, 1, 3], pa.int32())})
    pq.write_table(points, tmp_path / "members.parquet", row_group_size=4)
    assert count_rows_by_point(open_table(tmp_path / "members.parquet")) == {0: 2, 1: 3, 3: 1}
